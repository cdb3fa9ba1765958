"""The API of models."""

from django.urls import path

from apps.registry.api import models, versions

_workspace = "workspaces/<str:name>/"
_one = f"{_workspace}models/<str:model_name>/"
_version = f"{_one}versions/<str:version>/"

urlpatterns = [
    path(f"{_workspace}model-files/read/", models.ModelFileReading.as_view()),
    path(f"{_workspace}models/", models.ModelCollection.as_view()),
    path(_one, models.ModelItem.as_view()),
    path(f"{_one}aliases/<str:alias>/", models.AliasItem.as_view()),
    path(f"{_one}compare/", models.ModelCompare.as_view()),
    path(f"{_one}versions/", versions.VersionCollection.as_view()),
    path(_version, versions.VersionItem.as_view()),
    path(f"{_version}files/", versions.VersionFiles.as_view()),
    path(f"{_version}files/all/", versions.VersionAllFiles.as_view()),
    path(f"{_version}files/content/", versions.VersionContent.as_view(), name="model-file"),
    path(f"{_version}zip/", versions.VersionZip.as_view(), name="model-zip"),
]
