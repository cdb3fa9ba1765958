"""Columns of a table as the numbers learners calculate with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import np, pl
from mlstudio.components.core.schema import BOOLEAN, DATETIME, FEATURE, NUMERIC
from mlstudio.components.core.table import Table, texts

MOST_CATEGORIES = 1_000
MOST_CELLS = 100_000_000
DAY_US = 86_400_000_000
NUMBER, TIME, CATEGORY = "number", "time", "category"


class Features:
    """What has been learned of the feature columns: the mean of each number, the values of each category.

    Missing numbers become the mean of training, times count as days, and texts and categorical columns become one number of 0 or
    1 for each value of training; a missing value, or one that was not there then, is 0 in all of them.

    Args: table: to learn of. names: its feature columns.
    Raises: ComponentError: a column without values, or with more than 1,000 categories; or none at all.
    """

    def __init__(self, table: Table, names: Iterable[str]) -> None:
        self.columns = [_learned(table, name) for name in names]
        if not self.columns:
            hint = "Mark columns as features with Edit Metadata, or connect a dataset with more columns."
            raise ComponentError(31, "There is no feature column beside the label.", hint)
        self.width = sum(len(column["values"]) if column["kind"] == CATEGORY else 1 for column in self.columns)

    @property
    def names(self) -> list[str]:
        """The columns of the table."""
        return [column["name"] for column in self.columns]

    @property
    def numbers(self) -> list[str]:
        """The names of the columns of the matrix."""
        found: list[str] = []
        for column in self.columns:
            if column["kind"] == CATEGORY:
                found += [f"{column['name']}={value}" for value in column["values"]]
            else:
                found.append(column["name"])
        return found

    def matrix(self, table: Table) -> np.ndarray:
        """Return a table as floats, shape (n_rows, width).

        Raises: ComponentError: a column is missing, or no longer of the type it was trained with.
        """
        if table.height * self.width > MOST_CELLS:
            message = (
                f"The features make {self.width:,} columns of {table.height:,} rows, which is too much for the memory."
            )
            hint = "Choose fewer columns, or use Feature Hashing for columns with many different values."
            raise ComponentError(129, message, hint)
        table.chosen(self.names, "the dataset, and the model was trained with it; the dataset")
        filled = np.zeros((table.height, self.width))
        place = 0
        for column in self.columns:
            series = table.frame[column["name"]]
            if column["kind"] == CATEGORY:
                _mark(filled, place, texts(series), column["index"])
                place += len(column["values"])
            else:
                filled[:, place] = _floats(series, column)
                place += 1
        return filled


def feature_names(table: Table, label: str = "") -> list[str]:
    """Return the columns to learn of: all features but the label."""
    return [column.name for column in table.schema if column.role == FEATURE and column.name != label]


def _learned(table: Table, name: str) -> dict[str, Any]:
    facts, series = table.column(name), table.frame[name]
    if series.null_count() == len(series):
        hint = "Leave it out with Select Columns in Dataset, or fill it with Clean Missing Data."
        raise ComponentError(
            80, f"All values of the column “{name}” are missing, so nothing can be learned of it.", hint
        )
    if facts.type in (*NUMERIC, BOOLEAN) and not facts.categorical:
        return {"name": name, "kind": NUMBER, "mean": float(series.cast(pl.Float64).mean())}  # type: ignore[arg-type]
    if facts.type == DATETIME:
        return {"name": name, "kind": TIME, "mean": float(_days(series).mean())}  # type: ignore[arg-type]
    values = texts(series).drop_nulls().unique().sort().to_list()
    if len(values) > MOST_CATEGORIES:
        message = (
            f"The column “{name}” has {len(values):,} different values; {MOST_CATEGORIES:,} are the most that can be"
            f" learned of."
        )
        hint = (
            "Leave it out with Select Columns in Dataset, or turn it into numbers with Feature Hashing or Extract "
            "N-Gram Features."
        )
        raise ComponentError(14, message, hint)
    return {
        "name": name,
        "kind": CATEGORY,
        "values": values,
        "index": {value: place for place, value in enumerate(values)},
    }


def _days(series: pl.Series) -> pl.Series:
    return series.cast(pl.Datetime("us")).cast(pl.Int64) / DAY_US


def _floats(series: pl.Series, column: dict[str, Any]) -> np.ndarray:
    fits = (
        series.dtype.is_temporal()
        if column["kind"] == TIME
        else series.dtype.is_numeric() or series.dtype == pl.Boolean
    )
    if not fits and series.null_count() < len(series):
        kind = "times" if column["kind"] == TIME else "numbers"
        message = (
            f"The model was trained with {kind} in the column “{column['name']}”, which now holds {series.dtype} "
            f"values."
        )
        raise ComponentError(16, message, "Give it the same type with Edit Metadata.")
    if not fits:
        return np.full(len(series), column["mean"])
    values = _days(series) if column["kind"] == TIME else series.cast(pl.Float64)
    # Missing ones come as NaN; this is far quicker than an expression, of which one row needs one for each column.
    floats = values.to_numpy()
    return np.where(np.isnan(floats), column["mean"], floats)


def _mark(filled: np.ndarray, place: int, found: pl.Series, index: dict[str, int]) -> None:
    codes = np.array([index.get(value, -1) for value in found.to_list()], dtype=int)
    rows = np.flatnonzero(codes >= 0)
    filled[rows, place + codes[rows]] = 1.0
