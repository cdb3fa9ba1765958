"""A table on its way from component to component: rows, and what is known of its columns beyond their types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import np, pl
from mlstudio.components.core.schema import BOOLEAN, DATETIME, DOUBLE, INTEGER, LABEL, STRING, Column, Schema, free_name
from mlstudio.components.core.selecting import select


class Table:
    """Rows with the roles of their columns. Never changed: every step gives another one.

    Args: frame: the rows. columns: facts of columns, by name; those not named have none beyond their type. folds: the fold of
        each row, from 1, where it has been partitioned. evaluation: figures and curves, where these are results of an evaluation.
    """

    def __init__(
        self,
        frame: pl.DataFrame,
        columns: Mapping[str, Column] | None = None,
        folds: pl.Series | None = None,
        evaluation: dict[str, Any] | None = None,
    ) -> None:
        self.frame = frame
        self.facts = {name: column for name, column in (columns or {}).items() if name in frame.columns}
        self.folds = folds
        self.evaluation = evaluation

    @property
    def schema(self) -> Schema:
        """Name, type and role of each column."""
        return tuple(self._fact(name, kind) for name, kind in self.frame.schema.items())

    @property
    def height(self) -> int:
        """How many rows it has."""
        return self.frame.height

    def column(self, name: str) -> Column:
        """Return the facts of one column."""
        return self._fact(name, self.frame.get_column(name).dtype)

    def _fact(self, name: str, kind: pl.DataType) -> Column:
        known = self.facts.get(name)
        return known.but(name=name, type=type_of(kind)) if known else Column(name, type_of(kind))

    def with_columns(self, frame: pl.DataFrame, facts: Iterable[Column] = ()) -> Table:
        """Return it with other columns of the same rows. ``facts``: of columns that are new or changed."""
        return Table(frame, {**self.facts, **{column.name: column for column in facts}}, self.folds)

    def with_rows(self, frame: pl.DataFrame) -> Table:
        """Return other rows with the same columns; which fold a row was in is forgotten."""
        return Table(frame, self.facts)

    def take(self, rows: Any) -> Table:
        """Return some rows. ``rows``: a mask of booleans, shape (n_rows,), or indices."""
        rows = np.asarray(rows)
        series = pl.Series(rows if rows.dtype != bool else np.flatnonzero(rows), dtype=pl.UInt32)
        return Table(self.frame[series], self.facts, None if self.folds is None else self.folds.gather(series))

    def select(self, names: list[str]) -> Table:
        """Return some columns; one named twice comes twice."""
        taken: set[str] = set()
        fresh = [(free_name(name, taken), name) for name in names]
        frame = self.frame.select([pl.col(old).alias(new) for new, old in fresh])
        return Table(frame, {new: self.column(old).but(name=new) for new, old in fresh}, self.folds)

    def chosen(self, selector: Any, where: str = "the dataset", parameter: str = "") -> list[str]:
        """Return the names of the columns that a selector means."""
        return select(selector, self.schema, where, parameter)

    def need_rows(self, least: int = 1, where: str = "The dataset") -> Table:
        """Return it as it is.

        Raises: ComponentError: it has fewer rows.
        """
        if self.height < least:
            if not self.height:
                hint = "Look at the step before: a filter or a cleaning step left no rows."
                raise ComponentError(3, f"{where} is empty.", hint)
            raise ComponentError(
                21, f"{where} has {self.height} rows; at least {least} are needed.", "Give it more data."
            )
        return self

    def label(self) -> str:
        """Return the name of the label column.

        Raises: ComponentError: none is marked as such.
        """
        found = [column.name for column in self.schema if column.role == LABEL]
        if not found:
            hint = "Mark it with Edit Metadata, or train with it as the label column."
            raise ComponentError(24, "The dataset has no label column.", hint)
        return found[0]


def type_of(dtype: Any) -> str:
    """Return what the designer calls a type of polars."""
    if dtype.is_integer():
        return INTEGER
    if dtype.is_numeric():
        return DOUBLE
    if dtype == pl.Boolean:
        return BOOLEAN
    return DATETIME if dtype.is_temporal() and dtype != pl.Duration else STRING


def normal(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table with only types that components know: numbers without NaN, booleans, texts and times.

    Raises: ComponentError: a column holds lists, structures or the like.
    """
    fresh = []
    for name, dtype in frame.schema.items():
        column = pl.col(name)
        if dtype.is_nested() or dtype in (pl.Binary, pl.Object):
            message = f"The column “{name}” holds values of type {dtype}."
            raise ComponentError(17, message, "Make it a text or numbers before it comes here.")
        if dtype.is_float():
            fresh.append(column.fill_nan(None).cast(pl.Float64))
        elif dtype.is_decimal():
            fresh.append(column.cast(pl.Float64))
        elif dtype in (pl.Categorical, pl.Enum, pl.Time, pl.Duration, pl.Null):
            fresh.append(column.cast(pl.String))
        elif dtype == pl.Date:
            fresh.append(column.cast(pl.Datetime("us")))
        elif dtype.is_integer() and dtype != pl.Int64:
            fresh.append(column.cast(pl.Int64))
        else:
            fresh.append(column)
    return frame.select(fresh) if fresh else frame


def numeric(table: Table, name: str, why: str, parameter: str = "") -> pl.Series:
    """Return a column as floats.

    Raises: ComponentError: it holds something else. ``why``: what needs numbers ("Normalize Data").
    """
    kind = table.column(name).type
    if kind == BOOLEAN or kind in (INTEGER, DOUBLE):
        return table.frame[name].cast(pl.Float64)
    hint = "Choose numeric columns only, or change its type with Edit Metadata."
    raise ComponentError(17, f"{why} needs numbers, and the column “{name}” holds {kind} values.", hint, parameter)


def filled(series: pl.Series, where: str) -> np.ndarray:
    """Return the values of a numeric column that are there.

    Raises: ComponentError: there is none.
    """
    values = series.drop_nulls().to_numpy()
    if not len(values):
        hint = "Leave it out with Select Columns in Dataset, or fill it with Clean Missing Data."
        raise ComponentError(80, f"All values of the column “{series.name}” are missing, so {where}.", hint)
    return values


def texts(series: pl.Series) -> pl.Series:
    """Return a column as texts, whole numbers without a fraction, so that equal values have equal texts."""
    if series.dtype.is_float() and bool((series.drop_nulls() == series.drop_nulls().round()).all()):
        finite = series.drop_nulls().abs().max()
        if finite is None or float(finite) < 2**53:  # type: ignore[arg-type]
            return series.cast(pl.Int64).cast(pl.String)
    return series.cast(pl.String)


def row_text(row: Sequence[Any]) -> str:
    """Return a key of several values as one text, for messages."""
    return ", ".join(str(value) for value in row)
