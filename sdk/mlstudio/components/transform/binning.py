"""Group Data into Bins, and the same bins for later data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlstudio.components.core.declaring import (
    TRANSFORM,
    TRANSFORMATION,
    Component,
    Port,
    Schemas,
    Values,
    choice,
    columns,
    integer,
    numbers,
    switch,
    when,
)
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import np, pl
from mlstudio.components.core.schema import INTEGER, Column, Schema, free_name
from mlstudio.components.core.selecting import of_types, select
from mlstudio.components.core.table import Table, filled, numeric
from mlstudio.components.core.values import Transformation

OUTPUTS = ("Append", "Inplace", "ResultOnly")
MOST_BINS = 10_000


class GroupDataIntoBins(Component):
    """Numbers replaced by the number of their bin."""

    name = "group_data_into_bins"
    title = "Group Data into Bins"
    category = TRANSFORMATION
    help = (
        "Puts numbers into bins, counted from 1: with as many values each, of equal width, or with given edges. A "
        "value at an edge lies below it."
    )
    inputs = (Port("dataset", "Dataset"),)
    outputs = (Port("quantized", "Quantized dataset"), Port("transformation", "Binning transformation", TRANSFORM))
    parameters = (
        choice("mode", "Binning mode", ("Quantiles", "Equal Width", "Custom Edges")),
        integer("bins", "Number of bins", 10, 1, MOST_BINS, when=when(mode=("Quantiles", "Equal Width"))),
        choice(
            "normalization",
            "Quantile normalization",
            ("Percent", "PQuantile", "QuantileIndex"),
            when=when(mode="Quantiles"),
            help=(
                "Percent: the share of values at or below the bin's upper edge, 0 to 100; PQuantile: the same, 0 to"
                " 1; QuantileIndex: the bin's number."
            ),
        ),
        numbers(
            "edges", "Comma-separated list of bin edges", "1; 2; 3", when=when(mode="Custom Edges"), help="Ascending."
        ),
        columns("columns", "Columns to bin", of_types("Numeric")),
        choice("output", "Output mode", OUTPUTS),
        switch("categorical", "Tag columns as categorical", True),
    )

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """Those binned, beside, instead of or without the others."""
        known = inputs.get("dataset")
        if known is None:
            return {"quantized": None}
        _edges_ascend(values)
        chosen, taken = select(values["columns"], known, parameter="columns"), {column.name for column in known}
        kind = "Double" if values["normalization"] in ("Percent", "PQuantile") else INTEGER
        binned = {c.name: c.but(type=kind, categorical=values["categorical"]) for c in known if c.name in chosen}
        if values["output"] == "Inplace":
            return {"quantized": tuple(binned.get(column.name, column) for column in known)}
        if values["output"] == "Append":
            return {
                "quantized": known
                + tuple(binned[name].but(name=free_name(f"{name}_quantized", taken)) for name in chosen)
            }
        return {"quantized": tuple(binned[name].but(name=f"{name}_quantized") for name in chosen)}

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Find the edges, and bin."""
        table: Table = inputs["dataset"].need_rows()
        _edges_ascend(values)
        edges = {}
        for name in table.chosen(values["columns"], parameter="columns"):
            found = filled(numeric(table, name, "Group Data into Bins", "columns"), "it has no bins")
            edges[name] = _edges(found, values)
        facts = {
            "edges": {name: inner.tolist() for name, (inner, _) in edges.items()},
            "values": {name: shown for name, (_, shown) in edges.items()},
            "output": values["output"],
            "categorical": values["categorical"],
        }
        return {"quantized": apply_bins(facts, table), "transformation": Transformation("bins", facts)}


def _edges_ascend(values: Values) -> None:
    edges = values["edges"]
    if edges and any(later <= earlier for earlier, later in zip(edges, edges[1:])):
        raise ComponentError(75, "The bin edges do not ascend.", "Write each larger than the one before.", "edges")


def _edges(found: np.ndarray, values: Values) -> tuple[np.ndarray, list[float] | None]:
    """Return the inner edges, and what stands for each bin where it is not its number."""
    if values["mode"] == "Custom Edges":
        return np.array(values["edges"]), None
    if values["mode"] == "Equal Width":
        return np.unique(np.linspace(found.min(), found.max(), values["bins"] + 1)[1:-1]), None
    shares = np.arange(1, values["bins"]) / values["bins"]
    inner = np.unique(np.quantile(found, shares, method="inverted_cdf"))
    inner = inner[inner < found.max()]
    if values["normalization"] == "QuantileIndex":
        return inner, None
    ordered = np.sort(found)
    below = np.append(np.searchsorted(ordered, inner, side="right") / len(ordered), 1.0)
    return inner, (below * (100 if values["normalization"] == "Percent" else 1)).tolist()


def apply_bins(facts: Mapping[str, Any], table: Table) -> Table:
    """Bin by the edges of then. Columns that are not there are passed over."""
    taken, frame, columns_found = set(table.frame.columns), table.frame, []
    only = facts["output"] == "ResultOnly"
    for name in [name for name in facts["edges"] if name in table.frame.columns]:
        series = numeric(table, name, "The binning")
        index = np.searchsorted(np.array(facts["edges"][name]), series.fill_null(0).to_numpy(), side="left")
        shown = facts["values"][name]
        binned = pl.Series(np.array(shown)[index]) if shown else pl.Series(index + 1, dtype=pl.Int64)
        binned = pl.select(pl.when(series.is_not_null()).then(binned)).to_series()
        target = (
            name
            if facts["output"] == "Inplace"
            else f"{name}_quantized"
            if only
            else free_name(f"{name}_quantized", taken)
        )
        frame = frame.with_columns(binned.alias(target))
        columns_found.append(Column(target, "", categorical=facts["categorical"]))
    result = table.with_columns(frame, columns_found)
    return result.select([column.name for column in columns_found]) if only else result
