"""Pipelines in pipelines, and parallel steps, as Azure ML v2 writes them."""

from apps.experiments.jobs.yaml_text import write_yaml
from apps.pipelines.graph.types import FromData, FromNode, FromPipeline, OutputPort, Value
from tests.pipelines.surroundings import Around, read
from tests.pipelines.test_jobs_read import CONDA, around, pipeline

INNER = """\
$schema: https://azuremlschemas.azureedge.net/latest/pipelineComponent.schema.json
type: pipeline
name: fit
inputs:
  data: {type: uri_folder}
  depth: {type: integer, default: 3}
  node: {type: string}
outputs:
  model: {type: mlflow_model}
jobs:
  fit:
    component: ../train/train.yml
    compute: ${{parent.inputs.node}}
    inputs: {training_data: "${{parent.inputs.data}}", max_epochs: "${{parent.inputs.depth}}"}
    outputs: {model_output: "${{parent.outputs.model}}"}
"""


def test_a_pipeline_component_and_computes_among_inputs():
    outer = {
        "fit": {
            "type": "pipeline", "component": "./components/fit/fit.yml",
            "inputs": {"data": {"path": "azureml:iris:1"}, "node": "${{parent.inputs.node}}", "gone": 1},
            "outputs": {"model": "${{parent.outputs.best}}"},
        }
    }  # fmt: skip
    files = around(**{"components/fit/fit.yml": INNER})
    found = read(pipeline(outer, inputs={"node": "gpu-cluster"}, outputs={"best": None}), files)
    part = found.graph.components[found.graph.nodes["fit"].component]
    assert part.kind == "pipeline"
    assert list(part.inputs) == ["data", "depth", "node"]
    assert part.outputs == {"model": OutputPort("mlflow_model")}
    assert part.graph is not None
    assert part.graph.components["train_model"].snapshot == "code of components/train/src"
    assert part.graph.nodes["fit"].compute == "${{parent.inputs.node}}"
    assert found.inputs == {"node": Value("local")}, "a target that is not there is replaced among the inputs, too"
    assert any("has no input “gone”" in warning for warning in found.warnings)


def test_a_step_that_is_a_pipeline_by_itself():
    inner = {
        "b": {"command": "cat ${{inputs.x}} > ${{outputs.y}}/b", "inputs": {"x": "${{parent.inputs.data}}"},
              "outputs": {"y": "${{parent.outputs.all}}"}},
    }  # fmt: skip
    jobs = {
        "a": {"command": "echo > ${{outputs.f}}", "outputs": {"f": {"type": "uri_file"}}},
        "sub": {
            "type": "pipeline",
            "inputs": {"data": "${{parent.jobs.a.outputs.f}}"},
            "outputs": {"all": None},
            "jobs": inner,
        },
        "c": {"command": "ls ${{inputs.z}}", "inputs": {"z": "${{parent.jobs.sub.outputs.all}}"}},
    }
    graph = read(pipeline(jobs)).graph
    part = graph.components[graph.nodes["sub"].component]
    assert part.graph is not None
    assert part.graph.nodes["b"].inputs == {"x": FromPipeline("data")}
    assert graph.nodes["sub"].inputs == {"data": FromNode("a", "f")}
    assert part.outputs == {"all": OutputPort("uri_folder")}


def test_a_job_that_is_only_a_component_and_inputs():
    text = write_yaml({"type": "pipeline", "display_name": "One", "component": "./components/fit/fit.yml", "inputs": {
        "data": {"type": "uri_folder", "path": "azureml:iris:1"}, "depth": 5, "node": "local",
    }, "settings": {"force_rerun": True}})  # fmt: skip
    found = read(text, around(**{"components/fit/fit.yml": INNER}))
    assert list(found.graph.nodes) == ["fit"]
    assert found.graph.settings.force_rerun
    assert found.inputs == {"data": FromData("azureml:iris:1"), "depth": Value(5), "node": Value("local")}
    assert found.display_name == "One"


PARALLEL = {
    "type": "parallel",
    "mini_batch_size": "10kb",
    "input_data": "${{inputs.data}}",
    "max_concurrency_per_instance": 2,
    "resources": {"instance_count": 2},
    "mini_batch_error_threshold": 5,
    "error_threshold": -1,
    "logging_level": "DEBUG",
    "partition_keys": ["Store", "Brand"],
    "retry_settings": {"max_retries": 2, "timeout": 60},
    "inputs": {
        "data": {"type": "mltable", "path": "azureml:sales:1", "mode": "direct"},
        "model": {"path": "azureml:model:1"},
    },
    "outputs": {"rows": {"type": "uri_file"}},
    "task": {
        "type": "run_function",
        "code": "./script",
        "entry_script": "score.py",
        "environment": {"image": "x", "conda_file": "./env/conda.yml"},
        "program_arguments": "--model ${{inputs.model}} --allowed_failed_percent 30",
        "append_row_to": "${{outputs.rows}}",
    },
}


def test_a_parallel_step():
    found = read(pipeline({"score": PARALLEL}), Around({"env/conda.yml": CONDA}))
    part = found.graph.components[found.graph.nodes["score"].component]
    assert part.kind == "parallel"
    assert (part.snapshot, part.environment["conda_file"]["name"]) == ("code of script", "x")
    assert part.inputs["data"].type == "mltable"
    assert part.parallel == {
        "entry_script": "score.py", "program_arguments": "--model ${{inputs.model}} --allowed_failed_percent 30",
        "append_row_to": "rows", "input_data": "data", "mini_batch_size": "10kb", "partition_keys": ["Store", "Brand"],
        "instance_count": 2, "max_concurrency_per_instance": 2, "error_threshold": -1, "mini_batch_error_threshold": 5,
        "logging_level": "DEBUG", "max_retries": 2, "timeout": 60,
    }  # fmt: skip
    assert found.warnings == ()


def test_a_step_may_say_other_mini_batches_than_its_component():
    part = {name: value for name, value in PARALLEL.items() if name != "inputs"}
    inputs = {"data": {"type": "mltable"}, "model": {"type": "uri_folder"}}
    step = {"type": "parallel", "component": "./score.yml", "mini_batch_size": 7, "inputs": PARALLEL["inputs"]}
    files = Around({"score.yml": write_yaml({**part, "name": "score", "inputs": inputs}), "env/conda.yml": CONDA})
    graph = read(pipeline({"a": step, "b": {**step, "mini_batch_size": None}}), files).graph
    sizes = [graph.components[graph.nodes[key].component].parallel["mini_batch_size"] for key in ("a", "b")]
    assert sizes == ["7", "10kb"]


def test_what_runs_on_several_machines_is_told_of():
    found = read(
        pipeline({"a": {"command": "x", "resources": {"instance_count": 2}, "services": {"my": {"type": "vs_code"}}}})
    )
    assert found.graph.nodes["a"].extras == {
        "resources": {"instance_count": 2},
        "services": {"my": {"type": "vs_code"}},
    }
    assert found.warnings == (
        "Each step is one process on one machine; steps are not distributed.",
        "These mean nothing here and are passed over: services.",
    )
