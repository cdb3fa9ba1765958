"""Pipelines and components as Azure ML v2 writes them, read unchanged."""

from typing import Any

import pytest

from apps.experiments.jobs.yaml_text import write_yaml
from apps.pipelines.graph.types import (
    FromData,
    FromNode,
    FromPipeline,
    GraphOutput,
    InputPort,
    OutputPort,
    OutputSetting,
    Settings,
    Value,
)
from apps.pipelines.graph.values import resolve_inputs
from apps.pipelines.jobs.files import read_component_file
from tests.pipelines.graphs import component
from tests.pipelines.surroundings import Around, read

TRAIN = """\
$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json
name: train_model
version: 0.0.4
display_name: Train a model
type: command
inputs:
  training_data:
    type: uri_folder
  max_epochs:
    type: integer
    min: 1
  learning_rate:
    type: number
    default: 0.01
  schedule:
    type: string
    optional: true
outputs:
  model_output:
    type: mlflow_model
code: ./src
environment:
  image: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04
  conda_file: ./conda.yaml
command: >-
  python train.py --data ${{inputs.training_data}} --epochs ${{inputs.max_epochs}} --rate ${{inputs.learning_rate}}
  $[[--schedule ${{inputs.schedule}}]] --model ${{outputs.model_output}}
"""
CONDA = "name: x\ndependencies: [python=3.11, pip]\n"
PIPELINE = """\
$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json
type: pipeline
display_name: churn
description: Cleans, trains, scores.
experiment_name: churn-weekly
tags: {team: blue}

inputs:
  raw:
    type: uri_folder
    path: ./data
    mode: ro_mount
  epochs: 20
  rate: 1
  nothing:

outputs:
  trained:
    type: mlflow_model
    mode: upload
    name: churn
  report:

settings:
  default_compute: azureml:cpu-cluster
  default_datastore: azureml:workspaceblobstore
  continue_on_step_failure: true

jobs:
  clean:
    type: command
    command: python clean.py ${{inputs.raw}} ${{outputs.clean}} --verbose ${{inputs.verbose}}
    code: src/clean
    environment: azureml://registries/azureml/environments/sklearn-1.5/labels/latest
    inputs:
      raw: ${{parent.inputs.raw}}
      verbose: false
    outputs:
      clean: {type: uri_folder, mode: rw_mount}
    limits: {timeout: 3600}
    environment_variables: {LEVEL: 1}
  train:
    component: ./components/train/train.yml
    compute: azureml:local
    inputs:
      training_data:
        type: uri_folder
        path: ${{parent.jobs.clean.outputs.clean}}
        mode: download
      max_epochs: ${{parent.inputs.epochs}}
      learning_rate: ${{parent.inputs.rate}}
      schedule: null
    outputs:
      model_output: ${{parent.outputs.trained}}
  score:
    type: command
    component: azureml:score_model@latest
    inputs:
      model: ${{parent.jobs.train.outputs.model_output}}
      note: epochs-${{parent.inputs.epochs}}
    outputs:
      out: ${{parent.outputs.report}}
"""
SCORE = component(
    {"model": InputPort("uri_folder"), "note": InputPort("string")},
    name="score_model",
    reference="score_model:7",
    id="7",
)


def around(**more: Any) -> Around:
    texts = {"components/train/train.yml": TRAIN, "components/train/conda.yaml": CONDA, **more}
    components = {"score_model@latest": SCORE}
    return Around(texts, components=components, data={"data": "azureml:data-local:1"})


def test_a_whole_pipeline():
    found = read(PIPELINE, around())
    graph = found.graph
    assert (found.experiment_name, found.display_name, found.tags) == ("churn-weekly", "churn", {"team": "blue"})
    assert graph.settings == Settings("local", "workspaceblobstore", continue_on_step_failure=True)
    assert graph.inputs == {
        "raw": InputPort("uri_folder", mode="ro_mount"),
        "epochs": InputPort("integer"),
        "rate": InputPort("number"),
        "nothing": InputPort("string", optional=True),
    }
    assert found.inputs == {"raw": FromData("azureml:data-local:1"), "epochs": Value(20), "rate": Value(1)}
    assert graph.outputs == {
        "trained": GraphOutput("train", "model_output", OutputSetting("mlflow_model", "upload", "churn")),
        "report": GraphOutput("score", "out"),
    }
    assert list(graph.nodes) == ["clean", "train", "score"]
    (warning,) = found.warnings
    assert warning.startswith("There is no compute target “cpu-cluster” here; what was to run there runs on “local”.")


def test_a_step_with_its_own_command():
    graph = read(PIPELINE, around()).graph
    node = graph.nodes["clean"]
    work = graph.components[node.component]
    assert work.inputs == {"raw": InputPort("uri_folder"), "verbose": InputPort("boolean")}
    assert work.outputs == {"clean": OutputPort("uri_folder")}
    assert work.environment == "sklearn-1.5@latest"
    assert work.snapshot == "code of src/clean"
    assert node.inputs == {"raw": FromPipeline("raw"), "verbose": Value(False)}
    assert node.outputs == {"clean": OutputSetting(mode="rw_mount")}
    assert (node.limits, node.variables) == ({"timeout": 3600}, {"LEVEL": "1"})


