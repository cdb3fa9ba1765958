"""The REST API's addresses, one include for each app."""

from django.urls import include, path

urlpatterns = [
    path("", include("apps.accounts.api.urls")),
    path("", include("apps.activity.api.urls")),
    path("", include("apps.workspaces.api.urls")),
]
