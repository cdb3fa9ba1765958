"""Everything that is wrong with a graph, each with its place; and nothing where nothing is."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from apps.pipelines.graph.check import check
from apps.pipelines.graph.expansion import as_component, leaf_of, settings_within, steps_in
from apps.pipelines.graph.kinds import data_fits, output_fits
from apps.pipelines.graph.types import (
    Binding,
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
from apps.pipelines.graph.values import resolve_inputs
from tests.pipelines.graphs import chain, component, from_edges, graphs
from tests.pipelines.test_graph_reuse import given_to

DATA = FromData("azureml:iris:1")
TRAIN = replace(
    component(
        {
            "data": InputPort("uri_folder"),
            "depth": InputPort("integer", default=3, minimum=1, maximum=20),
            "by": InputPort("string", default="gini", enum=("gini", "entropy")),
            "note": InputPort("string", optional=True),
        }
    ),
    command="python train.py ${{inputs.data}} ${{inputs.depth}} ${{inputs.by}} $[[--note ${{inputs.note}}]] ${{outputs.out}}",
)


def graph(second: dict[str, Any] | None = None, **said: Any) -> Graph:
    """Return two steps, the second of which is given what a test says."""
    nodes = {
        "clean": Node("train", {"data": DATA}),
        "train": Node("train", {"data": FromNode("clean", "out"), **(second or {})}),
    }
    return Graph(nodes=nodes, components={"train": TRAIN}, **said)


def faults(found: Graph, given: Any = None) -> list[tuple[str, str, str]]:
    return [(fault.node, fault.field, fault.code) for fault in check(found, {} if given is None else given)]


@settings(max_examples=80, deadline=None)
@given(graphs())
def test_graphs_that_are_right_are_right(found: Graph):
    assert check(found, given_to(found)) == []
    assert check(found, None) == []


@settings(max_examples=80, deadline=None)
@given(graphs())
def test_what_a_step_gets_is_what_its_component_takes(found: Graph):
    given = given_to(found)
    for key, node in found.nodes.items():
        ports = found.components[node.component].inputs
        resolved = resolve_inputs(found, key, given)
        assert list(resolved) == [name for name in ports if name in resolved]
        assert {name for name, port in ports.items() if not port.optional} <= resolved.keys()
        assert all(isinstance(binding, Value) == ports[name].is_literal for name, binding in resolved.items())


@pytest.mark.parametrize(
    ("inputs", "field", "code", "words"),
    [
        ({"depth": Value("deep")}, "inputs.depth", "bad_value", "“deep” is no integer"),
        ({"depth": Value(3.5)}, "inputs.depth", "bad_value", "“3.5” is no integer"),
        ({"depth": Value(21)}, "inputs.depth", "out_of_range", "21 is more than 20"),
        ({"depth": Value(0)}, "inputs.depth", "out_of_range", "0 is less than 1"),
        ({"by": Value("ginni")}, "inputs.by", "not_in_enum", "“ginni” is not one of: gini, entropy"),
        ({"dept": Value(3)}, "inputs.dept", "unknown_input", "Did you mean “depth”?"),
        ({"data": Value("x")}, "inputs.data", "type_mismatch", "give it data"),
        ({"depth": DATA}, "inputs.depth", "type_mismatch", "it was given data"),
        ({"depth": FromNode("clean", "out")}, "inputs.depth", "type_mismatch", "clean's output “out” is uri_folder"),
        ({"data": FromNode("cleen", "out")}, "inputs.data", "unknown_node", "Did you mean “clean”?"),
        ({"data": FromNode("clean", "aut")}, "inputs.data", "unknown_output", "The step “clean” has no output “aut”."),
        ({"data": Value(None)}, "inputs.data", "missing_input", "was given nothing, and is not optional"),
        ({"depth": FromPipeline("deep")}, "inputs.depth", "unknown_pipeline_input", "no input “deep”"),
        ({"depth": Value("${{parent.inputs.deep}}")}, "inputs.depth", "unknown_pipeline_input", "no input “deep”"),
        ({"note": Value("${{parent.jobs.a}}")}, "inputs.note", "bad_value", "${{parent.inputs.NAME}}"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_input(inputs, field, code, words):
    (fault,) = check(graph(inputs), {})
    assert (fault.node, fault.field, fault.code) == ("train", field, code)
    assert words in fault.message


def test_all_faults_are_told_at_once():
    found = graph(
        {"depth": Value(99), "by": Value("x"), "nothing": Value(1)}, outputs={"model": GraphOutput("gone", "out")}
    )
    nodes = {
        **found.nodes,
        "c": Node("nowhere"),
        "a b": Node("train", {"data": DATA}, outputs={"aut": OutputSetting()}, run_after=("d",)),
    }
    found = replace(found, nodes=nodes)
    assert faults(found, {"x": Value(1)}) == [
        ("", "inputs.x", "unknown_pipeline_input"),
        ("train", "inputs.depth", "out_of_range"),
        ("train", "inputs.by", "not_in_enum"),
        ("train", "inputs.nothing", "unknown_input"),
        ("c", "component", "unknown_component"),
        ("a b", "", "bad_name"),
        ("a b", "run_after", "unknown_node"),
        ("a b", "outputs.aut", "unknown_output"),
        ("", "outputs.model", "unknown_node"),
    ]


def test_cycles_are_told_at_the_input_that_closes_them():
    found = graph()
    found = replace(found, nodes={**found.nodes, "clean": Node("train", {"data": FromNode("train", "out")})})
    (fault,) = check(found, {})
    assert (fault.node, fault.field, fault.code) == ("train", "inputs.data", "cycle")
    assert fault.message == "These steps wait for each other: train → clean → train."
    assert faults(from_edges([("a", "a"), ("b", "c"), ("c", "b")])) == [
        ("a", "run_after", "cycle"), ("c", "run_after", "cycle"),
    ]  # fmt: skip


def test_a_pipeline_has_steps():
    assert faults(Graph()) == [("", "nodes", "empty")]


PORTS = {
    "depth": InputPort("integer", minimum=1),
    "raw": InputPort("uri_folder"),
    "note": InputPort("string", optional=True),
}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"depth": Value(3), "raw": DATA}, []),
        ({"depth": Value("3"), "raw": DATA}, []),
        ({"raw": DATA}, [("", "inputs.depth", "missing_input")]),
        ({"depth": Value(None), "raw": DATA}, [("", "inputs.depth", "missing_input")]),
        ({"depth": Value(0), "raw": DATA}, [("", "inputs.depth", "out_of_range")]),
        ({"depth": Value(30), "raw": DATA}, [("train", "inputs.depth", "out_of_range")]),
        ({"depth": DATA, "raw": DATA}, [("", "inputs.depth", "type_mismatch")]),
        ({"depth": Value(3), "raw": Value("x")}, [("", "inputs.raw", "type_mismatch")]),
    ],
)  # fmt: skip
def test_what_a_pipeline_is_given(given, expected):
    found = graph(
        {"depth": FromPipeline("depth"), "note": FromPipeline("note"), "data": FromPipeline("raw")}, inputs=PORTS
    )
    assert faults(found, given) == expected
    assert check(found, None) == []


def test_literals_become_what_they_are_wanted_as():
    ports = {
        "text": InputPort("string"),
        "number": InputPort("number"),
        "flag": InputPort("boolean"),
        "whole": InputPort("integer"),
    }
    given: dict[str, Binding] = {"text": Value(3), "number": Value("0.5"), "flag": Value("True"), "whole": Value(2.0)}
    found = Graph(nodes={"a": Node("c", given)}, components={"c": component(ports)})
    assert check(found, {}) == []
    assert resolve_inputs(found, "a", {}) == {
        "text": Value("3"), "number": Value(0.5), "flag": Value(True), "whole": Value(2),
    }  # fmt: skip


def test_templates_are_rendered_and_a_whole_one_keeps_its_type():
    ports = {"name": InputPort("string"), "depth": InputPort("integer")}
    given: dict[str, Binding] = {
        "name": Value("run-${{parent.inputs.depth}}-${{ parent.inputs.flag }}"),
        "depth": Value(" ${{parent.inputs.depth}} "),
    }
    found = Graph(
        nodes={"a": Node("c", given)},
        components={"c": component(ports)},
        inputs={"depth": InputPort("integer", default=4), "flag": InputPort("boolean")},
    )
    assert check(found, {"flag": Value(True)}) == []
    assert resolve_inputs(found, "a", {"flag": Value(True)}) == {"name": Value("run-4-True"), "depth": Value(4)}


def test_what_is_optional_may_only_be_missing_within_brackets():
    asked = replace(TRAIN, command="python train.py ${{inputs.data}} ${{inputs.note}} ${{outputs.out}}")
    (fault,) = check(replace(graph(), components={"train": asked}, nodes={"a": Node("train", {"data": DATA})}), {})
    assert (fault.field, fault.code) == ("inputs.note", "missing_input")
    assert "outside of $[[ ]]" in fault.message


@pytest.mark.parametrize(
    ("part", "field", "code"),
    [
        (Component("sweep"), "kind", "bad_value"),
        (Component("command"), "command", "missing_command"),
        (component({"a-b": InputPort("string")}), "inputs.a-b", "bad_name"),
        (component({"x": InputPort("string", minimum=1)}), "inputs.x", "bad_value"),
        (component({"x": InputPort("integer", minimum=5, maximum=1)}), "inputs.x", "bad_value"),
        (component({"x": InputPort("integer", default=9, maximum=5)}), "inputs.x", "out_of_range"),
        (component({"x": InputPort("integer", enum=("a",))}), "inputs.x", "bad_value"),
        (component({"x": InputPort("string", default="c", enum=("a", "b"))}), "inputs.x", "not_in_enum"),
        (replace(component(), outputs={"out": OutputPort("boolean")}), "outputs.out", "bad_type"),
        (component(command="python ${{inputs.x}}"), "command", "unknown_input"),
        (component(command="python ${{search_space.x}}"), "command", "unknown_input"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_component_is_told_once_at_the_step_that_uses_it(part, field, code):
    given: dict[str, Binding] = {name: Value(None) for name in part.inputs}
    found = Graph(nodes={"a": Node("c", given), "b": Node("c", given)}, components={"c": part})
    told = [fault for fault in faults(found) if fault[1].startswith("component.")]
    assert ("a", f"component.{field}", code) in told
    assert all(node == "a" for node, _field, _code in told)


@pytest.mark.parametrize(
    ("given", "wanted", "fits"),
    [
        ("uri_folder", "uri_folder", True),
        ("mltable", "uri_folder", True),
        ("uri_folder", "mltable", True),
        ("mlflow_model", "uri_folder", True),
        ("mlflow_model", "custom_model", True),
        ("uri_folder", "mlflow_model", True),
        ("uri_file", "uri_folder", False),
        ("uri_folder", "uri_file", False),
        ("uri_file", "mltable", False),
        ("custom_model", "uri_file", True),
        ("DataFrameDirectory", "DataFrameDirectory", True),
        ("DataFrameDirectory", "UntrainedModelDirectory", False),
        ("DataFrameDirectory", "AnyDirectory", True),
        ("DataFrameDirectory", "uri_folder", True),
        ("uri_folder", "string", False),
    ],
)  # fmt: skip
def test_which_outputs_fit_which_inputs(given, wanted, fits):
    assert output_fits(given, wanted) is fits


def test_datasets_fit_more_since_whoever_gives_them_says_what_they_are():
    assert data_fits("uri_file", "uri_folder")
    assert data_fits("uri_file", "DataFrameDirectory")
    assert not data_fits("uri_folder", "uri_file")
    assert not data_fits("uri_folder", "integer")


# --- Pipelines in pipelines ---


def nested(depth: Any = None, inner_given: Any = None) -> Graph:
    """Return a pipeline with a pipeline of two steps in it."""
    inner = graph({"depth": FromPipeline("depth")}, inputs={"depth": InputPort("integer", default=3)})
    inner = replace(inner, outputs={"model": GraphOutput("train", "out", OutputSetting("mlflow_model"))})
    part = as_component(inner, Component("pipeline", name="fit"))
    nodes = {
        "fit": Node("fit", inner_given or {"depth": Value(depth or 3)}),
        "use": Node("train", {"data": FromNode("fit", "model")}),
    }
    return Graph(nodes=nodes, components={"fit": part, "train": TRAIN})


def test_a_pipeline_within_is_checked_with_what_it_is_given():
    assert check(nested(), {}) == []
    (fault,) = check(nested(99), {})
    assert (fault.node, fault.field, fault.code) == ("fit", "nodes.train.inputs.depth", "out_of_range")
    assert fault.message.startswith("Step “train” of it: ")
    assert faults(nested(inner_given={"deep": Value(1)})) == [("fit", "inputs.deep", "unknown_input")]


def test_an_output_of_a_pipeline_is_one_of_its_steps():
    outer = Graph(nodes={"all": Node("n")}, components={"n": as_component(nested(), Component("pipeline"))})
    outer = replace(
        outer,
        components={
            "n": as_component(replace(nested(), outputs={"m": GraphOutput("fit", "model")}), Component("pipeline"))
        },
    )
    assert leaf_of(outer, "all", "m") == (("all", "fit", "train"), "out")
    assert leaf_of(nested(), "use", "out") == (("use",), "out")
    assert outer.components["n"].outputs == {"m": OutputPort("mlflow_model")}
    with pytest.raises(KeyError):
        leaf_of(outer, "all", "gone")


def test_what_is_said_outside_holds_inside_unless_that_says_otherwise():
    outer = Settings("big", "main", continue_on_step_failure=True, force_rerun=False)
    node = Node("fit", compute="small", force_rerun=True)
    assert settings_within(outer, node, Graph()) == Settings("small", "main", True, True)
    assert settings_within(outer, node, Graph(settings=Settings("own"))).default_compute == "own"


def test_steps_are_counted_through_pipelines():
    assert steps_in(nested()) == 3
    assert steps_in(chain("a", "b", "c")) == 3
