"""Notifications: given, counted, read."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from apps.activity import events
from apps.activity.errors import LeavesTheSite
from apps.activity.models import Level, Notification
from apps.core.hooks import Notice

LONGEST_TITLE = 200
MOST_COUNTED = 100  # the bell says "99+"


@transaction.atomic
def give(notice: Notice) -> None:
    """Put news under a person's bell, in their language; fills ``hooks.notice_given``.

    Raises:
        LeavesTheSite: the notice's address is not a path on this site.
    """
    if notice.url and not _is_site_path(notice.url):
        raise LeavesTheSite(f"A notification may not lead to {notice.url!r}.")
    with translation.override(getattr(notice.user, "language", "") or settings.LANGUAGE_CODE):
        title, body = str(notice.title), str(notice.body)
    row = Notification.objects.create(
        user=notice.user,
        title=title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…",
        body=body,
        url=notice.url,
        level=Level(notice.level),
        kind=notice.kind,
    )
    events.notified(row, unread=unread_count(notice.user))


def unread_count(user: Any) -> int:
    """Return how many notifications a person has not read, up to ``MOST_COUNTED``; one look into a small index."""
    return Notification.objects.visible_to(user).unread()[:MOST_COUNTED].count()


@transaction.atomic
def mark_read(*, user: Any, ids: Iterable[UUID] | None = None) -> int:
    """Mark a person's notifications as read: those with ``ids``, or all of them. Returns how many are unread now.

    Ids that are not of theirs are passed over.
    """
    rows = Notification.objects.visible_to(user).unread()
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    changed = rows.update(read_at=timezone.now())
    unread = unread_count(user) if ids is not None else 0
    if changed:
        events.notifications_read(user.pk, unread=unread)
    return unread


def _is_site_path(url: str) -> bool:
    """Whether browsers take ``url`` for a path here; two slashes, or a backslash for one, would begin a host name."""
    return url.startswith("/") and not url.startswith(("//", "/\\")) and url.isprintable()
