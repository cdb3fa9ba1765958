"""The document that is drawn, and the graph that is run.

A document is JSON (``shape`` says which)::

    {"nodes": {"split": {"component": "builtin:split_data:1", "title": "", "position": [40, 200],
                         "inputs": {"dataset": {"node": "people", "output": "data"}, "fraction": {"value": 0.7}}},
               "people": {"component": "data:azureml:people:2", "type": "uri_file"}},
     "inputs": {}, "outputs": {}, "frames": {}, "settings": {}}

It may be incomplete: what is missing, the check of the graph says (``apps.pipelines.graph.check``). Data is a node of its own,
with the output ``data``, where a graph names it at each input; frames, and where data stands, are in the document alone.
"""

import itertools
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import fields, replace
from typing import Any, Final

from apps.designer import shape
from apps.designer.builtins import builtin_component, declared, value_in_document, value_in_graph
from apps.designer.errors import NotDrawable
from apps.designer.placing import placed
from apps.pipelines.graph import codec
from apps.pipelines.graph.types import (
    Binding,
    Component,
    Fault,
    FromData,
    FromNode,
    FromPipeline,
    Graph,
    GraphOutput,
    InputPort,
    Node,
    OutputSetting,
    Settings,
    Value,
)
from mlstudio.components.core.declaring import Component as Declared

Document = dict[str, Any]
Resolve = Callable[[str], Component | None]

DATA_OUTPUT: Final = "data"
BUILTIN, REGISTERED, DATA = "builtin:", "component:", "data:"


def check_document(document: Any) -> list[Fault]:
    """Return what keeps JSON from being a document, each with its place; an incomplete one is one."""
    return [_fault(place, problem) for place, problem in shape.problems(document)]


def document_to_graph(document: Document, resolve: Resolve, *, display_name: str = "", description: str = "") -> Graph:
    """Return the graph that a document draws.

    What names a component that there is not is a node without one, and what comes from a node that there is not comes from
    there: the check of the graph finds both. Data that goes nowhere is left out.

    Args: document: one without faults (``check_document``). resolve: returns a registered component (``train:3``), or None.
    """
    drawn: dict[str, dict[str, Any]] = document.get("nodes", {})
    data = {key: _data(node) for key, node in drawn.items() if node["component"].startswith(DATA)}
    graph = Graph(
        inputs={name: _port(said) for name, said in document.get("inputs", {}).items()},
        outputs={name: _graph_output(said) for name, said in document.get("outputs", {}).items()},
        settings=Settings(**document.get("settings", {})),
        display_name=display_name,
        description=description,
    )
    for key, said in drawn.items():
        if key in data:
            continue
        written = said["component"]
        is_builtin = written.startswith(BUILTIN)
        found = builtin_component(written) if is_builtin else resolve(written.removeprefix(REGISTERED))
        name = (found.reference if found else "") or written
        if found is not None:
            graph.components[name] = found
        graph.nodes[key] = _node(said, name, data)
    return graph


def graph_to_document(graph: Graph) -> Document:
    """Return the document that draws a graph; nodes that say nothing of where they stand are given a place.

    Raises:
        NotDrawable: a node has a component of its own, which is neither built in nor registered.
    """
    nodes: dict[str, dict[str, Any]] = {}
    sources: dict[FromData, str] = {}
    for binding in (binding for node in graph.nodes.values() for binding in node.inputs.values()):
        if isinstance(binding, FromData):
            bare = replace(binding, mode="")
            if bare not in sources:
                sources[bare] = key = _free_key(binding.path, {*graph.nodes, *nodes})
                nodes[key] = {"component": DATA + binding.path, "type": binding.type}
    for key, node in graph.nodes.items():
        nodes[key] = _drawn(key, node, graph.components.get(node.component), sources)
    document = {
        "nodes": placed(nodes),
        "inputs": {name: _drawn_port(port) for name, port in graph.inputs.items()},
        "outputs": {name: _drawn_output(output) for name, output in graph.outputs.items()},
        "settings": codec.settings_to_json(graph.settings),
    }
    return {section: content for section, content in document.items() if content}


def _fault(place: str, problem: str) -> Fault:
    section, _, rest = place.partition(".")
    if section == "nodes" and rest:
        key, _, field = rest.partition(".")
        return Fault(key, field, "malformed", problem)
    return Fault("", place, "malformed", problem)


# --- To a graph ---


def _data(said: dict[str, Any]) -> FromData:
    return FromData(said["component"].removeprefix(DATA), said.get("type") or "uri_folder")


def _port(said: dict[str, Any]) -> InputPort:
    return InputPort(**{**said, "enum": tuple(said.get("enum", ()))})


