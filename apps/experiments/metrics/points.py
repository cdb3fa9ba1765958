"""Points as clients write them and as the journal keeps them. No I/O."""

import math
import time
from typing import Any, NamedTuple

import orjson

LONGEST_NAME = 255
LARGEST_INTEGER = 2**63 - 1
MOST_NAMES = 20_000
"""How many series a run may have; further names are refused."""

PACK_FROM_POINTS = 20_000
"""From how many points on a run's journal is packed while the run goes on."""

NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class PointRefused(ValueError):
    """A point that cannot be kept; the message says why."""


class Point(NamedTuple):
    """One value of a series. ``step`` is None where the studio shall count. ``at_ms``: Unix time in milliseconds."""

    name: str
    step: int | None
    at_ms: int
    value: float


def read_point(name: Any, value: Any, step: Any, at_ms: Any) -> Point:
    """Check what a client sent.

    Raises:
        PointRefused: one of them cannot be kept.
    """
    check_name(name)
    if step is not None and (type(step) is not int or not -LARGEST_INTEGER <= step <= LARGEST_INTEGER):
        raise PointRefused(f"the step of {name!r} is no whole number of up to 63 bits")
    if at_ms is None:
        at_ms = now_ms()
    elif type(at_ms) is not int or not 0 <= at_ms <= LARGEST_INTEGER:
        raise PointRefused(f"the time of {name!r} is no number of milliseconds since 1970")
    return Point(name, step, at_ms, read_number(name, value))


def read_number(name: str, value: Any) -> float:
    """Return a value as a number; ``NaN``, ``Infinity`` and ``-Infinity`` are texts in JSON.

    Raises:
        PointRefused: it is none.
    """
    if type(value) is float:
        return value
    if type(value) is int:
        return float(value)  # orjson reads no integer that a float could not hold
    if isinstance(value, str) and value in NOT_FINITE:
        return NOT_FINITE[value]
    raise PointRefused(f"the value of {name!r} is no number")


def check_name(name: Any) -> None:
    """Raise PointRefused unless this can name a series, a parameter or a tag."""
    if type(name) is not str or not name or len(name) > LONGEST_NAME:
        raise PointRefused(f"a name is a text of 1 to {LONGEST_NAME} characters")
    if not name.isprintable():
        raise PointRefused(f"the name {name!r} has a character that cannot be shown")


def text_of(value: float) -> str:
    """Return the text for a value that is not finite, and an empty one for all others."""
    if math.isfinite(value):
        return ""
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def as_json(value: float) -> float | str:
    """Return a value as JSON can hold it."""
    return value if math.isfinite(value) else text_of(value)


def dump(points: list[Point]) -> bytes:
    """Return points, all with a step, as the journal keeps them."""
    return orjson.dumps([(name, step, at_ms, as_json(value)) for name, step, at_ms, value in points])


def load(payload: bytes) -> list[Point]:
    """Return the points of a row of the journal."""
    return [
        Point(name, step, at_ms, NOT_FINITE[value] if type(value) is str else value)
        for name, step, at_ms, value in orjson.loads(payload)
    ]


def now_ms() -> int:
    """Return the present Unix time in milliseconds."""
    return time.time_ns() // 1_000_000
