"""What a request brings for the user's function; and what was wrong with it, said after the function refused it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from mlstudio.serving.http import Request

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class BadInput(Exception):
    """The request cannot be scored. ``status``: of the answer; the message says what to send instead."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


def arguments(query: str) -> dict[str, Any]:
    """Return the values of an address's query: parsed where they are JSON, a list where a name comes several times."""
    found: dict[str, list[Any]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        try:
            found.setdefault(name, []).append(json.loads(value))
        except (ValueError, RecursionError):
            found.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def text_of(request: Request) -> str:
    """Return the body as text.

    Raises:
        BadInput: it is none.
    """
    kind = content_type(request)
    if kind in FORMS:
        raise BadInput(
            f"Send the body as JSON, with the header Content-Type: application/json; it came as {kind}.", 415
        )
    try:
        return request.body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"Input cannot be decoded as UTF-8: {error}") from None


def content_type(request: Request) -> str:
    """Return what the request says that its body is, without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def parse(body: bytes) -> Any:
    """Return a body that must be JSON, and nothing that only Python reads: no NaN, nothing without end.

    Raises:
        BadInput: it is not.
    """
    if not body.strip():
        raise BadInput("POST body is empty. Expecting a JSON dictionary.")
    try:
        value = json.loads(body, parse_constant=_refuse_constant)
    except RecursionError:
        raise BadInput("The body is nested too deep.") from None
    except UnicodeDecodeError as error:
        raise BadInput(f"The body is not UTF-8: {error}") from None
    except ValueError as error:
        raise BadInput(f"POST body could not be decoded as JSON: {error}") from None
    return value


def problem_of(body: bytes) -> str:
    """Return why a script may have failed on a body; empty where that is JSON as it should be."""
    try:
        parse(body)
    except BadInput as problem:
        return str(problem)
    return ""


def _refuse_constant(name: str) -> Any:
    raise BadInput(f"{name} is not JSON. Send null where a value is missing.")
