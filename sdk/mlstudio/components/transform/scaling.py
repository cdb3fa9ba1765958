"""Numbers put on another scale: Normalize Data, Clip Values."""

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
    number,
    switch,
    when,
)
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import np, pl, special
from mlstudio.components.core.schema import BOOLEAN, DOUBLE, NUMERIC, Column, Schema, free_name
from mlstudio.components.core.selecting import of_types, select
from mlstudio.components.core.table import Table, filled, numeric
from mlstudio.components.core.values import Transformation

METHODS = ("ZScore", "MinMax", "Logistic", "LogNormal", "TanH")


class NormalizeData(Component):
    """Columns on a common scale."""

    name = "normalize_data"
    title = "Normalize Data"
    category = TRANSFORMATION
    help = "Rescales numeric columns. ZScore divides by the standard deviation of the population."
    inputs = (Port("dataset", "Dataset"),)
    outputs = (Port("transformed", "Transformed dataset"), Port("transformation", "Transformation function", TRANSFORM))
    parameters = (
        choice("method", "Transformation method", METHODS),
        switch(
            "constant_zero",
            "Use 0 for constant columns when checked",
            True,
            when=when(method=("ZScore", "MinMax", "LogNormal")),
            help="Else they stay missing.",
        ),
        columns("columns", "Columns to transform", of_types("Numeric")),
    )

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """The chosen ones become fractions."""
        known = inputs.get("dataset")
        if known is None:
            return {"transformed": None}
        chosen = set(select(values["columns"], known, parameter="columns"))
        for column in known:
            if column.name in chosen and column.type not in (*NUMERIC, BOOLEAN):
                hint = "Choose numeric columns only."
                raise ComponentError(
                    17,
                    f"Normalize Data needs numbers, and the column “{column.name}” holds {column.type} values.",
                    hint,
                    "columns",
                )
        return {"transformed": tuple(column.but(type=DOUBLE) if column.name in chosen else column for column in known)}

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Learn the scales, and rescale."""
        table: Table = inputs["dataset"].need_rows()
        scales = {}
        for name in table.chosen(values["columns"], parameter="columns"):
            found = filled(numeric(table, name, "Normalize Data", "columns"), "it has no scale")
            scales[name] = _scale(found, values["method"], name)
        facts = {"method": values["method"], "scales": scales, "constant_zero": bool(values["constant_zero"])}
        return {"transformed": apply_normalization(facts, table), "transformation": Transformation("normalize", facts)}


def _scale(found: np.ndarray, method: str, name: str) -> list[float]:
    if method == "MinMax":
        return [float(found.min()), float(found.max())]
    if method == "LogNormal":
        if found.min() <= 0:
            hint = "Choose another method for it."
            raise ComponentError(
                18, f"LogNormal needs positive numbers, and the column “{name}” has {found.min():g}.", hint, "columns"
            )
        found = np.log(found)
    return [float(found.mean()), float(found.std())]


def apply_normalization(facts: Mapping[str, Any], table: Table) -> Table:
    """Rescale by the scales of then. Columns that are not there are passed over."""
    fresh = []
    for name, (first, second) in facts["scales"].items():
        if name in table.frame.columns:
            values = numeric(table, name, "The normalization").to_numpy()
            scaled = _scaled(facts["method"], values, first, second, facts["constant_zero"])
            fresh.append(pl.Series(name, scaled, dtype=pl.Float64))
    names = [series.name for series in fresh]
    return table.with_columns(table.frame.with_columns(fresh).with_columns(pl.col(names).fill_nan(None)))


def _scaled(method: str, values: np.ndarray, first: float, second: float, zero: bool) -> np.ndarray:
    if method == "Logistic":
        return special.expit(values)
    if method == "TanH":
        return np.tanh(values)
    width = second - first if method == "MinMax" else second
    if width == 0:
        return np.where(np.isnan(values), np.nan, 0.0 if zero else np.nan)
    if method == "LogNormal":
        with np.errstate(invalid="ignore", divide="ignore"):
            # The cumulative distribution of the log-normal of the values of then.
            return special.ndtr((np.log(values) - first) / second)
    return (values - first) / width


THRESHOLDS = ("ClipPeaks", "ClipSubpeaks", "ClipPeaksAndSubpeaks")
UPPER, LOWER = ("ClipPeaks", "ClipPeaksAndSubpeaks"), ("ClipSubpeaks", "ClipPeaksAndSubpeaks")
SUBSTITUTES = ("Threshold", "Mean", "Median", "Missing")


class ClipValues(Component):
    """Outliers cut off."""

    name = "clip_values"
    title = "Clip Values"
    category = TRANSFORMATION
    help = "Replaces values above or below thresholds, which are numbers or percentiles of each column."
    inputs = (Port("dataset", "Dataset"),)
    outputs = (Port("results", "Results dataset"),)
    parameters = (
        choice("thresholds", "Set of thresholds", THRESHOLDS),
        choice("threshold", "Threshold", ("Constant", "Percentile")),
        number("upper", "Constant value of upper threshold", 99, when=when(thresholds=UPPER, threshold="Constant")),
        number("lower", "Constant value of lower threshold", 1, when=when(thresholds=LOWER, threshold="Constant")),
        number(
            "upper_percentile",
            "Percentile number of upper threshold",
            99,
            0,
            100,
            when=when(thresholds=UPPER, threshold="Percentile"),
        ),
        number(
            "lower_percentile",
            "Percentile number of lower threshold",
            1,
            0,
            100,
            when=when(thresholds=LOWER, threshold="Percentile"),
        ),
        choice("upper_substitute", "Substitute value for peaks", SUBSTITUTES, when=when(thresholds=UPPER)),
        choice("lower_substitute", "Substitute value for subpeaks", SUBSTITUTES, when=when(thresholds=LOWER)),
        columns("columns", "List of columns", of_types("Numeric")),
        switch("overwrite", "Overwrite flag", True, help="Else the clipped values stand in columns of their own."),
        switch("indicators", "Add indicator columns", False),
    )

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """Clipped columns become fractions."""
        known = inputs.get("dataset")
        if known is None or values["indicators"] or not values["overwrite"]:
            return {"results": None}
        chosen = set(select(values["columns"], known, parameter="columns"))
        return {"results": tuple(column.but(type=DOUBLE) if column.name in chosen else column for column in known)}

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Clip."""
        table: Table = inputs["dataset"].need_rows()
        taken, frame, facts = set(table.frame.columns), table.frame, []
        for name in table.chosen(values["columns"], parameter="columns"):
            series = numeric(table, name, "Clip Values", "columns")
            clipped, hit = _clipped(series, filled(series, "there is nothing to clip"), values)
            target = name if values["overwrite"] else free_name(f"{name}_clipped", taken)
            frame = frame.with_columns(clipped.alias(target))
            facts.append(table.column(name).but(name=target))
            if values["indicators"]:
                mark = free_name(f"{name}_clipped_indicator", taken)
                frame = frame.with_columns(hit.alias(mark))
                facts.append(Column(mark, BOOLEAN))
        return {"results": table.with_columns(frame, facts)}


