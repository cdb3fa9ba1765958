"""Figures of columns and the choice of features, against scipy and pandas."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mlstudio.components import ComponentError, get, propagate
from tests.components.helpers import one, run, table

DRAW = np.random.default_rng(0)
VALUES = DRAW.gamma(2, 3, 500)


def test_summary():
    given = table({"x": VALUES, "t": ["a", "b", None, "a", "b"] * 100, "k": [1, None] * 250})
    found = one("summarize_data", given)
    assert found.schema == propagate(get("summarize_data"), {"dataset": given.schema}, {})[0]["results"]
    x, t, k = found.frame.rows(named=True)
    series = pd.Series(VALUES)
    expected = {
        "Count": 500,
        "Mean": series.mean(),
        "Median": series.median(),
        "1st Quartile": series.quantile(0.25),
        "Sample Variance": series.var(),
        "Sample Standard Deviation": series.std(),
        "Sample Skewness": series.skew(),
        "Sample Kurtosis": series.kurt(),
        "Mean Deviation": (series - series.mean()).abs().mean(),
        "P99.5": series.quantile(0.995),
        "Range": np.ptp(VALUES),
    }
    assert {name: x[name] for name in expected} == pytest.approx(expected)
    assert (t["Unique Value Count"], t["Missing Value Count"], t["Mean"]) == (2, 100, None)
    assert (k["Mode"], k["Missing Value Count"], k["Sample Skewness"]) == (1.0, 250, None)


def test_features_by_correlation():
    given = table(
        {
            "near": VALUES + DRAW.normal(0, 1, 500),
            "far": DRAW.normal(0, 1, 500),
            "against": -VALUES,
            "t": ["a"] * 500,
            "y": VALUES,
        }
    )
    made = run("filter_based_feature_selection", {"dataset": given}, target="y", count=2)
    assert made["filtered"].frame.columns == ["near", "against", "y"]
    scores = made["features"].frame.row(0, named=True)
    assert list(scores) == ["against", "near", "far", "t"]
    assert scores["near"] == pytest.approx(abs(stats.pearsonr(given.frame["near"], VALUES)[0]))
    assert scores["t"] == 0.0
    with pytest.raises(ComponentError, match="5 features are wanted of 4"):
        run("filter_based_feature_selection", {"dataset": given}, target="y", count=5)
    _, wrong = propagate(get("filter_based_feature_selection"), {"dataset": given.schema}, {"target": "t"})
    assert [error.code for error in wrong] == [17]


def test_features_by_chi_squared():
    kinds = DRAW.integers(0, 3, 500)
    given = table({"same": kinds, "other": DRAW.integers(0, 2, 500), "y": [f"k{kind}" for kind in kinds]})
    scores = run("filter_based_feature_selection", {"dataset": given}, target="y", method="Chi squared")[
        "features"
    ].frame.row(0, named=True)
    frame = given.frame.to_pandas()
    expected = {
        name: stats.chi2_contingency(pd.crosstab(frame[name], frame["y"]), correction=False)[0]
        for name in ("same", "other")
    }
    assert scores == pytest.approx(expected)
