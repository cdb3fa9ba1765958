"""Which JSON is a document: each problem with its place. Whether it makes sense, or is complete, is another question."""

import re
from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from typing import Any, Final

Problem = tuple[str, str]
"""Where, below what was checked (``inputs.depth``), and what is wrong there."""
Check = Callable[[Any, str], Iterator[Problem]]

DEEPEST_VALUE: Final = 40
KEY: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,254}")
NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")
COMPONENT: Final = re.compile(r"builtin:[a-z0-9_]+(:[A-Za-z0-9._-]+)?|component:[^:]+:[^:]+|data:.+", re.DOTALL)


def problems(document: Any) -> Iterator[Problem]:
    """Return what keeps JSON from being a document."""
    yield from _document(document, "")


def _is(kind: type | tuple[type, ...], what: str) -> Check:
    def check(value: Any, place: str) -> Iterator[Problem]:
        wanted_bool = kind is bool
        if not isinstance(value, kind) or (isinstance(value, bool) and not wanted_bool):
            yield place, f"It has to be {what}."
        elif isinstance(value, float) and not isfinite(value):
            yield place, "It has to be a finite number."
        elif isinstance(value, str) and not _storable(value):
            yield place, "It holds characters that cannot be stored."

    return check


def _storable(text: str) -> bool:
    return "\0" not in text and (text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text))


def _or_null(check: Check) -> Check:
    return lambda value, place: iter(()) if value is None else check(value, place)


def _pair(value: Any, place: str) -> Iterator[Problem]:
    if not isinstance(value, (list, tuple)) or len(value) != 2 or any(True for one in value for _ in _number(one, "")):
        yield place, "It has to be two numbers."


def _json(value: Any, place: str, depth: int = 0) -> Iterator[Problem]:
    if depth > DEEPEST_VALUE:
        yield place, "It is nested too deep."
    elif isinstance(value, dict):
        for name, below in value.items():
            yield from _text(name, place)
            yield from _json(below, place, depth + 1)
    elif isinstance(value, (list, tuple)):
        for below in value:
            yield from _json(below, place, depth + 1)
    elif isinstance(value, str):
        yield from _text(value, place)
    elif value is not None and not isinstance(value, bool):
        yield from _number(value, place)


def _at_least_one(value: Any, place: str) -> Iterator[Problem]:
    found = list(_whole(value, place))
    yield from found
    if not found and value < 1:
        yield place, "It has to be at least 1."


def _list_of(check: Check) -> Check:
    def within(value: Any, place: str) -> Iterator[Problem]:
        if not isinstance(value, (list, tuple)):
            yield place, "It has to be a list."
            return
        for one in value:
            yield from check(one, place)

    return within


def _each(check: Check, named: re.Pattern[str] | None = None) -> Check:
    """Return the check of an object from names to what ``check`` checks."""

    def within(value: Any, place: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield place, "It has to be an object."
            return
        for name, below in value.items():
            where = f"{place}.{name}" if place else str(name)
            if not isinstance(name, str) or (named and not named.fullmatch(name)):
                yield where, "This cannot be a name: use letters, digits and underscores."
            else:
                yield from check(below, where)

    return within


def _fields(checks: Mapping[str, Check], *required: str) -> Check:
    """Return the check of an object with fields of known names."""

    def within(value: Any, place: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield place, "It has to be an object."
            return
        for name in required:
            if name not in value:
                yield f"{place}.{name}" if place else name, "It is missing."
        for name, below in value.items():
            where = f"{place}.{name}" if place else str(name)
            if name not in checks:
                yield where, "There is no such field."
            else:
                yield from checks[name](below, where)

    return within


def _binding(value: Any, place: str) -> Iterator[Problem]:
    names = set(value) if isinstance(value, dict) else set()
    for first, check in _BINDINGS.items():
        if first in names:
            yield from check(value, place)
            return
    yield place, "An input is given a “value”, a “pipeline” input, or a “node” with its “output”."


def _component(value: Any, place: str) -> Iterator[Problem]:
    found = list(_text(value, place))
    yield from found
    if not found and not COMPONENT.fullmatch(value):
        yield place, "It has to be builtin:NAME, component:NAME:VERSION or data:PATH."


_text = _is(str, "a text")
_flag = _is(bool, "true or false")
_number = _is((int, float), "a number")
_whole = _is(int, "a whole number")
_object = _each(_json)
_BINDINGS: Final = {
    "value": _fields({"value": _json}),
    "pipeline": _fields({"pipeline": _text, "mode": _text}),
    "node": _fields({"node": _text, "output": _text, "mode": _text}, "output"),
}
_SETTING: Final = _fields(dict.fromkeys(("type", "mode", "name", "version", "path"), _text))
_NODE: Final = _fields(
    {
        "component": _component,
        **dict.fromkeys(("title", "comment", "compute", "type"), _text),
        "inputs": _each(_binding, NAME),
        "position": _pair,
        "environment": _json,
        "timeout_s": _or_null(_at_least_one),
        "force_rerun": _flag,
        # What the canvas does not show, and other ways to write a pipeline have: it is kept.
        "outputs": _each(_SETTING),
        "variables": _each(_text),
        "limits": _object,
        "run_after": _list_of(_text),
        "attempts": _at_least_one,
        "extras": _object,
    },
    "component",
)
_INPUT: Final = _fields(
    {
        **dict.fromkeys(("type", "description", "mode"), _text),
        "default": _json,
        "optional": _flag,
        "minimum": _or_null(_number),
        "maximum": _or_null(_number),
        "enum": _list_of(_json),
    },
    "type",
)
_OUTPUT: Final = _fields({"node": _text, "output": _text, "setting": _SETTING, "description": _text}, "node", "output")
_FRAME: Final = _fields({"text": _text, "position": _pair, "size": _pair}, "position", "size")
_SETTINGS: Final = _fields(
    {
        **dict.fromkeys(("default_compute", "default_datastore"), _text),
        **dict.fromkeys(("continue_on_step_failure", "force_rerun"), _flag),
    }
)
_document = _fields(
    {
        "nodes": _each(_NODE, KEY),
        "inputs": _each(_INPUT, NAME),
        "outputs": _each(_OUTPUT, NAME),
        "frames": _each(_FRAME, KEY),
        "settings": _SETTINGS,
    }
)
