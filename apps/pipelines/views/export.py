"""The pipeline of a run as a file that gives the same pipeline back."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse

from apps.experiments.models import Run
from apps.pipelines.jobs.export import yaml_of
from apps.pipelines.jobs.python import python_of
from apps.pipelines.services.shown import given_to
from apps.pipelines.views.runs import find_pipeline
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.roles import Action


@workspace_page(get=Action.RUNS_READ)
def as_yaml(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """Return the job file."""
    run, pipeline = find_pipeline(request, run_id)
    return _file(run, "yml", "application/yaml", yaml_of(*given_to(pipeline), **_said(run)))


@workspace_page(get=Action.RUNS_READ)
def as_python(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """Return a script that builds and submits it."""
    run, pipeline = find_pipeline(request, run_id)
    return _file(run, "py", "text/x-python", python_of(*given_to(pipeline), **_said(run)))


def _said(run: Run) -> dict[str, Any]:
    return {
        "experiment_name": run.experiment.name if run.experiment else "",
        "display_name": run.display_name,
        "description": run.description,
        "tags": dict(run.tags.order_by("name").values_list("name", "value")),
    }


def _file(run: Run, ending: str, media_type: str, text: str) -> HttpResponse:
    answer = HttpResponse(text, content_type=f"{media_type}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{run.name}.{ending}"'
    return answer
