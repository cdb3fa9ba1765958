"""Apply Math Operation."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from mlstudio.components.core.declaring import (
    TRANSFORMATION,
    Component,
    Port,
    Schemas,
    Values,
    choice,
    columns,
    number,
    when,
)
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import np, pl
from mlstudio.components.core.schema import BOOLEAN, DOUBLE, NUMERIC, Column, Schema, free_name
from mlstudio.components.core.selecting import of_types, select
from mlstudio.components.core.table import Table, numeric
from mlstudio.components.transform.operations import BINARY, CALLS, GROUPS, SHOWN, TRUTHS

PARAMETERS = {group: f"{group.lower()}_operation" for group in GROUPS}
TITLES = {
    "Basic": "Basic math function",
    "Compare": "Comparison function",
    "Operations": "Arithmetic operation",
    "Rounding": "Rounding operation",
    "Special": "Special function",
    "Trigonometric": "Trigonometric function",
}
BINARY_WHEN = tuple((PARAMETERS[group], tuple(name for name in GROUPS[group] if name in BINARY)) for group in GROUPS)


class ApplyMathOperation(Component):
    """A function of columns."""

    name = "apply_math_operation"
    title = "Apply Math Operation"
    category = TRANSFORMATION
    help = (
        "Calculates a function of each chosen column, and of a constant or of other columns where it takes two values."
    )
    inputs = (Port("dataset", "Dataset"),)
    outputs = (Port("results", "Results dataset"),)
    parameters = (
        choice("category", "Category", tuple(GROUPS)),
        *(
            choice(PARAMETERS[group], TITLES[group], tuple(GROUPS[group]), when=when(category=group))
            for group in GROUPS
        ),
        choice("second", "Second argument type", ("Constant", "ColumnSet"), when=BINARY_WHEN, either=True),
        number("constant", "Constant second argument", 1, when=when(second="Constant")),
        columns(
            "second_columns",
            "Second argument columns",
            of_types("Numeric"),
            when=when(second="ColumnSet"),
            help="One for all, or one for each chosen column.",
        ),
        columns("columns", "Column set", of_types("Numeric")),
        choice("output", "Output mode", ("Append", "Inplace", "ResultOnly")),
    )

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """Results are numbers, or truths where values are compared."""
        known = inputs.get("dataset")
        if known is None:
            return {"results": None}
        operation = values[PARAMETERS[values["category"]]]
        by_name = {column.name: column for column in known}
        for parameter in ("columns", "second_columns"):
            for name in select(values[parameter], known, parameter=parameter):
                if by_name[name].type not in (*NUMERIC, BOOLEAN):
                    message = f"{operation} needs numbers, and the column “{name}” holds {by_name[name].type} values."
                    raise ComponentError(
                        17, message, "Choose numeric columns only, or change its type with Edit Metadata.", parameter
                    )
        kind = BOOLEAN if operation in TRUTHS else DOUBLE
        pairs = _pairs(known, values, operation)
        if values["output"] == "Inplace":
            first = {one for one, _ in pairs}
            return {"results": tuple(column.but(type=kind) if column.name in first else column for column in known)}
        taken = set(by_name) if values["output"] == "Append" else set[str]()
        fresh = tuple(Column(free_name(_name(operation, one, other, values), taken), kind) for one, other in pairs)
        return {"results": known + fresh if values["output"] == "Append" else fresh}

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Calculate."""
        table: Table = inputs["dataset"]
        operation = values[PARAMETERS[values["category"]]]
        taken = set(table.frame.columns) if values["output"] == "Append" else set[str]()
        fresh = []
        for one, other in _pairs(table.schema, values, operation):
            series = numeric(table, one, operation, "columns")
            arguments: list[Any] = [series.to_numpy()]
            missing = series.is_null()
            if operation in BINARY:
                if other is None:
                    arguments.append(float(values["constant"]))
                else:
                    second = numeric(table, other, operation, "second_columns")
                    arguments.append(second.to_numpy())
                    missing = missing | second.is_null()
            name = one if values["output"] == "Inplace" else free_name(_name(operation, one, other, values), taken)
            fresh.append(_calculated(operation, arguments, missing).alias(name))
        if values["output"] == "ResultOnly":
            return {"results": Table(pl.DataFrame(fresh))}
        return {"results": table.with_columns(table.frame.with_columns(fresh))}


def _calculated(operation: str, arguments: list[Any], missing: pl.Series) -> pl.Series:
    with np.errstate(all="ignore"):
        found = np.asarray(CALLS[operation](*arguments))
    series = pl.Series(found.astype(bool) if operation in TRUTHS else found.astype(float))
    if series.dtype.is_float():
        # Outside of what a function is defined on its result is missing.
        series = pl.select(pl.when(series.is_finite()).then(series)).to_series()
    return pl.select(pl.when(~missing).then(series)).to_series()


def _pairs(schema: Schema, values: Values, operation: str) -> list[tuple[str, str | None]]:
    first = select(values["columns"], schema, parameter="columns")
    if not first:
        raise ComponentError(11, "No column of the dataset is chosen.", "Change the column set.", "columns")
    if operation not in BINARY or values["second"] == "Constant":
        return [(name, None) for name in first]
    second = select(values["second_columns"], schema, parameter="second_columns")
    if len(second) not in (1, len(first)):
        message = f"{len(second)} columns are chosen as second arguments of {len(first)} columns."
        raise ComponentError(22, message, "Choose one for all, or one for each.", "second_columns")
    return list(zip(first, second * len(first) if len(second) == 1 else second))


def _name(operation: str, one: str, other: str | None, values: Values) -> str:
    shown = SHOWN.get(operation, operation)
    if operation not in BINARY:
        return f"{shown}({one})"
    if other is None:
        constant = values["constant"]
        return f"{shown}({one}_${math.trunc(constant) if float(constant).is_integer() else constant})"
    return f"{shown}({other}_{one})"
