"""Graphs as JSON and back. The keys are the names of the fields in ``types``; what has its default is left out.

A binding is one of ``{"value": 3}``, ``{"pipeline": "depth"}``, ``{"node": "train", "output": "model"}`` and
``{"path": "azureml:iris:2", "type": "uri_folder"}``; all but the first may have a ``mode``.

Mappings whose order means something to people (ports, nodes) are followed by ``order``, because databases that keep JSON in a
form of their own do not keep the order of keys.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import Any, Final, cast

from apps.pipelines.graph import reading
from apps.pipelines.graph.reading import ORDERED, GraphError, defaults_of
from apps.pipelines.graph.types import Binding, Component, FromPipeline, Graph, Settings, Value

__all__ = [
    "GraphError",
    "binding_from_json",
    "binding_to_json",
    "bindings_from_json",
    "bindings_to_json",
    "component_from_json",
    "component_to_json",
    "digest",
    "digest_of_component",
    "digest_of_graph",
    "graph_from_json",
    "graph_to_json",
    "settings_from_json",
    "settings_to_json",
]


def graph_to_json(graph: Graph) -> dict[str, Any]:
    """Return a graph as JSON."""
    return _written(graph)


def graph_from_json(data: Any, place: str = "") -> Graph:
    """Return the graph that JSON describes. Whether it makes sense is another question (``check``).

    Raises:
        GraphError: it describes none; the message names the place.
    """
    return cast(Graph, reading.graph(data, place))


def component_to_json(component: Component) -> dict[str, Any]:
    """Return a component as JSON."""
    return _written(component)


def component_from_json(data: Any, place: str = "") -> Component:
    """Return the component that JSON describes.

    Raises:
        GraphError: it describes none.
    """
    return cast(Component, reading.component(data, place))


def settings_to_json(settings: Settings) -> dict[str, Any]:
    """Return settings as JSON."""
    return _written(settings)


def settings_from_json(data: Any, place: str = "settings") -> Settings:
    """Return the settings that JSON describes.

    Raises:
        GraphError: it describes none.
    """
    return cast(Settings, reading.settings(data, place))


def binding_to_json(binding: Binding) -> dict[str, Any]:
    """Return what an input is given, as JSON."""
    if isinstance(binding, Value):
        return {"value": _json_copy(binding.value)}
    if isinstance(binding, FromPipeline):
        return {"pipeline": binding.input, **({"mode": binding.mode} if binding.mode else {})}
    return _written(binding)


def binding_from_json(data: Any, place: str = "") -> Binding:
    """Return what an input is given.

    Raises:
        GraphError: the JSON is none of the four forms.
    """
    return cast(Binding, reading.binding(data, place))


def bindings_to_json(bindings: Mapping[str, Binding]) -> dict[str, Any]:
    """Return what several inputs are given, by their names."""
    return {name: binding_to_json(binding) for name, binding in bindings.items()}


def bindings_from_json(data: Any, place: str = "inputs") -> dict[str, Binding]:
    """Return what several inputs are given, by their names.

    Raises:
        GraphError: one of them is no binding.
    """
    return cast(dict[str, Binding], reading.bindings(data, place))


def digest_of_graph(graph: Graph) -> str:
    """Return what tells this graph from any other: over all of it, also over how it is drawn and described."""
    return digest(graph_to_json(graph))


def digest_of_component(component: Component) -> str:
    """Return what tells what a component does from what others do: over its kind, ports, command, code, environment and the
    like; not over how it is called, described or numbered."""
    return digest(_meaning_of_component(component_to_json(component)))


def digest(value: Any) -> str:
    """Return the SHA-256 of a JSON value, whatever the order of its keys."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


# --- To JSON ---


def _written(thing: Any) -> dict[str, Any]:
    written: dict[str, Any] = {}
    kind: type = type(thing)
    for name, default in defaults_of(kind):
        value = getattr(thing, name)
        if value != default:
            written[name] = _json_copy(value)
    order = {}
    for name in ORDERED.get(kind, ()):
        names = list(getattr(thing, name))
        if names != sorted(names, key=_stored_order):
            order[name] = names
    return {**written, "order": order} if order else written


def _json_copy(value: Any) -> Any:
    if isinstance(value, (str, int, float, type(None))):
        return value
    if isinstance(value, (Value, FromPipeline)):
        return binding_to_json(value)
    if is_dataclass(value):
        return _written(value)
    if isinstance(value, dict):
        return {key: _json_copy(below) for key, below in value.items()}
    return [_json_copy(below) for below in value]


def _stored_order(name: str) -> tuple[int, bytes]:
    """Keys come out of PostgreSQL in this order; where it is the right one nothing needs to be said."""
    encoded = name.encode("utf-8", "surrogatepass")
    return len(encoded), encoded


_SAID: Final = ("name", "reference", "id", "digest", "display_name", "description", "extras", "order")


def _meaning_of_component(data: dict[str, Any]) -> dict[str, Any]:
    # What a built-in component does is known by its name alone.
    said = {"name", "reference"} if data.get("kind") == "builtin" else set()
    found = {name: value for name, value in data.items() if name in said or name not in _SAID}
    for ports in ("inputs", "outputs"):
        if ports in found:
            found[ports] = {
                name: {key: value for key, value in port.items() if key != "description"}
                for name, port in found[ports].items()
            }
    if "graph" in found:
        found["graph"] = _meaning_of_graph(found["graph"])
    return found


def _meaning_of_graph(data: dict[str, Any]) -> dict[str, Any]:
    components = {key: _meaning_of_component(value) for key, value in data.get("components", {}).items()}
    said = {"display_name", "comment", "position", "extras", "component"}
    nodes = {
        key: {name: value for name, value in node.items() if name not in said}
        | {"component": components.get(node["component"])}
        for key, node in data.get("nodes", {}).items()
    }
    ports = _meaning_of_component({"inputs": data.get("inputs", {}), "outputs": data.get("outputs", {})})
    return {"nodes": nodes, **ports, "settings": data.get("settings", {})}
