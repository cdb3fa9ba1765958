"""From a collected request to rows of a table. No models, no I/O."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

MOST_ROWS = 10_000
MOST_COLUMNS = 2000
SPLIT = frozenset({"columns", "data"})
# What bodies of requests and answers are wrapped in, by whose convention it may be.
WRAPPERS = ("input_data", "dataframe_split", "dataframe_records", "instances", "inputs", "Inputs", "data")
ANSWER_WRAPPERS = ("predictions", "outputs", "Results", "result")


def rows_of(record: dict[str, Any], side: str, deployment: str, *, whole: bool = False) -> Iterator[dict[str, Any]]:
    """Give the rows of one side of a collected request.

    Each has ``correlation_id`` (that of the request, the same on both sides), ``request_row``, ``request_time``,
    ``deployment`` and ``model``, and then the columns of the table that was sent or answered. What is no table is one row with
    the text in ``body``.

    Args: record: a line of the spool. side: ``input`` or ``output``. whole: whether every body is to be one text.
    """
    text = record.get(side)
    tables: list[dict[str, Any]] = [{"body": text}]
    if text and not whole:
        with suppress(ValueError, RecursionError):
            tables = _table(json.loads(text), ANSWER_WRAPPERS if side == "output" else WRAPPERS) or tables
    for number, cells in enumerate(tables[:MOST_ROWS]):
        yield {
            **{str(name): value for name, value in cells.items()},
            "correlation_id": record["id"],
            "request_row": number,
            "request_time": record["at"],
            "deployment": deployment,
            "model": record.get("model", ""),
        }


def _table(value: Any, wrappers: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the rows of a value; none where it is no table."""
    if isinstance(value, dict):
        if value.keys() >= SPLIT and isinstance(value["columns"], list) and isinstance(value["data"], list):
            return _rows(value["data"], [str(name) for name in value["columns"]])
        for name in wrappers:
            if isinstance(value.get(name), dict | list):
                return _table(value[name], wrappers)
        return _columns(value) or [value]
    if not isinstance(value, list) or not value:
        return []
    if all(isinstance(one, dict) and {"name", "data"} <= one.keys() for one in value):
        return _columns({one["name"]: one["data"] for one in value})  # tensors of the Open Inference Protocol
    return _rows(value, [])


def _columns(values: dict[str, Any]) -> list[dict[str, Any]]:
    """Return rows from lists by the names of columns; none where they are not of one length."""
    lengths = {len(cells) if isinstance(cells, list) else -1 for cells in values.values()}
    if len(lengths) != 1 or lengths <= {-1, 0}:
        return []
    return [dict(zip(values, cells, strict=True)) for cells in zip(*values.values(), strict=True)]


def _rows(values: list[Any], names: list[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for value in values:
        if not isinstance(value, dict | list) or len(value) > MOST_COLUMNS:
            found.append({"value": value})
        elif isinstance(value, dict):
            found.append(value)
        else:
            more = [f"column_{place}" for place in range(len(names) + 1, len(value) + 1)]
            found.append(dict(zip([*names, *more], value, strict=False)))
    return found
