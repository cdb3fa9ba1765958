"""What is known of a table without its rows: names, types and roles of its columns."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

INTEGER, DOUBLE, STRING, BOOLEAN, DATETIME = "Integer", "Double", "String", "Boolean", "DateTime"
TYPES = (INTEGER, DOUBLE, STRING, BOOLEAN, DATETIME)
NUMERIC = (INTEGER, DOUBLE)
FEATURE, LABEL, SCORE, NONE = "feature", "label", "score", ""


@dataclass(frozen=True)
class Column:
    """One column.

    ``type``: one of ``TYPES``. ``role``: feature, label, score or "" for neither. ``score``: which score it is
    (``binary_label``, ``binary_probability``, ``multi_label``, …), where it is one. ``of``: the class that a probability is of.
    """

    name: str
    type: str
    categorical: bool = False
    role: str = FEATURE
    score: str = ""
    of: str = ""

    @property
    def is_numeric(self) -> bool:
        """Whether it holds numbers that mean quantities."""
        return self.type in NUMERIC and not self.categorical

    def but(self, **changes: Any) -> Column:
        """Return a copy with other facts."""
        return replace(self, **changes)


Schema = tuple[Column, ...]


def names(schema: Schema) -> list[str]:
    """Return the names of the columns, in order."""
    return [column.name for column in schema]


def free_name(name: str, taken: set[str]) -> str:
    """Return ``name``, with the lowest suffix that no other column has, and take it."""
    number, free = 1, name
    while free in taken:
        free = f"{name} ({number})"
        number += 1
    taken.add(free)
    return free


def schema_to_json(schema: Schema | None) -> list[dict[str, Any]] | None:
    """Return it for pages and files; what has its default is left out."""
    if schema is None:
        return None
    default = asdict(Column("", ""))
    return [{key: value for key, value in asdict(column).items() if value != default[key]} for column in schema]


def schema_from_json(columns: list[dict[str, Any]] | None) -> Schema | None:
    """Return what ``schema_to_json`` wrote."""
    return None if columns is None else tuple(Column(**{"type": STRING, **column}) for column in columns)
