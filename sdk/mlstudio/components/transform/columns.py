"""Which columns there are, and what is known of them."""

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
    text,
    when,
)
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import pl
from mlstudio.components.core.schema import (
    BOOLEAN,
    DATETIME,
    DOUBLE,
    FEATURE,
    INTEGER,
    LABEL,
    NONE,
    STRING,
    Column,
    Schema,
    free_name,
    names,
)
from mlstudio.components.core.selecting import select
from mlstudio.components.core.table import Table, texts
from mlstudio.components.core.values import Transformation


class SelectColumnsInDataset(Component):
    """Some of the columns."""

    name = "select_columns_in_dataset"
    title = "Select Columns in Dataset"
    category = TRANSFORMATION
    help = "Keeps the chosen columns, in their order or in that of the rules."
    inputs = (Port("dataset", "Dataset"),)
    outputs = (Port("results", "Results dataset"),)
    parameters = (columns("columns", "Select columns"),)

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """The chosen ones."""
        known = inputs.get("dataset")
        return {
            "results": None if known is None else picked(known, select(values["columns"], known, parameter="columns"))
        }

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Select."""
        table: Table = inputs["dataset"]
        chosen = table.chosen(values["columns"], parameter="columns")
        if not chosen:
            raise ComponentError(
                11, "No column of the dataset is chosen.", "Change the rules of the selection.", "columns"
            )
        return {"results": table.select(chosen)}


def picked(schema: Schema, chosen: list[str]) -> Schema:
    """Return the facts of some columns; one named twice comes twice, with a suffix."""
    known, taken = {column.name: column for column in schema}, set[str]()
    return tuple(known[name].but(name=free_name(name, taken)) for name in chosen)


class SelectColumnsTransform(Component):
    """The same columns, of this and of later data."""

    name = "select_columns_transform"
    title = "Select Columns Transform"
    category = TRANSFORMATION
    help = "Remembers the chosen columns, so that Apply Transformation keeps the same ones of other data."
    inputs = (Port("dataset", "Dataset"),)
    outputs = (Port("transformation", "Columns selection transformation", TRANSFORM),)
    parameters = (columns("columns", "Select columns"),)

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Remember the names."""
        chosen = inputs["dataset"].chosen(values["columns"], parameter="columns")
        return {"transformation": Transformation("select_columns", {"columns": chosen})}


def apply_selection(facts: Mapping[str, Any], table: Table) -> Table:
    """Keep the remembered columns; those later data need not have, such as the label, may be missing.

    Raises: ComponentError: a feature is missing.
    """
    return table.select(table.chosen(facts["columns"]))


class AddColumns(Component):
    """Two tables side by side."""

    name = "add_columns"
    title = "Add Columns"
    category = TRANSFORMATION
    help = "Puts the columns of two datasets with as many rows side by side. A name that is in both gets a suffix."
    inputs = (Port("left", "Left dataset"), Port("right", "Right dataset"))
    outputs = (Port("combined", "Combined dataset"),)

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """Those of both."""
        left, right = inputs.get("left"), inputs.get("right")
        return {"combined": None if left is None or right is None else left + renamed(left, right)}

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Combine."""
        left, right = inputs["left"], inputs["right"]
        if left.height != right.height:
            message = f"The left dataset has {left.height} rows and the right one {right.height}."
            raise ComponentError(27, message, "Both need as many rows; use Join Data to match them by a key.")
        fresh = renamed(left.schema, right.schema)
        frame = left.frame.hstack(right.frame.rename(dict(zip(names(right.schema), names(fresh)))))
        return {"combined": left.with_columns(frame, fresh)}


def renamed(left: Schema, right: Schema) -> Schema:
    """Return the columns of the right with names that the left has not."""
    taken = set(names(left))
    return tuple(column.but(name=free_name(column.name, taken)) for column in right)


TYPES = {"String": STRING, "Integer": INTEGER, "Double": DOUBLE, "Boolean": BOOLEAN, "DateTime": DATETIME}
FIELDS = ("Unchanged", "Features", "Labels", "Clear feature", "Clear label", "Clear score")


class EditMetadata(Component):
    """Types, roles and names of columns."""

    name = "edit_metadata"
    title = "Edit Metadata"
    category = TRANSFORMATION
    help = (
        "Changes the type of columns, marks them as categorical, as features or as the label, and gives them other "
        "names."
    )
    inputs = (Port("dataset", "Dataset"),)
    outputs = (Port("results", "Results dataset"),)
    parameters = (
        columns("columns", "Column"),
        choice("data_type", "Data type", ("Unchanged", *TYPES)),
        text(
            "date_format",
            "Date and time format",
            "",
            when=when(data_type="DateTime"),
            help="Such as %d/%m/%Y; empty: found out.",
        ),
        choice("categorical", "Categorical", ("Unchanged", "Categorical", "Noncategorical")),
        choice("fields", "Fields", FIELDS),
        text("new_names", "New column names", "", help="One for each chosen column, with commas between them."),
    )

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """The changed ones."""
        known = inputs.get("dataset")
        if known is None:
            return {"results": None}
        chosen = set(select(values["columns"], known, parameter="columns"))
        fresh = _fresh_names(names(known), [name for name in names(known) if name in chosen], values["new_names"])
        changed = [_edited(column, values) if column.name in chosen else column for column in known]
        return {"results": tuple(column.but(name=fresh.get(column.name, column.name)) for column in changed)}

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Change."""
        table: Table = inputs["dataset"]
        chosen = table.chosen(values["columns"], parameter="columns")
        fresh = _fresh_names(table.frame.columns, chosen, values["new_names"])
        frame, facts = table.frame, []
        for name in table.frame.columns:
            if name in chosen:
                if values["data_type"] != "Unchanged":
                    frame = frame.with_columns(
                        converted(table.frame[name], values["data_type"], values["date_format"] or "")
                    )
                facts.append(_edited(table.column(name), values).but(name=fresh.get(name, name)))
            else:
                facts.append(table.column(name))
        return {"results": Table(frame.rename(fresh), {column.name: column for column in facts}, table.folds)}


