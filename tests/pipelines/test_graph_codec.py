"""Graphs as JSON: nothing is lost, nothing unknown is let in, and digests tell what they should."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from apps.pipelines.graph import codec
from apps.pipelines.graph.types import Component, FromData, FromNode, FromPipeline, Graph, InputPort, Node, Value
from tests.pipelines.graphs import chain, component, graphs

QUICK = settings(max_examples=60, deadline=None)


@QUICK
@given(graphs())
def test_a_graph_comes_back_as_it_was(graph: Graph):
    assert codec.graph_from_json(codec.graph_to_json(graph)) == graph


@QUICK
@given(graphs())
def test_a_database_that_orders_keys_anew_loses_no_order(graph: Graph):
    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
            return {key: shuffled(value[key]) for key in keys}
        return [shuffled(below) for below in value] if isinstance(value, list) else value

    back = codec.graph_from_json(shuffled(json.loads(json.dumps(codec.graph_to_json(graph)))))
    assert back == graph
    assert list(back.nodes) == list(graph.nodes)
    assert list(back.inputs) == list(graph.inputs)
    for key, part in graph.components.items():
        assert list(back.components[key].inputs) == list(part.inputs)


@pytest.mark.parametrize(
    ("binding", "written"),
    [
        (Value(3), {"value": 3}),
        (Value(None), {"value": None}),
        (FromPipeline("depth"), {"pipeline": "depth"}),
        (FromNode("train", "model", "download"), {"node": "train", "output": "model", "mode": "download"}),
        (FromData("azureml:iris:2"), {"path": "azureml:iris:2"}),
        (
            FromData("azureml:iris:2", "uri_file", "direct"),
            {"path": "azureml:iris:2", "type": "uri_file", "mode": "direct"},
        ),
    ],
)
def test_bindings_are_written_as_others_rely_on(binding, written):
    assert codec.binding_to_json(binding) == written
    assert codec.binding_from_json(written) == binding


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ([], ""),
        ({"jobs": {}}, "jobs"),
        ({"nodes": {"train": {}}}, "nodes.train.component"),
        ({"nodes": {"train": {"component": "t", "colour": "red"}}}, "nodes.train.colour"),
        ({"nodes": {"train": {"component": "t", "inputs": {"depth": 3}}}}, "nodes.train.inputs.depth"),
        (
            {"nodes": {"train": {"component": "t", "inputs": {"depth": {"value": float("nan")}}}}},
            "nodes.train.inputs.depth.value",
        ),
        ({"nodes": {"train": {"component": "t", "attempts": 0}}}, "nodes.train.attempts"),
        ({"nodes": {"train": {"component": "t", "attempts": True}}}, "nodes.train.attempts"),
        ({"nodes": {"train": {"component": "t", "position": [1]}}}, "nodes.train.position"),
        ({"components": {"t": {"kind": "command", "command": "a\0b"}}}, "components.t.command"),
        ({"components": {"t": {"kind": "command", "inputs": {"x": {}}}}}, "components.t.inputs.x.type"),
        ({"settings": {"force_rerun": "yes"}}, "settings.force_rerun"),
        ({"inputs": {"x": {"type": "string", "default": [[]] * 1}}, "order": {"inputs": "x"}}, "order.inputs"),
    ],
)
def test_what_is_no_graph_is_said_with_its_place(data, place):
    with pytest.raises(codec.GraphError) as caught:
        codec.graph_from_json(data)
    assert caught.value.place == place


def test_nobody_can_nest_forever():
    value: Any = 1
    for _round in range(500):
        value = [value]
    with pytest.raises(codec.GraphError, match="too deep"):
        codec.graph_from_json({"inputs": {"x": {"type": "string", "default": value}}})
    graph: Any = {}
    for _round in range(50):
        graph = {"components": {"c": {"kind": "pipeline", "graph": graph}}}
    with pytest.raises(codec.GraphError, match="20 deep"):
        codec.graph_from_json(graph)


def test_an_order_may_miss_what_was_added_and_name_what_is_gone():
    back = codec.graph_from_json(
        {"nodes": {"a": {"component": "c"}, "b": {"component": "c"}}, "order": {"nodes": ["b", "gone"]}}
    )
    assert list(back.nodes) == ["b", "a"]


def test_the_digest_of_a_component_is_over_what_it_does():
    train = component({"depth": InputPort("integer", default=3)}, name="train", description="Fits trees.")
    same = [
        replace(train, name="fit"),
        replace(train, description="", display_name="Train"),
        replace(train, id="1", reference="train:2", digest="x"),
        replace(train, inputs={"depth": InputPort("integer", default=3, description="How deep.")}),
        replace(train, extras={"services": {}}),
    ]
    other = [
        replace(train, command="python other.py"),
        replace(train, snapshot="1"),
        replace(train, environment="sklearn:1"),
        replace(train, inputs={"depth": InputPort("integer", default=4)}),
        replace(train, outputs={}),
        replace(train, variables={"A": "1"}),
        replace(train, is_deterministic=False),
    ]
    digest = codec.digest_of_component(train)
    assert {codec.digest_of_component(one) for one in same} == {digest}
    assert len({codec.digest_of_component(one) for one in other} | {digest}) == len(other) + 1


def test_built_in_components_differ_by_name():
    digests = {codec.digest_of_component(Component("builtin", name=name)) for name in ("split-data", "join-data")}
    assert len(digests) == 2


def test_a_pipeline_component_is_what_its_steps_do():
    graph = chain("a", "b")
    moved = replace(
        graph, nodes={key: replace(node, position=(1, 2), comment="x") for key, node in graph.nodes.items()}
    )
    changed = replace(graph, nodes={**graph.nodes, "b": Node("work", inputs={"depth": Value(4)})})

    def digest_of(inner: Graph) -> str:
        return codec.digest_of_component(Component("pipeline", graph=inner))

    assert digest_of(moved) == digest_of(graph) != digest_of(changed)
    assert codec.digest_of_graph(moved) != codec.digest_of_graph(graph)