def test_a_component_in_a_file_has_its_paths_from_there():
    graph = read(PIPELINE, around()).graph
    node = graph.nodes["train"]
    part = graph.components[node.component]
    assert part.name == "train_model"
    assert part.inputs["max_epochs"] == InputPort("integer", minimum=1)
    assert part.inputs["schedule"] == InputPort("string", optional=True)
    assert part.snapshot == "code of components/train/src"
    assert part.environment["conda_file"] == {"name": "x", "dependencies": ["python=3.11", "pip"]}
    assert node.compute == "local"
    assert node.inputs["training_data"] == FromNode("clean", "clean", "download")


def test_a_registered_component_is_the_version_that_it_was():
    graph = read(PIPELINE, around()).graph
    node = graph.nodes["score"]
    assert graph.components[node.component] == SCORE
    assert node.inputs["note"] == Value("epochs-${{parent.inputs.epochs}}")


def test_what_the_steps_get():
    found = read(PIPELINE, around())
    assert resolve_inputs(found.graph, "train", found.inputs) == {
        "training_data": FromNode("clean", "clean", "download"), "max_epochs": Value(20), "learning_rate": Value(1),
    }  # fmt: skip
    assert resolve_inputs(found.graph, "score", found.inputs)["note"] == Value("epochs-20")
    assert resolve_inputs(found.graph, "clean", found.inputs)["raw"] == FromData(
        "azureml:data-local:1", mode="ro_mount"
    )


def test_what_must_be_sent_along_is_asked_for_step_by_step():
    found = read(PIPELINE, Around(components={"score_model@latest": SCORE}, has_code=False), only_needs=True)
    assert found.files == ("components/train/train.yml",)
    assert list(found.codes) == ["src/clean"]
    assert found.data == ("data",)
    more = {"components/train/train.yml": TRAIN}
    found = read(PIPELINE, Around(more, components={"score_model@latest": SCORE}, has_code=False), only_needs=True)
    assert set(found.files) == {"components/train/train.yml", "components/train/conda.yaml"}
    assert list(found.codes) == ["src/clean", "components/train/src"]


def test_changes_are_made_before_it_is_read():
    found = read(
        PIPELINE, around(), settings=("inputs.epochs=5", "settings.force_rerun=true", "jobs.train.compute=local")
    )
    assert found.inputs["epochs"] == Value(5)
    assert found.graph.settings.force_rerun


def pipeline(jobs: dict[str, Any], **more: Any) -> str:
    return write_yaml({"type": "pipeline", **more, "jobs": jobs})


def one(step: dict[str, Any], **more: Any) -> Any:
    """Return the only step of a pipeline, and its component."""
    graph = read(pipeline({"a": {"command": "echo", **step}}, **more)).graph
    return graph.nodes["a"], graph.components[graph.nodes["a"].component]


@pytest.mark.parametrize(
    ("written", "binding", "kind"),
    [
        (3, Value(3), "integer"),
        (0.5, Value(0.5), "number"),
        (False, Value(False), "boolean"),
        ("x", Value("x"), "string"),
        ({"type": "number", "value": 1}, Value(1), "number"),
        ({"type": "uri_file", "path": "azureml:iris:1"}, FromData("azureml:iris:1", "uri_file"), "uri_file"),
        ({"path": "azureml:iris:1", "mode": "download"}, FromData("azureml:iris:1", mode="download"), "uri_folder"),
        ({"path": "https://example.com/x.csv", "type": "uri_file", "mode": "direct"},
         FromData("https://example.com/x.csv", "uri_file", "direct"), "uri_file"),
        ({"path": "azureml://datastores/workspaceblobstore/paths/x", "mode": "eval_mount", "type": "mltable"},
         FromData("azureml://datastores/workspaceblobstore/paths/x", "mltable", "eval_mount"), "mltable"),
    ],
)  # fmt: skip
def test_what_an_input_can_be_given(written, binding, kind):
    node, part = one({"inputs": {"x": written}})
    assert node.inputs == {"x": binding}
    assert part.inputs["x"].type == kind


def test_nothing_given_is_nothing():
    node, part = one(
        {"command": "echo $[[${{inputs.x}}]]", "inputs": {"x": None}, "outputs": {"y": None}, "limits": None}
    )
    assert node.inputs == {"x": Value(None)}
    assert part.inputs["x"].optional
    assert part.outputs == {"y": OutputPort("uri_folder")}


@pytest.mark.parametrize("mode", ["ro_mount", "download", "direct", "eval_mount", "eval_download"])
def test_every_mode_of_an_input(mode):
    node, _part = one({"inputs": {"x": {"type": "uri_folder", "path": "azureml:a:1", "mode": mode}}})
    assert node.inputs["x"].mode == mode


@pytest.mark.parametrize("mode", ["rw_mount", "upload", "direct"])
def test_every_mode_of_an_output(mode):
    node, _part = one({"outputs": {"y": {"mode": mode}}})
    assert node.outputs["y"].mode == mode


def test_places_with_names_of_the_run_are_kept_and_told_of():
    path = "azureml://datastores/${{default_datastore}}/paths/${{name}}/y"
    found = read(pipeline({"a": {"command": "echo", "outputs": {"y": {"path": path}}}}))
    assert found.graph.nodes["a"].outputs["y"].path == path
    assert found.warnings == ("The output “y” is kept with the run; its path is not written to.",)


def test_includes_lie_in_the_code():
    text = TRAIN.replace("code: ./src\n", "code: ./src\nadditional_includes: [../../common, ./util.py]\n")
    found = read_component_file(text, Around({"conda.yaml": CONDA}))
    assert found.component.snapshot == "code of src + ../../common + util.py"
    assert found.codes["src + ../../common + util.py"].includes == ("../../common", "util.py")
    assert (found.version, found.component.digest != "") == ("0.0.4", True)
