"""Addresses below ``/api/v1/``."""

from django.urls import path

from apps.activity.api import views

urlpatterns = [
    path("notifications/", views.NotificationCollection.as_view(), name="api-notifications"),
    path("notifications/read/", views.NotificationsRead.as_view(), name="api-notifications-read"),
    path("workspaces/<str:name>/activity/", views.WorkspaceActivity.as_view(), name="api-activity"),
]
