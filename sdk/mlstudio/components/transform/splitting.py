"""Split Data: rows into two tables, by chance or by what a column says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mlstudio.components.core.declaring import (
    TRANSFORMATION,
    Component,
    Port,
    Schemas,
    Values,
    choice,
    column,
    integer,
    number,
    switch,
    text,
    when,
)
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import np, pl
from mlstudio.components.core.randomness import generator, shuffled_groups
from mlstudio.components.core.schema import DATETIME, STRING, Schema
from mlstudio.components.core.selecting import select
from mlstudio.components.core.table import Table, texts

ROWS, REGEX, RELATIVE = "Split Rows", "Regular Expression", "Relative Expression"
TARGET = re.compile(
    r'\s*(?:\\"(?P<name>[^"]+)"|\(\\(?P<index>\d+)\)|\\(?P<bare>[^\s<>=!"()]+))\s*(?P<rest>.*)', re.DOTALL
)
COMPARISON = re.compile(r'\s*(<=|>=|!=|==|=|<|>)\s*("[^"]*"|[^&|]+?)\s*(?=[&|]|$)')


class SplitData(Component):
    """Two parts of a table."""

    name = "split_data"
    title = "Split Data"
    category = TRANSFORMATION
    help = (
        "Divides the rows: a random share of them, those where a text column matches a pattern, or those where a "
        "column compares."
    )
    inputs = (Port("dataset", "Dataset"),)
    outputs = (Port("left", "Results dataset1"), Port("right", "Results dataset2"))
    parameters = (
        choice("mode", "Splitting mode", (ROWS, REGEX, RELATIVE)),
        number("fraction", "Fraction of rows in the first output dataset", 0.5, 0, 1, when=when(mode=ROWS)),
        switch("randomized", "Randomized split", True, when=when(mode=ROWS)),
        integer("seed", "Random seed", 0, 0, when=when(mode=ROWS), help="0: another draw each time."),
        switch("stratified", "Stratified split", False, when=when(mode=ROWS)),
        column("stratification", "Stratification key column", when=when(stratified=True)),
        text(
            "regex",
            "Regular expression",
            '\\"Col1" ^[a-f]',
            when=when(mode=REGEX),
            help='The column, then a pattern: \\"City" ^New or, by index from 0, (\\1) ^[a-f].',
        ),
        text(
            "relative",
            "Relational expression",
            '\\"Col1" > 3',
            when=when(mode=RELATIVE),
            help='The column, then comparisons with & or | between them: \\"Year" > 2010 or (\\0) <= 30 & != 20.',
        ),
    )

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """Twice the same; the column of an expression has to be there."""
        known = inputs.get("dataset")
        if values["mode"] != ROWS:
            name = "regex" if values["mode"] == REGEX else "relative"
            _, rest = _target(values[name], known, name)
            if values["mode"] == RELATIVE:
                _comparisons(rest)
        return {"left": known, "right": known}

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Divide."""
        table: Table = inputs["dataset"].need_rows()
        if values["mode"] == ROWS:
            mask = _share(table, values)
        elif values["mode"] == REGEX:
            mask = _matching(table, values["regex"])
        else:
            mask = _comparing(table, values["relative"])
        return {"left": table.take(mask), "right": table.take(~mask)}


def _share(table: Table, values: Values) -> np.ndarray:
    strata = None
    if values["stratified"]:
        strata = table.frame[table.chosen([values["stratification"]], parameter="stratification")[0]]
    draw = generator(values["seed"]) if values["randomized"] else None
    mask = np.zeros(table.height, bool)
    for group in shuffled_groups(strata, table.height, draw):
        mask[group[: round(len(group) * values["fraction"])]] = True
    return mask


def _target(expression: str, schema: Schema | None, parameter: str) -> tuple[str, str]:
    match = TARGET.match(expression)
    if match is None or not match["rest"].strip():
        hint = 'Begin with the column, as in \\"Year" > 2010.'
        raise ComponentError(2, f"The expression “{expression}” names no column.", hint, parameter)
    if schema is None:
        return match["name"] or match["bare"] or "", match["rest"].strip()
    if match["index"] is not None:
        chosen = select(
            {
                "mode": "rules",
                "rules": [{"action": "include", "by": "indices", "values": [str(int(match["index"]) + 1)]}],
            },
            schema,
            parameter=parameter,
        )
    else:
        chosen = select([match["name"] or match["bare"]], schema, parameter=parameter)
    return chosen[0], match["rest"].strip()


def _matching(table: Table, expression: str) -> np.ndarray:
    name, pattern = _target(expression, table.schema, "regex")
    try:
        return texts(table.frame[name]).str.contains(pattern).fill_null(False).to_numpy()
    except pl.exceptions.PolarsError as error:
        raise ComponentError(
            2, f"“{pattern}” is no regular expression: {str(error).splitlines()[0]}", "", "regex"
        ) from error


def _comparisons(rest: str) -> list[tuple[str, str, str]]:
    """Return (what joins it to those before, operator, value) of each comparison."""
    found, joiner, place = [], "", 0
    while place < len(rest):
        match = COMPARISON.match(rest, place)
        if match is None:
            hint = "Write comparisons such as > 2010, with & or | between them, and no parentheses."
            raise ComponentError(2, f"“{rest[place:].strip()}” is no comparison.", hint, "relative")
        found.append((joiner, match[1], match[2].strip().strip('"')))
        joiner, place = rest[match.end() : match.end() + 1], match.end() + 1
    return found


def _comparing(table: Table, expression: str) -> np.ndarray:
    name, rest = _target(expression, table.schema, "relative")
    result: pl.Series | None = None
    pending: pl.Series | None = None
    for joiner, operator, value in _comparisons(rest):
        hits = _compared(table, name, operator, value).fill_null(False)
        if joiner == "&" and pending is not None:
            pending = pending & hits
            continue
        if pending is not None:
            result = pending if result is None else result | pending
        pending = hits
    assert pending is not None  # an expression has at least one comparison
    return (pending if result is None else result | pending).to_numpy()


def _compared(table: Table, name: str, operator: str, value: str) -> pl.Series:
    column, kind = table.frame[name], table.column(name).type
    if kind == STRING:
        wanted: Any = pl.Series([value])
    elif kind == DATETIME:
        wanted = pl.Series([value]).str.to_datetime(strict=False, time_unit="us")
    else:
        wanted, column = pl.Series([value]).cast(pl.Float64, strict=False), column.cast(pl.Float64)
    if wanted[0] is None:
        raise ComponentError(
            2, f"The column “{name}” is {kind}, and “{value}” is not.", "Compare with a value of its type.", "relative"
        )
    wanted = wanted[0]
    compare = {"<": column.__lt__, ">": column.__gt__, "<=": column.__le__, ">=": column.__ge__, "!=": column.__ne__}
    return compare.get(operator, column.__eq__)(wanted)