def _clipped(series: pl.Series, found: np.ndarray, values: Values) -> tuple[pl.Series, pl.Series]:
    percentile = values["threshold"] == "Percentile"
    bounds = {}
    for side in ("upper", "lower"):
        wanted = values[f"{side}_percentile"] if percentile else values[side]
        bounds[side] = None if wanted is None else float(np.percentile(found, wanted)) if percentile else float(wanted)
    low, high = bounds["lower"], bounds["upper"]
    if low is not None and high is not None and low > high:
        message = f"For the column “{series.name}” the lower threshold {low:g} is above the upper one {high:g}."
        raise ComponentError(8, message, "Make it smaller.", "lower")
    clipped, hit = series, pl.Series(series.name, [False] * len(series))
    for bound, side in ((high, "upper"), (low, "lower")):
        if bound is not None:
            beyond = ((series > bound) if side == "upper" else (series < bound)).fill_null(False)
            inside = found[(found <= (np.inf if high is None else high)) & (found >= (-np.inf if low is None else low))]
            value = _substitute(values[f"{side}_substitute"], bound, inside)
            clipped = pl.select(pl.when(beyond).then(pl.lit(value, dtype=pl.Float64)).otherwise(clipped)).to_series()
            hit = hit | beyond
    return clipped, hit


def _substitute(kind: str, bound: float, inside: np.ndarray) -> float | None:
    if kind == "Threshold":
        return bound
    if kind == "Missing" or not len(inside):
        return None
    return float(np.mean(inside) if kind == "Mean" else np.median(inside))
