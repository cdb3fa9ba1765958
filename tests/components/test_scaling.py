"""Components that learn something of a column and change it, against numpy and scikit-learn, and later data changed alike."""

from datetime import datetime

import numpy as np
import polars as pl
import pytest
from scipy import stats
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from mlstudio.components import ComponentError, get, propagate
from mlstudio.components.core.table import Table
from tests.components.helpers import one, run, table

VALUES = [3.0, 1.0, 4.0, 1.5, 9.0, 2.6]


def later(made, data):
    return run("apply_transformation", {"transformation": made["transformation"], "dataset": data})["transformed"].frame


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("ZScore", lambda x: StandardScaler().fit(np.array(VALUES)[:, None]).transform(x)),
        ("MinMax", lambda x: MinMaxScaler().fit(np.array(VALUES)[:, None]).transform(x)),
        ("Logistic", lambda x: 1 / (1 + np.exp(-x))),
        ("LogNormal", lambda x: stats.norm.cdf(np.log(x), np.log(VALUES).mean(), np.log(VALUES).std())),
        ("TanH", np.tanh),
    ],
)
def test_normalizing_is_that_of_others_and_keeps_its_scale(method, expected):
    made = run("normalize_data", {"dataset": table({"x": VALUES, "t": ["a"] * 6})}, method=method)
    assert made["transformed"].frame["x"].to_numpy() == pytest.approx(expected(np.array(VALUES)[:, None])[:, 0])
    assert later(made, table({"x": [2, 7]}))["x"].to_numpy() == pytest.approx(expected(np.array([[2.0], [7.0]]))[:, 0])


def test_constant_and_missing_values():
    given = table({"same": [2, 2, None], "x": [1.0, None, 3.0]})
    assert one("normalize_data", given).frame.rows() == [(0.0, -1.0), (0.0, None), (None, 1.0)]
    assert one("normalize_data", given, constant_zero=False).frame["same"].null_count() == 3


@pytest.mark.parametrize(
    ("data", "method", "code", "says"),
    [
        ({"x": [None, None]}, "ZScore", 17, "“x” holds String"),
        ({"x": [1.0, -1.0]}, "LogNormal", 18, "“x” has -1"),
        ({"x": ["a"]}, "MinMax", 17, "“x” holds String"),
    ],
)
def test_columns_that_cannot_be_normalized(data, method, code, says):
    with pytest.raises(ComponentError, match=says) as caught:
        one("normalize_data", table(data), columns=["x"], method=method)
    assert caught.value.code == code


def test_an_all_missing_column_is_named():
    empty = Table(pl.DataFrame({"x": [None, None], "y": [1, 2]}, schema={"x": pl.Float64, "y": pl.Int64}))
    with pytest.raises(ComponentError, match="Error 0080: All values of the column “x” are missing") as caught:
        one("normalize_data", empty)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("Replace with mean", [1.0, 2.0, 3.0]),
        ("Replace with median", [1.0, 2.0, 3.0]),
        ("Replace with mode", [1.0, 1.0, 3.0]),
        ("Custom substitution value", [1.0, 7.0, 3.0]),
        ("Remove entire row", [1.0, 3.0]),
    ],
)
def test_missing_values_are_cleaned_alike_later(mode, expected):
    more = {"replacement": "7"} if mode.startswith("Custom") else {}
    made = run(
        "clean_missing_data",
        {"dataset": table({"x": [1.0, None, 3.0], "t": ["a", "b", "c"]})},
        columns=["x"],
        mode=mode,
        **more,
    )
    assert made["cleaned"].frame["x"].to_list() == expected
    after = later(made, table({"x": [None, 100.0]}))["x"].to_list()
    assert after == ([100.0] if mode.startswith("Remove") else [expected[1], 100.0])


def test_cleaning_options():
    given = table({"x": [1, None, None, 4], "y": [None, 2, 3, 4], "t": ["a", None, "a", "b"]})
    dropped = one("clean_missing_data", given, mode="Remove entire column", minimum_ratio=0.3)
    assert dropped.frame.columns == ["y", "t"]
    marked = one("clean_missing_data", given, columns=["x"], mode="Replace with mean", indicator=True).frame
    assert marked["x"].to_list() == [1.0, 2.5, 2.5, 4.0]
    assert marked["x_IsMissing"].to_list() == [False, True, True, False]
    assert one("clean_missing_data", given, mode="Replace with mode").frame["t"].to_list() == ["a", "a", "a", "b"]
    assert one("clean_missing_data", given).frame.rows()[1] == (0, 2, "0")


