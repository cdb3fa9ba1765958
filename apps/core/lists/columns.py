"""Columns of a list: what they are called, where their value comes from, and how a cell looks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.core.times import relative

Kind = Literal["text", "code", "number", "bytes", "time", "yes-no", "status", "tags"]

DASH = "–"
MOST_TAGS = 4


@dataclass(frozen=True)
class Status:
    """A state as lists show it: a dot in the colour of ``tone``, and a word; the reason is its title."""

    tone: Literal["ok", "busy", "warn", "bad", "idle"]
    label: str | Promise
    reason: str = ""


@dataclass(frozen=True)
class Column:
    """One column.

    ``value`` is a dotted path or a function of the row; without it, the key is the path. ``sort`` is the ORM path to sort by,
    ``nullable`` whether it may be NULL there (such rows come last both ways). ``link`` gives the cell's address, ``render``
    replaces the cell altogether. A ``fixed`` column cannot be hidden; one that is not ``shown`` waits in the column chooser.
    Exports leave out a column that is not ``exported``: buttons, or values that take further queries.
    """

    key: str
    label: str | Promise
    value: str | Callable[[Any], Any] = ""
    sort: str = ""
    nullable: bool = False
    kind: Kind = "text"
    link: Callable[[Any], str] | None = None
    render: Callable[[Any], str] | None = None
    shown: bool = True
    fixed: bool = False
    exported: bool = True

    def value_of(self, row: Any) -> Any:
        """Return the plain value, as exports have it."""
        if callable(self.value):
            return self.value(row)
        value: Any = row
        for part in (self.value or self.key).split("."):
            value = getattr(value, part, None)
            if value is None:
                return None
        return value

    def cell(self, row: Any) -> str:
        """Return the cell's content as safe HTML."""
        if self.render:
            return self.render(row)
        content = _RENDERERS[self.kind](self.value_of(row))
        if self.link:
            return format_html('<a href="{}">{}</a>', self.link(row), content)
        return content

    @property
    def css_class(self) -> str:
        """The class of the column's cells: numbers stand at the end."""
        return "num" if self.kind in {"number", "bytes"} else ""


def time_cell(value: datetime | None) -> str:
    """Return a moment as ``<time>``, relative, with the full one as its title; the script keeps it fresh."""
    if value is None:
        return DASH
    local = timezone.localtime(value)
    full = date_format(local, "DATETIME_FORMAT")
    return format_html(
        '<time datetime="{}" title="{}" data-relative>{}</time>', local.isoformat(), full, relative(value)
    )


def status_cell(status: Status | None) -> str:
    """Return a dot and a word; the reason is in the title."""
    if status is None:
        return DASH
    title = format_html(' title="{}"', status.reason) if status.reason else ""
    return format_html('<span class="status status-{}"{}>{}</span>', status.tone, title, status.label)


def tags_cell(tags: dict[str, str] | None) -> str:
    """Return tags as small labels; beyond a few, their number."""
    if not tags:
        return DASH
    items = list(tags.items())
    rest = len(items) - MOST_TAGS
    shown = format_html_join(
        " ",
        '<span class="tag truncate" title="{0}">{0}</span>',
        ((f"{key}: {value}" if value else key,) for key, value in items[:MOST_TAGS]),
    )
    return format_html('{} <span class="tag">+{}</span>', shown, rest) if rest > 0 else shown


def _text(value: Any) -> str:
    return DASH if value is None or value == "" else format_html("{}", value)


def _code(value: Any) -> str:
    return DASH if value is None or value == "" else format_html("<code>{}</code>", value)


def _number(value: Any) -> str:
    return DASH if value is None else SafeString(number_format(value, force_grouping=True))


def _bytes(value: int | None) -> str:
    return DASH if value is None else format_html("{}", filesizeformat(value))


def _yes_no(value: bool | None) -> str:
    return DASH if value is None else (_("Yes") if value else _("No"))


_RENDERERS: dict[str, Callable[[Any], str]] = {
    "text": _text,
    "code": _code,
    "number": _number,
    "bytes": _bytes,
    "time": time_cell,
    "yes-no": _yes_no,
    "status": status_cell,
    "tags": tags_cell,
}
