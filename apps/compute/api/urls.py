"""Addresses below ``/api/v1/``."""

from django.urls import path

from apps.compute.api import views, work

urlpatterns = [
    path("agents/", views.AgentCollection.as_view(), name="api-agents"),
    path("agents/heartbeat/", views.Heartbeat.as_view(), name="api-agent-heartbeat"),
    path("agents/lease/", work.Lease.as_view(), name="api-agent-lease"),
    path("agents/<uuid:pk>/", views.AgentItem.as_view(), name="api-agent"),
    path("work/heartbeat/", work.WorkHeartbeat.as_view(), name="api-work-heartbeat"),
    path("work/end/", work.WorkEnd.as_view(), name="api-work-end"),
]
