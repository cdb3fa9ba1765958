"""Answers: status, headers, bytes; and any value of Python, NumPy or pandas as JSON."""

from __future__ import annotations

import base64
import datetime
import decimal
import json
import math
import sys
import uuid
from dataclasses import dataclass, field
from typing import Any

FAILED = "x-ms-run-function-failed"
DEEPEST = 100


@dataclass
class Answer:
    """An answer. ``closes``: the connection ends with it. ``log``: why it went wrong, for the log;
    ``line``: the failing line of the user's code."""

    status: int
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)
    closes: bool = False
    log: str = ""
    line: str = ""

    def header(self, name: str) -> str | None:
        """Return a header's value."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class NotJson(Exception):
    """A value has no form in JSON; the message says which part of it."""


def json_answer(value: Any, status: int = 200, run_failed: bool = False) -> Answer:
    """Return a value as JSON; None is the empty object.

    Raises:
        NotJson: it cannot be.
    """
    return Answer(status, as_json(value), [("Content-Type", "application/json"), (FAILED, str(run_failed))])


def failure(status: int, sentence: str, run_failed: bool = False, log: str = "") -> Answer:
    """Return an answer that says what went wrong."""
    answer = json_answer({"message": sentence}, status, run_failed)
    answer.log = log
    if status == 503:
        answer.headers.append(("Retry-After", "1"))
    return answer


def as_json(value: Any) -> bytes:
    """Return a value as JSON, in bytes. What is no number (NaN, infinite) becomes null.

    Raises:
        NotJson: a part of it is something else than numbers, text, dates, lists, dictionaries, arrays and tables.
    """
    if value is None:
        return b"{}"
    try:
        return json.dumps(value, allow_nan=False).encode()
    except (TypeError, ValueError, OverflowError):
        pass
    try:
        return json.dumps(plain(value), allow_nan=False).encode()
    except RecursionError:
        raise NotJson("it contains itself, or is too deep") from None


def plain(value: Any, depth: int = 0) -> Any:
    """Return a value made only of what JSON has.

    Raises:
        NotJson: it cannot be.
    """
    if isinstance(value, (str, bool, int)) or value is None:
        # Subclasses such as enums and NumPy's text are reduced to what they are.
        return value if type(value) in (str, bool, int, type(None)) else json.loads(json.dumps(value))
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if depth > DEEPEST:
        raise NotJson(f"it is nested more than {DEEPEST} deep")
    if isinstance(value, dict):
        return {_key(key): plain(part, depth + 1) for key, part in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(part, depth + 1) for part in value]
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return None if value != value else value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, decimal.Decimal):
        return float(value) if value.is_finite() else None
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    return _of_library(value, depth)


def _of_library(value: Any, depth: int) -> Any:
    """Return a value of NumPy or pandas (or what behaves alike) as one of Python; neither is imported for that."""
    pandas = sys.modules.get("pandas")
    if pandas is not None:
        if isinstance(value, pandas.DataFrame):
            rows = value.astype(object).where(value.notna(), None).to_dict(orient="records")
            return plain(rows, depth + 1)
        if isinstance(value, (pandas.Series, pandas.Index)):
            return plain(value.tolist(), depth + 1)
        if value is pandas.NA or value is pandas.NaT:
            return None
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    if kind in ("M", "m"):
        return plain(value.astype(str).tolist(), depth + 1)
    for name in ("tolist", "to_pylist", "to_list"):
        method = getattr(value, name, None)
        if callable(method):
            inner = method()
            if type(inner) is not type(value):
                return plain(inner, depth + 1)
    raise NotJson(f"it holds a {type(value).__module__}.{type(value).__qualname__}")


def _key(key: Any) -> str:
    if isinstance(key, str):
        return str(key)
    inner = plain(key)
    return inner if isinstance(inner, str) else json.dumps(inner)
