"""What commands print: tables for people, JSON for programs."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def show_rows(rows: Sequence[Row], columns: Sequence[str], output: str, empty: str) -> None:
    """Print rows: as a table of these columns, else all their fields as a JSON list.

    Args: empty: the sentence to print in place of a table without rows.
    """
    if output == "json":
        _json(rows)
    elif not rows:
        print(empty)
    else:
        cells = [[column.upper().replace("_", " ") for column in columns]]
        cells += [[_text(row.get(column)) for column in columns] for row in rows]
        _table(cells)


def show_one(row: Row, fields: Sequence[str], output: str) -> None:
    """Print one thing: its named fields line by line, else all of them as a JSON object."""
    if output == "json":
        _json(row)
        return
    width = max(len(field) for field in fields)
    for field in fields:
        print(f"{field.replace('_', ' '):<{width}}  {_text(row.get(field))}".rstrip())


def _json(value: Any) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))


def _table(cells: list[list[str]]) -> None:
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    limit = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    for line in cells:
        text = "  ".join(f"{cell:<{widths[column]}}" for column, cell in enumerate(line)).rstrip()
        print(text[: limit - 1] + "…" if limit and len(text) > limit else text)


def _text(value: Any) -> str:
    """Return a value in one line, without characters that would steer a terminal."""
    if isinstance(value, Mapping):
        value = ", ".join(f"{name}={content}" for name, content in value.items())
    text = " ".join(str("" if value is None else value).split())
    return "".join(character if character.isprintable() else "?" for character in text)
