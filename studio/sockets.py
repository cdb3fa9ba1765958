"""All websocket addresses."""

from typing import Any

from django.urls import path

from apps.activity.consumers import UserConsumer
from apps.compute.consumers import MachinesConsumer
from apps.workspaces.consumers import WorkspaceConsumer

socket_patterns: list[Any] = [
    path("ws/me/", UserConsumer.as_asgi()),
    path("ws/workspaces/<str:name>/", WorkspaceConsumer.as_asgi()),
    path("ws/workspaces/<str:name>/compute/", MachinesConsumer.as_asgi()),
]
