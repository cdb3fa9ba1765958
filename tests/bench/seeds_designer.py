"""Many drafts of pipelines."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from apps.accounts.models import User
from apps.designer.models import Draft
from apps.workspaces.models import Workspace

Write = Callable[[Any, int, Callable[[int], dict[str, Any]]], list[Any]]
NAMES = ("automobile price", "churn", "forecast", "letters", "ratings")
NODE = {"component": "builtin:split_data:1", "position": [40, 200], "inputs": {"fraction": {"value": 0.7}}}


def write_drafts(rows: int, workspace: Workspace, viewer: User, now: datetime, write: Write) -> None:
    """Write drafts of a few nodes each. Args: write: of ``seeds``."""
    document = {"nodes": {f"split_{number}": NODE for number in range(8)}}
    write(Draft, rows, lambda n: {
        "workspace": workspace, "name": f"{NAMES[n % len(NAMES)]} {n}", "description": "What it is for.", "document": document,
        "revision": n % 90, "archived_at": now if n % 25 == 24 else None, "created_by": viewer, "modified_by": viewer,
    })  # fmt: skip
