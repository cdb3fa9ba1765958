"""Components and published pipelines, as the services make them."""

import io
import zipfile
from typing import Any

from apps.accounts.models import User
from apps.experiments.models import Snapshot
from apps.experiments.services import store_snapshot
from apps.pipelines.graph.types import Component, FromPipeline, Graph, InputPort, Node, OutputPort
from apps.pipelines.models import ComponentVersion, PipelineEndpoint, PublishedPipeline
from apps.pipelines.services.component_files import register_file
from apps.pipelines.services.endpoints import create_endpoint
from apps.pipelines.services.publishing import publish_pipeline
from apps.workspaces.models import Workspace

TRAIN = """\
$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json
name: train
display_name: Train a forest
description: Fits **trees**.
type: command
tags: {team: fraud}
inputs:
  data: {type: uri_folder}
  depth: {type: integer, default: 3, min: 1, max: 20}
  criterion: {type: string, default: gini, enum: [gini, entropy]}
outputs:
  model: {type: uri_folder}
code: ./src
command: python train.py --data ${{inputs.data}} --depth ${{inputs.depth}} --by ${{inputs.criterion}} --to ${{outputs.model}}
"""


def code(workspace: Workspace, **files: str) -> Snapshot:
    """Keep code with these Python files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.py", text)
    packed.seek(0)
    return store_snapshot(workspace, packed)


def registered(
    actor: User, workspace: Workspace, text: str = TRAIN, script: str = "print(1)\n", **said: Any
) -> ComponentVersion:
    """Return a version of the component ``train``, or of another one."""
    version, _new = register_file(
        actor=actor, workspace=workspace, text=text, snapshot=code(workspace, train=script), **said
    )
    return version


def pipeline() -> Graph:
    """Return a pipeline of one step, with parameters of several types."""
    ports = {
        "depth": InputPort("integer", default=3, minimum=1, maximum=20, description="How deep trees are."),
        "rate": InputPort("number"),
        "by": InputPort("string", default="gini", enum=("gini", "entropy")),
        "quick": InputPort("boolean", default=False),
    }
    train = Component(
        "command",
        name="train",
        inputs=ports,
        outputs={"model": OutputPort()},
        command="echo " + " ".join(f"${{{{inputs.{name}}}}}" for name in ports) + " > ${{outputs.model}}/all",
    )
    return Graph(
        nodes={"train": Node("train", inputs={name: FromPipeline(name) for name in ports})},
        components={"train": train},
        inputs=ports,
        display_name="Churn",
    )


def published(actor: User, workspace: Workspace, **said: Any) -> PublishedPipeline:
    """Return a published pipeline, whose parameter ``rate`` has no default."""
    return publish_pipeline(
        actor=actor, workspace=workspace, graph=said.pop("graph", None) or pipeline(), **{"name": "Churn", **said}
    )


def endpoint(actor: User, workspace: Workspace, name: str = "churn weekly") -> PipelineEndpoint:
    """Return a pipeline endpoint with one version."""
    return create_endpoint(
        actor=actor, workspace=workspace, name=name, description="Runs *weekly*.", published=published(actor, workspace)
    )
