"""Line charts of series. Colours are the page's: figures name none, so that they fit light and dark."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
from django.utils.translation import gettext as _

# A chart of few points shows each; of many, the markers would hide the line.
MOST_MARKERS = 60


def line_chart(series: Sequence[dict[str, Any]], *, axis: str, is_log: bool = False) -> dict[str, Any]:
    """Return a figure with a line for each series.

    Where buckets hold several points, a band behind the line reaches from their least to their largest value. Values that are
    not finite stand as crosses at the lower edge, so that they are not overlooked. A trace's ``meta`` says of which series
    it is, and which of ``last``, ``band`` and ``not finite``.

    Args: series: as the API gives them: ``name, x, last, min, max, exact``. axis: ``step``, ``time`` or ``relative``.
    """
    figure = go.Figure(layout={"template": "none"})
    for number, one in enumerate(series):
        x = one["x"]
        if not one["exact"]:
            figure.add_traces(_band(one, x, number))
        mode = "lines+markers" if len(x) <= MOST_MARKERS else "lines"
        figure.add_trace(
            go.Scatter(
                x=x,
                y=[_drawn(value) for value in one["last"]],
                name=one["name"],
                mode=mode,
                legendgroup=one["name"],
                meta={"series": one["name"], "role": "last", "number": number},
            )
        )
        if (crosses := _not_finite(one, x, number)) is not None:
            figure.add_trace(crosses)
    titles = {"step": _("Step"), "time": _("Time"), "relative": _("Seconds since the start")}
    figure.update_xaxes(title_text=titles[axis], type="date" if axis == "time" else "linear")
    figure.update_yaxes(type="log" if is_log else "linear")
    figure.update_layout(
        showlegend=len(series) > 1,
        hovermode="x unified",
        uirevision="keep",  # a redraw with new points leaves the reader's zoom as it is
        yaxis2={"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True},
    )
    return as_json(figure)


def as_json(figure: go.Figure) -> dict[str, Any]:
    """Return a figure as plotly.js takes it."""
    document: dict[str, Any] = figure.to_plotly_json()
    return {"data": document["data"], "layout": document["layout"]}


def _band(one: dict[str, Any], x: Sequence[Any], number: int) -> list[go.Scatter]:
    """Return the band of a series: its upper edge, and its lower one up to which it is filled."""
    common = {"x": x, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    common |= {"legendgroup": one["name"], "meta": {"series": one["name"], "role": "band", "number": number}}
    upper = go.Scatter(y=[_drawn(value) for value in one["max"]], **common)
    lower = go.Scatter(y=[_drawn(value) for value in one["min"]], fill="tonexty", **common)
    return [upper, lower]


def _not_finite(one: dict[str, Any], x: Sequence[Any], number: int) -> go.Scatter | None:
    places = [place for place, value in enumerate(one["last"]) if isinstance(value, str)]
    if not places:
        return None
    return go.Scatter(
        x=[x[place] for place in places],
        y=[0.02] * len(places),
        text=[one["last"][place] for place in places],
        yaxis="y2",
        mode="markers",
        marker={"symbol": "x", "size": 8},
        name=_("%(name)s, not a finite number") % {"name": one["name"]},
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
        legendgroup=one["name"],
        meta={"series": one["name"], "role": "not finite", "number": number},
    )


def _drawn(value: float | str) -> float | None:
    return None if isinstance(value, str) else value
