"""Requests over time as figures."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import plotly.graph_objects as go
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.endpoints.services.traffic import Minute
from apps.experiments.charts.lines import as_json

# By what the address says: how long, in how many parts, and what it is called.
SPANS = {
    "hour": (timedelta(hours=1), 60, gettext_lazy("Last hour")),
    "day": (timedelta(days=1), 96, gettext_lazy("Last 24 hours")),
    "week": (timedelta(days=7), 84, gettext_lazy("Last 7 days")),
}


def draw(what: str, minutes: Sequence[Minute]) -> dict[str, Any]:
    """Return a figure as the island takes it. Args: what: ``requests`` or ``latency``."""
    figure = _latency(minutes) if what == "latency" else _requests(minutes)
    figure.update_layout(hovermode="x unified")
    return {"figure": as_json(figure), "view": "", "views": []}


def figures_in_words(total: Minute) -> list[tuple[str, str]]:
    """Return the numbers of a span as facts."""
    return [
        (_("Requests"), number_format(total.count, 0, force_grouping=True)),
        (_("Failed (5xx)"), _share(total.failed, total.count)),
        (_("Refused (4xx)"), _share(total.refused, total.count)),
        (_("Half answered within"), _ms(total.percentile(0.5))),
        (_("95 of 100 within"), _ms(total.percentile(0.95))),
        (_("99 of 100 within"), _ms(total.percentile(0.99))),
    ]


def _requests(minutes: Sequence[Minute]) -> go.Figure:
    at = [minute.at for minute in minutes]
    good = [minute.count - minute.failed - minute.refused for minute in minutes]
    figure = go.Figure()
    for name, counts in (
        (_("Answered"), good),
        (_("Refused (4xx)"), [minute.refused for minute in minutes]),
        (_("Failed (5xx)"), [minute.failed for minute in minutes]),
    ):
        figure.add_trace(go.Bar(x=at, y=counts, name=name))
    figure.update_layout(barmode="stack", yaxis={"rangemode": "tozero", "title": _("requests")})
    return figure


def _latency(minutes: Sequence[Minute]) -> go.Figure:
    at = [minute.at for minute in minutes]
    figure = go.Figure()
    for name, share in ((_("median"), 0.5), (_("95 %"), 0.95), (_("99 %"), 0.99)):
        values = [minute.percentile(share) for minute in minutes]
        figure.add_trace(go.Scatter(x=at, y=values, name=name, mode="lines+markers", connectgaps=False))
    figure.update_layout(yaxis={"rangemode": "tozero", "title": _("ms")})
    return figure


def _share(part: int, count: int) -> str:
    if not part:
        return "0"
    return f"{number_format(part, 0, force_grouping=True)} ({number_format(100 * part / count, 2)} %)"


def _ms(value: float | None) -> str:
    if value is None:
        return "–"
    return _("%(value)s ms") % {"value": number_format(value, 1 if value < 10 else 0)}
