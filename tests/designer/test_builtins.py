"""Built-in components as steps of pipelines: what runs, what it says when it fails, and when it need not run."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from apps.designer.builtins import builtin_component
from apps.designer.document import Document, document_to_graph
from apps.environments import services as environments
from apps.pipelines import services
from apps.pipelines.graph import reuse
from apps.pipelines.graph.builtins import parameter_titles
from apps.pipelines.graph.check import check
from apps.pipelines.graph.types import Graph
from apps.pipelines.jobs.export import yaml_of
from apps.pipelines.jobs.python import python_of
from apps.pipelines.services.commands import command_of
from mlstudio.components.catalog import components
from mlstudio.runner.ending import said_of_itself
from tests.environments.conftest import begin_build, finish_build  # noqa: F401 - fixtures
from tests.pipelines.conftest import works  # noqa: F401 - a fixture
from tests.pipelines.graphs import same
from tests.pipelines.surroundings import Around, read
from tests.pipelines.working import Works, run_of, states, steps

SCRIPT = """def azureml_main(a=None, b=None):
    print("it's", '$HOME ${{inputs.script}} $[[x]] `id` \\\\n')
    return a
JSON
"""


def nothing(reference: str) -> None:
    return None


def flowers(seed: int = 0, **parameters: Any) -> Graph:
    """Return a pipeline of two steps without data from outside."""
    document: Document = {
        "nodes": {
            "rows": {"component": "builtin:enter_data_manually", "inputs": {"data": {"value": "a,b\n1,2\n3,4\n"}}},
            "parts": {
                "component": "builtin:split_data",
                "inputs": {
                    "dataset": {"node": "rows", "output": "dataset"},
                    "seed": {"value": seed},
                    **{name: {"value": value} for name, value in parameters.items()},
                },
            },
        }
    }
    return document_to_graph(document, nothing, display_name="flowers")


@pytest.mark.parametrize("name", components())
def test_every_component_is_one_of_a_graph(name: str) -> None:
    found = builtin_component(f"builtin:{name}")
    assert found is not None
    assert found.reference == f"builtin:{name}:{components()[name].version}"
    ports = {port.name for port in components()[name].inputs}
    assert {key for key, port in found.inputs.items() if not port.is_literal} == ports
    assert not [fault for fault in check(_alone(found), None) if fault.code != "missing_input"]


def _alone(component: Any) -> Graph:
    document: Document = {"nodes": {"it": {"component": component.reference}}}
    return document_to_graph(document, nothing)


def test_any_parameter_reaches_the_command(tmp_path: Path) -> None:
    component = builtin_component("builtin:execute_python_script:1")
    assert component is not None
    selector = '{"mode": "names", "names": ["größe"]}'
    line = command_of(
        component, {"dataset1": {"type": "uri_folder"}, "script": {"value": SCRIPT}, "x": {"value": selector}}
    )
    line = line.replace("${{inputs.dataset1}}", "/in").replace("${{outputs.result1}}", "/out1")
    line = line.replace("${{outputs.result2}}", "/out2")
    (tmp_path / "python").write_text(
        f"#!{sys.executable}\nimport json, sys\nprint(json.dumps([sys.argv, sys.stdin.read()]))"
    )
    (tmp_path / "python").chmod(0o755)
    variables = {**os.environ, "PATH": f"{tmp_path}:/bin:/usr/bin", "STUDIO_RUN_FILES": "/studio files"}
    done = subprocess.run(["bash", "-c", line], env=variables, capture_output=True, text=True, timeout=60, check=True)
    words, text = json.loads(done.stdout)
    assert json.loads(text) == {"script": SCRIPT, "x": selector}
    assert words[1:] == [
        "-m", "mlstudio.components", "run", "execute_python_script", "--input", "dataset1=/in", "--output", "result1=/out1",
        "--output", "result2=/out2", "--parameters", "/dev/stdin", "--error-file", "/studio files/error.json",
    ]  # fmt: skip


def test_what_a_command_says_of_its_failure_is_the_reason(tmp_path: Path) -> None:
    file = tmp_path / "error.json"
    assert said_of_itself(tmp_path) == ""
    for content in ("[]", "nothing", '{"message": ""}'):
        file.write_text(content)
        assert said_of_itself(tmp_path) == ""
    file.write_text(json.dumps({"code": "0001", "message": "The column “a”\nis not there.", "hint": "Choose another."}))
    assert said_of_itself(tmp_path) == "Error 0001: The column “a” is not there. Choose another."
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "error.json").symlink_to(file)
    assert said_of_itself(tmp_path / "elsewhere") == ""


def test_yaml_and_python_give_the_same_graph_back() -> None:
    class Studio(Around):
        def component_named(self, reference: str) -> Any:
            return builtin_component(reference) or super().component_named(reference)

    graph = flowers(stratification={"mode": "names", "names": ["a"]})
    assert same(read(yaml_of(graph), Studio()).graph, graph)
    names: dict[str, Any] = {"__name__": "script"}
    exec(compile(python_of(graph), "script.py", "exec"), names)
    assert same(read(names["job"].to_json(), Studio()).graph, graph)


def test_differences_call_parameters_as_people_do() -> None:
    titles = parameter_titles("builtin:split_data:1")
    before = {"parameters": {"seed": 0, "regex": "a", "stratification": '{"mode": "names", "names": ["a"]}'}}
    after = {"parameters": {"seed": 5, "regex": "a" * 100, "stratification": '{"mode": "names", "names": ["b", "c"]}'}}
    assert reuse.difference(before, after, titles) == [
        f"{titles['regex']} changed",
        f"{titles['seed']} changed from 0 to 5",
        f"{titles['stratification']} changed from a to b, c",
    ]
    assert titles["seed"] == "Random seed"


@pytest.mark.django_db
def test_steps_run_in_the_environment_for_them_and_are_reused(works: Works, finish_build: Any) -> None:  # noqa: F811
    environments.resolve(works.workspace, "designer", works.actor)
    finish_build(works.workspace.environments.get(name="designer").latest)

    first = works.submit(flowers())
    assert run_of(first, "rows").config["environment"]["name"] == "designer:1"
    works.do_all(first)
    assert states(works.submit(flowers())) == {"rows": "Reused", "parts": "Reused"}

    changed = works.submit(flowers(seed=5))
    assert states(changed) == {"rows": "Reused", "parts": "Running"}
    assert steps(changed)["parts"].reuse["differences"] == ["Random seed changed from 0 to 5"]

    (planned,) = [
        step
        for step in services.plan_pipeline(actor=works.actor, workspace=works.workspace, graph=flowers(fraction=0.9))
        if step.node == "parts"
    ]
    assert planned.differences == ("Fraction of rows in the first output dataset changed from 0.5 to 0.9",)
