"""One column of a table in numbers: what the page that looks at it says of it, and draws."""

from __future__ import annotations

import math
from typing import Any

from mlstudio.components.core.libraries import np, pl
from mlstudio.components.core.schema import BOOLEAN, DATETIME, NUMERIC
from mlstudio.components.core.table import Table, numeric

MOST_VALUES = 20
BARS = 20
LONGEST_TEXT = 500


def counted(table: Table, name: str) -> dict[str, Any]:
    """Return what is known of a column, and counted.

    Numbers have mean, median, min, max, std, ``box`` and ``histogram`` (``log_histogram`` of the decimal logarithms, where all
    are above 0), times min, max and ``histogram`` (of seconds since 1970), all others their most frequent values (``top``).
    """
    series, facts = table.frame[name], table.column(name)
    present = series.drop_nulls()
    found: dict[str, Any] = {
        "name": name,
        "type": facts.type,
        "categorical": facts.categorical,
        "role": facts.role,
        "missing": series.null_count(),
        "unique": present.n_unique(),
    }
    if not len(present):
        return found
    if facts.type in NUMERIC and not facts.categorical:
        return {**found, **_numbers(numeric(table, name, "A chart").drop_nulls().to_numpy())}
    if facts.type == DATETIME:
        stamps = present.cast(pl.Datetime("us")).cast(pl.Int64).to_numpy() / 1e6
        low, high = present.min(), present.max()
        return {**found, "min": low.isoformat(), "max": high.isoformat(), "histogram": _histogram(stamps)}  # type: ignore[union-attr]
    counts = present.cast(pl.String).value_counts(sort=True).head(MOST_VALUES)
    ranked = sorted(counts.iter_rows(), key=lambda pair: (-pair[1], pair[0]))
    mean = {"mean": float(present.cast(pl.Float64).mean())} if facts.type == BOOLEAN else {}  # type: ignore[arg-type]
    return {**found, **mean, "top": [[value[:LONGEST_TEXT], count] for value, count in ranked]}


def _numbers(values: np.ndarray) -> dict[str, Any]:
    values = values[np.isfinite(values)]
    if not len(values):
        return {}
    low, first, median, third, high = np.percentile(values, [0, 25, 50, 75, 100]).tolist()
    inside = values[(values >= first - 1.5 * (third - first)) & (values <= third + 1.5 * (third - first))]
    positive = values[values > 0]
    with np.errstate(over="ignore", invalid="ignore"):
        mean, std = float(values.mean()), float(values.std(ddof=1)) if len(values) > 1 else None
    return {
        "mean": _finite(mean),
        "median": median,
        "min": low,
        "max": high,
        "std": _finite(std),
        "box": {
            "first": first,
            "median": median,
            "third": third,
            "low": float(inside.min()) if len(inside) else first,
            "high": float(inside.max()) if len(inside) else third,
        },
        "histogram": _histogram(values),
        # On a logarithmic axis the bars are as wide as each other there.
        "log_histogram": _histogram(np.log10(positive)) if len(positive) == len(values) else None,
    }


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _histogram(values: np.ndarray) -> dict[str, Any] | None:
    with np.errstate(over="ignore", invalid="ignore"):
        if not np.isfinite(values.max() - values.min()):
            return None
    counts, edges = np.histogram(values, bins=min(BARS, max(1, len(np.unique(values)))))
    return {"counts": counts.tolist(), "edges": edges.tolist()}
