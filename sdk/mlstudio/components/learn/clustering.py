"""Learners without a label: clusters, and rows that are like no others."""

from __future__ import annotations

from typing import Any

from mlstudio.components.core.declaring import (
    ANOMALY as ANOMALY_CATEGORY,
)
from mlstudio.components.core.declaring import (
    CLUSTERS,
    UNTRAINED_CLUSTERING,
    Port,
    choice,
    integer,
    switch,
)
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import learn, np
from mlstudio.components.core.randomness import state
from mlstudio.components.core.values import Untrained
from mlstudio.components.learn.base import ANOMALY, CLUSTERING, MODE, Learner, seed, tunable, value, whole
from mlstudio.components.learn.predictors import Predictor, Scale

STARTS = {"K-Means++": "k-means++", "Random": "random", "First N": "first"}
LABEL_MODES = ("Ignore label column", "Fill missing values", "Overwrite from closest to center")


class KMeansClustering(Learner):
    """Groups around centers."""

    name = "k_means_clustering"
    title = "K-Means Clustering"
    category = CLUSTERS
    task = CLUSTERING
    help = "Finds centers so that each row is near to one, and groups the rows around them."
    outputs = (Port("untrained", "Untrained clustering model", UNTRAINED_CLUSTERING),)
    parameters = (
        MODE,
        *tunable(integer("centroids", "Number of centroids", 2, 1), "2; 3; 4; 5"),
        choice("initialization", "Initialization", tuple(STARTS)),
        seed(),
        choice("metric", "Metric", ("Euclidean",)),
        switch("normalize", "Normalize features", True),
        integer("iterations", "Iterations", 100, 1),
        choice(
            "label_mode",
            "Assign label mode",
            LABEL_MODES,
            help=(
                "What becomes of a label column in the results: left as it is; filled, or replaced, by the label of"
                " the row that is closest to the center."
            ),
        ),
    )

    def fit(self, rows: np.ndarray, target: np.ndarray, untrained: Untrained) -> Predictor:
        """Find the centers."""
        count = whole(untrained, "centroids")
        different = len(np.unique(rows, axis=0))
        if different < count:
            message = f"The dataset has {different} different rows, and {count} centers are wanted."
            raise ComponentError(21, message, "Ask for fewer centers, or choose more columns.")
        prepare = Scale(rows, "minmax" if value(untrained, "normalize") else "")
        start = STARTS[value(untrained, "initialization")]
        model = learn("cluster").KMeans(
            n_clusters=count,
            init=prepare(rows)[:count] if start == "first" else start,
            n_init=1,
            max_iter=whole(untrained, "iterations"),
            random_state=state(value(untrained, "seed")),
        )
        return Clusters(model.fit(prepare(rows)).cluster_centers_, prepare)


class Clusters:
    """Centers of clusters, in prepared features."""

    def __init__(self, centers: np.ndarray, prepare: Scale) -> None:
        self.centers, self.prepare = centers, prepare

    def distances(self, rows: np.ndarray) -> np.ndarray:
        """Return the distance of each row to each center, shape (n_rows, n_clusters)."""
        return np.sqrt(((self.prepare(rows)[:, None, :] - self.centers[None]) ** 2).sum(axis=2))

    def predict(self, rows: np.ndarray) -> np.ndarray:
        """Return the nearest cluster."""
        return self.distances(rows).argmin(axis=1)

    def proba(self, rows: np.ndarray) -> np.ndarray:
        """There is none."""
        raise NotImplementedError

    def facts(self, names: list[str]) -> dict[str, Any]:
        """Return the centers, in the features' own units."""
        own = self.centers * self.prepare.width + self.prepare.zero
        return {"centers": [dict(zip(names, center.tolist())) for center in own]}


class PcaBasedAnomalyDetection(Learner):
    """Rows that the main directions of the data do not explain."""

    name = "pca_based_anomaly_detection"
    title = "PCA-Based Anomaly Detection"
    category = ANOMALY_CATEGORY
    task = ANOMALY
    help = "Learns the main directions of normal rows; a row is the stranger the less of it lies in them."
    parameters = (
        MODE,
        *tunable(integer("components", "Number of components to use in PCA", 2, 1), "2; 4; 6; 8; 10"),
        *tunable(integer("oversampling", "Oversampling parameter for randomized PCA", 2, 1), "2; 4; 6; 8; 10"),
        switch("center", "Enable input feature mean normalization", True),
    )

    def fit(self, rows: np.ndarray, target: np.ndarray, untrained: Untrained) -> Predictor:
        """Find the directions."""
        count = whole(untrained, "components")
        if count >= rows.shape[1]:
            message = f"{count} components are wanted of {rows.shape[1]} features, which would explain every row."
            raise ComponentError(81, message, "Ask for fewer components, or choose more columns.")
        scale = Scale(rows)
        if not value(untrained, "center"):
            scale.zero = np.zeros(rows.shape[1])
        # An oversampling of 1 is none.
        more = whole(untrained, "oversampling") - 1
        directions = learn("utils.extmath").randomized_svd(scale(rows), count, n_oversamples=more, random_state=0)[2]
        return Directions(directions, scale)


class Directions:
    """The main directions of normal rows, shape (n_components, n_features)."""

    def __init__(self, directions: np.ndarray, prepare: Scale) -> None:
        self.directions, self.prepare = directions, prepare

    def predict(self, rows: np.ndarray) -> np.ndarray:
        """Return the share of each row's length that lies outside of the directions, 0 to 1."""
        scaled = self.prepare(rows)
        length = (scaled**2).sum(axis=1)
        outside = length - ((scaled @ self.directions.T) ** 2).sum(axis=1)
        return np.sqrt(np.clip(outside / np.where(length > 0, length, 1), 0, 1))

    def proba(self, rows: np.ndarray) -> np.ndarray:
        """Return it as the probability of being an anomaly."""
        found = self.predict(rows)
        return np.column_stack([1 - found, found])

    def facts(self, names: list[str]) -> dict[str, Any]:
        """Return the directions."""
        return {"directions": [dict(zip(names, direction.tolist())) for direction in self.directions]}
