"""Pages of the audit log and of notifications."""

from django.urls import path

from apps.activity import views

app_name = "activity"

urlpatterns = [
    path("notifications/", views.notifications, name="notifications"),
    path("notifications/latest/", views.latest, name="latest-notifications"),
    path("notifications/read/", views.read_chosen, name="read-chosen"),
    path("notifications/read-all/", views.read_all, name="read-all"),
    path("notifications/<uuid:notification_id>/", views.open_notification, name="open-notification"),
    path("administration/activity/", views.studio_activity, name="administration"),
    path("workspaces/<str:name>/settings/activity/", views.workspace_activity, name="workspace"),
]
