"""Where the addresses lead that MLflow's clients print: ``/mlflow/<workspace>/#/experiments/<id>/runs/<id>``."""

import re
from typing import Final
from urllib.parse import unquote
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from apps.experiments.models import Experiment, Run
from apps.registry.services import find_model
from apps.tracking.logged_models import id_in
from apps.tracking.models import LoggedModel
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action

LONGEST: Final = 2000
_RUN: Final = re.compile(r"/experiments/[^/]+/runs/(?P<run>[^/]+)")
_LOGGED: Final = re.compile(r"/experiments/[^/]+/models/(?P<model>[^/]+)")
_EXPERIMENT: Final = re.compile(r"/experiments/(?P<experiment>[^/]+)")
_MODEL: Final = re.compile(r"/models/(?P<name>[^/]+)(?:/versions/(?P<number>[0-9]{1,9}))?")


@workspace_page(get=Action.RUNS_READ)
def front_page(request: WorkspaceRequest) -> HttpResponse:
    """Show a page whose script asks again with what stands behind the ``#``, as ``to``; then lead to the page it means."""
    jobs_url = reverse("experiments:experiments", args=[request.workspace.name])
    if "to" in request.GET:
        return HttpResponseRedirect(_page_of(request.workspace, request.GET["to"]) or jobs_url)
    props = {"url": reverse("mlflow", args=[request.workspace.name])}
    return render(request, "tracking/front_page.html", {"jobs_url": jobs_url, "props": props})


def _page_of(workspace: Workspace, said: str) -> str | None:
    """Return the page of what MLflow's own pages would show there; None where there is no such thing here."""
    path = said[:LONGEST].replace("\0", "").partition("?")[0].rstrip("/")
    if match := _RUN.match(path):
        return _page_of_run(workspace, _uuid(match["run"]))
    if match := _LOGGED.match(path):
        models = LoggedModel.objects.filter(workspace=workspace, pk__in=_ids(id_in(match["model"]))).values_list(
            "run", flat=True
        )
        page = _page_of_run(workspace, models.first())
        return f"{page}logs/" if page else None
    if match := _EXPERIMENT.match(path):
        experiment = Experiment.objects.filter(workspace=workspace, pk__in=_ids(_uuid(match["experiment"]))).first()
        return reverse("experiments:experiment", args=[workspace.name, experiment.name]) if experiment else None
    if (match := _MODEL.match(path)) and (model := find_model(workspace, unquote(match["name"]))):
        page = reverse("registry:model", args=[workspace.name, model.name])
        return f"{page}?version={match['number']}" if match["number"] else page
    if path.startswith("/models"):
        return reverse("registry:models", args=[workspace.name])
    return None


def _page_of_run(workspace: Workspace, run_id: UUID | None) -> str | None:
    run = Run.objects.filter(workspace=workspace, pk__in=_ids(run_id), deleted_at=None).exclude(experiment=None).first()
    return reverse("experiments:run", args=[workspace.name, run.pk]) if run else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _ids(found: UUID | None) -> list[UUID]:
    return [found] if found else []
