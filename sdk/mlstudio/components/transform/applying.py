"""Apply Transformation: what was learned of one table, done to another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mlstudio.components.core.declaring import SCORING, TRANSFORM, Component, Port, Values
from mlstudio.components.core.table import Table
from mlstudio.components.core.values import Transformation
from mlstudio.components.text.topics import apply_topics
from mlstudio.components.transform.binning import apply_bins
from mlstudio.components.transform.columns import apply_selection
from mlstudio.components.transform.indicators import apply_indicators
from mlstudio.components.transform.missing import apply_cleaning
from mlstudio.components.transform.scaling import apply_normalization

TRANSFORMS: dict[str, Callable[[Mapping[str, Any], Table], Table]] = {
    "select_columns": apply_selection,
    "indicators": apply_indicators,
    "clean": apply_cleaning,
    "normalize": apply_normalization,
    "bins": apply_bins,
    "topics": apply_topics,
}


def apply(transformation: Transformation, table: Table) -> Table:
    """Return a table, transformed."""
    return TRANSFORMS[transformation.kind](transformation.facts, table)


class ApplyTransformation(Component):
    """A learned transformation on other data."""

    name = "apply_transformation"
    title = "Apply Transformation"
    category = SCORING
    help = (
        "Does to the dataset what a transformation has learned of another one: the same scales, bins, replacements,"
        " columns."
    )
    inputs = (Port("transformation", "Transformation", TRANSFORM), Port("dataset", "Dataset"))
    outputs = (Port("transformed", "Transformed dataset"),)

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Apply."""
        return {"transformed": apply(inputs["transformation"], inputs["dataset"])}
