"""Rows of requests as tables with the types of the training, and tables as rows of answers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import pl
from mlstudio.components.core.schema import BOOLEAN, DATETIME, DOUBLE, INTEGER, STRING, Schema
from mlstudio.components.core.table import Table

MOST_TOLD = 8
EXPECTED = {INTEGER: "whole numbers", DOUBLE: "numbers", STRING: "texts", BOOLEAN: "true or false", DATETIME: "times"}
JSON_TYPES = {INTEGER: "integer", DOUBLE: "number", STRING: "string", BOOLEAN: "boolean", DATETIME: "string"}
SIMPLE: dict[str, set[type]] = {
    INTEGER: {int, type(None)},
    DOUBLE: {int, float, type(None)},
    STRING: {str, type(None)},
    BOOLEAN: {bool, type(None)},
    DATETIME: set(),
}
TRUTHS = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}
LARGEST_INTEGER = 2**63 - 1


@dataclass(frozen=True)
class Read:
    """Rows that were read. ``left_out``: labels that were not given. ``warnings``: columns that nobody knows, in sentences."""

    table: Table
    left_out: frozenset[str]
    warnings: list[str]


def table_of(given: Any, columns: Schema, labels: frozenset[str], where: str) -> Read:
    """Return rows as a table.

    Args: given: a list of objects. columns: that the table shall have. labels: which of them may be missing. where: the input.
    Raises: ComponentError: there are no rows, a column is missing, or a value is of another type.
    """
    if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
        raise ComponentError(
            18, f"“{where}” is no list of rows.", "Send a list of objects, each with a value by column."
        )
    if not given:
        raise ComponentError(3, f"“{where}” has no rows.", "Send at least one.")
    known = {column.name for column in columns}
    sent = set().union(*given)
    left_out = frozenset(name for name in labels if name not in sent)
    for column in columns:
        if column.name not in left_out and any(column.name not in row for row in given):
            needed = tuple(one for one in columns if one.name not in labels)
            raise _missing(column.name, given, needed, known, where)
    dtypes = _dtypes()
    frame = pl.DataFrame(
        [
            pl.Series(column.name, [_value(row.get(column.name), column.type, column.name, place)
                                    for place, row in enumerate(given)], dtype=dtypes[column.type])
            for column in columns
        ]
    )  # fmt: skip
    warnings = [_unknown(name, known, where) for name in sorted(sent - known)[:MOST_TOLD]]
    return Read(Table(frame, {column.name: column for column in columns}), left_out, warnings)


def records_of(table: Table, left_out: set[str]) -> list[dict[str, Any]]:
    """Return a table as rows for an answer. ``left_out``: columns that nobody gave, so that nothing is told of them."""
    unknown = [name for name in left_out if name in table.frame.columns]
    frame = table.frame.drop([name for name in unknown if table.frame[name].null_count() == table.height])
    found = frame.to_dicts()
    times = [name for name, kind in frame.schema.items() if kind.is_temporal()]
    floats = [name for name, kind in frame.schema.items() if kind.is_float()]
    for row in found:
        for name in times:
            row[name] = row[name].isoformat() if row[name] is not None else None
        for name in floats:
            if row[name] is not None and not math.isfinite(row[name]):
                row[name] = None
    return found


def json_schema(columns: Schema, labels: frozenset[str]) -> dict[str, Any]:
    """Return the JSON schema of rows with these columns."""
    properties = {}
    for column in columns:
        properties[column.name] = {"type": JSON_TYPES[column.type]}
        if column.type == DATETIME:
            properties[column.name]["format"] = "date-time"
    required = [column.name for column in columns if column.name not in labels]
    return {"type": "array", "items": {"type": "object", "properties": properties, "required": required}}


def _value(value: Any, kind: str, name: str, place: int) -> Any:
    if type(value) in SIMPLE[kind]:
        if kind != INTEGER or value is None or -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
            return value
    elif value is None or value == "":
        return None
    else:
        try:
            return READERS[kind](value)
        except (ValueError, TypeError, KeyError, OverflowError):
            pass
    shown = f"“{str(value)[:60]}”"
    message = f"The column “{name}” takes {EXPECTED[kind]}, and row {place} has {shown}."
    raise ComponentError(17, message, "Send values of the type that it had in training.")


def _integer(value: Any) -> int:
    number = float(value) if not isinstance(value, bool) else math.nan
    if not number.is_integer() or abs(number) > LARGEST_INTEGER:
        raise ValueError
    return int(value) if isinstance(value, str) and value.strip().lstrip("+-").isdigit() else int(number)


def _double(value: Any) -> float:
    number = float(value) if not isinstance(value, bool) else math.nan
    if not math.isfinite(number):
        raise ValueError
    return number


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (int, float)):
        return str(value)
    raise ValueError


def _time(value: Any) -> datetime:
    found = datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
    return (
        found.astimezone(tz=None).replace(tzinfo=None)
        if found.tzinfo and found.utcoffset()
        else found.replace(tzinfo=None)
    )


READERS: dict[str, Callable[[Any], Any]] = {
    INTEGER: _integer,
    DOUBLE: _double,
    STRING: _text,
    BOOLEAN: lambda value: TRUTHS[str(value).strip().lower()],
    DATETIME: _time,
}


def _dtypes() -> dict[str, Any]:
    return {INTEGER: pl.Int64, DOUBLE: pl.Float64, STRING: pl.String, BOOLEAN: pl.Boolean, DATETIME: pl.Datetime("us")}


def _missing(name: str, given: list[dict[str, Any]], columns: Schema, known: set[str], where: str) -> ComponentError:
    place = next(place for place, row in enumerate(given) if name not in row)
    near = get_close_matches(name, [other for other in given[place] if other not in known], 1)
    takes = ", ".join(f"“{column.name}”" for column in columns[:MOST_TOLD])
    more = f" and {len(columns) - MOST_TOLD} more" if len(columns) > MOST_TOLD else ""
    hint = f"It has “{near[0]}”; write it as “{name}”." if near else f"The input takes {takes}{more}."
    return ComponentError(1, f"Row {place} of “{where}” has no column “{name}”.", hint)


def _unknown(name: str, known: set[str], where: str) -> str:
    near = get_close_matches(name, known, 1)
    return f"“{where}” has no column “{name[:60]}”, so it was ignored." + (f" Is “{near[0]}” meant?" if near else "")
