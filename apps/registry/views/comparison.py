"""Differences of two versions as a page shows them."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.registry.services import Difference
from apps.registry.services.comparing import DETAILS, FILES, METRICS, PARAMETERS, REQUIREMENTS, SIGNATURE, TAGS

TITLES: dict[str, str | Promise] = {
    DETAILS: _("Details"),
    METRICS: _("Metrics of their runs"),
    PARAMETERS: _("Parameters of their runs"),
    SIGNATURE: _("Signature"),
    REQUIREMENTS: _("Requirements"),
    TAGS: _("Tags"),
    FILES: _("Files that differ"),
}
FACTS: dict[str, str | Promise] = {
    "type": _("Type"),
    "framework": _("Framework"),
    "environment": _("Environment"),
    "run": _("Run"),
    "size": _("Size"),
    "files": _("Files"),
    "description": _("Description"),
}
SHOWN_HASH = 10


@dataclass(frozen=True)
class Line:
    """A row of the comparison, in words; ``change`` is how much greater the second number is."""

    name: str | Promise
    first: str
    second: str
    differs: bool
    is_number: bool
    change: str


@dataclass(frozen=True)
class Section:
    """Rows of one kind. ``has_numbers``: whether there is a change to show."""

    title: str | Promise
    lines: list[Line]
    has_numbers: bool
    equal_count: int


def sections_of(differences: Iterable[Difference], *, show_all: bool) -> list[Section]:
    """Return differences section by section; of a section without any, only how many rows are equal.

    Args: show_all: whether rows that are equal are shown too.
    """
    sections = []
    for name, group in groupby(differences, key=lambda row: row.section):
        rows = list(group)
        lines = [_line(row) for row in rows if show_all or row.differs]
        equal = sum(not row.differs for row in rows)
        sections.append(Section(TITLES[name], lines, any(line.change for line in lines), equal))
    return sections


def _line(row: Difference) -> Line:
    first, second = _number(row.first), _number(row.second)
    are_numbers = all(value is not None or given is None for value, given in ((first, row.first), (second, row.second)))
    change = second - first if are_numbers and first is not None and second is not None and row.differs else None
    is_size = row.section == DETAILS and row.name == "size"
    return Line(
        name=FACTS.get(row.name, row.name) if row.section == DETAILS else row.name,
        first=_words(row, row.first),
        second=_words(row, row.second),
        differs=row.differs,
        is_number=are_numbers,
        change="" if change is None or is_size else f"{change:+.6g}",
    )


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def _words(row: Difference, value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, dict):
        return f"{filesizeformat(value['size'])} · {value['sha256'][:SHOWN_HASH]}"
    if row.section == DETAILS and row.name == "size":
        return filesizeformat(value)
    return f"{value:.6g}" if isinstance(value, float) else str(value)
