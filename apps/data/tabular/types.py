"""Which type the values of a column have, when they are text."""

import re
from collections.abc import Iterable
from typing import Final

from apps.data.tabular.settings import ColumnType

# What stands for "no value"; the same as pandas takes for it.
MISSING: Final = frozenset({"", "NA", "N/A", "NaN", "nan", "null", "NULL"})

_BOOLEAN = re.compile(r"true|false", re.IGNORECASE)
# A leading zero belongs to codes and telephone numbers, which are no numbers.
_INTEGER = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,17})")
_POINT = re.compile(
    r"[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?|[+-]?inf(?:inity)?", re.I
)
_COMMA = re.compile(r"[+-]?(?:(?:0|[1-9][0-9]*)(?:,[0-9]*)?|,[0-9]+)(?:[eE][+-]?[0-9]{1,3})?|[+-]?inf(?:inity)?", re.I)
_DATE = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")
_DATETIME = re.compile(
    rf"{_DATE.pattern}[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{{1,9}})?)?(?:Z|[+-][0-9]{{2}}:?[0-9]{{2}})?"
)


def type_of(values: Iterable[str | None], *, decimal_comma: bool = False) -> ColumnType:
    """Return the narrowest type that all values have; missing ones fit every type, and without others it is text."""
    left = [
        (ColumnType.BOOLEAN, _BOOLEAN),
        (ColumnType.INTEGER, _INTEGER),
        (ColumnType.DECIMAL, _COMMA if decimal_comma else _POINT),
        (ColumnType.DATE, _DATE),
        (ColumnType.DATETIME, _DATETIME),
    ]
    found_any = False
    for value in values:
        if value is None or value in MISSING:
            continue
        found_any = True
        text = value.strip()
        left = [(kind, pattern) for kind, pattern in left if pattern.fullmatch(text)]
        if not left:
            return ColumnType.STRING
    return left[0][0] if found_any else ColumnType.STRING
