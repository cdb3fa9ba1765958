"""What a port's folder holds, as JSON for the page that looks at it. Loads no model, and of a large table reads a part.

As a program it answers one question: ``python -m mlstudio.components.showing`` reads from standard input
``{"folder", "type", "first_column"}`` or ``{"folder", "across", "up", "by"}``, and ``memory_bytes``, which it keeps to.
"""

from __future__ import annotations

import json
import math
import resource
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mlstudio.components.core import store
from mlstudio.components.core.declaring import (
    ANY,
    CLUSTERING,
    MODEL,
    TABLE,
    TRANSFORM,
    UNTRAINED,
    UNTRAINED_CLUSTERING,
)
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import pl
from mlstudio.components.core.schema import DATETIME, NUMERIC, Column
from mlstudio.components.core.table import Table, normal
from mlstudio.components.counting import LONGEST_TEXT, counted

MOST_ROWS, MOST_COLUMNS, MOST_POINTS, MOST_GROUPS = 100, 100, 2_000, 8
MOST_NAMES = 10_000
MOST_CELLS = 4_000_000
SAMPLE_PARTS = 20
MOST_LISTED = 500
LARGEST_JSON_BYTES = 32 * 2**20
WEIGHTS = ("coefficients", "importance", "explanation")
FILES = {
    UNTRAINED: store.UNTRAINED_FILE,
    UNTRAINED_CLUSTERING: store.UNTRAINED_FILE,
    MODEL: store.SUMMARY,
    CLUSTERING: store.SUMMARY,
    TRANSFORM: store.TRANSFORM_FILE,
}


def type_of_files(names: Iterable[str]) -> str:
    """Return the type of port that leaves files of these names directly in its folder; ``ANY`` where none does."""
    known = set(names)
    if store.DATA in known:
        return TABLE
    if {store.SUMMARY, store.MODEL_FILE} <= known:
        return MODEL
    return next((kind for kind, name in FILES.items() if name in known and kind not in (MODEL, CLUSTERING)), ANY)


def describe(folder: Path, port_type: str, first_column: int = 0, most_cells: int = MOST_CELLS) -> dict[str, Any]:
    """Return what is in a folder; ``kind``: ``table``, ``evaluation``, ``model``, ``untrained``, ``transformation``.

    Args: port_type: of the port that wrote it, one of those that ``type_of_files`` knows. first_column: of a table
        ``MOST_COLUMNS`` columns from there on are described. most_cells: of a table that has more of them in these columns, rows
        from all over it stand for all.
    Raises: ComponentError: it cannot be read.
    """
    if port_type == TABLE:
        return _table(folder, first_column, most_cells)
    name = FILES[port_type]
    known = _json(folder / name)
    if port_type == TRANSFORM:
        return {"kind": "transformation", "transformation": known.get("kind", ""), "facts": _shown(known.get("facts"))}
    for key in WEIGHTS:
        if isinstance(known.get(key), dict):
            known[key] = dict(sorted(known[key].items(), key=lambda pair: -abs(pair[1])))
    return {**_shown(known), "kind": "model" if name == store.SUMMARY else "untrained"}


def scatter(folder: Path, across: str, up: str, by: str = "", most: int = MOST_POINTS) -> dict[str, Any]:
    """Return points of two columns, evenly chosen where there are more; texts are their place in the order of ``values``.

    Args: by: a column of few values that says which points belong together, or "".
    Raises: ComponentError: there is no such column.
    """
    table, _ = _sample(folder, [across, up, *filter(None, [by])], MOST_CELLS)
    kept = table.frame.drop_nulls()
    step = max(1, math.ceil(kept.height / most))
    thinned = kept.gather_every(step)
    found = {"rows": kept.height, "x": _axis(thinned, table.column(across)), "y": _axis(thinned, table.column(up))}
    return {**found, "groups": _groups(thinned[by])} if by else found


def _table(folder: Path, first_column: int, most_cells: int) -> dict[str, Any]:
    evaluation = _json(folder / store.EVALUATION) if (folder / store.EVALUATION).is_file() else None
    names = _names(folder)
    shown = names[first_column : first_column + MOST_COLUMNS]
    table, height = _sample(folder, shown, most_cells)
    folds = folder / store.FOLDS
    return {
        "kind": "evaluation" if evaluation else "table",
        "rows": height,
        "columns": len(names),
        "names": [name[:LONGEST_TEXT] for name in names[:MOST_NAMES]],
        "first_column": first_column,
        "described_rows": table.height,
        "schema": [counted(table, name) for name in table.frame.columns],
        "data": [[_plain(value) for value in row] for row in table.frame.head(MOST_ROWS).iter_rows()],
        "folds": pl.scan_parquet(folds).select(pl.col("fold").max()).collect().item() if folds.is_file() else None,
        "evaluation": _shown(evaluation, MOST_POINTS),
    }


