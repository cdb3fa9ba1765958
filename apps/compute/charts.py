"""How much is in use over time, as lines that the server draws, with words for who cannot see them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.compute.services import Usage

WIDTH, HEIGHT = 600, 100
PARTS = 120
ROWS = 12

# By what the address says: how long, and what it is called.
SPANS = {
    "hour": (timedelta(hours=1), gettext_lazy("Last hour")),
    "day": (timedelta(days=1), gettext_lazy("Last 24 hours")),
    "week": (timedelta(days=7), gettext_lazy("Last 7 days")),
}


@dataclass(frozen=True)
class UsageChart:
    """One line with the ground below it, in a box of ``WIDTH`` by ``HEIGHT``; gaps are where nothing is known."""

    title: str
    now: str
    summary: str
    line: str
    area: str


@dataclass(frozen=True)
class UsageCharts:
    """What a target's page shows of its machines' past. ``rows`` say the same in numbers, for a table."""

    charts: list[UsageChart] = field(default_factory=list)
    rows: list[tuple[datetime, list[str]]] = field(default_factory=list)


def usage_charts(usage: Sequence[Usage], coarse: Sequence[Usage]) -> UsageCharts:
    """Return charts of slots, processor and memory; nothing where nothing was measured.

    Args: usage: equal spans for the lines, the oldest first. coarse: the same time in fewer spans, for the table.
    """
    if all(part.slots_total is None for part in usage):
        return UsageCharts()
    most = max(part.slots_total or 0 for part in usage) or 1
    slots = [None if part.slots_used is None else part.slots_used / most for part in usage]
    total = next(part.slots_total for part in reversed(usage) if part.slots_total is not None)
    charts = [
        _chart(_("Slots in use"), slots, lambda share: _of(share * most, total or 0)),
        _chart(_("Processor"), [part.processor for part in usage], _percent),
        _chart(_("Memory"), [part.memory for part in usage], _percent),
    ]
    rows = [
        (part.at, [_of(part.slots_used, part.slots_total or 0), _percent(part.processor), _percent(part.memory)])
        for part in reversed(coarse)
        if part.slots_used is not None
    ]
    return UsageCharts(charts, rows)


def _chart(title: str, values: Sequence[float | None], in_words: Callable[[float], str]) -> UsageChart:
    known = [value for value in values if value is not None]
    latest = in_words(known[-1]) if known and values[-1] is not None else "–"
    summary = ""
    if known:
        words = {"now": latest, "mean": in_words(sum(known) / len(known)), "most": in_words(max(known))}
        summary = _("now %(now)s, on average %(mean)s, at most %(most)s") % words
    return UsageChart(title, latest, summary, *_paths(values))


def _paths(values: Sequence[float | None]) -> tuple[str, str]:
    """Return the line and the area below it as SVG path data."""
    line, area = [], []
    step = WIDTH / max(1, len(values) - 1)
    points: list[tuple[float, float]] = []
    for place, value in enumerate([*values, None]):
        if value is not None:
            points.append((place * step, HEIGHT - 2 - min(1.0, value) * (HEIGHT - 4)))
            continue
        if points:
            if len(points) == 1:  # a moment alone would have no length
                points = [(max(0.0, points[0][0] - step / 2), points[0][1]), (points[0][0] + step / 2, points[0][1])]
            path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
            line.append(f"M{path}")
            area.append(f"M{points[0][0]:.1f} {HEIGHT}L{path}L{points[-1][0]:.1f} {HEIGHT}Z")
        points = []
    return "".join(line), "".join(area)


def _of(used: float, total: float) -> str:
    return _("%(used)s of %(total)s") % {"used": _short(used), "total": _short(total)}


def _short(value: float) -> str:
    return number_format(round(value, 1), 0 if round(value, 1) == round(value) else 1)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{number_format(round(share * 100), 0)} %"
