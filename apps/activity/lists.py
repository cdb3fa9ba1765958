"""The audit log and notifications as lists."""

from collections.abc import Sequence
from typing import ClassVar

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from apps.activity import events
from apps.activity.filters import AuditFilter, NotificationFilter
from apps.activity.models import AuditRecord, Notification
from apps.activity.sentences import details_of, sentence_html, sentence_of
from apps.activity.verbs import label_of
from apps.core.lists import Column, Status, StudioList

LONGEST_DETAIL = 120  # characters; exports have all


class ActivityList(StudioList):
    """What happened in one workspace."""

    key = "activity"
    title = _("Activity")
    columns: ClassVar[Sequence[Column]] = (
        Column("created_at", _("When"), sort="created_at", kind="time"),
        Column("sentence", _("What happened"), value=sentence_of, render=lambda record: _happened(record), fixed=True),
        Column("actor_name", _("Who"), shown=False),
        Column("verb", _("Kind"), value=lambda record: label_of(record.verb), shown=False),
        Column("target_label", _("What it was done to"), shown=False),
        Column("detail", _("Details"), value=details_of, kind="tags", shown=False),
        Column("address", _("Address"), kind="code"),
    )
    default_sort = ("-created_at",)
    search_fields = ("actor_name", "target_label", "summary")
    search_hint = _("Search people and things")
    filterset_class = AuditFilter


class StudioActivityList(ActivityList):
    """What happened anywhere in the studio, accounts included. Rows come from ``AuditRecord.objects.with_workspace()``."""

    key = "studio-activity"
    columns: ClassVar[Sequence[Column]] = (
        *ActivityList.columns[:2],
        Column("workspace_name", _("Workspace")),
        *ActivityList.columns[2:],
    )


class NotificationList(StudioList):
    """A person's notifications."""

    key = "notifications"
    title = _("Notifications")
    columns = (
        Column("level", _("Level"), value=lambda row: Status(row.tone, row.get_level_display()), kind="status"),
        Column("title", _("Notification"), render=lambda row: _title(row), fixed=True),
        Column("created_at", _("When"), sort="created_at", kind="time"),
        Column("read_at", _("Read"), kind="time", shown=False),
    )
    default_sort = ("-created_at",)
    search_fields = ("title", "body")
    search_hint = _("Search notifications")
    filterset_class = NotificationFilter
    refresh_on = (events.GIVEN, events.READ)


def _happened(record: AuditRecord) -> SafeString:
    """Return the cell of a record: its sentence, and what that leaves out on a line of its own."""
    details = details_of(record).items()
    if not details:
        return sentence_html(record)
    told = format_html_join(
        " · ", "{}: {}", ((name, Truncator(value).chars(LONGEST_DETAIL)) for name, value in details)
    )
    return format_html('{}<div class="wrap small muted">{}</div>', sentence_html(record), told)


def _title(row: Notification) -> SafeString:
    """Return the cell of a notification: its title leads to its page, unread ones stand out."""
    title = format_html("<strong>{}</strong>", row.title) if row.is_unread else row.title
    if row.url:
        title = format_html('<a href="{}">{}</a>', reverse("activity:open-notification", args=[row.pk]), title)
    body = format_html('<div class="wrap small muted">{}</div>', row.body) if row.body else ""
    return format_html('<div class="wrap">{}</div>{}', title, body)
