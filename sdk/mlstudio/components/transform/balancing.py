"""SMOTE: made-up rows of the rarer class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlstudio.components.core.declaring import TRANSFORMATION, Component, Port, Schemas, Values, column, integer
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import learn, np, pl
from mlstudio.components.core.randomness import generator
from mlstudio.components.core.schema import FEATURE, Schema
from mlstudio.components.core.table import Table


class Smote(Component):
    """More rows of the rarer class, between those that are there."""

    name = "smote"
    title = "SMOTE"
    category = TRANSFORMATION
    help = (
        "Adds rows of the rarer class, each between a row and one of its nearest neighbours. For training only: "
        "take it out before deploying."
    )
    inputs = (Port("dataset", "Samples"),)
    outputs = (Port("table", "Table"),)
    parameters = (
        column("label", "Label column"),
        integer(
            "percentage",
            "SMOTE percentage",
            100,
            0,
            help="In steps of 100: 200 adds two rows for each row of the rarer class.",
        ),
        integer("neighbours", "Number of nearest neighbors", 1, 1),
        integer("seed", "Random seed", 0, 0, help="0: another draw each time."),
    )

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """The same."""
        if values["percentage"] % 100:
            raise ComponentError(
                8, f"The SMOTE percentage is {values['percentage']}.", "Use a multiple of 100.", "percentage"
            )
        return {"table": inputs.get("dataset")}

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Add rows: numbers on the line between two rows, other values of either."""
        self.schema({}, values)
        table: Table = inputs["dataset"].need_rows()
        name = table.chosen([values["label"]], parameter="label")[0]
        label = table.frame[name]
        counts = label.drop_nulls().value_counts(sort=True)
        if counts.height != 2:
            message = f"The label column “{name}” has {counts.height} different values."
            raise ComponentError(23, message, "SMOTE needs exactly two.", "label")
        rare = np.flatnonzero((label == counts[name][1]).fill_null(False).to_numpy())
        copies = values["percentage"] // 100
        if len(rare) <= values["neighbours"]:
            message = f"The rarer class of “{name}” has {len(rare)} rows."
            hint = f"For {values['neighbours']} neighbours at least {values['neighbours'] + 1} are needed."
            raise ComponentError(21, message, hint, "neighbours")
        return {
            "table": table
            if not copies
            else _grown(table, name, rare, copies, values["neighbours"], generator(values["seed"]))
        }


def _grown(
    table: Table, label: str, rare: np.ndarray, copies: int, neighbours: int, draw: np.random.Generator
) -> Table:
    features = [name for name in table.frame.columns if name != label and table.column(name).role == FEATURE]
    kinds = {name: table.column(name).is_numeric for name in features}
    matrix = _distances_matrix(table, features, kinds)[rare]
    nearest = (
        learn("neighbors")
        .NearestNeighbors(n_neighbors=neighbours + 1)
        .fit(matrix)
        .kneighbors(matrix, return_distance=False)
    )
    own = np.tile(np.arange(len(rare)), copies)
    # Equal rows may stand before the row itself among its neighbours; the others are what remains without it.
    others = np.array([[index for index in row if index != number][:neighbours] for number, row in enumerate(nearest)])
    other = others[own, draw.integers(0, neighbours, len(own))]
    share, side = draw.random(len(own)), draw.random(len(own)) < 0.5
    fresh = []
    for name in table.frame.columns:
        series = table.frame[name].gather(rare)
        first, second = series.gather(own), series.gather(other)
        if kinds.get(name):
            between = first.cast(pl.Float64) + (second.cast(pl.Float64) - first.cast(pl.Float64)) * pl.Series(share)
            fresh.append(between.round().cast(series.dtype) if series.dtype.is_integer() else between)
        else:
            fresh.append(pl.select(pl.when(pl.Series(side)).then(first).otherwise(second)).to_series().alias(name))
    made = pl.DataFrame([column.alias(name) for column, name in zip(fresh, table.frame.columns)])
    return table.with_rows(pl.concat([table.frame, made]))


def _distances_matrix(table: Table, features: list[str], kinds: dict[str, bool]) -> np.ndarray:
    """Numbers in standard deviations, so that none outweighs the others; other values as equal or not."""
    columns = []
    for name in features:
        series = table.frame[name]
        if kinds[name]:
            floats = series.cast(pl.Float64)
            values = floats.fill_null(strategy="mean").fill_null(0.0).to_numpy()
            columns.append((values - values.mean()) / (values.std() or 1.0))
        else:
            columns.append(series.cast(pl.String).rank("dense").fill_null(0).to_numpy().astype(float))
    if not columns:
        raise ComponentError(
            31, "There is no feature column beside the label.", "Mark columns as features with Edit Metadata."
        )
    return np.column_stack(columns)
