"""What the inputs of nodes get: literals made to fit, what the pipeline was given put in, defaults filled."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from apps.pipelines.graph.types import Binding, FromData, FromNode, FromPipeline, Graph, InputPort, Value

_TEMPLATE: Final = re.compile(r"\$\{\{\s*parent\.inputs\.(?P<name>[A-Za-z0-9_.-]+)\s*\}\}")
_BOOLEANS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class BadValue(ValueError):
    """A literal does not fit. ``code``: ``bad_value``, ``out_of_range`` or ``not_in_enum``."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def fitted(port: InputPort, value: Any) -> Any:
    """Return a literal as an input takes it: ``"3"`` is a number where one is wanted, 3 a text where that is.

    Raises:
        BadValue: it is none, out of its range, or not one of what is allowed.
    """
    made = _CONVERT.get(port.type, _text)(value)
    if made is None:
        raise BadValue("bad_value", f"“{_shown(value)}” is no {port.type}")
    if isinstance(made, (int, float)) and not isinstance(made, bool):
        _check_range(port, made)
    if port.enum and made not in [_CONVERT.get(port.type, _text)(allowed) for allowed in port.enum]:
        allowed = ", ".join(_shown(allowed) for allowed in port.enum)
        raise BadValue("not_in_enum", f"“{_shown(value)}” is not one of: {allowed}")
    return made


def names_in(text: str) -> list[str]:
    """Return the inputs of the pipeline that a text has in it, as ``${{parent.inputs.x}}``."""
    return [match["name"] for match in _TEMPLATE.finditer(text)]


def without_templates(text: str) -> str:
    """Return a text without what ``names_in`` finds in it."""
    return _TEMPLATE.sub("", text)


def whole_template(value: Any) -> str | None:
    """Return the input of the pipeline that a value consists of; None where it is more than that, or another."""
    match = _TEMPLATE.fullmatch(value.strip()) if isinstance(value, str) else None
    return match["name"] if match else None


def pipeline_input(graph: Graph, name: str, given: Mapping[str, Binding]) -> Binding | None:
    """Return what the pipeline was given for one of its inputs, else its default; None where there is neither."""
    port = graph.inputs.get(name)
    binding = given.get(name)
    if isinstance(binding, Value) and binding.value is None:
        binding = None
    if binding is None and port is not None and port.default is not None:
        binding = Value(port.default)
    if isinstance(binding, Value) and port is not None and port.is_literal:
        return Value(fitted(port, binding.value))
    if isinstance(binding, (FromData, FromNode)) and port is not None and port.mode and not binding.mode:
        return replace(binding, mode=port.mode)
    return binding


def resolve_inputs(graph: Graph, key: str, given: Mapping[str, Binding]) -> dict[str, Binding]:
    """Return what a node of a checked graph really gets, by its component's inputs and in their order.

    What the pipeline was given is put in, templates are rendered, defaults filled, literals made to fit, and modes of data said
    where anybody says one. An optional input that is given nothing is not there. ``FromPipeline`` never is.

    Args: given: for the pipeline's own inputs; in a nested pipeline with ``FromData`` for what comes from nodes outside.
    Raises:
        BadValue: a literal does not fit.
    """
    node = graph.nodes[key]
    found: dict[str, Binding] = {}
    for name, port in graph.components[node.component].inputs.items():
        binding = _resolved(graph, node.inputs.get(name), given)
        if binding is None and port.default is not None:
            binding = Value(port.default)
        if binding is None:
            continue
        if isinstance(binding, Value) and port.is_literal:
            binding = Value(fitted(port, binding.value))
        elif isinstance(binding, (FromData, FromNode)) and port.mode and not binding.mode:
            binding = replace(binding, mode=port.mode)
        found[name] = binding
    return found


def literal_text(value: Any) -> str:
    """Return a literal as it stands in a text; booleans as Python writes them."""
    return str(value)


def _resolved(graph: Graph, binding: Binding | None, given: Mapping[str, Binding]) -> Binding | None:
    """Return a binding with what the pipeline was given put in; None where that is nothing."""
    if isinstance(binding, FromPipeline):
        found = pipeline_input(graph, binding.input, given)
        if isinstance(found, (FromData, FromNode)) and binding.mode:
            return replace(found, mode=binding.mode)
        return found
    if isinstance(binding, Value) and isinstance(binding.value, str):
        whole = whole_template(binding.value)
        if whole is not None:
            return pipeline_input(graph, whole, given)
        return Value(_TEMPLATE.sub(_renderer(graph, given), binding.value))
    return None if isinstance(binding, Value) and binding.value is None else binding


def _renderer(graph: Graph, given: Mapping[str, Binding]) -> Callable[[re.Match[str]], str]:
    def rendered(match: re.Match[str]) -> str:
        found = pipeline_input(graph, match["name"], given)
        return literal_text(found.value) if isinstance(found, Value) else ""

    return rendered


def _check_range(port: InputPort, value: float) -> None:
    if port.minimum is not None and value < port.minimum:
        raise BadValue("out_of_range", f"{value} is less than {port.minimum}, the least that it may be")
    if port.maximum is not None and value > port.maximum:
        raise BadValue("out_of_range", f"{value} is more than {port.maximum}, the most that it may be")


def _text(value: Any) -> str | None:
    return literal_text(value) if isinstance(value, (str, int, float)) else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return value
    whole = _integer(value)
    if whole is not None:
        return whole
    try:
        made = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return made if made - made == 0 else None  # neither NaN nor infinite, which are no JSON


def _integer(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    try:
        return int(value) if isinstance(value, (int, str)) else None
    except ValueError:
        return None


def _boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return _BOOLEANS.get(value.strip().lower()) if isinstance(value, str) else None


_CONVERT: Final[dict[str, Callable[[Any], Any]]] = {
    "string": _text,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
}


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
