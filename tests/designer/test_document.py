"""What is drawn and what is run are the same pipeline, whichever of the two it began as."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.designer.document import Document, check_document, document_to_graph, graph_to_document
from apps.designer.errors import NotDrawable
from apps.pipelines.graph.check import check
from apps.pipelines.graph.types import Component, FromData, FromNode, FromPipeline, Graph, Value
from mlstudio.components.catalog import components
from mlstudio.components.core.declaring import Parameter
from tests.pipelines.graphs import chain, graphs, same

VALUES: dict[str, Any] = {"int": 3, "float": 0.5, "bool": True, "columns": {"mode": "names", "names": ["größe", "b"]}}


def nothing(reference: str) -> Component | None:
    return None


def registered(graph: Graph) -> Graph:
    """Return a graph whose components are all registered."""
    return replace(
        graph, components={key: replace(found, reference=f"{key}:1") for key, found in graph.components.items()}
    )


@given(graphs().map(registered))
def test_a_graph_is_the_same_after_it_was_drawn(graph: Graph) -> None:
    known = {found.reference: found for found in graph.components.values()}
    document = graph_to_document(graph)
    said = {"display_name": graph.display_name, "description": graph.description}

    again = document_to_graph(document, known.get, **said)

    assert check_document(document) == []
    assert all(node["position"] for node in document["nodes"].values())
    for key, node in graph.nodes.items():  # those without a place were given one
        again.nodes[key] = replace(again.nodes[key], position=node.position)
    assert same(again, graph)


@given(st.integers(0, 2**32))
def test_what_is_drawn_with_built_in_components_stays_it(seed: int) -> None:
    document = drawn(Random(seed))
    graph = document_to_graph(document, nothing)

    again = graph_to_document(graph)

    assert check_document(document) == check_document(again) == []
    assert document_to_graph(again, nothing) == graph
    for key, node in document["nodes"].items():
        if not node["component"].startswith("data:"):
            given = node.pop("inputs"), again["nodes"][key].pop("inputs", {})
            assert again["nodes"][key] == node
            before, after = ({name: one for name, one in each.items() if "value" in one} for each in given)
            assert before == after


def drawn(random: Random) -> Document:
    """Return any document of built-in components."""
    nodes: dict[str, Any] = {"d": {"component": "data:azureml:people:2", "type": "uri_file", "position": [0, 0]}}
    for number in range(random.randint(1, 6)):
        component = random.choice(list(components().values()))
        inputs: dict[str, Any] = {}
        for parameter in component.parameters:
            if random.random() < 0.5:
                inputs[parameter.name] = {"value": value_of(parameter)}
        for port in component.inputs:
            source, output = random.choice([("d", "data"), *((key, "out") for key in nodes if key != "d")])
            inputs[port.name] = {"node": source, "output": output}
        nodes[f"n{number}"] = {
            "component": f"builtin:{component.name}:{component.version}",
            "inputs": inputs,
            "position": [number * 10, 40],
            "comment": random.choice(["why", "größer “als”"]),
            "timeout_s": 60,
        }
    return {"nodes": nodes, "settings": {"default_compute": "local"}}


def value_of(parameter: Parameter) -> Any:
    return parameter.choices[-1] if parameter.choices else VALUES.get(parameter.kind, "def f():\n    '${x}' \"\"")


def test_data_is_a_node_in_a_document_and_an_input_in_a_graph() -> None:
    document: Document = {
        "nodes": {
            "people": {"component": "data:azureml:people:2", "type": "uri_file", "title": "All of them"},
            "unused": {"component": "data:azureml:cities:1"},
            "split": {
                "component": "builtin:split_data",
                "inputs": {"dataset": {"node": "people", "output": "data"}, "fraction": {"pipeline": "share"}},
            },
            "join": {
                "component": "builtin:join_data",
                "inputs": {
                    "left": {"node": "split", "output": "left"},
                    "right": {"node": "people", "output": "data"},
                    "left_keys": {"value": {"mode": "names", "names": ["id"]}},
                },
            },
        },
        "inputs": {"share": {"type": "number", "default": 0.7}},
    }
    graph = document_to_graph(document, nothing)
    people = FromData("azureml:people:2", "uri_file")

    assert graph.nodes["split"].inputs == {"dataset": people, "fraction": FromPipeline("share")}
    assert graph.nodes["join"].inputs["right"] == people
    assert graph.nodes["join"].inputs["left"] == FromNode("split", "left")
    assert graph.nodes["join"].inputs["left_keys"] == Value('{"mode": "names", "names": ["id"]}')

    again = graph_to_document(graph)
    assert again["nodes"]["people"]["component"] == "data:azureml:people:2"
    assert again["nodes"]["join"]["inputs"] == document["nodes"]["join"]["inputs"]
    # What reads stands below what is read.
    assert [again["nodes"][key]["position"][1] for key in ("people", "split", "join")] == [40, 180, 320]


def test_an_incomplete_document_is_a_graph_with_faults() -> None:
    document: Document = {
        "nodes": {
            "gone": {"component": "component:train:3"},
            "older": {"component": "builtin:of_yesterday:1"},
            "score": {"component": "builtin:score_model", "inputs": {"dataset": {"node": "lost", "output": "out"}}},
        }
    }
    assert check_document(document) == []
    found = {(fault.node, fault.field, fault.code) for fault in check(document_to_graph(document, nothing), None)}
    assert found == {
        ("gone", "component", "unknown_component"),
        ("older", "component", "unknown_component"),
        ("score", "inputs.dataset", "unknown_node"),
        ("score", "inputs.model", "missing_input"),
    }


@pytest.mark.parametrize(
    ("document", "places"),
    [
        ([], [("", "")]),
        ({"edges": {}}, [("", "edges")]),
        ({"nodes": {"a b": {"component": "builtin:split_data"}}}, [("a b", "")]),
        ({"nodes": {"a": {}, "b": {"component": "split"}}}, [("a", "component"), ("b", "component")]),
        ({"nodes": {"a": {"component": "builtin:x", "position": [1], "colour": 1}}}, [("a", "position"), ("a", "colour")]),
        ({"nodes": {"a": {"component": "builtin:x", "inputs": {"x": {"node": "b"}}}}}, [("a", "inputs.x.output")]),
        ({"nodes": {"a": {"component": "builtin:x", "inputs": {"x": 3}}}}, [("a", "inputs.x")]),
        ({"nodes": {"a": {"component": "builtin:x", "timeout_s": 0, "attempts": True}}}, [("a", "timeout_s"), ("a", "attempts")]),
        ({"nodes": {"a": {"component": "builtin:x", "title": "\0"}}}, [("a", "title")]),
        ({"inputs": {"depth": {"default": float("nan")}}}, [("", "inputs.depth.type"), ("", "inputs.depth.default")]),
        ({"frames": {"f": {"text": "", "position": [0, 0]}}, "settings": {"force_rerun": 1}},
         [("", "frames.f.size"), ("", "settings.force_rerun")]),
    ],
)  # fmt: skip
def test_malformed_documents_are_refused_at_the_place(document: Any, places: list[tuple[str, str]]) -> None:
    assert [(fault.node, fault.field) for fault in check_document(document)] == places


def test_a_command_of_its_own_cannot_be_drawn() -> None:
    with pytest.raises(NotDrawable, match="train"):
        graph_to_document(chain("train"))
