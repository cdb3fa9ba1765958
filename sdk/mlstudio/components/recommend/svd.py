"""Train SVD Recommender, Score SVD Recommender."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlstudio.components.core.declaring import (
    MODEL,
    RECOMMENDATION,
    Component,
    Port,
    Schemas,
    Values,
    choice,
    integer,
    number,
    switch,
    when,
)
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import np, pl
from mlstudio.components.core.schema import SCORE, Column, Schema
from mlstudio.components.core.table import Table, numeric, row_text
from mlstudio.components.train.model import library_versions

RATING, ITEMS = "Rating Prediction", "Item Recommendation"
ALL, RATED, UNRATED = (
    "From All Items",
    "From Rated Items (for model evaluation)",
    "From Unrated Items (to suggest new items to users)",
)
BATCH = 64
SHRINK = 0.02


class TrainSvdRecommender(Component):
    """What users like, of what they rated."""

    name = "train_svd_recommender"
    title = "Train SVD Recommender"
    category = RECOMMENDATION
    help = "Learns of rows of a user, an item and a rating, by their place: the first three columns."
    inputs = (Port("dataset", "Training dataset of user-item-rating triples"),)
    outputs = (Port("model", "Trained SVD recommendation", MODEL),)
    parameters = (
        integer("factors", "Number of factors", 200, 1, 10_000),
        integer("iterations", "Number of recommendation algorithm iterations", 30, 1, 10_000),
        number("rate", "Learning rate", 0.001, 1e-9, 2),
    )

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """Three columns have to be there."""
        _need_three(inputs.get("dataset"))
        return {}

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Learn."""
        table = inputs["dataset"].need_rows(2)
        _need_three(table.schema)
        users, items, ratings = triples(table)
        return {"model": SvdModel(users, items, ratings, values["factors"], values["iterations"], values["rate"])}


def _need_three(schema: Schema | None) -> None:
    if schema is not None and len(schema) < 3:
        message = f"The dataset has {len(schema)} columns where users, items and ratings are needed."
        raise ComponentError(20, message, "Select these three columns, in this order.")


def triples(table: Table) -> tuple[list[Any], list[Any], np.ndarray]:
    """Return users, items and ratings.

    Raises: ComponentError: a value is missing, or a user rated an item twice.
    """
    user, item, rating = table.frame.columns[:3]
    for name in (user, item, rating):
        if table.frame[name].null_count():
            raise ComponentError(
                18, f"The column “{name}” has missing values.", "Remove these rows with Clean Missing Data."
            )
    twice = table.frame.filter(pl.struct(user, item).is_duplicated())
    if twice.height:
        message = f"There are several ratings of one user and item: {row_text(twice.row(0)[:2])}."
        raise ComponentError(34, message, "Keep one of them with Remove Duplicate Rows.")
    return table.frame[user].to_list(), table.frame[item].to_list(), numeric(table, rating, "A recommender").to_numpy()


class SvdModel:
    """Ratings as a mean, what is special about user and item, and the product of their factors.

    Source: Koren, Bell, Volinsky, "Matrix factorization techniques for recommender systems", IEEE Computer 2009.
    """

    task = "recommendation"

    def __init__(
        self, users: list[Any], items: list[Any], ratings: np.ndarray, factors: int, iterations: int, rate: float
    ) -> None:
        self.users = {user: place for place, user in enumerate(sorted(set(users)))}
        self.items = {item: place for place, item in enumerate(sorted(set(items)))}
        self.mean, self.low, self.high = float(ratings.mean()), float(ratings.min()), float(ratings.max())
        self.options = {
            "Number of factors": factors,
            "Number of recommendation algorithm iterations": iterations,
            "Learning rate": rate,
        }
        self.versions = library_versions()
        draw = np.random.default_rng(0)
        self.user_bias, self.item_bias = np.zeros(len(self.users)), np.zeros(len(self.items))
        self.user_factors = draw.normal(0, 0.1, (len(self.users), factors))
        self.item_factors = draw.normal(0, 0.1, (len(self.items), factors))
        user, item = np.array([self.users[each] for each in users]), np.array([self.items[each] for each in items])
        with np.errstate(all="ignore"):
            for _ in range(iterations):
                order = draw.permutation(len(ratings))
                for start in range(0, len(order), BATCH):
                    batch = order[start : start + BATCH]
                    self._step(user[batch], item[batch], ratings[batch], rate)
        if not (np.isfinite(self.user_factors).all() and np.isfinite(self.item_factors).all()):
            raise ComponentError(39, "The factors did not settle.", "Lower the learning rate.")

    def _step(self, user: np.ndarray, item: np.ndarray, rating: np.ndarray, rate: float) -> None:
        error = rating - self._raw(user, item)
        of_user, of_item = self.user_factors[user], self.item_factors[item]
        np.add.at(self.user_bias, user, rate * (error - SHRINK * self.user_bias[user]))
        np.add.at(self.item_bias, item, rate * (error - SHRINK * self.item_bias[item]))
        np.add.at(self.user_factors, user, rate * (error[:, None] * of_item - SHRINK * of_user))
        np.add.at(self.item_factors, item, rate * (error[:, None] * of_user - SHRINK * of_item))

    def _raw(self, user: np.ndarray, item: np.ndarray) -> np.ndarray:
        return (
            self.mean
            + self.user_bias[user]
            + self.item_bias[item]
            + (self.user_factors[user] * self.item_factors[item]).sum(axis=1)
        )

    def rate(self, users: list[Any], items: list[Any]) -> np.ndarray:
        """Return ratings within the range of training; of an unknown user or item what is known of the other, and the mean."""
        user = np.array([self.users.get(each, -1) for each in users])
        item = np.array([self.items.get(each, -1) for each in items])
        known_user, known_item = user >= 0, item >= 0
        found = (
            self.mean + np.where(known_user, self.user_bias[user], 0) + np.where(known_item, self.item_bias[item], 0)
        )
        both = known_user & known_item
        found[both] += (self.user_factors[user[both]] * self.item_factors[item[both]]).sum(axis=1)
        return np.clip(found, self.low, self.high)

    def summary(self) -> dict[str, Any]:
        """Return what anyone may read of it."""
        return {
            "algorithm": TrainSvdRecommender.name,
            "title": TrainSvdRecommender.title,
            "task": self.task,
            "parameters": self.options,
            "users": len(self.users),
            "items": len(self.items),
            "versions": self.versions,
        }


