"""Figures of records: confusion matrices, the curves of accuracy tables, residuals, predictions, and lines over tables."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import orjson
import plotly.graph_objects as go
from django.utils.translation import gettext as _

from apps.core.errors import UserError
from apps.experiments.charts import curves
from apps.experiments.charts.lines import as_json

View = Callable[[Any], go.Figure]


class NotDrawable(UserError):
    """The record has nothing to draw, or not in the form it must have."""

    code = "not_drawable"


def can_be_drawn(kind: str, value: Any) -> bool:
    """Whether ``draw`` has a figure for a record of this kind with this value."""
    if kind == "table":
        return len(_numeric_columns([value])) == 2
    if kind == "list":
        return isinstance(value, list) and all(map(_is_number, value))
    return kind in _VIEWS


def draw(kind: str, name: str, values: Sequence[Any], value: Any, view: str) -> dict[str, Any]:
    """Return a record as ``{"figure", "view", "views": [{"name", "label"}]}``.

    Args: values: of all records of this kind and name, in their order; rows logged one by one make up one table.
        value: of the record itself. view: one of the names that ``views`` lists; empty for the first.

    Raises:
        NotDrawable: there is nothing to draw.
    """
    if kind in {"table", "list"}:
        figure = _table_lines(values) if kind == "table" else _list_line(value)
        figure.update_layout(title_text=name)
        return {"figure": as_json(figure), "view": "", "views": []}
    views = _VIEWS.get(kind, {})
    if not views:
        raise NotDrawable(_("A record of this kind has no chart."))
    chosen = view if view in views else next(iter(views))
    make = views[chosen][1]
    try:
        figure = make(orjson.loads(value) if isinstance(value, str) else value)
    except (curves.TableInvalid, orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        message = _("“%(name)s” cannot be drawn, as it is not in the form of its kind: %(reason)s.")
        raise NotDrawable(message % {"name": name, "reason": error}) from None
    figure.update_layout(title_text=name)
    listed = [{"name": key, "label": str(one[0]())} for key, one in views.items()] if len(views) > 1 else []
    return {"figure": as_json(figure), "view": chosen, "views": listed}


def _confusion_matrix(value: Any, *, normalized: bool) -> go.Figure:
    data = value["data"]
    labels, matrix = [str(label) for label in data["class_labels"]], data["matrix"]
    if len(matrix) != len(labels) or any(len(row) != len(labels) for row in matrix):
        raise curves.TableInvalid("“matrix” has a row and a column for each class")
    shown = matrix
    if normalized:
        shown = [[count / total if (total := sum(row)) else 0.0 for count in row] for row in matrix]
    heat = go.Heatmap(
        z=shown,
        x=labels,
        y=labels,
        texttemplate="%{z:.1%}" if normalized else "%{z}",
        hovertemplate=_("true %{y}, predicted %{x}: %{z}") + "<extra></extra>",
        zmin=0,
    )
    figure = _figure(heat, x=_("Predicted"), y=_("True"))
    # Classes may be called 0 and 1, which are names here and no numbers.
    figure.update_xaxes(type="category")
    figure.update_yaxes(type="category", autorange="reversed")
    return figure


def _roc(value: Any) -> go.Figure:
    table = curves.read_table(value)
    figure = _figure(x=_("False positive rate"), y=_("True positive rate"))
    for label, counts in zip(table.labels, table.probability, strict=True):
        curve = curves.roc(counts)
        auc = _("%(label)s (AUC %(area).3f)") % {"label": label, "area": curves.area(curve)}
        figure.add_trace(_line(curve, auc))
    return figure.add_trace(_reference([0, 1], [0, 1], _("Chance")))


def _precision_recall(value: Any) -> go.Figure:
    table = curves.read_table(value)
    figure = _figure(x=_("Recall"), y=_("Precision"))
    return _lines(figure, table.labels, [curves.precision_recall(counts) for counts in table.probability])


def _calibration(value: Any) -> go.Figure:
    table = curves.read_table(value)
    figure = _figure(x=_("Predicted probability"), y=_("Share that was positive"))
    found = [curves.calibration(counts, table.thresholds) for counts in table.probability]
    return _lines(figure, table.labels, found).add_trace(_reference([0, 1], [0, 1], _("Perfect")))


def _lift(value: Any) -> go.Figure:
    table = curves.read_table(value)
    figure = _figure(x=_("Share of samples"), y=_("Lift"))
    found = [curves.lift(counts) for counts in table.percentile]
    return _lines(figure, table.labels, found).add_trace(_reference([0, 1], [1, 1], _("Chance")))


def _gains(value: Any) -> go.Figure:
    table = curves.read_table(value)
    figure = _figure(x=_("Share of samples"), y=_("Share of positives found"))
    found = [curves.cumulative_gains(counts) for counts in table.percentile]
    return _lines(figure, table.labels, found).add_trace(_reference([0, 1], [0, 1], _("Chance")))


def _residuals(value: Any) -> go.Figure:
    edges, counts = value["data"]["bin_edges"], value["data"]["bin_counts"]
    if len(edges) != len(counts) + 1:
        raise curves.TableInvalid("“bin_edges” has one entry more than “bin_counts”")
    middles = [(low + high) / 2 for low, high in itertools.pairwise(edges)]
    widths = [high - low for low, high in itertools.pairwise(edges)]
    return _figure(go.Bar(x=middles, y=counts, width=widths), x=_("Predicted minus true"), y=_("Count"))


def _predictions(value: Any) -> go.Figure:
    data = value["data"]
    edges, averages, errors, counts = (data[key] for key in ("bin_edges", "bin_averages", "bin_errors", "bin_counts"))
    if not len(edges) == len(averages) + 1 == len(errors) + 1 == len(counts) + 1:
        raise curves.TableInvalid("“bin_edges” has one entry more than the other lists")
    middles = [(low + high) / 2 for low, high in itertools.pairwise(edges)]
    figure = _figure(x=_("True value"), y=_("Predicted value"))
    figure.update_layout(yaxis2={"overlaying": "y", "side": "right", "title": {"text": _("Count")}, "showgrid": False})
    figure.add_trace(go.Bar(x=middles, y=counts, yaxis="y2", opacity=0.3, name=_("Count")))
    band = {"x": middles, "mode": "lines", "line": {"width": 0}, "showlegend": False, "hoverinfo": "skip"}
    figure.add_trace(go.Scatter(y=[mean + error for mean, error in zip(averages, errors, strict=True)], **band))
    lower = [mean - error for mean, error in zip(averages, errors, strict=True)]
    figure.add_trace(go.Scatter(y=lower, fill="tonexty", **band))
    figure.add_trace(go.Scatter(x=middles, y=averages, mode="lines+markers", name=_("Average prediction")))
    return figure.add_trace(_reference([edges[0], edges[-1]], [edges[0], edges[-1]], _("Perfect")))


def _table_lines(values: Sequence[Any]) -> go.Figure:
    columns = _numeric_columns(values)
    if len(columns) != 2:
        raise NotDrawable(_("A table is drawn as a line where it has two columns, both with numbers."))
    (x_name, x), (y_name, y) = columns.items()
    return _figure(go.Scatter(x=x, y=y, mode="lines+markers"), x=x_name, y=y_name)


def _list_line(value: Any) -> go.Figure:
    if not isinstance(value, list) or not all(map(_is_number, value)):
        raise NotDrawable(_("A list is drawn as a line where it holds numbers alone."))
    return _figure(go.Scatter(y=value, mode="lines+markers"), x=_("Position"), y="")


def _numeric_columns(values: Sequence[Any]) -> dict[str, list[float]]:
    """Return a table's columns, put together from the records that it was logged in; empty where not all hold numbers."""
    columns: dict[str, list[float]] = {}
    for value in values:
        if not isinstance(value, dict):
            return {}
        for name, cells in value.items():
            columns.setdefault(str(name), []).extend(cells if isinstance(cells, list) else [cells])
    is_even = len({len(cells) for cells in columns.values()}) == 1
    return columns if is_even and all(all(map(_is_number, cells)) for cells in columns.values()) else {}


