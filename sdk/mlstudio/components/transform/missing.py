"""Clean Missing Data, and the same cleaning of later data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mlstudio.components.core.declaring import (
    TRANSFORM,
    TRANSFORMATION,
    Component,
    Port,
    Schemas,
    Values,
    choice,
    columns,
    number,
    switch,
    text,
    when,
)
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import pl
from mlstudio.components.core.schema import BOOLEAN, DOUBLE, INTEGER, STRING, Column, Schema, free_name
from mlstudio.components.core.selecting import all_columns, select
from mlstudio.components.core.table import Table, numeric
from mlstudio.components.core.values import Transformation
from mlstudio.components.transform.columns import converted

SUBSTITUTE, MEAN, MEDIAN, MODE = (
    "Custom substitution value",
    "Replace with mean",
    "Replace with median",
    "Replace with mode",
)
DROP_ROW, DROP_COLUMN = "Remove entire row", "Remove entire column"
REPLACING = (SUBSTITUTE, MEAN, MEDIAN, MODE)


class CleanMissingData(Component):
    """Missing values replaced, or what has them removed."""

    name = "clean_missing_data"
    title = "Clean Missing Data"
    category = TRANSFORMATION
    help = (
        "Says what becomes of missing values in the chosen columns whose share of them lies between minimum and "
        "maximum."
    )
    inputs = (Port("dataset", "Dataset"),)
    outputs = (Port("cleaned", "Cleaned dataset"), Port("transformation", "Cleaning transformation", TRANSFORM))
    parameters = (
        columns("columns", "Columns to be cleaned", all_columns()),
        number("minimum_ratio", "Minimum missing value ratio", 0, 0, 1),
        number("maximum_ratio", "Maximum missing value ratio", 1, 0, 1),
        choice("mode", "Cleaning mode", (*REPLACING, DROP_ROW, DROP_COLUMN)),
        text("replacement", "Replacement value", "0", when=when(mode=SUBSTITUTE)),
        switch("indicator", "Generate missing value indicator column", False, when=when(mode=REPLACING)),
    )

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """Known but where columns may go or come."""
        known = inputs.get("dataset")
        if known is None or values["mode"] == DROP_COLUMN or values["indicator"]:
            return {"cleaned": None}
        chosen = set(select(values["columns"], known, parameter="columns"))
        if values["mode"] == MEAN or values["mode"] == MEDIAN:
            known = tuple(
                column.but(type=DOUBLE) if column.name in chosen and column.type == INTEGER else column
                for column in known
            )
        return {"cleaned": known}

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Find out what to do, and do it."""
        table: Table = inputs["dataset"].need_rows()
        if values["minimum_ratio"] > values["maximum_ratio"]:
            message = "The minimum missing value ratio is larger than the maximum."
            raise ComponentError(8, message, "Make it smaller.", "minimum_ratio")
        chosen = table.chosen(values["columns"], parameter="columns")
        facts: dict[str, Any] = {
            "mode": values["mode"],
            "indicator": bool(values["indicator"]),
            "columns": [],
            "values": {},
        }
        for name in chosen:
            ratio = table.frame[name].null_count() / table.height
            inside = values["minimum_ratio"] <= ratio <= values["maximum_ratio"]
            if not inside or (values["mode"] == DROP_COLUMN and not ratio):
                continue
            facts["columns"].append(name)
            if values["mode"] in REPLACING and not _cannot_average(table, name, values):
                facts["values"][name] = _replacement(table, name, values)
        transformation = Transformation("clean", facts)
        return {"cleaned": apply_cleaning(facts, table, learning=True), "transformation": transformation}


def _cannot_average(table: Table, name: str, values: Values) -> bool:
    """With all columns chosen, which is the default, texts without missing values are no mistake."""
    averages = values["mode"] in (MEAN, MEDIAN) and table.column(name).type not in (INTEGER, DOUBLE, BOOLEAN)
    return averages and not table.frame[name].null_count()


def _replacement(table: Table, name: str, values: Values) -> Any:
    column, kind = table.frame[name], table.column(name).type
    if values["mode"] == SUBSTITUTE:
        given = pl.Series(name, [values["replacement"]])
        if kind == STRING:
            return values["replacement"]
        if kind == INTEGER and converted(given, "Double")[0] % 1:
            return float(values["replacement"])
        fresh = converted(given, {"Datetime": "DateTime"}.get(kind, kind))[0]
        return fresh.isoformat() if kind == "DateTime" else fresh
    if column.null_count() == len(column):
        hint = "Leave it out with Select Columns in Dataset, remove it (Remove entire column), or give a custom value."
        raise ComponentError(
            80,
            f"All values of the column “{name}” are missing, so it has no {values['mode'].split()[-1]}.",
            hint,
            "columns",
        )
    if values["mode"] == MODE:
        found = column.drop_nulls().mode().sort()[0]
        return found.isoformat() if kind == "DateTime" else found
    numbers = numeric(table, name, f"“{values['mode']}”", "columns")
    return numbers.mean() if values["mode"] == MEAN else numbers.median()


def apply_cleaning(facts: Mapping[str, Any], table: Table, learning: bool = False) -> Table:
    """Clean as was found out: the values of then, whatever is missing now. Columns that are not there are passed over."""
    there = [name for name in facts["columns"] if name in table.frame.columns]
    if facts["mode"] == DROP_COLUMN:
        return table.with_columns(table.frame.drop(there))
    if facts["mode"] == DROP_ROW:
        if not there:
            return table
        kept = table.take(table.frame.select(pl.all_horizontal(pl.col(there).is_not_null())).to_series().to_numpy())
        return kept.need_rows(1, "What is left after removing rows with missing values") if learning else kept
    taken, fresh, marks, columns_found = set(table.frame.columns), [], [], list[Column]()
    for name in [name for name in there if name in facts["values"]]:
        fresh.append(_filled(name, table.frame.get_column(name).dtype, facts["values"][name]))
        if facts["indicator"]:
            marks.append(pl.col(name).is_null().alias(mark := free_name(f"{name}_IsMissing", taken)))
            columns_found.append(Column(mark, BOOLEAN))
    return table.with_columns(table.frame.with_columns([*fresh, *marks]), columns_found)


def _filled(name: str, kind: pl.DataType, value: Any) -> pl.Expr:
    column = pl.col(name)
    if kind.is_temporal():
        return column.fill_null(pl.lit(datetime.fromisoformat(value)).cast(kind))
    if isinstance(value, float) and (kind.is_integer() or kind == pl.Boolean):
        return column.cast(pl.Float64).fill_null(value)
    return column.fill_null(str(value) if kind == pl.String else value)
