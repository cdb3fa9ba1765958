"""Pages below ``/workspaces/<name>/compute/``."""

from django.urls import path

from apps.compute import views

app_name = "compute"

urlpatterns = [
    path("", views.machines, name="machines"),
    path("<uuid:agent_id>/", views.machine, name="machine"),
]