def _names(folder: Path) -> list[str]:
    try:
        return list(pl.read_parquet_schema(folder / store.DATA))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise _unreadable(error) from None


def _sample(folder: Path, names: list[str], most_cells: int) -> tuple[Table, int]:
    """Return rows of some columns, from the beginning and from all over the table, and how many rows there are."""
    try:
        lazy = pl.scan_parquet(folder / store.DATA)
        height = int(lazy.select(pl.len()).collect().item())
        missing = [name for name in names if name not in _names(folder)]
        if missing:
            raise ComponentError(1, f"There is no column “{missing[0]}”.", "Choose another one.")
        chosen = lazy.select(list(dict.fromkeys(names)))
        most = max(MOST_ROWS * SAMPLE_PARTS, most_cells // max(1, len(names)))
        if height <= most:
            frame = chosen.collect()
        else:
            each = most // SAMPLE_PARTS
            starts = [place * (height - each) // (SAMPLE_PARTS - 1) for place in range(SAMPLE_PARTS)]
            frame = pl.concat([chosen.slice(start, each).collect() for start in starts])
    except pl.exceptions.PolarsError as error:
        raise _unreadable(error) from None
    return Table(normal(frame), store.read_facts(folder)), height


def _unreadable(error: Exception) -> ComponentError:
    message = f"The table cannot be read: {str(error).splitlines()[0][:300]}."
    return ComponentError(49, message, "Run the step again.")


def _axis(frame: pl.DataFrame, facts: Column) -> dict[str, Any]:
    series = frame[facts.name]
    if facts.type == DATETIME:
        return {"kind": "time", "points": [value.isoformat() for value in series.to_list()]}
    if facts.type in NUMERIC:
        return {"kind": "number", "points": [_plain(value) for value in series.cast(pl.Float64).to_list()]}
    texts = series.cast(pl.String).str.slice(0, LONGEST_TEXT)
    values = texts.unique().sort().to_list()
    index = {value: place for place, value in enumerate(values)}
    return {"kind": "text", "points": [index[value] for value in texts.to_list()], "values": values}


def _groups(series: pl.Series) -> dict[str, Any]:
    """Return which of the most frequent values each point has; the others make one group, which has no name."""
    texts = series.cast(pl.String).str.slice(0, LONGEST_TEXT)
    known = sorted(texts.value_counts(sort=True).head(MOST_GROUPS)[series.name].to_list())
    index = {value: place for place, value in enumerate(known)}
    return {"values": known, "points": [index.get(value, len(known)) for value in texts.to_list()]}


def _plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    return value if value is None or isinstance(value, (bool, int, float)) else value.isoformat()


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise ComponentError(49, f"{path.name} is missing.", "Run the step again.")
    if path.stat().st_size > LARGEST_JSON_BYTES:
        raise ComponentError(49, f"{path.name} is too large to be shown.", "Download it to look at it.")
    try:
        known = json.loads(path.read_text("utf-8"))
    except ValueError:
        raise ComponentError(49, f"{path.name} is damaged.", "Run the step again.") from None
    if not isinstance(known, dict):
        raise ComponentError(49, f"{path.name} is damaged.", "Run the step again.")
    return known


def _shown(known: Any, most: int = MOST_LISTED) -> Any:
    """Leave out the ends of long lists: dictionaries and matrices of thousands are not read by people."""
    if isinstance(known, dict):
        return {key: _shown(value, most) for key, value in list(known.items())[:most]}
    if isinstance(known, list):
        return [_shown(value, most) for value in known[:most]]
    return _plain(known)


def main() -> None:
    """Answer the question on standard input: ``{"found": …}``, or ``{"error": …}`` as the node's pane has it."""
    asked = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_DATA, (asked["memory_bytes"], asked["memory_bytes"]))
    folder = Path(asked["folder"])
    try:
        if "across" in asked:
            answer = {"found": scatter(folder, asked["across"], asked["up"], asked["by"])}
        else:
            answer = {"found": describe(folder, asked["type"], asked["first_column"])}
    except ComponentError as error:
        answer = {"error": error.as_json()}
    json.dump(answer, sys.stdout, allow_nan=False)


if __name__ == "__main__":
    main()
