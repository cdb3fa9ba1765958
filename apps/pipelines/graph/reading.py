"""From JSON to graphs, strictly: what is not understood is told with its place."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from functools import cache
from math import isfinite
from typing import Any, Final

from apps.pipelines.graph.types import (
    Component,
    FromData,
    FromNode,
    FromPipeline,
    Graph,
    GraphOutput,
    InputPort,
    Node,
    OutputPort,
    OutputSetting,
    Settings,
    Value,
)

DEEPEST: Final = 20
"""Pipelines in pipelines, at most."""

DEEPEST_VALUE: Final = 40

ORDERED: Final[dict[type, tuple[str, ...]]] = {
    Component: ("inputs", "outputs"),
    Graph: ("nodes", "inputs", "outputs"),
}

_Reader = Callable[[Any, str], Any]


class GraphError(ValueError):
    """Some JSON is no graph. ``place``: where, such as ``nodes.train.inputs.depth``."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}" if place else problem)
        self.place, self.problem = place, problem


@cache
def defaults_of(cls: type) -> tuple[tuple[str, Any], ...]:
    """Return the names and defaults of a class's fields, ``MISSING`` where there is none."""
    made = []
    for found in fields(cls):
        factory = found.default_factory
        made.append((found.name, found.default if factory is MISSING else factory()))
    return tuple(made)


def _read(cls: type, readers: Mapping[str, _Reader], data: Any, place: str) -> Any:
    given = _mapping(data, place)
    for name in given:
        if name not in readers:
            raise GraphError(_below(place, name), "there is no such field")
    for name, default in defaults_of(cls):
        if default is MISSING and name not in given:
            raise GraphError(_below(place, name), "it is missing")
    return cls(**{name: readers[name](value, _below(place, name)) for name, value in given.items()})


def _ordered(cls: type, readers: Mapping[str, _Reader], data: Any, place: str) -> Any:
    """Read a thing whose mappings may be followed by their order."""
    given = dict(_mapping(data, place))
    order = _mapping(given.pop("order", {}), _below(place, "order"))
    for name, names in order.items():
        mapping = given.get(name)
        wanted = _texts(names, _below(place, f"order.{name}"))
        if name not in ORDERED[cls] or not isinstance(mapping, dict):
            raise GraphError(_below(place, f"order.{name}"), "there is nothing of that name that has an order")
        # Lenient, so that who adds or removes a node need not mend the order.
        given[name] = {key: mapping[key] for key in wanted if key in mapping} | mapping
    return _read(cls, readers, given, place)


def graph(data: Any, place: str) -> Any:
    """Read a graph."""
    if place.count(".graph") >= DEEPEST:
        raise GraphError(place, f"pipelines contain pipelines at most {DEEPEST} deep")
    return _ordered(Graph, _GRAPH, data, place)


def component(data: Any, place: str) -> Any:
    """Read a component."""
    return _ordered(Component, _COMPONENT, data, place)


def settings(data: Any, place: str) -> Any:
    """Read settings."""
    return _read(Settings, _SETTINGS, data, place)


def binding(data: Any, place: str) -> Any:
    """Read what an input is given."""
    given = _mapping(data, place)
    keys = set(given)
    if keys == {"value"}:
        return Value(_json(given["value"], f"{place}.value"))
    mode = _text(given.get("mode", ""), f"{place}.mode")
    if keys - {"mode"} == {"pipeline"}:
        return FromPipeline(_text(given["pipeline"], f"{place}.pipeline"), mode)
    if keys - {"mode"} == {"node", "output"}:
        return FromNode(_text(given["node"], f"{place}.node"), _text(given["output"], f"{place}.output"), mode)
    if "path" in keys:
        return _read(FromData, {"path": _text, "type": _text, "mode": _text}, given, place)
    raise GraphError(place, "an input is given a “value”, a “pipeline” input, a “node” with its “output”, or a “path”")


def _each(reader: _Reader) -> _Reader:
    """Return a reader of mappings from names to what ``reader`` reads."""

    def read(data: Any, place: str) -> dict[str, Any]:
        return {name: reader(value, _below(place, name)) for name, value in _mapping(data, place).items()}

    return read


def _one(cls: type, readers: Mapping[str, _Reader]) -> _Reader:
    return lambda data, place: _read(cls, readers, data, place)


