"""Figures of what runs log: the shapes that `features` of the SDK promise, and curves against plain arithmetic."""

import json
from typing import Any

import pytest

from apps.experiments.charts.curves import area, calibration, cumulative_gains, lift, precision_recall, roc
from apps.experiments.charts.records import NotDrawable, can_be_drawn, draw

MATRIX = {
    "schema_type": "confusion_matrix",
    "schema_version": "v1",
    "data": {"class_labels": ["0", "1"], "matrix": [[3, 1], [0, 4]]},
}

# Ten samples of a class, five of them positive, by falling probability: P P N P P N N P N N
POSITIVE = [1, 1, 0, 1, 1, 0, 0, 1, 0, 0]


def counts_at(taken: int) -> list[int]:
    """[TP, FP, TN, FN] where the first ``taken`` samples are predicted to be positive."""
    tp = sum(POSITIVE[:taken])
    return [tp, taken - tp, 5 - (taken - tp), 5 - tp]


ACCURACY: dict[str, Any] = {
    "schema_type": "accuracy_table",
    "schema_version": "1.0.1",
    "data": {
        "probability_tables": [[counts_at(taken) for taken in (10, 8, 5, 2, 0)]],
        "percentile_tables": [[counts_at(taken) for taken in (1, 5, 10)]],
        "probability_thresholds": [0.0, 0.25, 0.5, 0.75, 1.0],
        "percentile_thresholds": [0.1, 0.5, 1.0],
        "class_labels": ["spam"],
    },
}


def figure_of(kind, value, view=""):
    return draw(kind, "it", [value], value, view)["figure"]


def test_a_confusion_matrix_raw_and_normalized():
    drawn = draw("confusion_matrix", "it", [MATRIX], MATRIX, "")
    assert (drawn["view"], [view["name"] for view in drawn["views"]]) == ("raw", ["raw", "normalized"])
    heat = drawn["figure"]["data"][0]
    assert (heat["type"], heat["z"], heat["x"]) == ("heatmap", [[3, 1], [0, 4]], ["0", "1"])
    assert figure_of("confusion_matrix", MATRIX, "normalized")["data"][0]["z"] == [[0.75, 0.25], [0.0, 1.0]]


def test_the_curves_of_an_accuracy_table():
    table = ACCURACY["data"]["probability_tables"][0]
    curve = roc(table)
    assert curve == ([0.0, 0.0, 0.2, 0.6, 1.0], [0.0, 0.4, 0.8, 1.0, 1.0])
    assert area(curve) == pytest.approx(0.2 * 0.6 + 0.4 * 0.9 + 0.4)
    recall, precision = precision_recall(table)
    assert next(zip(recall, precision, strict=True)) == (0.0, 1.0)
    assert (recall[-1], precision[-1]) == (1.0, 0.625)
    assert calibration(table, ACCURACY["data"]["probability_thresholds"]) == (
        [0.125, 0.375, 0.625, 0.875],
        [0.0, pytest.approx(1 / 3), pytest.approx(2 / 3), 1.0],
    )
    percentiles = ACCURACY["data"]["percentile_tables"][0]
    assert cumulative_gains(percentiles) == ([0.1, 0.5, 1.0], [0.2, 0.8, 1.0])
    assert lift(percentiles) == ([0.1, 0.5, 1.0], [2.0, pytest.approx(1.6), 1.0])


def test_an_accuracy_table_as_text_has_five_views():
    drawn = draw("accuracy_table", "it", [], json.dumps(ACCURACY), "roc")
    assert [view["name"] for view in drawn["views"]] == ["roc", "precision_recall", "calibration", "lift", "gains"]
    assert drawn["figure"]["data"][0]["name"] == "spam (AUC 0.880)"
    for view in drawn["views"]:
        assert len(figure_of("accuracy_table", ACCURACY, view["name"])["data"]) >= 1


def test_residuals_and_predictions():
    residuals = {"data": {"bin_edges": [-1, 0, 1], "bin_counts": [4, 6]}}
    assert figure_of("residuals", residuals)["data"][0]["y"] == [4, 6]
    predictions = {
        "data": {"bin_edges": [0, 1, 2], "bin_averages": [0.4, 1.6], "bin_errors": [0.1, 0.2], "bin_counts": [5, 5]}
    }
    averages = figure_of("predictions", predictions)["data"][3]
    assert (averages["x"], averages["y"]) == ([0.5, 1.5], [0.4, 1.6])


def test_a_table_of_two_columns_with_numbers_is_a_line_also_when_logged_row_by_row():
    rows = [{"x": 1, "y": 2.5}, {"x": 2, "y": 3.5}]
    figure = draw("table", "it", rows, rows[0], "")["figure"]
    assert (figure["data"][0]["x"], figure["data"][0]["y"]) == ([1, 2], [2.5, 3.5])
    assert figure["layout"]["xaxis"]["title"]["text"] == "x"
    assert can_be_drawn("table", {"a": [1, 2], "b": [3, 4]})
    assert not can_be_drawn("table", {"a": [1, 2], "b": ["x", "y"]})
    assert not can_be_drawn("table", {"a": [1], "b": [2], "c": [3]})
    assert draw("list", "it", [], [3, 1, 2], "")["figure"]["data"][0]["y"] == [3, 1, 2]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("image", None),
        ("text", "hello"),
        ("table", {"a": ["x"]}),
        ("list", ["x"]),
        ("confusion_matrix", None),
        ("confusion_matrix", "{"),
        ("confusion_matrix", {"data": {"class_labels": ["a"], "matrix": [[1, 2]]}}),
        ("confusion_matrix", {"data": {"class_labels": ["a"], "matrix": 3}}),
        ("accuracy_table", {"data": {**ACCURACY["data"], "probability_tables": [[[1, 2, 3]]]}}),
        ("accuracy_table", {"data": {**ACCURACY["data"], "class_labels": ["a", "b"]}}),
        ("residuals", {"data": {"bin_edges": [1], "bin_counts": [1]}}),
        ("predictions", {"data": {"bin_edges": [0, 1]}}),
    ],
)
def test_what_cannot_be_drawn_is_said_in_words(kind, value):
    with pytest.raises(NotDrawable) as refused:
        draw(kind, "it", [value], value, "")
    assert len(str(refused.value)) > 20
