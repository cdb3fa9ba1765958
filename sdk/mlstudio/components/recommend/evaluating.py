"""Evaluate Recommender."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlstudio.components.core.declaring import RECOMMENDATION, Component, Port, Values
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import np, pl
from mlstudio.components.core.table import Table, numeric


class EvaluateRecommender(Component):
    """How good recommendations are."""

    name = "evaluate_recommender"
    title = "Evaluate Recommender"
    category = RECOMMENDATION
    help = (
        "Compares predicted ratings with the true ones (MAE, RMSE), or the order of recommended items with the best"
        " one (NDCG)."
    )
    inputs = (Port("test", "Test dataset"), Port("scored", "Scored dataset"))
    outputs = (Port("metric", "Metric"),)

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Evaluate."""
        test, scored = inputs["test"].need_rows(), inputs["scored"].need_rows()
        if len(test.frame.columns) < 3:
            raise ComponentError(
                20, "The test dataset has no ratings.", "Its first three columns are users, items and ratings."
            )
        true = test.frame.select(test.frame.columns[:3]).rename(
            dict(zip(test.frame.columns[:3], ("User", "Item", "Rating")))
        )
        numeric(test, test.frame.columns[2], self.title)
        if "Rating" in scored.frame.columns:
            scored.chosen(["User", "Item", "Rating"], "the scored dataset")
            return {"metric": Table(_of_ratings(true, scored.frame))}
        scored.chosen(["User", "Item 1"], "the scored dataset")
        return {"metric": Table(pl.DataFrame({"NDCG": [_ndcg(true, scored.frame)]}))}


def _of_ratings(true: pl.DataFrame, scored: pl.DataFrame) -> pl.DataFrame:
    both = true.join(scored.rename({"Rating": "Found"}), on=["User", "Item"], how="inner")
    if not both.height:
        raise ComponentError(3, "No pair of user and item is in both datasets.", "Score the test dataset.")
    error = (both["Rating"].cast(pl.Float64) - both["Found"].cast(pl.Float64)).to_numpy()
    return pl.DataFrame({"MAE": [float(np.abs(error).mean())], "RMSE": [float(np.sqrt((error**2).mean()))]})


def _ndcg(true: pl.DataFrame, scored: pl.DataFrame) -> float:
    """Mean over users of the gain of the order recommended against that of the best order of their rated items."""
    ratings: dict[Any, dict[Any, float]] = {}
    for user, item, rating in true.iter_rows():
        ratings.setdefault(user, {})[item] = float(rating)
    places = [name for name in scored.columns if name.startswith("Item ")]
    found = []
    for row in scored.iter_rows(named=True):
        known = ratings.get(row["User"], {})
        gains = [known.get(row[place], 0.0) for place in places if row[place] is not None]
        best = sorted(known.values(), reverse=True)[: len(gains)]
        if best and sum(best) > 0:
            found.append(_gain(gains) / _gain(best))
    if not found:
        raise ComponentError(
            3, "No recommended user is in the test dataset.", "Recommend to users of the test dataset."
        )
    return float(np.mean(found))


def _gain(gains: list[float]) -> float:
    return float(sum(gain / np.log2(place + 2) for place, gain in enumerate(gains)))