def _mapping(data: Any, place: str) -> dict[str, Any]:
    if not isinstance(data, dict) or not all(isinstance(name, str) for name in data):
        raise GraphError(place, "it is a mapping of names")
    return data


def _text(data: Any, place: str) -> str:
    if not isinstance(data, str):
        raise GraphError(place, "it is a text")
    if "\0" in data or (not data.isascii() and any("\ud800" <= character <= "\udfff" for character in data)):
        raise GraphError(place, "it has characters in it that cannot be stored")
    return data


def _texts(data: Any, place: str) -> tuple[str, ...]:
    return tuple(_text(value, place) for value in _list(data, place))


def _list(data: Any, place: str) -> list[Any]:
    if not isinstance(data, (list, tuple)):
        raise GraphError(place, "it is a list")
    return list(data)


def _flag(data: Any, place: str) -> bool:
    if not isinstance(data, bool):
        raise GraphError(place, "it is true or false")
    return data


def _number(data: Any, place: str) -> float:
    if isinstance(data, bool) or not isinstance(data, (int, float)) or not isfinite(data):
        raise GraphError(place, "it is a number")
    return data


def _optional_number(data: Any, place: str) -> float | None:
    return None if data is None else _number(data, place)


def _count(data: Any, place: str) -> int:
    if isinstance(data, bool) or not isinstance(data, int) or data < 1:
        raise GraphError(place, "it is a whole number from 1 on")
    return data


def _position(data: Any, place: str) -> tuple[float, float] | None:
    if data is None:
        return None
    numbers = [_number(value, place) for value in _list(data, place)]
    if len(numbers) != 2:
        raise GraphError(place, "it is two numbers")
    return numbers[0], numbers[1]


def _json(data: Any, place: str, depth: int = 0) -> Any:
    if depth > DEEPEST_VALUE:
        raise GraphError(place, "it is nested too deep")
    if isinstance(data, dict):
        return {_text(name, place): _json(value, place, depth + 1) for name, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_json(value, place, depth + 1) for value in data]
    if isinstance(data, str):
        return _text(data, place)
    return data if data is None or isinstance(data, bool) else _number(data, place)


def _values(data: Any, place: str) -> tuple[Any, ...]:
    return tuple(_json(value, place) for value in _list(data, place))


def _below(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


bindings = _each(binding)
_json_mapping = _each(_json)
_SETTING: Final = {"type": _text, "mode": _text, "name": _text, "version": _text, "path": _text}
_SETTINGS: Final = {
    "default_compute": _text,
    "default_datastore": _text,
    "continue_on_step_failure": _flag,
    "force_rerun": _flag,
}
_INPUT_PORT: Final = {
    "type": _text,
    "optional": _flag,
    "default": _json,
    "minimum": _optional_number,
    "maximum": _optional_number,
    "enum": _values,
    "description": _text,
    "mode": _text,
}
_OUTPUT_PORT: Final = {"type": _text, "description": _text, "mode": _text}
_COMPONENT: Final[dict[str, _Reader]] = {
    **dict.fromkeys(("kind", "name", "reference", "id", "digest", "display_name", "description", "command"), _text),
    "inputs": _each(_one(InputPort, _INPUT_PORT)),
    "outputs": _each(_one(OutputPort, _OUTPUT_PORT)),
    "environment": _json,
    "snapshot": _text,
    "variables": _each(_text),
    "limits": _json_mapping,
    "is_deterministic": _flag,
    "parallel": _json_mapping,
    "graph": lambda data, place: None if data is None else graph(data, place),
    "extras": _json_mapping,
}
_NODE: Final[dict[str, _Reader]] = {
    "component": _text,
    "inputs": bindings,
    "outputs": _each(_one(OutputSetting, _SETTING)),
    "display_name": _text,
    "compute": _text,
    "environment": _json,
    "variables": _each(_text),
    "limits": _json_mapping,
    "run_after": _texts,
    "force_rerun": _flag,
    "attempts": _count,
    "comment": _text,
    "position": _position,
    "extras": _json_mapping,
}
_GRAPH: Final[dict[str, _Reader]] = {
    "nodes": _each(_one(Node, _NODE)),
    "components": _each(component),
    "inputs": _each(_one(InputPort, _INPUT_PORT)),
    "outputs": _each(_one(GraphOutput, {
        "node": _text, "output": _text, "setting": _one(OutputSetting, _SETTING), "description": _text,
    })),
    "settings": settings,
    "display_name": _text,
    "description": _text,
}  # fmt: skip