def _figure(*traces: Any, x: str, y: str) -> go.Figure:
    figure = go.Figure(data=list(traces), layout={"template": "none"})
    figure.update_xaxes(title_text=x)
    figure.update_yaxes(title_text=y)
    return figure


def _lines(figure: go.Figure, labels: list[str], found: list[curves.Curve]) -> go.Figure:
    for label, curve in zip(labels, found, strict=True):
        figure.add_trace(_line(curve, label))
    return figure


def _line(curve: curves.Curve, name: str) -> go.Scatter:
    return go.Scatter(x=curve[0], y=curve[1], mode="lines", name=name)


def _reference(x: list[float], y: list[float], name: str) -> go.Scatter:
    return go.Scatter(x=x, y=y, mode="lines", name=name, line={"dash": "dot"}, hoverinfo="skip")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


# The labels are asked for when they are shown, in the language of whoever asks.
_VIEWS: dict[str, dict[str, tuple[Callable[[], str], View]]] = {
    "confusion_matrix": {
        "raw": (lambda: _("Raw"), lambda value: _confusion_matrix(value, normalized=False)),
        "normalized": (lambda: _("Normalized"), lambda value: _confusion_matrix(value, normalized=True)),
    },
    "accuracy_table": {
        "roc": (lambda: _("ROC"), _roc),
        "precision_recall": (lambda: _("Precision-recall"), _precision_recall),
        "calibration": (lambda: _("Calibration"), _calibration),
        "lift": (lambda: _("Lift"), _lift),
        "gains": (lambda: _("Cumulative gains"), _gains),
    },
    "residuals": {"histogram": (lambda: _("Histogram"), _residuals)},
    "predictions": {"predictions": (lambda: _("Predicted and true"), _predictions)},
}
