"""Pipelines in pipelines: what holds within one, and which node's output an output of it is."""

from dataclasses import replace

from apps.pipelines.graph.types import Component, Graph, InputPort, Node, OutputPort, Settings


def settings_within(outer: Settings, node: Node, inner: Graph) -> Settings:
    """Return what holds for the nodes of a pipeline that is itself a node of another.

    What it says itself comes first, then what its node says, then what holds around it. What is forced outside is forced inside.
    """
    return Settings(
        default_compute=inner.settings.default_compute or node.compute or outer.default_compute,
        default_datastore=inner.settings.default_datastore or outer.default_datastore,
        continue_on_step_failure=inner.settings.continue_on_step_failure or outer.continue_on_step_failure,
        force_rerun=inner.settings.force_rerun or outer.force_rerun or node.force_rerun,
    )


def leaf_of(graph: Graph, key: str, output: str) -> tuple[tuple[str, ...], str]:
    """Return which node's output an output is, down through the pipelines that nodes are: the keys on the way to it, and its name
    there.

    Raises:
        KeyError: there is no such node or output.
    """
    path: list[str] = []
    inner: Graph | None = graph
    while inner is not None:
        path.append(key)
        component = inner.components[inner.nodes[key].component]
        if component.graph is None and output not in component.outputs:
            raise KeyError(output)
        inner = component.graph
        if inner is not None:
            found = inner.outputs[output]
            key, output = found.node, found.output
    return tuple(path), output


def ports_of(graph: Graph) -> tuple[dict[str, InputPort], dict[str, OutputPort]]:
    """Return the inputs and outputs that a pipeline has as a component."""
    outputs = {}
    for name, output in graph.outputs.items():
        node = graph.nodes.get(output.node)
        component = graph.components.get(node.component) if node else None
        port = component.outputs.get(output.output) if component else None
        kind = output.setting.type or (port.type if port else "uri_folder")
        outputs[name] = OutputPort(kind, output.description or (port.description if port else ""), output.setting.mode)
    return dict(graph.inputs), outputs


def as_component(graph: Graph, component: Component) -> Component:
    """Return ``component`` as one of kind ``pipeline`` that is ``graph``, with the ports that this has."""
    inputs, outputs = ports_of(graph)
    return replace(component, kind="pipeline", graph=graph, inputs=inputs, outputs=outputs)


def steps_in(graph: Graph) -> int:
    """Return how many nodes would be carried out, those of pipelines in pipelines included."""
    counts = {key: steps_in(found.graph) if found.graph else 1 for key, found in graph.components.items()}
    return sum(counts.get(node.component, 1) for node in graph.nodes.values())
