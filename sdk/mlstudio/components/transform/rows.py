"""Which rows there are: appended, without duplicates, joined, asked for by SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from mlstudio.components.core.declaring import (
    TRANSFORMATION,
    Component,
    Parameter,
    Port,
    Schemas,
    Values,
    choice,
    columns,
    switch,
)
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import pl
from mlstudio.components.core.schema import NUMERIC, Schema, names
from mlstudio.components.core.selecting import all_columns, select
from mlstudio.components.core.table import Table, normal
from mlstudio.components.transform.columns import renamed


class AddRows(Component):
    """One table below another."""

    name = "add_rows"
    title = "Add Rows"
    category = TRANSFORMATION
    help = (
        "Appends the rows of the second dataset to the first. Columns are matched by their place, and named as in "
        "the first."
    )
    inputs = (Port("first", "Dataset1"), Port("second", "Dataset2"))
    outputs = (Port("results", "Results dataset"),)

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """Those of the first."""
        first, second = inputs.get("first"), inputs.get("second")
        if first is None or second is None:
            return {"results": first}
        _need_same(first, second)
        wider = [_wider(one.type, other.type) for one, other in zip(first, second)]
        return {"results": tuple(column.but(type=kind) for column, kind in zip(first, wider))}

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Append."""
        first, second = inputs["first"], inputs["second"]
        _need_same(first.schema, second.schema)
        below = second.frame.rename(dict(zip(second.frame.columns, first.frame.columns)))
        return {"results": first.with_rows(pl.concat([first.frame, below], how="vertical_relaxed"))}


def _need_same(first: Schema, second: Schema) -> None:
    if len(first) != len(second):
        message = f"The first dataset has {len(first)} columns and the second {len(second)}."
        raise ComponentError(22, message, "Select the same columns of both.")
    for one, other in zip(first, second):
        if one.type != other.type and not (one.type in NUMERIC and other.type in NUMERIC):
            message = f"The column “{one.name}” is {one.type} in the first dataset and {other.type} in the second."
            raise ComponentError(16, message, "Give both one type with Edit Metadata.")


def _wider(one: str, other: str) -> str:
    return one if one == other else "Double"


class RemoveDuplicateRows(Component):
    """Each key once."""

    name = "remove_duplicate_rows"
    title = "Remove Duplicate Rows"
    category = TRANSFORMATION
    help = "Keeps one of the rows that agree in the key columns."
    inputs = (Port("dataset", "Dataset"),)
    outputs = (Port("results", "Results dataset"),)
    parameters = (
        columns("key_columns", "Key column selection", all_columns()),
        switch("retain_first", "Retain first duplicate row", True, help="Else the last is kept."),
    )

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """The same."""
        return {"results": inputs.get("dataset")}

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Remove."""
        table: Table = inputs["dataset"]
        keys = table.chosen(values["key_columns"], parameter="key_columns")
        keep: Any = "first" if values["retain_first"] else "last"
        return {"results": table.with_rows(table.frame.unique(subset=keys, keep=keep, maintain_order=True))}


KINDS = {"Inner Join": "inner", "Left Outer Join": "left", "Full Outer Join": "full", "Left Semi-Join": "semi"}


class JoinData(Component):
    """Rows of two tables matched by keys."""

    name = "join_data"
    title = "Join Data"
    category = TRANSFORMATION
    help = "Matches rows of two datasets whose key columns agree. Missing keys match nothing."
    inputs = (Port("left", "Left dataset"), Port("right", "Right dataset"))
    outputs = (Port("results", "Results dataset"),)
    parameters = (
        columns("left_keys", "Join key columns for left dataset", port="left"),
        columns("right_keys", "Join key columns for right dataset", port="right"),
        switch("match_case", "Match case", True),
        choice("join_type", "Join type", tuple(KINDS)),
        switch("keep_right_keys", "Keep right key columns in joined table", True),
    )

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """Those of both."""
        left, right = inputs.get("left"), inputs.get("right")
        if left is None or right is None:
            return {"results": None}
        left_keys = select(values["left_keys"], left, "the left dataset", "left_keys")
        right_keys = select(values["right_keys"], right, "the right dataset", "right_keys")
        _need_matching(left, right, left_keys, right_keys)
        if values["join_type"] == "Left Semi-Join":
            return {"results": left}
        kept = (
            right if values["keep_right_keys"] else tuple(column for column in right if column.name not in right_keys)
        )
        return {"results": left + renamed(left, kept)}

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Join, by keys beside the columns, so that these stay as they are."""
        left: Table = inputs["left"]
        right: Table = inputs["right"]
        left_keys = left.chosen(values["left_keys"], "the left dataset", "left_keys")
        right_keys = right.chosen(values["right_keys"], "the right dataset", "right_keys")
        _need_matching(left.schema, right.schema, left_keys, right_keys)
        kept = right.select(
            [name for name in right.frame.columns if values["keep_right_keys"] or name not in right_keys]
        )
        fresh = renamed(left.schema, kept.schema)
        beside = kept.frame.rename(dict(zip(kept.frame.columns, names(fresh))))
        marks = [f"\0key{number}" for number in range(len(left_keys))]
        pairs = list(zip(left_keys, right_keys))
        one = left.frame.with_columns(
            [_key(left, a, right, b, values["match_case"]).alias(m) for (a, b), m in zip(pairs, marks)]
        )
        other = beside.with_columns(
            [_key(right, b, left, a, values["match_case"]).alias(m) for (a, b), m in zip(pairs, marks)]
        )
        how: Any = KINDS[values["join_type"]]
        joined = one.join(other, on=marks, how=how, maintain_order="left_right" if how != "semi" else None)
        joined = joined.drop([name for name in joined.columns if name.startswith("\0key")])
        facts = {} if how == "semi" else {column.name: column for column in fresh}
        return {"results": Table(joined, {**left.facts, **facts})}


