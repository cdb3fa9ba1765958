"""Requests and servers over time as figures."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import plotly.graph_objects as go
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.endpoints.models import Deployment, Endpoint
from apps.endpoints.services.readings import Reading, readings_of
from apps.endpoints.services.traffic import Minute, minutes_of
from apps.experiments.charts.lines import as_json

# By what the address says: how long, in how many parts, and what it is called.
SPANS = {
    "hour": (timedelta(hours=1), 60, gettext_lazy("Last hour")),
    "day": (timedelta(days=1), 96, gettext_lazy("Last 24 hours")),
    "week": (timedelta(days=7), 84, gettext_lazy("Last 7 days")),
}
# What gateways count is stored every 5 s; a page that is open asks as often as that shows.
LIVE_S = 10
# What went wrong has the colour of that on light and on dark pages; the rest has the page's own.
REFUSED, FAILED = "#d08a1e", "#d9463e"
KINDS = ("requests", "latency", "replicas", "cpu", "memory")


def titles() -> list[tuple[str, str]]:
    """Return the kinds of figures with what they are called."""
    names = (_("Requests"), _("Time to answer"), _("Replicas"), _("Processor"), _("Memory"))
    return list(zip(KINDS, names, strict=True))


def draw(what: str, endpoint: Endpoint, span: str, deployment: Deployment | None = None) -> dict[str, Any]:
    """Return a figure as the island takes it. Args: what: of ``KINDS``. span: of ``SPANS``. deployment: None for all together."""
    width, parts, _label = SPANS[span]
    if what in {"requests", "latency"}:
        minutes = minutes_of(endpoint, span=width, parts=parts, deployment=deployment)
        figure = _latency(minutes) if what == "latency" else _requests(minutes)
    else:
        figure = _servers(what, readings_of(endpoint, span=width, parts=parts, deployment=deployment))
    figure.update_xaxes(type="date")
    figure.update_layout(hovermode="x unified", uirevision="keep")
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


def _empty() -> go.Figure:
    return go.Figure(layout={"template": "none"})


def _requests(minutes: Sequence[Minute]) -> go.Figure:
    at = [minute.at for minute in minutes]
    good = [minute.count - minute.failed - minute.refused for minute in minutes]
    figure = _empty()
    for name, counts, colour in (
        (_("Answered"), good, None),
        (_("Refused (4xx)"), [minute.refused for minute in minutes], REFUSED),
        (_("Failed (5xx)"), [minute.failed for minute in minutes], FAILED),
    ):
        figure.add_trace(go.Bar(x=at, y=counts, name=name, marker={"color": colour} if colour else None))
    figure.update_layout(barmode="stack", yaxis={"rangemode": "tozero", "title": _("requests")})
    return figure


def _latency(minutes: Sequence[Minute]) -> go.Figure:
    at = [minute.at for minute in minutes]
    figure = _empty()
    for name, share in ((_("median"), 0.5), (_("95 %"), 0.95), (_("99 %"), 0.99)):
        values = [minute.percentile(share) for minute in minutes]
        figure.add_trace(go.Scatter(x=at, y=values, name=name, mode="lines+markers", connectgaps=False))
    figure.update_layout(yaxis={"rangemode": "tozero", "title": _("ms")})
    return figure


def _servers(what: str, readings: Sequence[Reading]) -> go.Figure:
    at = [reading.at for reading in readings]
    figure = _empty()
    lines = {
        "replicas": [(_("Wanted"), "wanted"), (_("Ready"), "ready")],
        "cpu": [(_("All replicas"), "cpu_percent")],
        "memory": [(_("All replicas"), "memory_mb")],
    }[what]
    for name, field in lines:
        line = {"shape": "hv" if what == "replicas" else "linear", "dash": "dot" if field == "wanted" else "solid"}
        values = [getattr(reading, field) for reading in readings]
        figure.add_trace(go.Scatter(x=at, y=values, name=name, mode="lines+markers", connectgaps=False, line=line))
    units = {"replicas": _("replicas"), "cpu": _("% of a core"), "memory": _("MB")}
    axis: dict[str, Any] = {"rangemode": "tozero", "title": units[what]}
    if what == "replicas":
        axis["dtick"] = 1 if max((reading.wanted or 0 for reading in readings), default=0) < 10 else None
    figure.update_layout(yaxis=axis, showlegend=len(lines) > 1)
    return figure


def _share(part: int, count: int) -> str:
    if not part:
        return "0"
    return f"{number_format(part, 0, force_grouping=True)} ({number_format(100 * part / count, 2)} %)"


def _ms(value: float | None) -> str:
    if value is None:
        return "–"
    return _("%(value)s ms") % {"value": number_format(value, 1 if value < 10 else 0)}
