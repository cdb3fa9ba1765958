"""How much a model relies on each column: what is lost when its values are shuffled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlstudio.components.core.declaring import MODEL, SELECTION, Component, Port, Schemas, Values, choice, integer
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import np, pl
from mlstudio.components.core.randomness import generator
from mlstudio.components.core.schema import DOUBLE, STRING, Column, Schema
from mlstudio.components.core.table import Table
from mlstudio.components.learn.base import REGRESSION
from mlstudio.components.train.metrics import LARGER_IS_BETTER
from mlstudio.components.train.model import TrainedModel, scored
from mlstudio.components.train.results import evaluated

METRICS = {
    "Classification - Accuracy": "accuracy",
    "Classification - Precision": "precision",
    "Classification - Recall": "recall",
    "Regression - Mean Absolute Error": "mean_absolute_error",
    "Regression - Root Mean Squared Error": "root_mean_squared_error",
    "Regression - Relative Absolute Error": "relative_absolute_error",
    "Regression - Relative Squared Error": "relative_squared_error",
    "Regression - Coefficient of Determination": "coefficient_of_determination",
}


def permuted(model: TrainedModel, table: Table, metric: str = "", seed: int = 0) -> dict[str, float]:
    """Return by feature column how much worse the metric is with its values shuffled; larger means more important.

    Args: table: with the label. metric: "" the coefficient of determination, or the accuracy. seed: 0 is the clock's.
    """
    metric = metric or ("coefficient_of_determination" if model.task == REGRESSION else "accuracy")
    sign = 1 if metric in LARGER_IS_BETTER else -1
    table = table.take(table.frame[model.label].is_not_null().to_numpy())
    base, draw, lost = evaluated(scored(model, table)).figures[metric], generator(seed), {}
    for name in model.features.names:
        order = pl.Series(draw.permutation(table.height), dtype=pl.UInt32)
        other = table.with_columns(table.frame.with_columns(table.frame[name].gather(order)))
        lost[name] = sign * (base - evaluated(scored(model, other)).figures[metric])
    return dict(sorted(lost.items(), key=lambda pair: -pair[1]))


class PermutationFeatureImportance(Component):
    """What the model relies on."""

    name = "permutation_feature_importance"
    title = "Permutation Feature Importance"
    category = SELECTION
    help = "Shuffles one column after the other and says how much worse the model becomes."
    inputs = (Port("model", "Trained model", MODEL), Port("dataset", "Test data"))
    outputs = (Port("importance", "Feature importance"),)
    parameters = (
        integer("seed", "Random seed", 0, 0, help="0: another draw each time."),
        choice("metric", "Metric for measuring performance", tuple(METRICS)),
    )

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """Two columns."""
        return {"importance": (Column("Feature", STRING), Column("Score", DOUBLE))}

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Shuffle, and score."""
        model, table = inputs["model"], inputs["dataset"].need_rows()
        if not isinstance(model, TrainedModel) or not model.label:
            raise ComponentError(13, "The model predicts no label.", "Connect a model of Train Model.")
        table.chosen([model.label], "the test data, and is the label")
        wanted = METRICS[values["metric"]]
        kind = values["metric"].split(" - ")[0]
        if (kind == "Regression") != (model.task == REGRESSION):
            message = f"The model is a {model.task}, and the metric “{values['metric']}” is not for it."
            raise ComponentError(62, message, "Choose a metric of its kind.", "metric")
        found = permuted(model, table, wanted, values["seed"])
        scores = np.array(list(found.values()), float)
        return {"importance": Table(pl.DataFrame({"Feature": list(found), "Score": scores}))}
