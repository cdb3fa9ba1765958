"""The audit log and notifications as lists."""

from collections.abc import Sequence
from typing import ClassVar

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.activity.filters import AuditFilter, NotificationFilter
from apps.activity.models import Notification
from apps.activity.sentences import details_of, sentence_html, sentence_of
from apps.activity.verbs import label_of
from apps.core.lists import Column, Status, StudioList


class ActivityList(StudioList):
    """What happened in one workspace."""

    key = "activity"
    title = _("Activity")
    columns: ClassVar[Sequence[Column]] = (
        Column("created_at", _("When"), sort="created_at", kind="time"),
        Column("sentence", _("What happened"), value=sentence_of, render=sentence_html, fixed=True),
        Column("actor_name", _("Who"), shown=False),
        Column("verb", _("Kind"), value=lambda record: label_of(record.verb), shown=False),
        Column("target_label", _("What it was done to"), shown=False),
        Column("detail", _("Details"), value=details_of, kind="tags"),
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
    refresh_on = ("notification", "notifications.read")


def _title(row: Notification) -> SafeString:
    """Return the cell of a notification: its title leads to its page, unread ones stand out."""
    return format_html(
        '<div class="notification{}">{}{}</div>',
        " notification--unread" if row.is_unread else "",
        _link(row),
        format_html('<p class="notification__body">{}</p>', row.body) if row.body else "",
    )


def _link(row: Notification) -> SafeString:
    if not row.url:
        return format_html('<span class="notification__title">{}</span>', row.title)
    address = reverse("activity:open-notification", args=[row.pk])
    return format_html('<a class="notification__title" href="{}">{}</a>', address, row.title)
