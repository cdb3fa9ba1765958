"""Cross Validate Model and Tune Model Hyperparameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlstudio.components.catalog import learner
from mlstudio.components.core.declaring import (
    MODEL,
    TRAINING,
    UNTRAINED,
    Component,
    Port,
    Values,
    choice,
    column,
    integer,
    when,
)
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import np, pl
from mlstudio.components.core.randomness import generator, shuffled_groups
from mlstudio.components.core.schema import NONE, Column
from mlstudio.components.core.table import Table
from mlstudio.components.core.values import Untrained
from mlstudio.components.learn.base import REGRESSION, grid
from mlstudio.components.train.evaluating import column_of, evaluation, finite
from mlstudio.components.train.metrics import CLASSIFICATION_METRICS, LARGER_IS_BETTER, REGRESSION_METRICS
from mlstudio.components.train.model import TrainedModel, scored
from mlstudio.components.train.results import evaluated
from mlstudio.components.train.training import fit

FOLDS = 10
TUNING_FOLDS = 5


def folds_of(table: Table, label: str, count: int, seed: int, regression: bool) -> np.ndarray:
    """Return the fold of each row, from 1: those it has been divided into, else as many with as equal classes as can be."""
    if table.folds is not None:
        return table.folds.to_numpy()
    table.need_rows(count)
    fold = np.zeros(table.height, int)
    groups = shuffled_groups(None if regression else table.frame[label], table.height, generator(seed))
    fold[np.concatenate(groups)] = np.arange(table.height) % count + 1
    return fold


def _ready(untrained: Untrained, table: Table, label: str, title: str) -> tuple[Table, bool]:
    component = learner(untrained.algorithm)
    if hasattr(component, "fit_table"):
        raise ComponentError(13, f"{title} works with built-in algorithms only.", "Connect one of these.")
    known = table.frame[label].is_not_null().to_numpy()
    return table.take(known).need_rows(2), component.task == REGRESSION


class CrossValidateModel(Component):
    """Every row is scored by a model that has not seen it."""

    name = "cross_validate_model"
    title = "Cross Validate Model"
    category = TRAINING
    help = (
        "Trains on all folds but one, scores that one, and goes on to the next: 10 folds, or those of Partition and"
        " Sample."
    )
    inputs = (Port("untrained", "Untrained model", UNTRAINED), Port("dataset", "Dataset"))
    outputs = (Port("scored", "Scored results"), Port("evaluation", "Evaluation results by fold"))
    parameters = (
        column("label", "Label column"),
        integer("seed", "Random seed", 0, 0, help="0: another draw each time."),
    )

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Go through the folds."""
        label = inputs["dataset"].chosen([values["label"]], parameter="label")[0]
        table, regression = _ready(inputs["untrained"], inputs["dataset"].need_rows(), label, self.title)
        folds = folds_of(table, label, FOLDS, values["seed"], regression)
        parts, rows = [], []
        for fold in np.unique(folds):
            inside = folds == fold
            found = scored(fit(inputs["untrained"], table.take(~inside), label), table.take(inside))
            parts.append(_numbered(found, int(fold)))
            figures = finite(evaluated(found).figures)
            rows.append(
                {
                    "Fold Number": str(fold),
                    "Number of examples in fold": found.height,
                    **{column_of(name): value for name, value in figures.items()},
                }
            )
        whole = _below(parts)
        outcome = evaluated(whole)
        by_fold = Table(_with_summary(rows), evaluation=evaluation({"All folds": outcome}))
        return {"scored": whole, "evaluation": by_fold}


def _numbered(table: Table, fold: int) -> Table:
    return table.with_columns(
        table.frame.with_columns(pl.lit(fold, pl.Int64).alias("Fold Number")), [Column("Fold Number", "", role=NONE)]
    )


def _below(parts: list[Table]) -> Table:
    """A class that a fold's model has not seen has no probability there: it is 0."""
    facts = {name: fact for part in parts for name, fact in part.facts.items()}
    frame = pl.concat([part.frame for part in parts], how="diagonal_relaxed")
    empty = [name for name, fact in facts.items() if fact.score == "multi_probability"]
    return Table(frame.with_columns(pl.col(empty).fill_null(0.0)), facts)


