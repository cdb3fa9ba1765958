"""News that open pages of a workspace get."""

from typing import Any
from uuid import UUID

from apps.core import events


def workspace_topic(workspace_id: UUID) -> str:
    """Return the topic of a workspace."""
    return f"workspace:{workspace_id}"


def workspace_changed(workspace_id: UUID, what: str, **data: Any) -> None:
    """Tell open pages that a part of the workspace (``members``, ``secrets``, ``settings`` …) is no longer what they show."""
    events.publish(workspace_topic(workspace_id), f"{what}.changed", data)
