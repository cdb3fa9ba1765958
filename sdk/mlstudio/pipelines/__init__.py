"""Pipelines in Python: the same graphs that job files describe, with the names that scripts for Azure ML already use.

from mlstudio import Workspace
from mlstudio.pipelines import Input, command, load_component, pipeline

prepare = load_component("prepare.yml")
train = command(command="python train.py --data ${{inputs.data}} --depth ${{inputs.depth}} --model ${{outputs.model}}",
                code="./src", environment="sklearn@latest",
                inputs={"data": Input(type="uri_folder"), "depth": 3}, outputs={"model": "mlflow_model"})

@pipeline(default_compute="local")
def churn(raw, depth=3):
    prepared = prepare(raw=raw)
    trained = train(data=prepared.outputs.table, depth=depth)
    return {"model": trained.outputs.model}

job = churn(raw=Input(type="uri_folder", path="./data"))
job.submit(Workspace.from_config(), experiment_name="churn")
"""

from __future__ import annotations

from mlstudio.pipelines.components import Component, Step, command, component, load_component
from mlstudio.pipelines.functions import PipelineJob, pipeline
from mlstudio.pipelines.ports import Input, Output
from mlstudio.pipelines.steps import Pipeline, PipelineData, PipelineParameter, PythonScriptStep

__all__ = [
    "Component",
    "Input",
    "Output",
    "Pipeline",
    "PipelineData",
    "PipelineJob",
    "PipelineParameter",
    "PythonScriptStep",
    "Step",
    "command",
    "component",
    "load_component",
    "pipeline",
]