def _with_summary(rows: list[dict[str, Any]]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, infer_schema_length=None)
    figures = [name for name in frame.columns if name not in ("Fold Number", "Number of examples in fold")]
    summary = [
        {
            "Fold Number": title,
            "Number of examples in fold": frame["Number of examples in fold"].sum(),
            **{name: call(frame[name].cast(pl.Float64)) for name in figures},
        }
        for title, call in (("Mean", lambda series: series.mean()), ("Standard Deviation", lambda series: series.std()))
    ]
    return pl.concat(
        [frame, pl.DataFrame(summary, schema_overrides=dict.fromkeys(figures, pl.Float64))], how="vertical_relaxed"
    )


GRID, RANDOM = "Entire grid", "Random sweep"


class TuneModelHyperparameters(Component):
    """The best of several settings."""

    name = "tune_model_hyperparameters"
    title = "Tune Model Hyperparameters"
    category = TRAINING
    help = (
        "Trains with each, or some, of the values of a learner's ranges, and keeps the best. Without validation "
        "data, 5 folds say which is best."
    )
    inputs = (
        Port("untrained", "Untrained model", UNTRAINED),
        Port("dataset", "Training dataset"),
        Port("validation", "Optional validation dataset", optional=True),
    )
    outputs = (Port("results", "Sweep results"), Port("model", "Trained best model", MODEL))
    parameters = (
        choice("mode", "Specify parameter sweeping mode", (GRID, RANDOM), RANDOM),
        integer("runs", "Maximum number of runs on random sweep", 5, 1, 10_000, when=when(mode=RANDOM)),
        integer("seed", "Random seed", 0, 0, help="Of the draw of values and of the folds; 0: another draw each time."),
        column("label", "Label column"),
        choice(
            "classification_metric",
            "Metric for measuring performance for classification",
            tuple(CLASSIFICATION_METRICS),
        ),
        choice("regression_metric", "Metric for measuring performance for regression", tuple(REGRESSION_METRICS)),
    )

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Sweep, and train the best on all training data."""
        label = inputs["dataset"].chosen([values["label"]], parameter="label")[0]
        table, regression = _ready(inputs["untrained"], inputs["dataset"].need_rows(), label, self.title)
        validation = inputs.get("validation")
        if validation is not None:
            validation.need_rows(1, "The validation dataset").chosen([label], "the validation dataset", "label")
        wanted = (
            REGRESSION_METRICS[values["regression_metric"]]
            if regression
            else CLASSIFICATION_METRICS[values["classification_metric"]]
        )
        candidates = grid(inputs["untrained"])
        if values["mode"] == RANDOM and values["runs"] < len(candidates):
            drawn = generator(values["seed"]).choice(np.arange(len(candidates)), values["runs"], replace=False)
            candidates = [candidates[place] for place in np.sort(drawn)]
        folds = (
            None
            if validation is not None
            else folds_of(table, label, min(TUNING_FOLDS, table.height), values["seed"], regression)
        )
        figures = [_figures(candidate, table, label, validation, folds) for candidate in candidates]
        sign = -1 if wanted in LARGER_IS_BETTER else 1
        order = sorted(
            range(len(candidates)), key=lambda place: (np.isnan(figures[place][wanted]), sign * figures[place][wanted])
        )
        rows = [
            {
                **_settings(candidates[place]),
                **{column_of(name): value for name, value in finite(figures[place]).items()},
            }
            for place in order
        ]
        best: TrainedModel = fit(candidates[order[0]], table, label)
        return {"results": Table(pl.DataFrame(rows, infer_schema_length=None)), "model": best}


def _figures(
    candidate: Untrained, table: Table, label: str, validation: Table | None, folds: np.ndarray | None
) -> dict[str, float]:
    if folds is None:
        assert validation is not None  # there are folds otherwise
        return evaluated(scored(fit(candidate, table, label), validation)).figures
    each = []
    for fold in np.unique(folds):
        inside = folds == fold
        each.append(evaluated(scored(fit(candidate, table.take(~inside), label), table.take(inside))).figures)
    return {name: float(np.mean([figures[name] for figures in each])) for name in each[0]}


def _settings(candidate: Untrained) -> dict[str, Any]:
    """The values that a range can be given for, by title, of the learner and of the one it is made of."""
    component = learner(candidate.algorithm)
    titles = {parameter.name: parameter.title for parameter in component.parameters}
    shown = {titles[name]: given for name, given in candidate.values.items() if f"{name}_range" in titles}
    return {**shown, **(_settings(candidate.base) if candidate.base else {})}
