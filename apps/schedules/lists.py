"""Schedules, and the history of one, as lists."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.core.errors import InvalidInput
from apps.core.lists import Column, StudioList
from apps.core.lists.columns import DASH, time_cell
from apps.schedules.filters import ScheduleFilter, TickFilter
from apps.schedules.models import Schedule, Tick
from apps.schedules.reading import stored_trigger
from apps.schedules.text import describe, status_of, status_of_tick


def schedule_title(schedule: Schedule) -> SafeString:
    """Return what a schedule is called as a link, with its name below where it was given another."""
    link = format_html(
        '<div class="truncate" title="{0}"><a class="table-title" href="{1}">{0}</a></div>',
        str(schedule),
        schedule.get_absolute_url(),
    )
    return (
        format_html('{}<div class="muted mono small truncate">{}</div>', link, schedule.name)
        if schedule.display_name
        else link
    )


def trigger_words(schedule: Schedule) -> str:
    """Return when a schedule starts something, in words."""
    try:
        return describe(stored_trigger(schedule.trigger))
    except (InvalidInput, ValidationError):
        return _("cannot be read")


class ScheduleList(StudioList):
    """The schedules of a workspace. The view annotates ``name_key``."""

    key = "schedules"
    title = gettext_lazy("Schedules")
    columns = (
        Column("name", gettext_lazy("Schedule"), value=str, sort="name_key", render=schedule_title, fixed=True),
        Column("state", gettext_lazy("State"), value=status_of, kind="status"),
        Column("trigger", gettext_lazy("When"), value=trigger_words, render=lambda row: wrapped(trigger_words(row))),
        Column("subject", gettext_lazy("Starts"), value="subject_label"),
        Column("next_at", gettext_lazy("Next"), sort="next_at", nullable=True, kind="time"),
        Column("last_at", gettext_lazy("Last"), sort="last_at", nullable=True, kind="time", render=lambda row: last_cell(row)),
        Column("owner", gettext_lazy("Runs as"), value="owner.display_name"),
        Column("created_at", gettext_lazy("Created"), sort="created_at", kind="time", shown=False),
        Column("tags", gettext_lazy("Tags"), kind="tags", shown=False),
        Column("trigger_type", gettext_lazy("Trigger"), value=lambda row: row.get_trigger_type_display(), shown=False),
        Column("description", gettext_lazy("Description"), shown=False),
    )  # fmt: skip
    default_sort = ("-created_at",)
    search_fields = ("name", "display_name", "subject_label")
    search_hint = gettext_lazy("Search schedules")
    filterset_class = ScheduleFilter
    related = ("workspace", "owner")
    refresh_on = ("schedules.changed",)


class TickList(StudioList):
    """The history of one schedule."""

    key = "schedule-history"
    title = gettext_lazy("History")
    columns = (
        Column("at", gettext_lazy("Time"), sort="at", kind="time", fixed=True),
        Column("state", gettext_lazy("Result"), value=status_of_tick, kind="status"),
        Column("started", gettext_lazy("Started"), value="started_label", render=lambda row: started_cell(row)),
        Column(
            "reason", gettext_lazy("Why"), render=lambda row: wrapped(reason_of(row)), value=lambda row: reason_of(row)
        ),
        Column("started_at", gettext_lazy("Started at"), kind="time", shown=False),
    )
    default_sort = ("-at",)
    search_fields = ("started_label", "reason")
    search_hint = gettext_lazy("Search the history")
    filterset_class = TickFilter
    related = ()
    refresh_on = ("schedules.changed",)

    def label_of(self, row: Any) -> str:
        """Return when it was."""
        return f"{row.at:%Y-%m-%d %H:%M}"


def wrapped(text: str) -> str:
    """Return a text of any length as a cell."""
    return format_html('<div class="wrap">{}</div>', text) if text else DASH


def last_cell(schedule: Schedule) -> str:
    """Return when a schedule's time came last, and what became of it."""
    if schedule.last_at is None:
        return DASH
    tick = status_of_tick(Tick(state=schedule.last_state))
    return format_html(
        '{} <span class="status status-{}">{}</span>', time_cell(schedule.last_at), tick.tone, tick.label
    )


def started_cell(tick: Tick) -> str:
    """Return what a tick started, as a link."""
    if not tick.started_label:
        return DASH
    return format_html(
        '<div class="truncate" title="{0}"><a href="{1}">{0}</a></div>', tick.started_label, tick.started_url
    )


def reason_of(tick: Tick) -> str:
    """Return why a tick is what it is."""
    if tick.is_manual and not tick.reason:
        return _("Asked for by a person")
    if tick.missed and not tick.reason:
        message = ngettext("stands for %(count)s more time", "stands for %(count)s more times", tick.missed)
        return message % {"count": number_format(tick.missed)}
    return tick.reason
