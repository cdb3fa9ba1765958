"""Summarize Data and Filter Based Feature Selection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlstudio.components.core.declaring import (
    SELECTION,
    STATISTICS,
    Component,
    Port,
    Schemas,
    Values,
    choice,
    column,
    integer,
    switch,
)
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import np, pl
from mlstudio.components.core.schema import BOOLEAN, DOUBLE, FEATURE, INTEGER, NUMERIC, STRING, Column, Schema
from mlstudio.components.core.table import Table, numeric, texts

PERCENTILES = {"P0.5": 0.005, "P1": 0.01, "P5": 0.05, "P95": 0.95, "P99": 0.99, "P99.5": 0.995}
FIGURES = (
    "Min", "Max", "Mean", "Mean Deviation", "1st Quartile", "Median", "3rd Quartile", "Mode", "Range", "Sample Variance",
    "Sample Standard Deviation", "Sample Skewness", "Sample Kurtosis", *PERCENTILES,
)  # fmt: skip
CHI_BINS = 10


class SummarizeData(Component):
    """Figures of every column."""

    name = "summarize_data"
    title = "Summarize Data"
    category = STATISTICS
    help = "Says of each column how many values it has and, of numbers, how they are distributed."
    inputs = (Port("dataset", "Dataset"),)
    outputs = (Port("results", "Results dataset"),)

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """Always the same."""
        counts = tuple(Column(name, INTEGER) for name in ("Count", "Unique Value Count", "Missing Value Count"))
        return {"results": (Column("Feature", STRING), *counts, *(Column(name, DOUBLE) for name in FIGURES))}

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Calculate."""
        table: Table = inputs["dataset"]
        rows = []
        for name in table.frame.columns:
            series = table.frame[name]
            row: dict[str, Any] = {
                "Feature": name,
                "Count": table.height,
                "Unique Value Count": series.drop_nulls().n_unique(),
                "Missing Value Count": series.null_count(),
                **dict.fromkeys(FIGURES),
            }
            if table.column(name).type in (*NUMERIC, BOOLEAN):
                row.update(figures(series.cast(pl.Float64).drop_nulls().to_numpy()))
            rows.append(row)
        kinds = {
            "Feature": pl.String,
            "Count": pl.Int64,
            "Unique Value Count": pl.Int64,
            "Missing Value Count": pl.Int64,
        }
        return {"results": Table(pl.DataFrame(rows, schema={**kinds, **dict.fromkeys(FIGURES, pl.Float64)}))}


def figures(found: np.ndarray) -> dict[str, float | None]:
    """Return the figures of numbers, shape (n,); those that need more of them are None. Skewness and kurtosis are corrected for
    the size of the sample, as spreadsheets do."""
    count = len(found)
    if not count:
        return {}
    mean = float(found.mean())
    unique, counts = np.unique(found, return_counts=True)
    quartiles = np.percentile(found, [25, 50, 75])
    variance = float(found.var(ddof=1)) if count > 1 else None
    deviation = variance**0.5 if variance is not None else None
    scaled = (found - mean) / deviation if deviation else None
    skewness = kurtosis = None
    if scaled is not None and count > 2:
        skewness = float(count / ((count - 1) * (count - 2)) * (scaled**3).sum())
    if scaled is not None and count > 3:
        factor = count * (count + 1) / ((count - 1) * (count - 2) * (count - 3))
        kurtosis = float(factor * (scaled**4).sum() - 3 * (count - 1) ** 2 / ((count - 2) * (count - 3)))
    values = (
        float(found.min()), float(found.max()), mean, float(np.abs(found - mean).mean()), *quartiles.tolist(),
        float(unique[counts.argmax()]), float(found.max() - found.min()), variance, deviation, skewness, kurtosis,
        *np.quantile(found, list(PERCENTILES.values())).tolist(),
    )  # fmt: skip
    return dict(zip(FIGURES, values))


PEARSON, CHI = "Pearson correlation", "Chi squared"


