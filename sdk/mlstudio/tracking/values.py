"""What may be logged: values and names checked, and put in the form in which they are sent."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

LONGEST_NAME = 255
LONGEST_TEXT = 6000
MOST_COLUMNS = 15
CHART_TYPES = ("confusion_matrix", "accuracy_table", "residuals", "predictions")


def check_name(name: Any) -> str:
    """Return a name of a metric, a tag or the like.

    Raises:
        TypeError: it is no text. ValueError: it is empty or too long.
    """
    if not isinstance(name, str):
        raise TypeError(f"A name is a text, not {type(name).__name__}.")
    if not name.strip():
        raise ValueError("A name must not be empty.")
    if len(name) > LONGEST_NAME:
        raise ValueError(f"A name has at most {LONGEST_NAME} characters; this has {len(name)}: {name[:40]!r}…")
    return name


def number_of(value: Any) -> float | int | str:
    """Return a number as it is sent: NaN and the infinities as texts, as JSON has none.

    Raises:
        TypeError: it is no number.
    """
    if type(value) is int and -(2**53) < value < 2**53:
        return value
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"{value!r:.100} is no number.") from None
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def is_text(value: Any) -> bool:
    """Return whether a value is logged as a text; bytes count as text, like everywhere in the cloud's SDK."""
    return isinstance(value, (str, bytes))


def step_of(step: Any) -> int | None:
    """Return a step; None where the studio shall count.

    Raises:
        TypeError: it is no whole number.
    """
    if step is None:
        return None
    if isinstance(step, bool) or int(step) != step:
        raise TypeError(f"A step is a whole number, not {step!r:.50}.")
    return int(step)


def column_of(values: Any, name: str) -> list[Any]:
    """Return a list of numbers or texts, such as a column of a table.

    Raises:
        TypeError: it is no list. ValueError: it is empty.
    """
    if is_text(values) or isinstance(values, Mapping):
        raise TypeError(f"{name!r} needs a list of values, not {type(values).__name__}.")
    try:
        found = [cell_of(value) for value in values]
    except TypeError:
        raise TypeError(f"{name!r} needs a list of numbers or texts, not {type(values).__name__}.") from None
    if not found:
        raise ValueError(f"{name!r} needs at least one value.")
    return found


def cell_of(value: Any) -> Any:
    """Return one value of a list, a row or a table: a number, a text or a truth value.

    Raises:
        TypeError: it is none of these.
    """
    if value is None or isinstance(value, (str, bool)):
        return value
    return value.decode(errors="replace") if isinstance(value, bytes) else number_of(value)


def chart_of(kind: str, value: Any) -> dict[str, Any]:
    """Return the value of a chart such as a confusion matrix, given as a mapping or as JSON text.

    Raises:
        ValueError: it does not have ``schema_type``, ``schema_version`` and ``data`` as this kind needs them.
    """
    if isinstance(value, (str, bytes)):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise ValueError(f"The value of {kind} is no JSON: {error}.") from None
    if not isinstance(value, Mapping):
        raise TypeError(f"The value of {kind} is a mapping or JSON text, not {type(value).__name__}.")
    missing = [key for key in ("schema_type", "schema_version", "data") if key not in value]
    if missing:
        raise ValueError(f"The value of {kind} has no {' and no '.join(missing)}.")
    if value["schema_type"] != kind:
        raise ValueError(f"The schema_type of this value is {value['schema_type']!r}; it must be {kind!r}.")
    plain: dict[str, Any] = plain_of(dict(value))
    return plain


def plain_of(value: Any) -> Any:
    """Return a value made of mappings, lists, numbers and texts alone; arrays become lists."""
    if isinstance(value, Mapping):
        return {str(key): plain_of(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_of(each) for each in value]
    if hasattr(value, "tolist") and getattr(value, "ndim", None):
        return plain_of(value.tolist())
    return cell_of(value)
