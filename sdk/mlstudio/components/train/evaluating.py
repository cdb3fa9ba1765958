"""Evaluate Model, for one scored dataset or two side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlstudio.components.core.declaring import SCORING, Component, Port, Values
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import pl
from mlstudio.components.core.table import Table
from mlstudio.components.learn.base import CLUSTERING
from mlstudio.components.train.results import Outcome, evaluated

NAMES = {"scored": "Scored dataset", "scored_to_compare": "Scored dataset to compare"}
COLUMNS = {
    "mean_absolute_error": "Mean_Absolute_Error",
    "root_mean_squared_error": "Root_Mean_Squared_Error",
    "relative_absolute_error": "Relative_Absolute_Error",
    "relative_squared_error": "Relative_Squared_Error",
    "coefficient_of_determination": "Coefficient_of_Determination",
    "average_quantile_loss": "Average Quantile Loss",
    "accuracy": "Accuracy",
    "accuracy_macro": "Average Accuracy",
    "precision": "Precision",
    "recall": "Recall",
    "f1": "F1 Score",
    "auc": "AUC",
    "log_loss": "Average Log Loss",
    "average_distance_to_other_center": "Average Distance to Other Center",
    "average_distance_to_cluster_center": "Average Distance to Cluster Center",
    "number_of_points": "Number of Points",
    "maximal_distance_to_cluster_center": "Maximal Distance To Cluster Center",
}


def column_of(figure: str) -> str:
    """Return what a figure is called as a column."""
    if figure.startswith("quantile_loss_"):
        return f"Quantile Loss:{float(figure[len('quantile_loss_') :]):.3f}"
    return COLUMNS[figure]


class EvaluateModel(Component):
    """How good predictions are."""

    name = "evaluate_model"
    title = "Evaluate Model"
    category = SCORING
    help = "Compares scores with the truth. With two scored datasets, it shows two models side by side."
    inputs = (Port("scored", "Scored dataset"), Port("scored_to_compare", "Scored dataset to compare", optional=True))
    outputs = (Port("results", "Evaluation results"),)

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Evaluate."""
        outcomes = {NAMES[name]: evaluated(table.need_rows()) for name, table in inputs.items()}
        tasks = {outcome.task for outcome in outcomes.values()}
        if len(tasks) > 1:
            message = f"The two scored datasets come of different kinds of models ({' and '.join(sorted(tasks))})."
            raise ComponentError(62, message, "Compare two models of one kind.")
        return {"results": Table(_rows(outcomes), evaluation=evaluation(outcomes))}


def evaluation(outcomes: Mapping[str, Outcome]) -> dict[str, Any]:
    """Return the outcomes for the page: figures that are no number are None."""
    return {
        "task": next(iter(outcomes.values())).task,
        "models": [
            {"name": name, "metrics": finite(outcome.figures), **outcome.shown} for name, outcome in outcomes.items()
        ],
    }


def finite(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return figures with None for those that are no number, which JSON has not."""
    return {name: None if value is None or value != value else value for name, value in figures.items()}


def _rows(outcomes: Mapping[str, Outcome]) -> pl.DataFrame:
    rows = []
    for name, outcome in outcomes.items():
        if outcome.task == CLUSTERING:
            for cluster in outcome.shown["clusters"]:
                figures = {key: value for key, value in cluster.items() if key != "name"}
                title = cluster["name"] if len(outcomes) == 1 else f"{name}: {cluster['name']}"
                rows.append({"Result Description": title, **{column_of(key): value for key, value in figures.items()}})
        else:
            rows.append({"Model": name, **{column_of(key): value for key, value in finite(outcome.figures).items()}})
    frame = pl.DataFrame(rows, infer_schema_length=None)
    return frame if len(outcomes) > 1 or "Model" not in frame.columns else frame.drop("Model")
