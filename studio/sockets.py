"""All websocket addresses."""

from typing import Any

from django.urls import path

from apps.activity.consumers import UserConsumer
from apps.compute.consumers import MachinesConsumer, WorkConsumer
from apps.designer.consumers import DraftConsumer
from apps.endpoints.consumers import ReplicaLogsConsumer
from apps.environments.consumers import BuildLogsConsumer, EnvironmentsConsumer
from apps.experiments.consumers import LogsConsumer, MetricsConsumer, RunConsumer
from apps.workspaces.consumers import WorkspaceConsumer

socket_patterns: list[Any] = [
    path("ws/me/", UserConsumer.as_asgi()),
    path("ws/workspaces/<str:name>/", WorkspaceConsumer.as_asgi()),
    path("ws/workspaces/<str:name>/compute/", MachinesConsumer.as_asgi()),
    path("ws/workspaces/<str:name>/compute/work/", WorkConsumer.as_asgi()),
    path("ws/workspaces/<str:name>/environments/", EnvironmentsConsumer.as_asgi()),
    path("ws/workspaces/<str:name>/environment-builds/<uuid:build_id>/logs/", BuildLogsConsumer.as_asgi()),
    path(
        "ws/workspaces/<str:name>/endpoints/<str:endpoint_name>/replicas/<uuid:replica_id>/logs/",
        ReplicaLogsConsumer.as_asgi(),
    ),
    path("ws/workspaces/<str:name>/designer/drafts/<uuid:draft_id>/", DraftConsumer.as_asgi()),
    path("ws/workspaces/<str:name>/runs/<uuid:run_id>/", RunConsumer.as_asgi()),
    path("ws/workspaces/<str:name>/runs/<uuid:run_id>/metrics/", MetricsConsumer.as_asgi()),
    path("ws/workspaces/<str:name>/runs/<uuid:run_id>/logs/", LogsConsumer.as_asgi()),
]
