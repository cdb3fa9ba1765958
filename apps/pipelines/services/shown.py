"""What pages show of a pipeline run."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.urls import reverse

from apps.experiments.models import Run
from apps.pipelines.graph import codec
from apps.pipelines.graph.drawing import drawing_of
from apps.pipelines.graph.kinds import MODEL_TYPES
from apps.pipelines.graph.types import Binding, Graph
from apps.pipelines.models import PipelineRun
from apps.pipelines.services.graphs import read_graph


def pipeline_of(run: Run) -> PipelineRun | None:
    """Return what a run of a pipeline runs; None for other runs."""
    return PipelineRun.objects.filter(run=run).select_related("graph").first()


def given_to(pipeline: PipelineRun) -> tuple[Graph, dict[str, Binding]]:
    """Return the graph of a pipeline run, and what was given for its inputs."""
    return read_graph(pipeline.graph), codec.bindings_from_json(pipeline.inputs)


def drawn(graph: Graph, given: Mapping[str, Binding], workspace_name: str) -> dict[str, Any]:
    """Return a pipeline as it is drawn; data leads to its page."""
    drawing = drawing_of(graph, given)
    for node in drawing["nodes"]:
        node["url"] = page_of(workspace_name, node.pop("path", ""), node.pop("type", ""))
    return drawing


def page_of(workspace_name: str, path: str, kind: str) -> str:
    """Return the page of data that is named as in job files (``azureml:iris:2``); empty for what has none."""
    name, _colon, version = path.removeprefix("azureml:").partition(":")
    if not path.startswith("azureml:") or "/" in path or not name:
        return ""
    name, _at, label = name.partition("@")
    address = reverse("registry:model" if kind in MODEL_TYPES else "data:dataset", args=[workspace_name, name])
    return f"{address}?version={quote(version)}" if version and not label else address