class ScoreSvdRecommender(Component):
    """Ratings of pairs, or the best items of users."""

    name = "score_svd_recommender"
    title = "Score SVD Recommender"
    category = RECOMMENDATION
    help = "Predicts the rating of pairs of user and item, or recommends items to users, who are in the first column."
    inputs = (
        Port("model", "Trained SVD recommendation", MODEL),
        Port("dataset", "Dataset to score"),
        Port("training", "Training data", optional=True),
    )
    outputs = (Port("scored", "Scored dataset"),)
    parameters = (
        choice("kind", "Recommender prediction kind", (RATING, ITEMS)),
        choice("selection", "Recommended item selection", (ALL, RATED, UNRATED), RATED, when=when(kind=ITEMS)),
        integer("most", "Maximum number of items to recommend to a user", 5, 1, when=when(kind=ITEMS)),
        integer("pool", "Minimum size of the recommendation pool for a single user", 2, 1, when=when(selection=RATED)),
        switch(
            "with_ratings",
            "Whether to return the predicted ratings of the items along with the labels",
            False,
            when=when(kind=ITEMS),
        ),
    )

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Predict."""
        model, table = inputs["model"], inputs["dataset"].need_rows()
        if not isinstance(model, SvdModel):
            raise ComponentError(13, "The model is no SVD recommender.", "Connect the model of Train SVD Recommender.")
        if values["kind"] == RATING:
            users, items = _pairs(table)
            rows = {"User": users, "Item": items, "Rating": model.rate(users, items)}
            return {"scored": Table(pl.DataFrame(rows), {"Rating": Column("Rating", "", role=SCORE)})}
        return {"scored": _recommended(model, table, inputs.get("training"), values)}


def _pairs(table: Table) -> tuple[list[Any], list[Any]]:
    if len(table.frame.columns) < 2:
        raise ComponentError(20, "The dataset has no column of items.", "Its first two columns are users and items.")
    return table.frame.to_series(0).to_list(), table.frame.to_series(1).to_list()


def _recommended(model: SvdModel, table: Table, training: Table | None, values: Values) -> Table:
    if values["selection"] == UNRATED and training is None:
        raise ComponentError(
            3,
            "What users have not rated is known of the training data only.",
            "Connect them to the third input.",
            "selection",
        )
    pools = _pools(table) if values["selection"] == RATED else {}
    done = _pools(training) if training is not None and values["selection"] == UNRATED else {}
    rows = []
    for user in dict.fromkeys(table.frame.to_series(0).to_list()):
        pool = (
            pools.get(user, [])
            if values["selection"] == RATED
            else [item for item in model.items if item not in set(done.get(user, []))]
        )
        if values["selection"] == RATED and len(pool) < values["pool"]:
            continue
        ratings = model.rate([user] * len(pool), pool)
        best = np.argsort(-ratings, kind="stable")[: values["most"]]
        row: dict[str, Any] = {"User": user}
        for place in range(values["most"]):
            row[f"Item {place + 1}"] = pool[best[place]] if place < len(best) else None
            if values["with_ratings"]:
                row[f"Predicted Rating {place + 1}"] = float(ratings[best[place]]) if place < len(best) else None
        rows.append(row)
    if not rows:
        message = f"No user has {values['pool']} or more rated items."
        raise ComponentError(21, message, "Lower the minimum size of the recommendation pool.", "pool")
    return Table(pl.DataFrame(rows, infer_schema_length=None))


def _pools(table: Table) -> dict[Any, list[Any]]:
    pools: dict[Any, list[Any]] = {}
    for user, item in zip(*_pairs(table)):
        pools.setdefault(user, []).append(item)
    return pools
