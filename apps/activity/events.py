"""News for one person."""

from typing import Any
from uuid import UUID

from apps.core import events


def user_topic(user_id: UUID) -> str:
    """Return the topic of one person."""
    return f"user:{user_id}"


def user_told(user_id: UUID, type_: str, **data: Any) -> None:
    """Send news to the open pages of one person."""
    events.publish(user_topic(user_id), type_, data)
