"""What a port's folder holds, as JSON for the page that looks at it. Reads tables and what models say of themselves; loads no
model."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from mlstudio.components.core import store
from mlstudio.components.core.declaring import CLUSTERING, MODEL, TABLE, TRANSFORM, UNTRAINED, UNTRAINED_CLUSTERING
from mlstudio.components.core.libraries import np, pl
from mlstudio.components.core.schema import BOOLEAN, DATETIME, NUMERIC, Column
from mlstudio.components.core.table import Table, numeric

MOST_ROWS, MOST_COLUMNS, MOST_VALUES, MOST_POINTS = 100, 200, 20, 2_000
BARS = 20
LONGEST_TEXT = 500
FILES = {
    UNTRAINED: store.UNTRAINED_FILE,
    UNTRAINED_CLUSTERING: store.UNTRAINED_FILE,
    MODEL: store.SUMMARY,
    CLUSTERING: store.SUMMARY,
    TRANSFORM: store.TRANSFORM_FILE,
}


def describe(folder: Path, port_type: str, rows: int = MOST_ROWS, columns: int = MOST_COLUMNS) -> dict[str, Any]:
    """Return what is in a folder; ``kind``: ``table``, ``evaluation``, ``model``, ``untrained``, ``transformation``, ``files``.

    Args: port_type: of the port that wrote it. rows, columns: how many at most are shown of a table.
    Raises: ComponentError: it cannot be read.
    """
    if port_type == TABLE:
        return _table(store.read(TABLE, folder, "The output"), rows, columns)
    name = FILES.get(port_type)
    if name is None or not (folder / name).is_file():
        found = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else [folder]
        files = [{"path": str(path.relative_to(folder)), "bytes": path.stat().st_size} for path in found[:rows]]
        return {"kind": "files", "count": len(found), "files": files}
    known = json.loads((folder / name).read_text("utf-8"))
    if port_type == TRANSFORM:
        return {"kind": "transformation", "transformation": known["kind"], "facts": _shortened(known["facts"])}
    return {"kind": "model" if name == store.SUMMARY else "untrained", **known}


def scatter(folder: Path, across: str, up: str, most: int = MOST_POINTS) -> dict[str, Any]:
    """Return points of two columns, evenly chosen where there are more; texts are their place in the order of ``values``.

    Raises: ComponentError: there is no such column.
    """
    table: Table = store.read(TABLE, folder, "The output")
    both = table.select(table.chosen([across, up], "the output"))
    kept = both.frame.drop_nulls()
    step = max(1, math.ceil(kept.height / most))
    x, y = (_axis(kept[name].gather_every(step), both.column(name)) for name in both.frame.columns)
    return {"rows": kept.height, "x": x, "y": y}


def _table(table: Table, rows: int, columns: int) -> dict[str, Any]:
    shown = table.frame.columns[:columns]
    return {
        "kind": "evaluation" if table.evaluation else "table",
        "rows": table.height,
        "columns": len(table.frame.columns),
        "schema": [_column(table, name) for name in shown],
        "data": [[_plain(value) for value in row] for row in table.frame.select(shown).head(rows).iter_rows()],
        "folds": int(table.folds.max()) if table.folds is not None else None,  # type: ignore[arg-type]
        "evaluation": table.evaluation,
    }


def _column(table: Table, name: str) -> dict[str, Any]:
    series, facts = table.frame[name], table.column(name)
    found: dict[str, Any] = {
        "name": name,
        "type": facts.type,
        "categorical": facts.categorical,
        "role": facts.role,
        "missing": series.null_count(),
        "unique": series.drop_nulls().n_unique(),
    }
    present = series.drop_nulls()
    if not len(present):
        return found
    if facts.type in NUMERIC and not facts.categorical:
        return {**found, **_numbers(numeric(table, name, "A chart").drop_nulls().to_numpy())}
    if facts.type == DATETIME:
        stamps = present.cast(pl.Datetime("us")).cast(pl.Int64).to_numpy() / 1e6
        return {**found, "min": _plain(present.min()), "max": _plain(present.max()), "histogram": _histogram(stamps)}
    counts = present.cast(pl.String).value_counts(sort=True).head(MOST_VALUES)
    top = [[_plain(value), count] for value, count in sorted(counts.iter_rows(), key=lambda pair: (-pair[1], pair[0]))]
    mean = {"mean": float(present.cast(pl.Float64).mean())} if facts.type == BOOLEAN else {}  # type: ignore[arg-type]
    return {**found, **mean, "top": top}


def _numbers(values: np.ndarray) -> dict[str, Any]:
    low, first, median, third, high = np.percentile(values, [0, 25, 50, 75, 100]).tolist()
    inside = values[(values >= first - 1.5 * (third - first)) & (values <= third + 1.5 * (third - first))]
    positive = values[values > 0]
    return {
        "mean": float(values.mean()),
        "median": median,
        "min": low,
        "max": high,
        "std": float(values.std(ddof=1)) if len(values) > 1 else None,
        "box": {
            "first": first,
            "median": median,
            "third": third,
            "low": float(inside.min()),
            "high": float(inside.max()),
        },
        "histogram": _histogram(values),
        # On a logarithmic axis the bars are as wide as each other there.
        "log_histogram": _histogram(np.log10(positive)) if len(positive) == len(values) else None,
    }


def _histogram(values: np.ndarray) -> dict[str, Any] | None:
    if not np.isfinite(values).all():
        values = values[np.isfinite(values)]
    if not len(values):
        return None
    counts, edges = np.histogram(values, bins=min(BARS, max(1, len(np.unique(values)))))
    return {"counts": counts.tolist(), "edges": edges.tolist()}


def _axis(series: pl.Series, facts: Column) -> dict[str, Any]:
    if facts.type == DATETIME:
        return {"kind": "time", "points": [value.isoformat() for value in series.to_list()]}
    if facts.type in NUMERIC:
        return {"kind": "number", "points": series.cast(pl.Float64).to_list()}
    texts = series.cast(pl.String)
    values = texts.unique().sort().to_list()
    index = {value: place for place, value in enumerate(values)}
    return {"kind": "text", "points": [index[value] for value in texts.to_list()], "values": values}


def _plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    return value if value is None or isinstance(value, (bool, int, float)) else value.isoformat()


def _shortened(facts: Any) -> Any:
    """Leave out the middle of long lists: dictionaries and matrices are not read by people."""
    if isinstance(facts, dict):
        return {key: _shortened(value) for key, value in facts.items()}
    if isinstance(facts, list):
        return [_shortened(value) for value in facts[:MOST_VALUES]]
    return facts
