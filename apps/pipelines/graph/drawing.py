"""A graph as pages draw it: its nodes, the data that goes into it, and what leads from where to where."""

from collections.abc import Mapping
from typing import Any

from apps.pipelines.graph.types import Binding, Component, FromData, FromNode, FromPipeline, Graph, Node

INPUT_NODE = "input:{}"
DATA_NODE = "data:{}"


def drawing_of(graph: Graph, given: Mapping[str, Binding]) -> dict[str, Any]:
    """Return ``{"nodes": […], "edges": […]}``: what the island ``pipeline-graph`` shows.

    Data has nodes of its own: one for each input of the pipeline that is data, and one for each path that nodes name.

    Args: given: for the pipeline's own inputs.
    """
    drawn = {key: _node(key, node, graph.components[node.component]) for key, node in graph.nodes.items()}
    edges: list[dict[str, str]] = []
    data: dict[str, dict[str, Any]] = {}
    for key, node in graph.nodes.items():
        ports = {port["name"]: port["type"] for port in drawn[key]["inputs"]}
        for name, binding in node.inputs.items():
            source = _source(graph, given, binding)
            if source is None:
                continue
            origin, output, made = source
            if made is not None:
                data.setdefault(origin, made)
            if name not in ports:  # a value that another step computes
                ports[name] = graph.components[node.component].inputs[name].type
                drawn[key]["inputs"].append({"name": name, "type": ports[name]})
            edges.append({"from": origin, "output": output, "to": key, "input": name, "type": ports[name]})
        edges += [{"from": before, "output": "", "to": key, "input": "", "type": ""} for before in node.run_after]
    return {"nodes": [*data.values(), *drawn.values()], "edges": edges}


def title_of(key: str, node: Node, component: Component) -> str:
    """Return what people call a node."""
    return node.display_name or component.display_name or key


def titles_of(graph: Graph) -> dict[str, str]:
    """Return what people call the nodes, by their keys."""
    return {key: title_of(key, node, graph.components[node.component]) for key, node in graph.nodes.items()}


def _node(key: str, node: Node, component: Component) -> dict[str, Any]:
    return {
        "key": key,
        "kind": component.kind,
        "title": title_of(key, node, component),
        "detail": component.reference or component.name,
        "comment": node.comment,
        "inputs": [{"name": name, "type": port.type} for name, port in component.inputs.items() if not port.is_literal],
        "outputs": [{"name": name, "type": port.type} for name, port in component.outputs.items()],
        "position": list(node.position) if node.position else None,
    }


def _source(
    graph: Graph, given: Mapping[str, Binding], binding: Binding
) -> tuple[str, str, dict[str, Any] | None] | None:
    """Return the node that an edge begins at, its port, and the node itself where it is data; None for plain values."""
    if isinstance(binding, FromNode):
        return (binding.node, binding.output, None) if binding.node in graph.nodes else None
    if isinstance(binding, FromData):
        return _data(DATA_NODE.format(binding.path), binding.path.removeprefix("azureml:"), binding)
    if isinstance(binding, FromPipeline):
        port = graph.inputs.get(binding.input)
        if port is None or port.is_literal:
            return None
        return _data(INPUT_NODE.format(binding.input), binding.input, given.get(binding.input), port.type)
    return None


def _data(key: str, title: str, binding: Binding | None, kind: str = "") -> tuple[str, str, dict[str, Any]]:
    path = binding.path if isinstance(binding, FromData) else ""
    kind = binding.type if isinstance(binding, FromData) else kind
    made = {
        "key": key,
        "kind": "data",
        "title": title,
        "detail": path or kind,
        "comment": "",
        "inputs": [],
        "outputs": [{"name": "data", "type": kind}],
        "position": None,
        "path": path,
        "type": kind,
    }
    return key, "data", made