@pytest.mark.parametrize(
    ("parameters", "code", "says"),
    [
        ({"columns": ["t"], "mode": "Replace with mean"}, 17, "“t”"),
        ({"columns": ["x"], "replacement": "none"}, 18, "“none”"),
        ({"columns": ["x", "t"], "mode": "Remove entire row"}, 3, "empty"),
        ({"columns": ["gone"]}, 1, "“gone”"),
    ],
)
def test_cleaning_that_cannot_be(parameters, code, says):
    with pytest.raises(ComponentError, match=says) as caught:
        one("clean_missing_data", table({"x": [1, None], "t": [None, "a"]}), **parameters)
    assert caught.value.code == code


def test_an_empty_table_after_filtering_says_so():
    nothing = run("split_data", {"dataset": table({"x": [1, 2]})}, mode="Relative Expression", relative='\\"x" > 5')[
        "left"
    ]
    for name in ("clean_missing_data", "normalize_data", "group_data_into_bins", "clip_values"):
        with pytest.raises(ComponentError, match="Error 0003: The dataset is empty") as caught:
            one(name, nothing)
        assert "step before" in caught.value.hint


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"upper": 4}, [3.0, 1.0, 4.0, 1.5, 4.0, 2.6]),
        ({"upper": 4, "upper_substitute": "Mean"}, [3.0, 1.0, 4.0, 1.5, np.mean([3, 1, 4, 1.5, 2.6]), 2.6]),
        ({"thresholds": "ClipSubpeaks", "lower": 1.2, "lower_substitute": "Missing"}, [3.0, None, 4.0, 1.5, 9.0, 2.6]),
        (
            {
                "thresholds": "ClipPeaksAndSubpeaks",
                "threshold": "Percentile",
                "upper_percentile": 80,
                "lower_percentile": 20,
            },
            list(np.clip(VALUES, *np.percentile(VALUES, [20, 80]))),
        ),
    ],
)
def test_clipping(parameters, expected):
    assert one("clip_values", table({"x": VALUES}), **parameters).frame["x"].to_list() == pytest.approx(expected)


def test_clipping_beside_the_columns():
    found = one("clip_values", table({"x": VALUES}), upper=4, overwrite=False, indicators=True).frame
    assert found.columns == ["x", "x_clipped", "x_clipped_indicator"]
    assert found["x_clipped_indicator"].to_list() == [False] * 4 + [True, False]


@pytest.mark.parametrize(
    ("parameters", "expected", "after"),
    [
        ({"mode": "Equal Width", "bins": 4}, [1, 1, 2, 1, 4, 1], [1, 4]),
        ({"mode": "Custom Edges", "edges": "2; 4"}, [2, 1, 2, 1, 3, 2], [1, 3]),
        ({"bins": 3, "normalization": "QuantileIndex"}, [2, 1, 3, 1, 3, 2], [1, 3]),
        ({"bins": 2, "normalization": "PQuantile"}, [1.0, 0.5, 1.0, 0.5, 1.0, 0.5], [0.5, 1.0]),
        ({"bins": 2}, [100.0, 50.0, 100.0, 50.0, 100.0, 50.0], [50.0, 100.0]),
    ],
)
def test_bins_are_the_same_later(parameters, expected, after):
    given = table({"x": VALUES})
    made = run("group_data_into_bins", {"dataset": given}, output="Inplace", **parameters)
    assert made["quantized"].frame["x"].to_list() == expected
    assert made["quantized"].column("x").categorical
    assert later(made, table({"x": [-10.0, 50.0]}))["x"].to_list() == after
    known, _ = propagate(get("group_data_into_bins"), {"dataset": given.schema}, {"output": "Inplace", **parameters})
    assert known["quantized"] == made["quantized"].schema


def test_bins_beside_or_alone():
    given = table({"x": VALUES, "t": ["a"] * 6})
    assert one("group_data_into_bins", given).frame.columns == ["x", "t", "x_quantized"]
    assert one("group_data_into_bins", given, output="ResultOnly").frame.columns == ["x_quantized"]
    _, wrong = propagate(
        get("group_data_into_bins"), {"dataset": given.schema}, {"mode": "Custom Edges", "edges": "3; 1"}
    )
    assert [error.code for error in wrong] == [75]


def test_missing_times_and_truths_are_cleaned_alike_later():
    when = datetime.fromisoformat("2026-01-31T12:00")
    given = table({"d": [when, when, None], "b": [True, None, True], "n": [1, 2, None]})
    made = run("clean_missing_data", {"dataset": given}, mode="Replace with mode")
    assert made["cleaned"].frame.rows() == [(when, True, 1), (when, True, 2), (when, True, 1)]
    assert later(made, given).equals(made["cleaned"].frame)
    fraction = one("clean_missing_data", given, columns=["n"], replacement="0.5").frame
    assert fraction["n"].to_list() == [1.0, 2.0, 0.5]
