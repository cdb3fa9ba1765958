"""From a pipeline that scores to what an endpoint loads: ``graph.json``, as ``mlstudio.components.serving`` describes it.

Knows nothing of Django.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from apps.designer.inference import rules
from apps.designer.inference.graphs import CannotTurn, Document
from apps.designer.inference.rules import builtin_of, is_data, title_of
from mlstudio.components.serving.pipeline import DATA, FORMAT, GRAPH

__all__ = ["DATA", "GRAPH", "SCORE", "Package", "TableFacts", "packed", "web_nodes"]

WEB_INPUT, WEB_OUTPUT = "web_service_input", "web_service_output"
SCORE: Final = '''"""Scores rows with the pipeline that lies beside it. Made by the designer."""

import os
from pathlib import Path

from mlstudio.components.serving import ScoringPipeline

pipeline = None


def init():
    """Load the pipeline, once."""
    global pipeline
    pipeline = ScoringPipeline(os.environ.get("AZUREML_MODEL_DIR") or Path(__file__).parent)


def run(data):
    """Answer one request."""
    return pipeline.run(data)


def service_schema():
    """Say what requests and answers look like."""
    return pipeline.service_schema()
'''


@dataclass(frozen=True)
class TableFacts:
    """What is known of a table: its columns, as files of the designer have them, and some rows."""

    columns: list[dict[str, Any]]
    sample: list[dict[str, Any]]


@dataclass(frozen=True)
class Package:
    """``graph``: the content of ``graph.json``. ``data``: the path of each folder in ``data/``, as job files have it."""

    graph: dict[str, Any]
    data: dict[str, str]


def web_nodes(document: Document) -> tuple[dict[str, str], dict[str, str]]:
    """Return the nodes where requests enter, and where answers leave, by the names that requests have for them.

    Raises: CannotTurn: there is none, or two have one name.
    """
    found: dict[str, dict[str, str]] = {WEB_INPUT: {}, WEB_OUTPUT: {}}
    for key, node in document.get("nodes", {}).items():
        component = builtin_of(node)
        if component is None or component.name not in found:
            continue
        name = str(rules.parameter_of(node, "name") or "")
        if name in found[component.name]:
            raise CannotTurn(f"Two nodes are called “{name}” in requests. Give one of them another name.", key)
        found[component.name][name] = key
    for kind, title in ((WEB_INPUT, "Web Service Input"), (WEB_OUTPUT, "Web Service Output")):
        if not found[kind]:
            raise CannotTurn(f"This pipeline has no {title}, so it cannot answer requests. Add one, and submit it.")
    return found[WEB_INPUT], found[WEB_OUTPUT]


def packed(
    document: Document,
    name: str,
    inputs: Mapping[str, TableFacts],
    outputs: Mapping[str, TableFacts],
    labels: list[str],
    parameters: Mapping[str, Any],
) -> Package:
    """Return what an endpoint needs of a pipeline that scores in real time.

    Args: inputs, outputs: what is known of the tables at its web service nodes, by the names of these. labels: columns that need
        not be given. parameters: the values of the pipeline's own parameters.

    Raises:
        CannotTurn: a node cannot be part of it.
    """
    entries, answers = web_nodes(document)
    nodes: Mapping[str, Any] = document["nodes"]
    data: dict[str, str] = {}
    made = [
        _node(nodes, key, data, document, parameters)
        for key in _needed(nodes, set(entries.values()), list(answers.values()))
    ]
    sources = {name: nodes[key]["inputs"]["data"] for name, key in answers.items()}
    graph = {
        "format": FORMAT,
        "name": name,
        "nodes": made,
        "inputs": {
            web: {"node": key, "columns": inputs[web].columns, "sample": inputs[web].sample[:1],
                  "labels": [one["name"] for one in inputs[web].columns if one["name"] in labels]}
            for web, key in entries.items()
        },
        "outputs": {
            web: {"node": source["node"], "output": source["output"], "columns": outputs[web].columns}
            for web, source in sources.items()
        },
    }  # fmt: skip
    return Package(graph, data)


def _needed(nodes: Mapping[str, Any], entries: set[str], answers: list[str]) -> list[str]:
    """Return the nodes between requests and answers, in an order in which none comes before what it needs."""
    order: dict[str, None] = {}
    stack = [(one["node"], False) for key in answers for one in nodes[key].get("inputs", {}).values() if "node" in one]
    while stack:
        key, is_done = stack.pop()
        if key in order or key in entries or is_data(nodes[key]):
            continue
        if is_done:
            order[key] = None
            continue
        stack.append((key, True))
        stack += [(one["node"], False) for one in (nodes[key].get("inputs") or {}).values() if "node" in one]
    return list(order)


def _node(
    nodes: Mapping[str, Any], key: str, data: dict[str, str], document: Document, given: Mapping[str, Any]
) -> dict[str, Any]:
    node = nodes[key]
    component = builtin_of(node)
    if why := rules.refusal(node, is_realtime=True):
        raise CannotTurn(f"“{title_of(node)}” {why}. Remove it, and submit the pipeline again.", key)
    if component is None:
        raise CannotTurn(f"“{title_of(node)}” is no component of this studio.", key)
    ports = {port.name for port in component.inputs}
    inputs: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for port, binding in (node.get("inputs") or {}).items():
        path = _path_of(binding, nodes, document, given)
        if port not in ports:
            values[port] = _value(binding, document, given)
        elif path is None:
            inputs[port] = {"node": binding["node"], "output": binding["output"]}
        else:
            folder = binding.get("node") or f"input-{binding['pipeline']}"
            data[folder] = path
            inputs[port] = {"data": folder}
    return {
        "key": key,
        "component": component.name,
        "version": component.version,
        "title": title_of(node),
        "parameters": values,
        "inputs": inputs,
    }


def _path_of(
    binding: Mapping[str, Any], nodes: Mapping[str, Any], document: Document, given: Mapping[str, Any]
) -> str | None:
    """Return the path of data that an input reads; None where it reads what another node leaves."""
    if "pipeline" in binding:
        return str(_value(binding, document, given))
    source = nodes.get(binding.get("node", ""))
    return str(source["component"]).removeprefix(rules.DATA) if source is not None and is_data(source) else None


def _value(binding: Mapping[str, Any], document: Document, given: Mapping[str, Any]) -> Any:
    if "pipeline" not in binding:
        return binding.get("value")
    name = binding["pipeline"]
    return given.get(name, document.get("inputs", {}).get(name, {}).get("default"))
