"""Train Clustering Model and Assign Data to Clusters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlstudio.components.catalog import learner
from mlstudio.components.core.declaring import (
    CLUSTERING,
    CLUSTERS,
    UNTRAINED_CLUSTERING,
    Component,
    Port,
    Values,
    columns,
    switch,
)
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import np, pl
from mlstudio.components.core.schema import LABEL, NONE, SCORE, Column
from mlstudio.components.core.selecting import all_columns
from mlstudio.components.core.table import Table
from mlstudio.components.learn import base
from mlstudio.components.train.model import TrainedModel, train

APPEND = switch("append", "Check for append or uncheck for result only", True)


class ClusteringModel(TrainedModel):
    """Trained centers. They predict no label; ``assign`` says which cluster each row belongs to."""

    scores = None  # type: ignore[assignment]

    def assign(self, table: Table, append: bool) -> Table:
        """Return a table with ``Assignments`` and the distance to each center."""
        distances = self.predictor.distances(self.features.matrix(table))  # type: ignore[attr-defined]
        fresh = [pl.Series("Assignments", distances.argmin(axis=1), dtype=pl.Int64)]
        fresh += [
            pl.Series(f"DistancesToClusterCenter no.{place}", distances[:, place])
            for place in range(distances.shape[1])
        ]
        facts = [Column(series.name, "", role=SCORE, score="distance") for series in fresh]
        facts[0] = facts[0].but(score="assignment", categorical=True)
        frame = (
            table.frame.drop([series.name for series in fresh], strict=False).with_columns(fresh)
            if append
            else pl.DataFrame(fresh)
        )
        return table.with_columns(frame, facts)


class TrainClusteringModel(Component):
    """Clusters of data."""

    name = "train_clustering_model"
    title = "Train Clustering Model"
    category = CLUSTERS
    help = "Finds clusters in the chosen columns, and says which one each row belongs to."
    inputs = (Port("untrained", "Untrained clustering model", UNTRAINED_CLUSTERING), Port("dataset", "Dataset"))
    outputs = (Port("model", "Trained clustering model", CLUSTERING), Port("results", "Results dataset"))
    parameters = (columns("columns", "Column set", all_columns()), APPEND)

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Train, and assign."""
        untrained, table = inputs["untrained"], inputs["dataset"].need_rows(2)
        if learner(untrained.algorithm).task != base.CLUSTERING:
            raise ComponentError(
                13, f"{learner(untrained.algorithm).title} is no clustering.", "Connect K-Means Clustering."
            )
        names = [
            name
            for name in table.chosen(values["columns"], parameter="columns")
            if table.column(name).role not in (LABEL, SCORE, NONE)
        ]
        trained = train(untrained, table, names)
        model = ClusteringModel(trained.untrained, trained.features, trained.predictor)
        results = model.assign(table, append=True)
        results = _labeled(results, model, base.value(untrained, "label_mode"))
        return {"model": model, "results": results if values["append"] else results.select(_added(results))}


def _added(table: Table) -> list[str]:
    return [column.name for column in table.schema if column.score in ("assignment", "distance")]


def _labeled(table: Table, model: ClusteringModel, mode: str) -> Table:
    """Give rows the label of the row of their cluster that is closest to its center, as the learner's parameter says."""
    labels = [column.name for column in table.schema if column.role == LABEL]
    if mode == "Ignore label column" or not labels:
        return table
    label = table.frame[labels[0]]
    assigned = table.frame["Assignments"].to_numpy()
    distances = model.predictor.distances(model.features.matrix(table))  # type: ignore[attr-defined]
    own = np.where(label.is_not_null().to_numpy(), distances[np.arange(len(assigned)), assigned], np.inf)
    nearest = np.arange(len(assigned))
    for cluster in np.unique(assigned):
        members = np.flatnonzero(assigned == cluster)
        nearest[members] = members[own[members].argmin()]
    given = label.gather(nearest)
    fresh = label.is_null() if mode == "Fill missing values" else pl.Series([True] * len(label))
    return table.with_columns(
        table.frame.with_columns(pl.select(pl.when(fresh).then(given).otherwise(label)).to_series().alias(labels[0]))
    )


class AssignDataToClusters(Component):
    """The cluster of each row of other data."""

    name = "assign_data_to_clusters"
    title = "Assign Data to Clusters"
    category = CLUSTERS
    help = "Says which cluster of a trained model each row belongs to, and how far it is from every center."
    inputs = (Port("model", "Trained clustering model", CLUSTERING), Port("dataset", "Dataset"))
    outputs = (Port("results", "Results dataset"),)
    parameters = (APPEND,)

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Assign."""
        model: ClusteringModel = inputs["model"]
        return {"results": model.assign(inputs["dataset"].need_rows(), values["append"])}
