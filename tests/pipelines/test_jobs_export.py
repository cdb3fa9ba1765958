"""What is written of a graph, as YAML or Python, gives the same graph back."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from apps.experiments.jobs.yaml_text import read_yaml
from apps.pipelines.graph.types import (
    Binding,
    Component,
    FromData,
    FromPipeline,
    Graph,
    GraphOutput,
    InputPort,
    Node,
    Value,
)
from apps.pipelines.jobs.export import component_yaml_of, yaml_of
from apps.pipelines.jobs.files import read_component_file
from apps.pipelines.jobs.python import python_of
from tests.pipelines.graphs import component, graphs, same
from tests.pipelines.surroundings import Around, read
from tests.pipelines.test_graph_reuse import given_to

QUICK = settings(max_examples=25, deadline=None)


def of_python(text: str) -> Any:
    """Return what the job that a script makes is read as."""
    names: dict[str, Any] = {"__name__": "script"}
    exec(compile(text, "script.py", "exec"), names)
    return read(names["job"].to_json())


def given_alone(graph: Graph) -> dict[str, Binding]:
    """Return what a pipeline is given; a port's mode is not said again."""
    return given_to(graph)


@QUICK
@given(graphs())
def test_yaml_gives_the_same_graph_back(graph: Graph):
    found = read(yaml_of(graph, given_alone(graph), experiment_name="churn", tags={"team": "blue"}))
    assert same(found.graph, graph)
    assert found.inputs == given_alone(graph)
    assert (found.experiment_name, found.tags) == ("churn", {"team": "blue"})


@QUICK
@given(graphs())
def test_python_gives_the_same_graph_back(graph: Graph):
    found = of_python(python_of(graph, given_alone(graph), experiment_name="churn"))
    assert same(found.graph, graph)
    assert found.inputs == given_alone(graph)
    assert found.experiment_name == "churn"


@QUICK
@given(graphs())
def test_components_come_back_as_they_were(graph: Graph):
    for number, part in enumerate(graph.components.values()):
        named = replace(part, name=f"part_{number}")
        found = read_component_file(component_yaml_of(named, "7", {"team": "blue"}), Around())
        assert same(Graph(components={"a": found.component}, nodes={"a": Node("a")}),
            Graph(components={"a": named}, nodes={"a": Node("a")}))  # fmt: skip
        assert (found.version, found.tags) == ("7", {"team": "blue"})


def test_registered_components_are_named_not_copied():
    train = component({"depth": InputPort("integer", default=3)}, name="train", reference="train:2", id="1")
    graph = Graph(nodes={"a": Node("t"), "b": Node("t", {"depth": Value(5)})}, components={"t": train})
    text = yaml_of(graph)
    assert read_yaml(text, "job").value["jobs"]["b"] == {
        "type": "command", "component": "azureml:train:2", "inputs": {"depth": 5},
    }  # fmt: skip
    around = Around(components={"train:2": train})
    assert same(read(text, around).graph, graph)
    assert "load_component('azureml:train:2')" in python_of(graph)


def test_a_step_with_its_own_command_is_written_as_people_write_it():
    work = component({"data": InputPort("uri_folder"), "rate": InputPort("number")}, environment="azureml:sklearn:1")
    graph = Graph(
        nodes={"train": Node("c", {"data": FromPipeline("data"), "rate": Value(0.5)}, compute="local")},
        components={"c": work},
        inputs={"data": InputPort("uri_folder")},
        outputs={"model": GraphOutput("train", "out")},
        display_name="Churn",
    )
    tree = read_yaml(yaml_of(graph, {"data": FromData("azureml:iris:1")}), "job").value
    assert tree == {
        "$schema": "https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json",
        "type": "pipeline",
        "display_name": "Churn",
        "inputs": {"data": {"type": "uri_folder", "path": "azureml:iris:1"}},
        "outputs": {"model": None},
        "jobs": {
            "train": {
                "type": "command",
                "inputs": {"data": "${{parent.inputs.data}}", "rate": 0.5},
                "outputs": {"out": {"type": "uri_folder", "path": "${{parent.outputs.model}}"}},
                "command": work.command,
                "environment": "azureml:sklearn:1",
                "compute": "azureml:local",
            }
        },
    }


@pytest.mark.parametrize("key", ["class", "a-b", "2b", "print", "job", "train_2"])
def test_names_that_python_keeps_for_itself_are_no_trouble(key):
    name = key if key.isidentifier() else "class"
    work = component({name: InputPort("integer"), "x": InputPort("string", default="")})
    graph = Graph(
        nodes={key: Node("c", {name: FromPipeline(name)}), "train": Node("c", {name: Value(1)}, run_after=(key,))},
        components={"c": work},
        inputs={name: InputPort("integer", default=2)},
    )
    assert same(of_python(python_of(graph, {})).graph, graph)
    assert same(read(yaml_of(graph, {})).graph, graph)


def test_an_output_may_go_to_two_of_the_pipeline():
    graph = Graph(
        nodes={"a": Node("c")},
        components={"c": component()},
        outputs={"x": GraphOutput("a", "out"), "y": GraphOutput("a", "out")},
    )
    assert same(read(yaml_of(graph)).graph, graph)
    assert same(of_python(python_of(graph)).graph, graph)


def test_built_in_components_come_back():
    split = Component("builtin", name="split-data", inputs={"dataset": InputPort("DataFrameDirectory")}, command="")
    graph = Graph(nodes={"split": Node("s", {"dataset": FromData("azureml:iris:1")})}, components={"s": split})
    assert same(read(yaml_of(graph)).graph, graph)