def _edited(column: Column, values: Values) -> Column:
    kind = TYPES.get(values["data_type"], column.type)
    categorical = {"Categorical": True, "Noncategorical": False}.get(values["categorical"], column.categorical)
    role, score, of = column.role, column.score, column.of
    wanted = values["fields"]
    if wanted in ("Features", "Labels"):
        role, score, of = FEATURE if wanted == "Features" else LABEL, "", ""
    elif wanted == f"Clear {role}":
        role, score, of = NONE, "", ""
    return column.but(type=kind, categorical=categorical, role=role, score=score, of=of)


def _fresh_names(every: list[str], chosen: list[str], written: str) -> dict[str, str]:
    fresh = [name.strip() for name in (written or "").split(",") if name.strip()]
    if not fresh:
        return {}
    if len(fresh) != len(chosen):
        message = f"{len(fresh)} new names are given for {len(chosen)} columns."
        raise ComponentError(22, message, "Give one for each chosen column, in their order.", "new_names")
    after = [dict(zip(chosen, fresh)).get(name, name) for name in every]
    for name in fresh:
        if after.count(name) > 1:
            raise ComponentError(28, f"Two columns would be called “{name}”.", "Give each its own name.", "new_names")
    return dict(zip(chosen, fresh))


def converted(column: pl.Series, kind: str, date_format: str = "") -> pl.Series:
    """Return a column in another type.

    Raises: ComponentError: a value cannot be that.
    """
    if kind == STRING:
        return texts(column)
    source = column.str.strip_chars() if column.dtype == pl.String else column
    fresh = _convert(source, kind, date_format)
    lost = source.is_not_null() & fresh.is_null()
    if lost.any():
        value = column.filter(lost)[0]
        hint = "Replace it first with Convert to Dataset, or choose another type."
        raise ComponentError(
            18, f"The column “{column.name}” has the value “{value}”, which is no {kind}.", hint, "data_type"
        )
    return fresh.alias(column.name)


def _convert(column: pl.Series, kind: str, date_format: str) -> pl.Series:
    if kind == DATETIME:
        if column.dtype == pl.String:
            if date_format:
                # A format without a time of day gives a date.
                if not any(mark in date_format for mark in ("%H", "%I", "%T", "%R", "%s")):
                    return column.str.to_date(date_format, strict=False).cast(pl.Datetime("us"))
                return column.str.to_datetime(date_format, strict=False, time_unit="us")
            try:
                return column.str.to_datetime(strict=False, time_unit="us")
            except pl.exceptions.PolarsError:
                return pl.Series(column.name, [None] * len(column), dtype=pl.Datetime("us"))
        return column.cast(pl.Datetime("us"), strict=False)
    if kind == BOOLEAN:
        known = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
        return texts(column).str.to_lowercase().replace_strict(known, default=None, return_dtype=pl.Boolean)
    numbers = column.cast(pl.Float64, strict=False)
    if kind == DOUBLE:
        return numbers
    whole = numbers.is_null() | (numbers == numbers.floor())
    return (
        column.cast(pl.Int64, strict=False)
        if column.dtype == pl.Int64
        else pl.select(pl.when(whole).then(numbers)).to_series().cast(pl.Int64, strict=False)
    )