def _graph_output(said: dict[str, Any]) -> GraphOutput:
    return GraphOutput(**{**said, "setting": OutputSetting(**said.get("setting", {}))})


def _node(said: dict[str, Any], component: str, data: dict[str, FromData]) -> Node:
    limits = dict(said.get("limits", {}))
    if said.get("timeout_s") is not None:
        limits["timeout"] = said["timeout_s"]
    position = said.get("position")
    kind = declared(said["component"])
    bindings: dict[str, Binding] = {}
    for name, given in said.get("inputs", {}).items():
        if "value" in given:
            value = given["value"]
            bindings[name] = Value(value_in_graph(kind, name, value) if kind else value)
        elif "pipeline" in given:
            bindings[name] = FromPipeline(given["pipeline"], given.get("mode", ""))
        elif given["node"] in data:
            source = data[given["node"]]
            bindings[name] = FromData(source.path, source.type, given.get("mode", ""))
        else:
            bindings[name] = FromNode(given["node"], given["output"], given.get("mode", ""))
    return Node(
        component=component,
        inputs=bindings,
        outputs={name: OutputSetting(**setting) for name, setting in said.get("outputs", {}).items()},
        display_name=said.get("title", ""),
        compute=said.get("compute", ""),
        environment=said.get("environment"),
        variables=dict(said.get("variables", {})),
        limits=limits,
        run_after=tuple(said.get("run_after", ())),
        force_rerun=said.get("force_rerun", False),
        attempts=said.get("attempts", 1),
        comment=said.get("comment", ""),
        position=(position[0], position[1]) if position else None,
        extras=dict(said.get("extras", {})),
    )


# --- From a graph ---


def _drawn(key: str, node: Node, component: Component | None, sources: dict[FromData, str]) -> dict[str, Any]:
    if component is None or not component.reference:
        raise NotDrawable(node.display_name or key)
    is_builtin = component.kind == "builtin"
    kind = declared(component.reference) if is_builtin else None
    limits = dict(node.limits)
    timeout = limits.get("timeout")
    is_plain = isinstance(timeout, int) and not isinstance(timeout, bool) and timeout >= 1
    said = {
        "component": component.reference if is_builtin else f"{REGISTERED}{component.reference}",
        "title": node.display_name,
        "inputs": {name: _drawn_input(kind, name, binding, sources) for name, binding in node.inputs.items()},
        "position": list(node.position) if node.position else None,
        "comment": node.comment,
        "compute": node.compute,
        "environment": node.environment,
        "timeout_s": limits.pop("timeout") if is_plain else None,
        "force_rerun": node.force_rerun,
        "outputs": {name: _but_defaults(setting) for name, setting in node.outputs.items()},
        "variables": node.variables,
        "limits": limits,
        "run_after": list(node.run_after),
        "attempts": node.attempts if node.attempts != 1 else None,
        "extras": node.extras,
    }
    return {name: value for name, value in said.items() if value not in (None, "", {}, [], False)}


def _drawn_input(kind: Declared | None, name: str, binding: Binding, sources: Mapping[FromData, str]) -> dict[str, Any]:
    if isinstance(binding, FromData):
        source = FromNode(sources[replace(binding, mode="")], DATA_OUTPUT, binding.mode)
        return codec.binding_to_json(source)
    if isinstance(binding, Value) and kind is not None:
        return {"value": value_in_document(kind, name, binding.value)}
    return codec.binding_to_json(binding)


def _drawn_output(output: GraphOutput) -> dict[str, Any]:
    said = {"setting": _but_defaults(output.setting), "description": output.description}
    return {"node": output.node, "output": output.output, **{name: value for name, value in said.items() if value}}


def _drawn_port(port: InputPort) -> dict[str, Any]:
    said = {"type": port.type, **_but_defaults(port)}
    return {name: list(value) if name == "enum" else value for name, value in said.items()}


def _but_defaults(thing: InputPort | OutputSetting) -> dict[str, Any]:
    """Return the fields that say something."""
    return {one.name: getattr(thing, one.name) for one in fields(thing) if getattr(thing, one.name) != one.default}


def _free_key(path: str, taken: Collection[str]) -> str:
    """Return a key for a node of data, such as ``people`` for ``azureml:people:2``."""
    plain = path.removeprefix("azureml:")
    name = plain.rstrip("/").rpartition("/")[2] if "/" in plain else re.split("[:@]", plain)[0]
    base = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_")[:100] or DATA_OUTPUT
    keys = itertools.chain([base], (f"{base}_{count}" for count in itertools.count(2)))
    return next(key for key in keys if key not in taken)
