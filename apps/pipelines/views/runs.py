"""The list of pipeline runs; and of one pipeline run the graph, which its page begins with, and the steps as a table."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.lists import BulkAction, Empty
from apps.experiments.models import Run, RunKind
from apps.experiments.views.failure import failure_of
from apps.experiments.views.shared import api_of, find_run, page_context
from apps.pipelines.graph.drawing import titles_of
from apps.pipelines.lists.runs import PipelineRunList, StepList
from apps.pipelines.models import PipelineRun, Step
from apps.pipelines.services.graphs import read_graph
from apps.pipelines.services.shown import pipeline_of
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

FIRST_COMMAND = "studio job create --file pipeline.yml"


@workspace_page(get=Action.RUNS_READ)
def runs(request: WorkspaceRequest) -> HttpResponseBase:
    """All pipeline runs of the workspace."""
    return run_list(request).respond("pipelines/runs/list.html", {"workspace": request.workspace})


def run_list(request: WorkspaceRequest) -> PipelineRunList:
    """Return the list of pipeline runs, as its page and its bulk actions have it."""
    may_write = may(request.membership, Action.RUNS_WRITE)
    address = [request.workspace.name]
    compare = BulkAction("compare", _("Compare"), reverse("pipelines:compare-chosen", args=address), icon="compare")
    empty = Empty(
        _("Join steps to a pipeline"),
        _(
            "A pipeline is a graph of steps that hand their results on to one another. It runs unattended, independent steps at "
            "the same time, and what has not changed since it last ran is not run again. Begin with a pipeline file, as "
            "Azure ML v2 writes it: the form has one that runs."
        ),
        icon="pipeline",
        action_label=_("Submit a pipeline file") if may_write else "",
        action_url=reverse("pipelines:new", args=address) if may_write else "",
        snippet=f"{FIRST_COMMAND} --workspace {request.workspace.name}" if may_write else "",
    )
    return PipelineRunList(
        request,
        Run.objects.filter(workspace=request.workspace, kind=RunKind.PIPELINE, deleted_at=None),
        path=reverse("pipelines:pipelines", args=address),
        scope=str(request.workspace.pk),
        may_share_views=may(request.membership, Action.VIEWS_SHARE),
        bulk_actions=[compare],
        empty=empty,
    )


def find_pipeline(request: WorkspaceRequest, run_id: UUID) -> tuple[Run, PipelineRun]:
    """Return a pipeline run of the workspace, and what it runs.

    Raises:
        Http404: there is none, or it is a run of something else.
    """
    run = find_run(request, run_id)
    pipeline = pipeline_of(run)
    if pipeline is None:
        raise Http404
    pipeline.run = run
    return run, pipeline


def run_page(request: WorkspaceRequest, run: Run, tab: str) -> dict[str, Any]:
    """Return what every tab of a pipeline run's page needs."""
    return {**page_context(request, run, tab), "failure": failure_of(run)}


def graph_props(request: WorkspaceRequest, run: Run) -> dict[str, Any]:
    """Return what the island ``pipeline-graph`` needs to draw a run."""
    return {"graphUrl": f"{api_of(request, run)}graph/", "label": _("Graph of %(run)s") % {"run": run}}


def front(request: WorkspaceRequest, run: Run) -> HttpResponse:
    """What the page of a pipeline run begins with: its graph."""
    address = [request.workspace.name, run.pk]
    context = run_page(request, run, "pipeline-graph")
    context["graph_props"] = {
        **graph_props(request, run),
        "stepsUrl": f"{api_of(request, run)}steps/",
        "panelUrl": reverse("pipelines:step", args=address),
    }
    context["steps_url"] = reverse("pipelines:steps", args=address)
    return render(request, "pipelines/runs/graph.html", context)


@workspace_page(get=Action.RUNS_READ)
def steps(request: WorkspaceRequest, run_id: UUID) -> HttpResponseBase:
    """The steps of a pipeline run as a table: all that the graph shows, without drawing."""
    run, pipeline = find_pipeline(request, run_id)
    list_ = StepList(
        request,
        Step.objects.filter(pipeline=pipeline).defer("plan"),
        path=reverse("pipelines:steps", args=[request.workspace.name, run.pk]),
        scope=str(request.workspace.pk),
        may_share_views=may(request.membership, Action.VIEWS_SHARE),
        empty=Empty(_("No steps"), _("This pipeline has no steps."), icon="pipeline"),
        extra=titles_of(read_graph(pipeline.graph)),
    )
    return list_.respond("pipelines/runs/steps.html", run_page(request, run, "pipeline-steps"))