class FilterBasedFeatureSelection(Component):
    """The columns that say most about another one."""

    name = "filter_based_feature_selection"
    title = "Filter Based Feature Selection"
    category = SELECTION
    help = "Scores each column by what it says about the target column, and keeps the best with the target."
    inputs = (Port("dataset", "Dataset"),)
    outputs = (Port("filtered", "Filtered dataset"), Port("features", "Features"))
    parameters = (
        choice(
            "method", "Feature scoring method", (PEARSON, CHI), help="Numbers are put into 10 bins for Chi squared."
        ),
        switch("features_only", "Operate on feature columns only", True),
        column("target", "Target column"),
        integer("count", "Number of desired features", 1, 1),
    )

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """Which columns remain depends on the rows; with Pearson, the target has to be a number."""
        known = inputs.get("dataset")
        target = next((column for column in known or () if column.name == values["target"]), None)
        if values["method"] == PEARSON and target is not None and target.type not in (*NUMERIC, BOOLEAN):
            message = (
                f"Pearson correlation needs numbers, and the target column “{target.name}” holds {target.type} values."
            )
            raise ComponentError(17, message, "Use Chi squared, or choose a numeric target.", "method")
        return {}

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Score, and keep the best. Columns that cannot be scored, such as constant ones, have the score 0."""
        table: Table = inputs["dataset"].need_rows(2)
        target = table.chosen([values["target"]], parameter="target")[0]
        names = [
            column.name
            for column in table.schema
            if column.name != target and (column.role == FEATURE or not values["features_only"])
        ]
        score = _pearson if values["method"] == PEARSON else _chi_squared
        scores = {name: score(table, name, target) for name in names}
        ranked = sorted(names, key=lambda name: -scores[name])
        if not ranked:
            raise ComponentError(
                31, "There is no column beside the target.", "Mark columns as features with Edit Metadata."
            )
        if values["count"] > len(ranked):
            message = f"{values['count']} features are wanted of {len(ranked)}."
            raise ComponentError(8, message, "Ask for fewer.", "count")
        best = set(ranked[: values["count"]])
        kept = [name for name in table.frame.columns if name in best or name == target]
        shown = pl.DataFrame({name: [scores[name]] for name in ranked})
        return {"filtered": table.select(kept), "features": Table(shown)}


def _pearson(table: Table, name: str, target: str) -> float:
    if table.column(name).type not in (*NUMERIC, BOOLEAN):
        return 0.0
    both = pl.DataFrame(
        {"one": numeric(table, name, PEARSON), "other": numeric(table, target, PEARSON, "target")}
    ).drop_nulls()
    one, other = both["one"].to_numpy(), both["other"].to_numpy()
    if len(one) < 2 or one.std() == 0 or other.std() == 0:
        return 0.0
    return float(abs(np.corrcoef(one, other)[0, 1]))


def _chi_squared(table: Table, name: str, target: str) -> float:
    both = pl.DataFrame({"one": _groups(table, name), "other": _groups(table, target)}).drop_nulls()
    if not both.height:
        return 0.0
    one, other = (both[side].rank("dense").to_numpy().astype(int) - 1 for side in ("one", "other"))
    counts = np.zeros((one.max() + 1, other.max() + 1))
    np.add.at(counts, (one, other), 1)
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / counts.sum()
    return float(((counts - expected) ** 2 / expected).sum())


def _groups(table: Table, name: str) -> pl.Series:
    """Return the values of a column as groups: numbers with many values in bins of as many rows each."""
    facts, series = table.column(name), table.frame[name]
    if not facts.is_numeric or series.n_unique() <= CHI_BINS:
        return texts(series)
    found = series.cast(pl.Float64)
    edges = np.unique(np.quantile(found.drop_nulls().to_numpy(), np.arange(1, CHI_BINS) / CHI_BINS))
    bins = pl.Series(np.searchsorted(edges, found.fill_null(0.0).to_numpy(), side="left"))
    return pl.select(pl.when(found.is_not_null()).then(bins)).to_series().cast(pl.String)
