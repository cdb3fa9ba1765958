"""Addresses below ``/api/v1/``."""

from django.urls import path

from apps.compute.api import views

urlpatterns = [
    path("agents/", views.AgentCollection.as_view(), name="api-agents"),
    path("agents/heartbeat/", views.Heartbeat.as_view(), name="api-agent-heartbeat"),
    path("agents/<uuid:pk>/", views.AgentItem.as_view(), name="api-agent"),
]
