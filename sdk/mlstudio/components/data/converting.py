"""Conversions of the whole dataset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlstudio.components.core.declaring import ANY, DATA, Component, Port, Schemas, Values, choice, text, when
from mlstudio.components.core.libraries import pl
from mlstudio.components.core.schema import Schema
from mlstudio.components.core.table import Table, texts
from mlstudio.components.data.files import narrowed, write_file


class ConvertToCsv(Component):
    """A file to download."""

    name = "convert_to_csv"
    title = "Convert to CSV"
    category = DATA
    help = "Writes the dataset as a CSV file that can be downloaded."
    inputs = (Port("dataset", "Dataset"),)
    outputs = (Port("file", "CSV file", ANY),)

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Write it."""
        table: Table = inputs["dataset"]
        return {"file": lambda folder: write_file(table, folder / "data.csv", "csv")}


class ConvertToDataset(Component):
    """Values that stand for missing ones, or for others, replaced."""

    name = "convert_to_dataset"
    title = "Convert to Dataset"
    category = DATA
    help = (
        "Makes a dataset of any table, and can turn a value into a missing one or into another. Only whole values "
        "match."
    )
    inputs = (Port("dataset", "Dataset"),)
    outputs = (Port("results", "Results dataset"),)
    parameters = (
        choice("action", "Action", ("None", "SetMissingValue", "ReplaceValues")),
        text("missing_value", "Custom missing value", "?", when=when(action="SetMissingValue")),
        choice("replace", "Replace", ("Missing", "Custom"), when=when(action="ReplaceValues")),
        text("custom_value", "Custom value", None, when=when(action="ReplaceValues", replace="Custom")),
        text("new_value", "New value", "0", when=when(action="ReplaceValues")),
    )

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """Types change with the values; only where nothing is replaced they are known."""
        return {"results": inputs.get("dataset") if values["action"] == "None" else None}

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Replace; a column of texts that are all numbers afterwards becomes numeric."""
        table: Table = inputs["dataset"]
        if values["action"] == "None":
            return {"results": table}
        missing = values["action"] == "ReplaceValues" and values["replace"] == "Missing"
        old = values["missing_value"] if values["action"] == "SetMissingValue" else values["custom_value"]
        new = None if values["action"] == "SetMissingValue" else values["new_value"]
        columns = []
        for name in table.frame.columns:
            column = table.frame[name]
            hits = column.is_null() if missing else (texts(column) == old).fill_null(False)
            columns.append(_replaced(column, hits, new) if hits.any() else column)
        return {"results": table.with_columns(pl.DataFrame(columns))}


def _replaced(column: pl.Series, hits: pl.Series, new: str | None) -> pl.Series:
    if new is None and column.dtype != pl.String:
        return pl.select(pl.when(hits).then(None).otherwise(column)).to_series().alias(column.name)
    replaced = pl.select(pl.when(hits).then(pl.lit(new, dtype=pl.String)).otherwise(texts(column))).to_series()
    if column.dtype not in (pl.String, pl.Boolean) and not column.dtype.is_numeric():
        return replaced.alias(column.name)
    return narrowed(replaced).alias(column.name)
