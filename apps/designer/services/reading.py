"""From drafts to graphs, and what of a draft is given at submit."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from apps.core.errors import InvalidInput, UserError
from apps.designer.document import document_to_graph
from apps.designer.models import Draft
from apps.pipelines.assigning import binding_of
from apps.pipelines.graph.types import Binding, Component, Graph
from apps.pipelines.services.components import component_of, find_version, get_component
from apps.workspaces.models import Workspace


def graph_of(draft: Draft) -> Graph:
    """Return the graph that a draft draws, whatever it lacks. What its data inputs are by default says ``defaults_of``."""
    known: dict[str, Component | None] = {}

    def resolve(reference: str) -> Component | None:
        if reference not in known:
            known[reference] = _component(draft.workspace, reference)
        return known[reference]

    drawn = document_to_graph(draft.document, resolve, display_name=draft.name, description=draft.description)
    # In a graph only literals have defaults.
    inputs = {name: port if port.is_literal else replace(port, default=None) for name, port in drawn.inputs.items()}
    return replace(drawn, inputs=inputs)


def inputs_of(draft: Draft, graph: Graph, said: Mapping[str, Any] | None = None) -> dict[str, Binding]:
    """Return what the pipeline's inputs are given: what is said, else where data lies by default.

    Raises:
        InvalidInput: a value fits no input; it is named.
    """
    declared = draft.document.get("inputs", {})
    wanted = {name: declared[name].get("default") for name, port in graph.inputs.items() if not port.is_literal}
    wanted = {name: path for name, path in wanted.items() if path}
    wanted |= {name: value for name, value in (said or {}).items() if value not in (None, "")}
    found: dict[str, Binding] = {}
    errors: dict[str, list[str]] = {}
    for name, value in wanted.items():
        port = graph.inputs.get(name)
        try:
            if port is None:
                raise ValueError(f"The pipeline has no parameter “{name[:60]}”.")
            found[name] = binding_of(port, value)
        except ValueError as error:
            errors[f"inputs.{name}"] = [str(error)]
    if errors:
        raise InvalidInput(errors)
    return found


def _component(workspace: Workspace, reference: str) -> Component | None:
    name, _colon, version = reference.partition(":")
    try:
        return component_of(find_version(get_component(workspace, name), version))
    except UserError:
        return None
