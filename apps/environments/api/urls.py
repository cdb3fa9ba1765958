"""The API of environments."""

from django.urls import path

from apps.environments.api import build_logs, views

_all = "workspaces/<str:name>/environments/"
_one = f"{_all}<str:environment_name>/"
_logs = "workspaces/<str:name>/environment-builds/<uuid:build_id>/logs/"

urlpatterns = [
    path(_all, views.EnvironmentCollection.as_view()),
    path(_one, views.EnvironmentItem.as_view()),
    path(f"{_one}versions/", views.VersionCollection.as_view()),
    path(f"{_one}versions/<str:version>/", views.VersionItem.as_view()),
    path(f"{_one}versions/<str:version>/rebuild/", views.RebuildVersion.as_view()),
    path(_logs, build_logs.BuildLogs.as_view()),
    path(f"{_logs}lines/", build_logs.BuildLogLines.as_view()),
    path(f"{_logs}search/", build_logs.BuildLogSearch.as_view()),
    path(f"{_logs}content/", build_logs.BuildLogContent.as_view()),
]
