"""Addresses below ``/api/v1/``."""

from django.urls import path

from apps.compute.api import targets, views, work

_one = "workspaces/<str:name>/"

urlpatterns = [
    path("agents/", views.AgentCollection.as_view(), name="api-agents"),
    path("agents/heartbeat/", views.Heartbeat.as_view(), name="api-agent-heartbeat"),
    path("agents/lease/", work.Lease.as_view(), name="api-agent-lease"),
    path("agents/<uuid:pk>/", views.AgentItem.as_view(), name="api-agent"),
    path("work/heartbeat/", work.WorkHeartbeat.as_view(), name="api-work-heartbeat"),
    path("work/end/", work.WorkEnd.as_view(), name="api-work-end"),
    path(f"{_one}compute/", targets.TargetCollection.as_view(), name="api-compute-targets"),
    path(f"{_one}compute/<uuid:target_id>/", targets.TargetItem.as_view(), name="api-compute-target"),
    path(f"{_one}work/", targets.WorkCollection.as_view(), name="api-work-orders"),
    path(f"{_one}work/<uuid:order_id>/", targets.WorkItem.as_view(), name="api-work-order"),
    path(f"{_one}work/<uuid:order_id>/cancel/", targets.CancelWork.as_view(), name="api-cancel-work"),
    path(f"{_one}work/<uuid:order_id>/move/", targets.MoveWork.as_view(), name="api-move-work"),
]
