"""Recommendations, on ratings made of tastes."""

import math

import numpy as np
import polars as pl
import pytest

from mlstudio.components import ComponentError
from tests.components.helpers import run, table

DRAW = np.random.default_rng(0)
TASTES = DRAW.normal(0, 1, (30, 2)), DRAW.normal(0, 1, (20, 2))
TRUTH = np.clip(3 + TASTES[0] @ TASTES[1].T, 1, 5)
PAIRS = [(user, item) for user in range(30) for item in range(20) if (user * 7 + item * 3) % 4]
RATINGS = table(
    {"u": [user for user, _ in PAIRS], "i": [f"i{item}" for _, item in PAIRS], "r": [TRUTH[pair] for pair in PAIRS]}
)
HELD = [(user, item) for user in range(30) for item in range(20) if not (user * 7 + item * 3) % 4]
TEST = table(
    {
        "User": [user for user, _ in HELD],
        "Item": [f"i{item}" for _, item in HELD],
        "Rating": [TRUTH[pair] for pair in HELD],
    }
)
MODEL = run("train_svd_recommender", {"dataset": RATINGS}, factors=4, iterations=150, rate=0.05)["model"]


def recommended(dataset, **parameters):
    inputs = {"model": MODEL, "dataset": dataset}
    if "training" in parameters:
        inputs["training"] = parameters.pop("training")
    return run("score_svd_recommender", inputs, **parameters)["scored"]


def test_ratings_are_predicted_much_better_than_by_the_mean():
    found = recommended(TEST)
    assert found.frame.columns == ["User", "Item", "Rating"]
    errors = run("evaluate_recommender", {"test": TEST, "scored": found})["metric"].frame.row(0, named=True)
    truth, said = TEST.frame["Rating"].to_numpy(), found.frame["Rating"].to_numpy()
    assert errors == pytest.approx({"MAE": np.abs(truth - said).mean(), "RMSE": np.sqrt(((truth - said) ** 2).mean())})
    assert errors["RMSE"] < 0.6 * truth.std()


def test_what_is_not_known_gets_what_is_known_of_the_other():
    found = recommended(table({"u": [0, 999], "i": ["new", "i1"]})).frame["Rating"]
    assert found[0] == pytest.approx(MODEL.mean + MODEL.user_bias[0])
    assert found[1] == pytest.approx(MODEL.mean + MODEL.item_bias[MODEL.items["i1"]])


def test_items_are_recommended_by_their_ratings():
    every = recommended(
        table({"u": [3]}), kind="Item Recommendation", selection="From All Items", most=20, with_ratings=True
    ).frame
    ratings = [every[f"Predicted Rating {place}"][0] for place in range(1, 21)]
    assert ratings == sorted(ratings, reverse=True)
    unrated = "From Unrated Items (to suggest new items to users)"
    fresh = recommended(
        table({"u": [3]}), training=RATINGS, kind="Item Recommendation", selection=unrated, most=3
    ).frame
    rated = set(RATINGS.frame.filter(pl.col("u") == 3)["i"])
    assert not rated & {fresh[f"Item {place}"][0] for place in range(1, 4)}
    with pytest.raises(ComponentError, match="training data only"):
        recommended(table({"u": [3]}), kind="Item Recommendation", selection=unrated)


def test_the_order_of_rated_items_is_evaluated():
    found = recommended(TEST, kind="Item Recommendation", most=5)
    assert found.frame.columns == ["User", *(f"Item {place}" for place in range(1, 6))]
    ndcg = run("evaluate_recommender", {"test": TEST, "scored": found})["metric"].frame["NDCG"][0]
    assert 0.95 < ndcg <= 1
    small = table({"User": [1, 1, 1], "Item": ["a", "b", "c"], "Rating": [3, 2, 1]})
    swapped = table({"User": [1], "Item 1": ["b"], "Item 2": ["a"]})
    expected = (2 + 3 / math.log2(3)) / (3 + 2 / math.log2(3))
    assert run("evaluate_recommender", {"test": small, "scored": swapped})["metric"].frame["NDCG"][0] == pytest.approx(
        expected
    )
    with pytest.raises(ComponentError, match="No user has 50 or more"):
        recommended(TEST, kind="Item Recommendation", pool=50)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"u": [1, 1], "i": [2, 2], "r": [3, 4]}, 34),
        ({"u": [1, None], "i": [2, 2], "r": [3, 4]}, 18),
        ({"u": [1, 2], "i": [2, 2]}, 20),
        ({"u": [1, 2], "i": [2, 2], "r": ["a", "b"]}, 17),
    ],
)
def test_ratings_that_cannot_be_learned_of(data, code):
    with pytest.raises(ComponentError) as caught:
        run("train_svd_recommender", {"dataset": table(data)})
    assert caught.value.code == code


def test_a_rate_that_is_too_high_says_so():
    with pytest.raises(ComponentError, match="did not settle"):
        run("train_svd_recommender", {"dataset": RATINGS}, factors=10, rate=2)