def _need_matching(left: Schema, right: Schema, left_keys: list[str], right_keys: list[str]) -> None:
    if len(left_keys) != len(right_keys) or not left_keys:
        message = f"{len(left_keys)} key columns are chosen on the left and {len(right_keys)} on the right."
        raise ComponentError(22, message, "Choose as many on both sides.", "right_keys")
    types = ({column.name: column.type for column in left}, {column.name: column.type for column in right})
    for one, other in zip(left_keys, right_keys):
        kinds = types[0][one], types[1][other]
        if kinds[0] != kinds[1] and not (kinds[0] in NUMERIC and kinds[1] in NUMERIC):
            message = f"The key “{one}” on the left is {kinds[0]}, and “{other}” on the right is {kinds[1]}."
            raise ComponentError(16, message, "Give both one type with Edit Metadata.", "right_keys")


def _key(table: Table, name: str, other: Table, other_name: str, match_case: bool) -> pl.Series:
    column = table.frame[name]
    if column.dtype != other.frame[other_name].dtype:
        return column.cast(pl.Float64)
    return column.str.to_lowercase() if column.dtype == pl.String and not match_case else column


class ApplySqlTransformation(Component):
    """A question in SQL."""

    name = "apply_sql_transformation"
    title = "Apply SQL Transformation"
    category = TRANSFORMATION
    help = (
        "Runs a script of SQLite over the datasets, which are its tables t1, t2 and t3. The last SELECT is the result."
    )
    inputs = (Port("t1", "t1"), Port("t2", "t2", optional=True), Port("t3", "t3", optional=True))
    outputs = (Port("result", "Result dataset"),)
    parameters = (Parameter("script", "SQL query script", "script", "select * from t1;", language="sql"),)

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Ask a database in memory."""
        database = sqlite3.connect(":memory:")
        try:
            for name, table in inputs.items():
                _insert(database, name, table.frame)
            frame = _ask(database, values["script"])
        except sqlite3.Error as error:
            hint = "The tables are t1, t2 and t3; write names with spaces or hyphens in double quotes."
            raise ComponentError(69, f"The SQL script failed: {error}.", hint, "script") from error
        finally:
            database.close()
        return {"result": Table(normal(frame))}


def _insert(database: sqlite3.Connection, name: str, frame: pl.DataFrame) -> None:
    times = [
        pl.col(column).dt.to_string("%Y-%m-%d %H:%M:%S") for column, kind in frame.schema.items() if kind.is_temporal()
    ]
    quoted = ['"' + column.replace('"', '""') + '"' for column in frame.columns]
    kinds = [
        "INTEGER" if kind.is_integer() or kind == pl.Boolean else "REAL" if kind.is_numeric() else "TEXT"
        for kind in frame.dtypes
    ]
    database.execute(f"CREATE TABLE {name} ({', '.join(f'{column} {kind}' for column, kind in zip(quoted, kinds))})")
    marks = ", ".join("?" * len(quoted))
    database.executemany(f"INSERT INTO {name} VALUES ({marks})", frame.with_columns(times).iter_rows())  # noqa: S608 - the name is a port's


def _ask(database: sqlite3.Connection, script: str) -> pl.DataFrame:
    found: tuple[list[str], list[Any]] | None = None
    for statement in _statements(script):
        cursor = database.execute(statement)
        if cursor.description:
            found = [part[0] for part in cursor.description], cursor.fetchall()
    if found is None:
        raise ComponentError(69, "The SQL script gives no result.", "End it with a SELECT.", "script")
    names_found, rows = found
    for name in names_found:
        if names_found.count(name) > 1:
            raise ComponentError(28, f"The result has two columns called “{name}”.", "Rename one with AS.", "script")
    columns_found = list(zip(*rows)) if rows else [()] * len(names_found)
    return pl.DataFrame([_column(name, list(values)) for name, values in zip(names_found, columns_found)])


def _statements(script: str) -> list[str]:
    """SQLite's own reader says where a statement ends: a semicolon in a text is none."""
    found, begun = [], ""
    for piece in script.split(";"):
        begun += piece + ";"
        if sqlite3.complete_statement(begun):
            found.append(begun)
            begun = ""
    rest = begun.rstrip("; \n\t")
    return [statement for statement in [*found, rest] if statement.strip("; \n\t")]


def _column(name: str, values: list[Any]) -> pl.Series:
    """A column of SQLite may hold anything: texts beside numbers make texts of all."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int}:
        return pl.Series(name, values, dtype=pl.Int64)
    if kinds <= {int, float}:
        return pl.Series(name, values, dtype=pl.Float64, strict=False)
    if bytes in kinds:
        raise ComponentError(17, f"The column “{name}” of the result holds binary values.", "Leave it out.", "script")
    return pl.Series(name, [None if value is None else str(value) for value in values], dtype=pl.String)
