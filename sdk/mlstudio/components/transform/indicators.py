"""Convert to Indicator Values, and the same columns for later data."""

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
    columns,
    switch,
)
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import pl
from mlstudio.components.core.schema import INTEGER, Column, Schema, free_name
from mlstudio.components.core.selecting import select
from mlstudio.components.core.table import Table, texts
from mlstudio.components.core.values import Transformation

MOST_INDICATORS = 10_000


class ConvertToIndicatorValues(Component):
    """One column of 0 and 1 for each value of a categorical column."""

    name = "convert_to_indicator_values"
    title = "Convert to Indicator Values"
    category = TRANSFORMATION
    help = (
        "Makes a column of 0 and 1 for each value of categorical columns. Mark columns as categorical with Edit "
        "Metadata."
    )
    inputs = (Port("dataset", "Dataset"),)
    outputs = (Port("results", "Results dataset"), Port("transformation", "Indicator values transformation", TRANSFORM))
    parameters = (
        columns("columns", "Categorical columns to convert"),
        switch("overwrite", "Overwrite categorical columns", False),
    )

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """Their names depend on the values; that the columns are categorical does not."""
        known = inputs.get("dataset")
        if known is not None:
            _need_categorical(known, select(values["columns"], known, parameter="columns"))
        return {"results": None, "transformation": None}

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Learn the values, and convert."""
        table: Table = inputs["dataset"]
        chosen = table.chosen(values["columns"], parameter="columns")
        _need_categorical(table.schema, chosen)
        categories: dict[str, dict[str, Any]] = {}
        for name in chosen:
            found = texts(table.frame[name])
            categories[name] = {
                "values": found.drop_nulls().unique().sort().to_list(),
                "missing": bool(found.null_count()),
            }
        total = sum(len(known["values"]) for known in categories.values())
        if total > MOST_INDICATORS:
            widest = max(chosen, key=lambda name: len(categories[name]["values"]))
            message = (
                f"The column “{widest}” has {len(categories[widest]['values']):,} different values; "
                f"{MOST_INDICATORS:,} columns are the most."
            )
            raise ComponentError(14, message, "Group its values first, or use Feature Hashing.", "columns")
        transformation = Transformation("indicators", {"categories": categories, "overwrite": values["overwrite"]})
        return {"results": apply_indicators(transformation.facts, table), "transformation": transformation}


def _need_categorical(schema: Schema, chosen: list[str]) -> None:
    facts = {column.name: column for column in schema}
    for name in chosen:
        if not facts[name].categorical:
            hint = "Mark it with Edit Metadata first."
            raise ComponentError(56, f"The column “{name}” is not categorical.", hint, "columns")


def apply_indicators(facts: Mapping[str, Any], table: Table) -> Table:
    """Make the learned columns; a value that was not there then is 0 in all of them."""
    taken, fresh = set(table.frame.columns), []
    for name in table.chosen(list(facts["categories"])):
        known, found = facts["categories"][name], texts(table.frame[name])
        fresh += [
            (found == value).fill_null(False).cast(pl.Int64).alias(free_name(f"{name}-{value}", taken))
            for value in known["values"]
        ]
        if known["missing"]:
            fresh.append(found.is_null().cast(pl.Int64).alias(free_name(f"{name}-Missing", taken)))
    frame = table.frame.drop(list(facts["categories"])) if facts["overwrite"] else table.frame
    return table.with_columns(frame.with_columns(fresh), [Column(series.name, INTEGER) for series in fresh])
