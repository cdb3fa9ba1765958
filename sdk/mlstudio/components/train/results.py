"""Which columns of a scored table hold the truth and what was found, and their figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import np, pl
from mlstudio.components.core.schema import LABEL, SCORE
from mlstudio.components.core.table import Table, numeric, texts
from mlstudio.components.learn.base import BINARY, CLUSTERING, MULTICLASS, REGRESSION
from mlstudio.components.train import metrics

NAMED = {
    "Regression Scored Labels": "regression_label",
    "Binary Class Scored Labels": "binary_label",
    "Binary Class Scored Probabilities": "binary_probability",
    "Multi Class Scored Labels": "multi_label",
}
TASKS = {"regression_label": REGRESSION, "binary_label": BINARY, "multi_label": MULTICLASS, "assignment": CLUSTERING}
BARS = 20
MOST_RESIDUALS = 2_000


@dataclass(frozen=True)
class Outcome:
    """What an evaluation of one scored table says: ``figures`` as numbers, ``shown`` with curves, for the page."""

    task: str
    figures: dict[str, float]
    shown: dict[str, Any]


def task_of(table: Table) -> str:
    """Return what kind of model made the scores.

    Raises: ComponentError: there are none.
    """
    for kind, task in TASKS.items():
        if _scores(table, kind):
            return task
    hint = f"Connect the output of Score Model, or call the columns Labels and one of {', '.join(NAMED)}."
    raise ComponentError(25, "The dataset has no score column.", hint)


def evaluated(table: Table) -> Outcome:
    """Return figures and curves of a scored table; rows without a label do not count.

    Raises: ComponentError: labels or scores are missing.
    """
    task = task_of(table)
    if task == CLUSTERING:
        return _clusters(table)
    label = _label(table)
    kept = table.take(table.frame[label].is_not_null().to_numpy())
    if not kept.height:
        raise ComponentError(
            134, f"No row has a value in the label column “{label}”.", "Score data whose labels are known."
        )
    return {REGRESSION: _regression, BINARY: _binary, MULTICLASS: _multiclass}[task](kept, label)


def _scores(table: Table, kind: str) -> list[str]:
    found = [column.name for column in table.schema if column.role == SCORE and column.score == kind]
    return found or [name for name, known in NAMED.items() if known == kind and name in table.frame.columns]


def _label(table: Table) -> str:
    marked = [column.name for column in table.schema if column.role == LABEL]
    if not marked and "Labels" in table.frame.columns:
        return "Labels"
    return marked[0] if marked else table.label()


def _regression(table: Table, label: str) -> Outcome:
    truth = numeric(table, label, "Evaluate Model").to_numpy()
    found = (
        numeric(table, _scores(table, "regression_label")[0], "Evaluate Model")
        .fill_null(float(truth.mean()))
        .to_numpy()
    )
    figures = metrics.regression_metrics(truth, found)
    quantiles = [table.column(name) for name in _scores(table, "quantile")]
    losses = {
        f"quantile_loss_{column.of}": metrics.quantile_loss(
            truth, table.frame[column.name].to_numpy(), float(column.of)
        )
        for column in quantiles
    }
    if losses:
        losses["average_quantile_loss"] = sum(losses.values()) / len(losses)
    counts, edges = np.histogram(found - truth, bins=BARS)
    some = np.unique(np.linspace(0, len(truth) - 1, min(len(truth), MOST_RESIDUALS)).round().astype(int))
    shown = {
        "error_histogram": {"counts": counts.tolist(), "edges": edges.tolist()},
        "predictions": [[float(truth[row]), float(found[row])] for row in some],
    }
    return Outcome(REGRESSION, {**figures, **losses}, shown)


def _binary(table: Table, label: str) -> Outcome:
    truth_texts, said = texts(table.frame[label]), texts(table.frame[_scores(table, "binary_label")[0]])
    probabilities = _scores(table, "binary_probability")
    if not probabilities:
        raise ComponentError(25, "The dataset has no column of scored probabilities.", "Keep it after Score Model.")
    positive = table.column(probabilities[0]).of
    classes = sorted(set(truth_texts.to_list()) | set(said.drop_nulls().to_list()))
    positive = positive or classes[-1]
    truth, labels = (truth_texts == positive).to_numpy(), (said == positive).fill_null(False).to_numpy()
    probability = numeric(table, probabilities[0], "Evaluate Model").fill_null(0.0).to_numpy()
    negative = ", ".join(kind for kind in classes if kind != positive)
    shown = {"positive": positive, "negative": negative, **metrics.binary_curves(truth, probability)}
    return Outcome(BINARY, metrics.binary_metrics(truth, probability, labels), shown)


def _multiclass(table: Table, label: str) -> Outcome:
    truth, said = texts(table.frame[label]), texts(table.frame[_scores(table, "multi_label")[0]]).fill_null("")
    columns = [table.column(name) for name in _scores(table, "multi_probability")]
    known = [column.of for column in columns]
    classes = known + sorted((set(truth.to_list()) | set(said.to_list())) - set(known))
    index = {kind: place for place, kind in enumerate(classes)}
    real, found = (np.array([index[kind] for kind in series.to_list()]) for series in (truth, said))
    probability = None
    if columns:
        probability = np.zeros((table.height, len(classes)))
        for place, column in enumerate(columns):
            probability[:, place] = table.frame[column.name].cast(pl.Float64).fill_null(0.0).to_numpy()
    figures = metrics.multiclass_metrics(real, found, len(classes), probability)
    shown = {"classes": classes, "confusion": metrics.confusion(real, found, len(classes)).tolist()}
    return Outcome(MULTICLASS, figures, shown)


def _clusters(table: Table) -> Outcome:
    assigned = table.frame[_scores(table, "assignment")[0]].to_numpy().astype(int)
    distances = table.frame.select(_scores(table, "distance")).to_numpy()
    if distances.shape[1] <= assigned.max(initial=-1):
        hint = "Keep all columns that the clustering added."
        raise ComponentError(25, "The dataset has not the distance to every cluster center.", hint)
    own = distances[np.arange(len(assigned)), assigned]
    others = np.where(np.arange(distances.shape[1]) == assigned[:, None], np.inf, distances)
    other = others.min(axis=1) if distances.shape[1] > 1 else np.full(len(assigned), np.nan)
    rows = [{"name": "Combined Evaluation", **_distances(own, other)}]
    for cluster in range(distances.shape[1]):
        of = assigned == cluster
        rows.append({"name": f"Evaluation For Cluster No.{cluster}", **_distances(own[of], other[of])})
    return Outcome(CLUSTERING, {name: value for name, value in rows[0].items() if name != "name"}, {"clusters": rows})


def _distances(own: np.ndarray, other: np.ndarray) -> dict[str, Any]:
    def mean(values: np.ndarray) -> float | None:
        return float(values.mean()) if len(values) and np.isfinite(values).all() else None

    return {
        "average_distance_to_other_center": mean(other),
        "average_distance_to_cluster_center": mean(own),
        "number_of_points": len(own),
        "maximal_distance_to_cluster_center": float(own.max()) if len(own) else None,
    }
