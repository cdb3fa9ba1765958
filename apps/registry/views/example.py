"""The input example that a model brings along, as a page shows it."""

import json
from dataclasses import dataclass
from typing import Any, Final

from apps.core.errors import UserError
from apps.registry import services
from apps.registry.models import ModelVersion

LARGEST_BYTES: Final = 64 * 1024
MOST_ROWS: Final = 5
MOST_COLUMNS: Final = 50
LONGEST_CELL: Final = 200

Cell = tuple[str, bool]


@dataclass(frozen=True)
class Example:
    """An input example: as a table where it is one (each cell a text, and whether it is a number), else its text; ``is_cut``
    where the file goes on."""

    path: str
    text: str = ""
    columns: tuple[Cell, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    is_cut: bool = False


def example_of(version: ModelVersion) -> Example | None:
    """Return the beginning of a version's input example; None where it has none, or its files are not there."""
    path = version.manifest.get("input_example") or ""
    if not path or not version.is_ready:
        return None
    try:
        contents = b"".join(services.open_file(version, path, 0, LARGEST_BYTES + 1))
    except UserError:
        return None
    is_cut = len(contents) > LARGEST_BYTES
    text = contents[:LARGEST_BYTES].decode(errors="replace")
    try:
        said = None if is_cut else json.loads(text)
    except (ValueError, RecursionError):
        said = None
    if isinstance(said, dict) and _is_table(said):
        columns, rows = said["columns"], said["data"]
        is_cut = len(rows) > MOST_ROWS or len(columns) > MOST_COLUMNS
        cells = tuple(tuple(_cell(value) for value in row[:MOST_COLUMNS]) for row in rows[:MOST_ROWS])
        first = rows[0] if rows else []
        heads = tuple(
            (_cell(name)[0], place < len(first) and _is_number(first[place]))
            for place, name in enumerate(columns[:MOST_COLUMNS])
        )
        return Example(path, columns=heads, rows=cells, is_cut=is_cut)
    return Example(path, text=text if said is None else json.dumps(said, indent=2, ensure_ascii=False), is_cut=is_cut)


def _is_table(said: dict[str, Any]) -> bool:
    """Whether it is a data frame as MLflow writes one: ``{"columns": […], "data": [[…], …]}``."""
    columns, rows = said.get("columns"), said.get("data")
    return isinstance(columns, list) and isinstance(rows, list) and all(isinstance(row, list) for row in rows)


def _cell(value: Any) -> Cell:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}…", _is_number(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
