"""Components that train, and that score with what was trained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlstudio.components.catalog import learner
from mlstudio.components.core.declaring import (
    ANOMALY,
    MODEL,
    SCORING,
    TRAINING,
    UNTRAINED,
    Component,
    Port,
    Schemas,
    Values,
    column,
    switch,
)
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.schema import Schema
from mlstudio.components.core.table import Table
from mlstudio.components.core.values import Untrained
from mlstudio.components.learn import base
from mlstudio.components.learn.features import feature_names
from mlstudio.components.train.importance import permuted
from mlstudio.components.train.model import scored, train

EXPLAINED_ROWS = 1_000


class TrainModel(Component):
    """A learner and data make a model."""

    name = "train_model"
    title = "Train Model"
    category = TRAINING
    help = "Trains a regression or classification on the feature columns. Rows without a label are left out."
    inputs = (Port("untrained", "Untrained model", UNTRAINED), Port("dataset", "Dataset"))
    outputs = (Port("model", "Trained model", MODEL),)
    parameters = (
        column("label", "Label column"),
        switch("explain", "Model explanations", False, help="Leaves with the model how much it relies on each column."),
    )

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """There is no table; features have to remain beside the label."""
        known = inputs.get("dataset")
        if known is not None and not [
            each for each in known if each.role == "feature" and each.name != values["label"]
        ]:
            raise ComponentError(
                31, "There is no feature column beside the label.", "Mark columns as features with Edit Metadata."
            )
        return {}

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Train."""
        untrained, table = inputs["untrained"], inputs["dataset"].need_rows()
        label = table.chosen([values["label"]], parameter="label")[0]
        model = fit(untrained, table, label)
        if values["explain"] and hasattr(model, "explanation"):
            rows = min(table.height, EXPLAINED_ROWS)
            model.explanation = permuted(model, table.take(range(rows)), seed=1)
        return {"model": model}


def fit(untrained: Untrained, table: Table, label: str) -> Any:
    """Train a learner that predicts a label.

    Raises: ComponentError: it is no such learner, or the data do not fit.
    """
    component = learner(untrained.algorithm)
    if component.task in (base.CLUSTERING, base.ANOMALY):
        named = "Train Clustering Model" if component.task == base.CLUSTERING else "Train Anomaly Detection Model"
        raise ComponentError(13, f"{component.title} learns without a label.", f"Connect it to {named}.")
    if hasattr(component, "fit_table"):
        return component.fit_table(untrained, table, label)
    return train(untrained, table, feature_names(table, label), label)


class TrainAnomalyDetectionModel(Component):
    """What is normal."""

    name = "train_anomaly_detection_model"
    title = "Train Anomaly Detection Model"
    category = ANOMALY
    help = "Learns of rows that are normal, so that Score Model tells how strange others are."
    inputs = (Port("untrained", "Untrained model", UNTRAINED), Port("dataset", "Dataset"))
    outputs = (Port("model", "Trained model", MODEL),)

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Train."""
        untrained, table = inputs["untrained"], inputs["dataset"].need_rows(2)
        if learner(untrained.algorithm).task != base.ANOMALY:
            title = learner(untrained.algorithm).title
            raise ComponentError(13, f"{title} is no anomaly detection.", "Connect PCA-Based Anomaly Detection.")
        return {"model": train(untrained, table, feature_names(table))}


class ScoreModel(Component):
    """What a model says of data."""

    name = "score_model"
    title = "Score Model"
    category = SCORING
    help = "Adds what the model predicts: Scored Labels, and of classes their Scored Probabilities."
    inputs = (Port("model", "Trained model", MODEL), Port("dataset", "Dataset"))
    outputs = (Port("scored", "Scored dataset"),)
    parameters = (switch("append", "Append score columns to output", True),)

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Score."""
        model = inputs["model"]
        if getattr(model, "scores", None) is None:
            hint = (
                "Connect a model of Train Model; clusters go to Assign Data to Clusters, recommenders to their own "
                "Score component."
            )
            raise ComponentError(13, "This model does not predict labels.", hint)
        return {"scored": scored(model, inputs["dataset"].need_rows(), values["append"])}
