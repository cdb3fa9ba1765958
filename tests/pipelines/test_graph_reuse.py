"""Keys of steps: equal for equal graphs; what changes one changes those of the steps below it, and no others."""

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.pipelines.graph import codec, reuse
from apps.pipelines.graph.order import topological
from apps.pipelines.graph.types import (
    Binding,
    Component,
    FromData,
    FromNode,
    FromPipeline,
    Graph,
    InputPort,
    Node,
    OutputPort,
    OutputSetting,
    Value,
)
from apps.pipelines.graph.values import resolve_inputs
from tests.pipelines.graphs import LITERALS, component, graphs

WORKSPACE = "0190"
QUICK = settings(max_examples=60, deadline=None)


def given_to(graph: Graph) -> dict[str, Binding]:
    """Return something for each of a pipeline's inputs."""
    return {
        name: Value(LITERALS[port.type]) if port.is_literal else FromData("azureml:iris:1", port.type)
        for name, port in graph.inputs.items()
    }


def keys_of(graph: Graph, inputs: Mapping[str, Binding], codes: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Return the key of each step: data is what it is called, an output is what the key of its step says."""
    keys: dict[str, str] = {}
    for key in topological(graph):
        node = graph.nodes[key]
        part = graph.components[node.component]
        resolved = resolve_inputs(graph, key, inputs)
        fingerprints = {}
        for name, binding in resolved.items():
            if isinstance(binding, FromNode):
                fingerprints[name] = f"{keys[binding.node]} {binding.output}"
            elif isinstance(binding, FromData):
                fingerprints[name] = binding.path
        parts = reuse.parts_of(
            part,
            resolved,
            fingerprints=fingerprints,
            code=(codes or {}).get(key, {}),
            variables=node.variables,
            outputs=node.outputs,
        )
        keys[key] = reuse.key_of(parts, WORKSPACE)
    return keys


def with_own_components(graph: Graph) -> Graph:
    """Return a graph in which no two steps share a component, so that one can be changed alone."""
    return replace(
        graph,
        nodes={key: replace(node, component=key) for key, node in graph.nodes.items()},
        components={key: graph.components[node.component] for key, node in graph.nodes.items()},
    )


def reading(graph: Graph, key: str) -> set[str]:
    """Return a step, and those that read what it writes, and so on."""
    found = {key}
    for later in topological(graph):
        sources = {binding.node for binding in graph.nodes[later].inputs.values() if isinstance(binding, FromNode)}
        if sources & found:
            found.add(later)
    return found


@QUICK
@given(graphs(depth=0))
def test_equal_graphs_have_equal_keys(graph: Graph):
    inputs = given_to(graph)
    again = codec.graph_from_json(codec.graph_to_json(graph))
    drawn = replace(
        again,
        display_name="Another name",
        nodes={
            key: replace(node, position=(7, 7), comment="Look!", display_name="x")
            for key, node in reversed(again.nodes.items())
        },
    )
    assert keys_of(graph, inputs) == keys_of(again, inputs) == keys_of(drawn, inputs)


CHANGES = {
    "command": lambda part: replace(part, command=f"{part.command} --more"),
    "kind": lambda part: replace(part, kind="parallel" if part.kind == "command" else "command"),
    "variable": lambda part: replace(part, variables={**part.variables, "NEW": "1"}),
    "output": lambda part: replace(part, outputs={**part.outputs, "another": OutputPort("uri_file")}),
    "input": lambda part: replace(part, inputs={**part.inputs, "another": InputPort("string", default="x")}),
    "mini-batches": lambda part: replace(part, parallel={**part.parallel, "mini_batch_size": "7"}),
}


@QUICK
@given(graphs(depth=0), st.sampled_from(sorted(CHANGES)), st.integers(0, 99))
def test_a_change_of_a_component_changes_the_keys_from_there_on(graph: Graph, change: str, number: int):
    graph = with_own_components(graph)
    inputs = given_to(graph)
    key = Random(number).choice(sorted(graph.nodes))
    changed = replace(graph, components={**graph.components, key: CHANGES[change](graph.components[key])})
    assert differing(keys_of(graph, inputs), keys_of(changed, inputs)) == reading(graph, key)


@QUICK
@given(graphs(depth=0), st.integers(0, 99))
def test_a_change_of_a_file_changes_the_keys_from_there_on(graph: Graph, number: int):
    inputs = given_to(graph)
    key = Random(number).choice(sorted(graph.nodes))
    before = keys_of(graph, inputs, {key: {"train.py": "1"}})
    assert differing(before, keys_of(graph, inputs, {key: {"train.py": "2"}})) == reading(graph, key)
    assert differing(before, keys_of(graph, inputs, {key: {"fit.py": "1"}})) == reading(graph, key)


@QUICK
@given(graphs(depth=0), st.integers(0, 99))
def test_another_value_changes_the_keys_of_those_that_get_it(graph: Graph, number: int):
    inputs = given_to(graph)
    if not inputs:
        return
    name = Random(number).choice(sorted(inputs))
    port = graph.inputs[name]
    other = {"string": "entropy", "integer": 4, "number": 0.25, "boolean": False}
    new = Value(other[port.type]) if port.is_literal else FromData("azureml:iris:2", port.type)
    users = [key for key, node in graph.nodes.items() if any(
        isinstance(binding, FromPipeline) and binding.input == name for binding in node.inputs.values()
    )]  # fmt: skip
    expected = set().union(*(reading(graph, key) for key in users))
    assert differing(keys_of(graph, inputs), keys_of(graph, {**inputs, name: new})) == expected


def differing(one: dict[str, str], other: dict[str, str]) -> set[str]:
    return {key for key in one if one[key] != other[key]}


# --- What counts, and what does not ---

TRAIN = component({"depth": InputPort("integer", default=3, maximum=9), "data": InputPort("uri_folder")}, name="train")


def parts(part: Component = TRAIN, depth: Any = 3, data: str = "iris:1", **said: Any) -> dict[str, Any]:
    inputs: dict[str, Binding] = {"depth": Value(depth), "data": FromData("azureml:iris")}
    return reuse.parts_of(part, inputs, fingerprints={"data": data}, **said)


def test_what_only_describes_a_component_or_limits_it_does_not_count():
    same = replace(
        TRAIN, name="fit", description="x", limits={"timeout": 5}, id="7", is_deterministic=False, extras={"a": 1}
    )
    ranges = replace(TRAIN, inputs={**TRAIN.inputs, "depth": InputPort("integer", default=5, maximum=90)})
    assert parts() == parts(same) == parts(ranges)


def test_where_an_output_is_registered_does_not_count():
    assert parts(outputs={"out": OutputSetting(name="churn", mode="upload")}) == parts()
    assert parts(outputs={"out": OutputSetting(type="mltable")}) != parts()


def test_an_input_of_data_needs_a_fingerprint():
    with pytest.raises(KeyError):
        reuse.parts_of(TRAIN, {"data": FromData("azureml:iris:1")}, fingerprints={})


def test_keys_are_of_one_workspace_and_tell_numbers_from_texts():
    keys = {reuse.key_of(parts(depth=depth), "a") for depth in (1, 1.0, "1", True)}
    assert len(keys) == 4
    assert reuse.key_of(parts(), "a") != reuse.key_of(parts(), "b")


@pytest.mark.parametrize(
    ("old", "new", "sentences"),
    [
        (parts(), parts(depth=5), ["parameter depth changed from 3 to 5"]),
        (parts(), parts(data="iris:2"), ["input data: iris:1 became iris:2"]),
        (parts(depth=1), parts(depth=1.0), ["parameter depth changed from 1 to 1.0"]),
        (
            parts(code={"train.py": "1", "old.py": "1"}),
            parts(code={"train.py": "2", "new.py": "1"}),
            ["file new.py was added", "file old.py was removed", "file train.py changed"],
        ),
        (
            parts(environment={"scikit-learn": "1.7.0", "six": "1"}),
            parts(environment={"scikit-learn": "1.7.2", "polars": "2"}),
            ["package polars 2 was added", "package scikit-learn 1.7.0 became 1.7.2", "package six 1 was removed"],
        ),
        (parts(environment="a"), parts(environment="b"), ["its environment changed"]),
        (parts(environment="a"), parts(environment={"six": "1"}), ["its environment changed"]),
        (parts(), parts(replace(TRAIN, command="x")), ["its command changed"]),
        (parts(), parts(replace(TRAIN, kind="parallel")), ["the component's inputs or kind changed"]),
        (parts(), parts(variables={"A": ""}), ["environment variable A is new: nothing"]),
        (parts(variables={"A": "1"}), parts(), ["environment variable A is given no more (it was 1)"]),
        (parts(), parts(), []),
    ],
)  # fmt: skip
def test_a_difference_is_told_in_words(old, new, sentences):
    assert reuse.difference(old, new) == sentences


def test_many_changes_are_counted():
    old, new = ({f"{number}.py": text for number in range(40)} for text in "ab")
    told = reuse.difference(parts(code=old), parts(code=new))
    assert len(told) == 11
    assert told[-1] == "30 more changes of its files"


def test_nothing_changed_that_was_said_in_the_meantime():
    """A parameter that goes to another step changes nothing here."""
    graph = Graph(
        nodes={"a": Node("t", {"data": FromData("azureml:iris:1"), "depth": FromPipeline("depth")}), "b": Node("u")},
        components={"t": TRAIN, "u": component()},
        inputs={"depth": InputPort("integer")},
    )
    before, after = (keys_of(graph, {"depth": Value(depth)}) for depth in (3, 4))
    assert differing(before, after) == {"a"}
