"""The API of data."""

from django.urls import path

from apps.data.api import datasets, datastores, uploads, versions

_workspace = "workspaces/<str:name>/"
_one = f"{_workspace}datasets/<str:dataset_name>/"
_version = f"{_one}versions/<str:version>/"
_upload = f"{_workspace}uploads/<uuid:upload_id>/"

urlpatterns = [
    path(f"{_workspace}datastores/", datastores.DatastoreCollection.as_view()),
    path(f"{_workspace}datastores/<str:datastore_name>/", datastores.DatastoreItem.as_view()),
    path(f"{_workspace}datastores/<str:datastore_name>/files/", datastores.DatastoreListing.as_view()),
    path(f"{_workspace}datasets/", datasets.DatasetCollection.as_view()),
    path(_one, datasets.DatasetItem.as_view()),
    path(f"{_one}versions/", datasets.VersionCollection.as_view()),
    path(_version, versions.VersionItem.as_view()),
    path(f"{_version}files/", versions.VersionFiles.as_view()),
    path(f"{_version}files/content/", versions.VersionContent.as_view()),
    path(f"{_version}preview/", versions.VersionPreview.as_view()),
    path(f"{_version}profile/", versions.VersionProfile.as_view()),
    path(f"{_workspace}uploads/", uploads.UploadCollection.as_view()),
    path(_upload, uploads.UploadItem.as_view()),
    path(f"{_upload}files/", uploads.UploadFiles.as_view()),
    path(f"{_upload}files/<uuid:file_id>/", uploads.UploadPart.as_view()),
    path(f"{_upload}complete/", uploads.CompleteUpload.as_view()),
    path(f"{_upload}preview/", uploads.UploadPreview.as_view()),
]
