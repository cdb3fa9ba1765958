"""Two pipeline runs beside each other."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from apps.core.lists import selected_rows
from apps.experiments.models import Run, RunKind
from apps.pipelines.graph.differing import NodeDifference, differences
from apps.pipelines.graph.drawing import titles_of
from apps.pipelines.models import PipelineRun, Step
from apps.pipelines.services.shown import given_to
from apps.pipelines.step_rows import SHOWN, seconds_of, status_of
from apps.pipelines.views.runs import find_pipeline, graph_props, run_list
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.roles import Action

MOST_OFFERED = 100


@dataclass(frozen=True)
class ComparedNode:
    """A node in both runs; ``steps``: how each stood, None where a run has no such node."""

    title: str
    difference: NodeDifference
    steps: tuple[Any, Any]


@workspace_page(get=Action.RUNS_READ)
def compare(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """Compare a pipeline run with the one that ``?with=`` names; without it, ask which."""
    run, pipeline = find_pipeline(request, run_id)
    others = _others(request, run)
    context: dict[str, Any] = {"workspace": request.workspace, "run": run, "others": others}
    request.breadcrumbs = [(str(run), run.get_absolute_url())]  # type: ignore[attr-defined]
    request.navigation_path = reverse("pipelines:pipelines", args=[request.workspace.name])  # type: ignore[attr-defined]
    asked = request.GET.get("with", "")
    try:
        other_id = UUID(asked)
    except ValueError:
        return render(request, "pipelines/runs/compare.html", context)
    other, other_pipeline = find_pipeline(request, other_id)
    context.update(_compared(request, pipeline, other_pipeline), other=other)
    return render(request, "pipelines/runs/compare.html", context)


@workspace_page(post=Action.RUNS_READ)
def compare_chosen(request: WorkspaceRequest) -> HttpResponse:
    """Compare the two runs that are chosen in the list."""
    chosen = list(selected_rows(request, run_list(request)).order_by("created_at", "id")[:3])
    if len(chosen) != 2:
        messages.warning(request, _("Choose two pipeline runs to compare."))
        return redirect("pipelines:pipelines", request.workspace.name)
    first, second = chosen
    address = reverse("pipelines:compare", args=[request.workspace.name, first.pk])
    return redirect(f"{address}?{urlencode({'with': second.pk})}")


def _others(request: WorkspaceRequest, run: Run) -> list[Run]:
    """Return runs that somebody may mean, newest first: those of the same experiment, mostly of the same pipeline."""
    runs = Run.objects.filter(workspace=request.workspace, kind=RunKind.PIPELINE, deleted_at=None, parent=None)
    found = runs.filter(experiment=run.experiment).exclude(pk=run.pk).order_by("-created_at", "id")
    return list(found[:MOST_OFFERED])


def _compared(request: WorkspaceRequest, first: PipelineRun, second: PipelineRun) -> dict[str, Any]:
    (graph, given), (other_graph, other_given) = given_to(first), given_to(second)
    found = differences(graph, given, other_graph, other_given)
    titles = {**titles_of(other_graph), **titles_of(graph)}
    steps = [_steps_of(pipeline) for pipeline in (first, second)]
    nodes = [ComparedNode(titles[one.key], one, (steps[0].get(one.key), steps[1].get(one.key))) for one in found]
    return {
        "nodes": nodes,
        "different": [node for node in nodes if node.difference.mark != "same"],
        "first_props": _props(request, first, [one for one in found if one.first]),
        "second_props": _props(request, second, [one for one in found if one.second]),
    }


def _props(request: WorkspaceRequest, pipeline: PipelineRun, found: list[NodeDifference]) -> dict[str, Any]:
    marks = [{"key": one.key, "mark": one.mark} for one in found]
    return {**graph_props(request, pipeline.run), "marks": marks}


def _steps_of(pipeline: PipelineRun) -> dict[str, dict[str, Any]]:
    steps = Step.objects.filter(pipeline=pipeline).select_related("run__target").only(*SHOWN)
    return {step.key: {"status": status_of(step), "seconds": seconds_of(step), "step": step} for step in steps}
