"""News for one person."""

from typing import Any
from uuid import UUID

from apps.activity.models import Notification
from apps.core import events

GIVEN = "notification"
READ = "notifications.read"


def user_topic(user_id: UUID) -> str:
    """Return the topic of one person."""
    return f"user:{user_id}"


def user_told(user_id: UUID, type_: str, **data: Any) -> None:
    """Send news to the open pages of one person."""
    events.publish(user_topic(user_id), type_, data)


def notified(row: Notification, *, unread: int) -> None:
    """Tell a person's open pages that there is something new under the bell."""
    user_told(row.user_id, GIVEN, unread=unread, title=row.title, url=row.url, level=row.level)


def notifications_read(user_id: UUID, *, unread: int) -> None:
    """Tell a person's open pages that some notifications have been read, perhaps in another window."""
    user_told(user_id, READ, unread=unread)
