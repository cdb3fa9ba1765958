"""A trained model: features, predictor, classes, and how it scores a table."""

from __future__ import annotations

import sys
from typing import Any

from mlstudio.components.catalog import learner
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import np, pl
from mlstudio.components.core.schema import DATETIME, LABEL, SCORE, Column
from mlstudio.components.core.table import Table, numeric
from mlstudio.components.core.values import Untrained
from mlstudio.components.learn.base import ANOMALY, BINARY, REGRESSION
from mlstudio.components.learn.features import CATEGORY, Features
from mlstudio.components.learn.predictors import Predictor

SCORED, PROBABILITIES = "Scored Labels", "Scored Probabilities"
THRESHOLD = 0.5
MOST_CLASSES = 1_000


class TrainedModel:
    """What training leaves.

    Args: untrained: the learner. features: what was learned of its columns. predictor: the fitted learner. label: the column it
        predicts, or "". classes: the label's values, in the order of the predictor's classes.
    """

    def __init__(
        self,
        untrained: Untrained,
        features: Features,
        predictor: Predictor,
        label: str = "",
        classes: tuple[Any, ...] = (),
    ) -> None:
        self.untrained = untrained
        self.features = features
        self.predictor = predictor
        self.label = label
        self.classes = classes
        self.task = learner(untrained.algorithm).task
        self.explanation: dict[str, float] = {}
        self.versions = library_versions()

    def scores(self, table: Table) -> list[tuple[pl.Series, Column]]:
        """Return the columns that scoring a table adds, with their facts."""
        rows = self.features.matrix(table)
        if self.task == REGRESSION:
            found = [_score(SCORED, self.predictor.predict(rows), "regression_label")]
            quantiles = getattr(self.predictor, "quantiles", None)
            if quantiles:
                every = self.predictor.all(rows)  # type: ignore[attr-defined]
                found += [
                    _score(f"Quantile {quantile:g}", every[:, place], "quantile", f"{quantile:g}")
                    for place, quantile in enumerate(quantiles)
                ]
            return found
        proba = self.predictor.proba(rows)
        if self.task in (BINARY, ANOMALY):
            chosen = (proba[:, 1] >= THRESHOLD).astype(int)
            return [
                _score(SCORED, [self.classes[place] for place in chosen], "binary_label"),
                _score(PROBABILITIES, proba[:, 1], "binary_probability", str(self.classes[1])),
            ]
        columns = [
            _score(f"{PROBABILITIES}_{kind}", proba[:, place], "multi_probability", str(kind))
            for place, kind in enumerate(self.classes)
        ]
        return [*columns, _score(SCORED, [self.classes[place] for place in proba.argmax(axis=1)], "multi_label")]

    def summary(self) -> dict[str, Any]:
        """Return what anyone may read of it without loading it."""
        component = learner(self.untrained.algorithm)
        return {
            "algorithm": self.untrained.algorithm,
            "title": component.title,
            "task": self.task,
            "label": self.label,
            "classes": [str(kind) for kind in self.classes],
            "features": [
                {
                    "name": column["name"],
                    "kind": column["kind"],
                    **({"values": len(column["values"])} if column["kind"] == CATEGORY else {}),
                }
                for column in self.features.columns
            ],
            "parameters": parameters_shown(self.untrained),
            "explanation": self.explanation,
            "versions": self.versions,
            **self.predictor.facts(self.features.numbers),
        }


def parameters_shown(untrained: Untrained) -> dict[str, Any]:
    """Return a learner's parameters by their titles; those of the learner it is made of as well."""
    component = learner(untrained.algorithm)
    shown = {
        parameter.title: untrained.values[parameter.name]
        for parameter in component.parameters
        if parameter.name in untrained.values and parameter.name != "trainer_mode"
    }
    if untrained.base:
        shown["Learner"] = learner(untrained.base.algorithm).title
        shown.update(parameters_shown(untrained.base))
    return shown


def library_versions() -> dict[str, str]:
    """Return the versions of what a model was trained with, as far as it is loaded."""
    loaded = {name: sys.modules.get(name) for name in ("numpy", "sklearn", "lightgbm", "polars")}
    return {name: str(module.__version__) for name, module in loaded.items() if module is not None}


def _score(name: str, values: Any, kind: str, of: str = "") -> tuple[pl.Series, Column]:
    return pl.Series(name, values), Column(name, "", role=SCORE, score=kind, of=of)


def train(untrained: Untrained, table: Table, names: list[str], label: str = "") -> TrainedModel:
    """Train a learner.

    Args: names: the feature columns. label: the column to predict, "" for learners without one.
    Raises: ComponentError: columns that cannot be learned of, or a label that does not fit the learner.
    """
    component = learner(untrained.algorithm)
    classes: tuple[Any, ...] = ()
    target = np.zeros(table.height)
    if label:
        table = _labeled(table, label)
        if component.task == REGRESSION:
            target = numeric(table, label, component.title, "label").to_numpy()
        else:
            classes, target = classes_of(table, label, component.task, component.title)
    elif component.task == ANOMALY:
        classes = (0, 1)
    features = Features(table, names)
    return TrainedModel(untrained, features, component.fit(features.matrix(table), target, untrained), label, classes)


def _labeled(table: Table, label: str) -> Table:
    known = table.frame[label].is_not_null()
    table = table.take(known.to_numpy())
    if table.height < 2:
        message = f"{table.height} rows have a value in the label column “{label}”."
        raise ComponentError(134, message, "Choose another label column, or look at the step before.", "label")
    return table


def classes_of(table: Table, label: str, task: str, title: str) -> tuple[tuple[Any, ...], np.ndarray]:
    """Return the classes of a label column, ascending, and the class of each row, counted from 0.

    Raises: ComponentError: there are too few or too many.
    """
    series = table.frame[label]
    if table.column(label).type == DATETIME:
        raise ComponentError(23, f"The label column “{label}” holds times.", "Choose another one.", "label")
    found = series.unique().sort().to_list()
    if len(found) < 2:
        message = f"The label column “{label}” has only one value, “{found[0]}”, so there is nothing to tell apart."
        raise ComponentError(23, message, "Choose another label column, or data with more classes.", "label")
    if task == BINARY and len(found) > 2:
        message = f"{title} needs two classes, and the label column “{label}” has {len(found):,} values."
        raise ComponentError(
            23, message, "Use a Multiclass algorithm, or a regression if they are quantities.", "label"
        )
    if len(found) > MOST_CLASSES:
        message = (
            f"The label column “{label}” has {len(found):,} different values; {MOST_CLASSES:,} classes are the most."
        )
        raise ComponentError(
            14, message, "Choose another label column, or a regression if they are quantities.", "label"
        )
    index = {value: place for place, value in enumerate(found)}
    return tuple(found), np.array([index[value] for value in series.to_list()], dtype=float)


def scored(model: Any, table: Table, append: bool = True) -> Table:
    """Return a table with a model's scores beside its columns, or alone. Columns of earlier scores make room."""
    columns = model.scores(table)
    if append:
        kept = table.frame.drop([series.name for series, _ in columns], strict=False)
        frame = kept.with_columns([series for series, _ in columns])
    else:
        frame = pl.DataFrame([series for series, _ in columns])
    facts = [column for _, column in columns]
    if model.label in frame.columns:
        facts.append(table.column(model.label).but(role=LABEL))
    return table.with_columns(frame, facts)
