"""Parameters as they were given, made into values a component can rely on."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from mlstudio.components.core.declaring import Component, Parameter, Schemas
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.schema import Schema
from mlstudio.components.core.selecting import is_empty, parsed, select

LONGEST_SCRIPT = 16 * 1024


def check_parameters(component: Component, given: Mapping[str, Any]) -> tuple[dict[str, Any], list[ComponentError]]:
    """Return every parameter's value, and what is wrong with those given.

    The value of a parameter that means nothing beside the others is None; of one that is wrong, its default.
    """
    values: dict[str, Any] = {parameter.name: None for parameter in component.parameters}
    wrong = [
        ComponentError(2, f"{component.title} has no parameter “{name}”.", "Remove it.", name)
        for name in given.keys() - values.keys()
    ]
    for parameter in component.parameters:
        if not parameter.matters(values):
            continue
        try:
            values[parameter.name] = value_of(parameter, given.get(parameter.name, parameter.default))
        except ComponentError as error:
            values[parameter.name] = parameter.default
            wrong.append(error)
    return values, wrong


def checked(component: Component, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return every parameter's value.

    Raises: ComponentError: the first that is wrong.
    """
    values, wrong = check_parameters(component, given)
    if wrong:
        raise wrong[0]
    return values


def propagate(
    component: Component, inputs: Schemas, given: Mapping[str, Any]
) -> tuple[dict[str, Schema | None], list[ComponentError]]:
    """Return what is known of a node's outputs while it is being drawn, and all that is known to be wrong with it.

    Args: inputs: schemas that will arrive, by port; None where unknown. given: parameters as they stand.
    """
    values, wrong = check_parameters(component, given)
    unknown: dict[str, Schema | None] = {port.name: None for port in component.outputs}
    for parameter in component.parameters:
        arriving = inputs.get(parameter.port)
        if parameter.kind not in ("columns", "column") or arriving is None or not parameter.matters(values):
            continue
        chosen = values[parameter.name]
        try:
            select([chosen] if parameter.kind == "column" and chosen else chosen, arriving, parameter=parameter.name)
        except ComponentError as error:
            wrong.append(error)
    if wrong:
        return unknown, wrong
    try:
        return {**unknown, **component.schema(inputs, values)}, []
    except ComponentError as error:
        return unknown, [error]


def value_of(parameter: Parameter, given: Any) -> Any:
    """Return a parameter's value in its own type.

    Raises: ComponentError: it cannot be that, lies outside its range, or is missing.
    """
    if given is None or given == "" or (parameter.kind == "columns" and is_empty(given)):
        if parameter.required:
            raise ComponentError(
                3, f"“{parameter.title}” is empty.", "Set it in the node's parameters.", parameter.name
            )
        return parsed(None) if parameter.kind == "columns" else parameter.default
    return READERS[parameter.kind](parameter, given)


def list_of_numbers(given: Any, parameter: Parameter) -> list[float]:
    """Return the numbers of a list, or of a text with semicolons (or commas) between them."""
    if isinstance(given, str):
        given = [piece for piece in given.replace(",", ";").split(";") if piece.strip()]
    if not isinstance(given, list) or not given:
        raise _wrong(parameter, "is a list of numbers such as 0.1; 0.2; 0.5")
    return [_in_range(parameter, _number(parameter, piece)) for piece in given]


def _number(parameter: Parameter, given: Any) -> float:
    try:
        found = float(given)
    except (TypeError, ValueError):
        raise _wrong(parameter, f"has to be a number, not “{given}”") from None
    if isinstance(given, bool) or not math.isfinite(found):
        raise _wrong(parameter, f"has to be a number, not “{given}”")
    return found


def _in_range(parameter: Parameter, value: float) -> float:
    low, high = parameter.minimum, parameter.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = (
            f"from {low:g} to {high:g}"
            if low is not None and high is not None
            else f"at least {low:g}"
            if low is not None
            else f"at most {high:g}"
        )
        raise ComponentError(8, f"“{parameter.title}” is {value:g}.", f"It has to be {bounds}.", parameter.name)
    return value


def _int(parameter: Parameter, given: Any) -> int:
    value = _number(parameter, given)
    if not value.is_integer():
        raise _wrong(parameter, f"has to be a whole number, not “{given}”")
    return int(_in_range(parameter, value))


def _bool(parameter: Parameter, given: Any) -> bool:
    known = {"true": True, "false": False, "1": True, "0": False}.get(str(given).strip().lower())
    if known is None:
        raise _wrong(parameter, f"is on or off, not “{given}”")
    return known


def _choice(parameter: Parameter, given: Any) -> str:
    if given not in parameter.choices:
        raise _wrong(parameter, f"cannot be “{given}”; it is one of {', '.join(parameter.choices)}")
    return str(given)


def _text(parameter: Parameter, given: Any) -> str:
    if not isinstance(given, (str, int, float)):
        raise _wrong(parameter, "has to be a text")
    return str(given)


def _script(parameter: Parameter, given: Any) -> str:
    script = _text(parameter, given)
    if len(script.encode()) > LONGEST_SCRIPT:
        hint = "Put the longer parts into the zip file at the third port."
        raise ComponentError(8, f"“{parameter.title}” is longer than 16 KB.", hint, parameter.name)
    return script


def _column(parameter: Parameter, given: Any) -> str:
    if isinstance(given, str) and given.strip()[:1] in ("{", "["):
        try:
            given = json.loads(given)
        except ValueError:
            return str(given)
    if isinstance(given, (dict, list)):
        known = parsed(given, parameter.name)
        given = known["names"][0] if known["mode"] == "names" and len(known["names"]) == 1 else None
        if given is None:
            raise ComponentError(22, f"“{parameter.title}” is one column.", "Choose exactly one.", parameter.name)
    return str(given)


def _wrong(parameter: Parameter, what: str) -> ComponentError:
    return ComponentError(2, f"“{parameter.title}” {what}.", "", parameter.name)


READERS: dict[str, Callable[[Parameter, Any], Any]] = {
    "int": _int,
    "float": lambda parameter, given: _in_range(parameter, _number(parameter, given)),
    "bool": _bool,
    "choice": _choice,
    "text": _text,
    "lines": _text,
    "script": _script,
    "numbers": lambda parameter, given: list_of_numbers(given, parameter),
    "columns": lambda parameter, given: parsed(given, parameter.name),
    "column": _column,
}
