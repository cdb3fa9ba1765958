"""Pages that make pipelines that score of those that trained, bring them up to date, and deploy them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.errors import UserError
from apps.designer.inference import deploying, services
from apps.designer.inference.deploying import DEPLOYMENT, Deploy
from apps.designer.inference.forms import DeployForm, InferenceForm
from apps.designer.inference.graphs import Scorer
from apps.designer.models import Draft, InferenceKind, InferenceLink
from apps.designer.services.drafts import find_draft
from apps.endpoints.views.guesses import endpoint_names, names_for
from apps.experiments.models import Run
from apps.experiments.views.shared import find_run
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.policies import may
from apps.workspaces.roles import Action


@workspace_page(get=Action.PIPELINES_WRITE, post=Action.PIPELINES_WRITE)
def inference(request: WorkspaceRequest, draft_id: UUID) -> HttpResponse:
    """Of a draft that trains, make one that scores; of one that scores, show what was replaced and why, and update it."""
    draft = _find(request, draft_id)
    link = services.link_of(draft)
    if link is not None:
        return _inference_draft(request, draft, link)
    try:
        run = services.trained_run(draft)
        scorers = services.scorers_of(run)
    except UserError as error:
        context = {"workspace": request.workspace, "back": draft, "problem": error.message}
        return render(request, "designer/inference/create.html", context)
    return _create(request, run, scorers, draft)


@workspace_page(get=Action.PIPELINES_WRITE, post=Action.PIPELINES_WRITE)
def run_inference(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """Of the pipeline of a run, make one that scores."""
    run = find_run(request, run_id)
    try:
        scorers = services.scorers_of(run)
    except UserError as error:
        context = {"workspace": request.workspace, "back": run, "problem": error.message}
        return render(request, "designer/inference/create.html", context)
    return _create(request, run, scorers, None)


@workspace_page(get=Action.ENDPOINTS_WRITE, post=Action.ENDPOINTS_WRITE)
def deploy(request: WorkspaceRequest, draft_id: UUID) -> HttpResponse:
    """Say where a pipeline that scores shall answer."""
    draft = _find(request, draft_id)
    link = services.link_of(draft)
    context: dict[str, Any] = {
        "workspace": request.workspace,
        "draft": draft,
        "names": endpoint_names(request.workspace),
    }
    try:
        context["run"] = deploying.run_to_deploy(draft, link)
    except UserError as error:
        return render(request, "designer/inference/deploy.html", context | {"problem": error.message})
    form = DeployForm(request.POST or None, initial=_beginning(request, draft, link))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        asked = Deploy(
            endpoint=given["endpoint"],
            deployment=given["deployment"],
            instance_count=given["instance_count"],
            auth_mode=given["auth_mode"],
            request_settings={"timeout_ms": given["timeout_ms"]},
        )
        try:
            deployment = deploying.deploy(actor=request.user, draft=draft, asked=asked)
        except UserError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The pipeline is on its way to the endpoint. This page says how far it is."))
            return redirect(deployment.endpoint)
    return render(
        request, "designer/inference/deploy.html", context | {"form": form}, status=422 if form.errors else 200
    )


def _create(request: WorkspaceRequest, run: Run, scorers: list[Scorer], draft: Draft | None) -> HttpResponse:
    form = InferenceForm(request.POST or None, scorers=scorers)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create_inference(actor=request.user, run=run, training_draft=draft, **form.cleaned_data)
        except UserError as error:
            form.refuse(error)
        else:
            return redirect("designer:inference", request.workspace.name, made.pk)
    context = {"workspace": request.workspace, "back": draft or run, "run": run, "form": form}
    return render(request, "designer/inference/create.html", context, status=422 if form.errors else 200)


def _inference_draft(request: WorkspaceRequest, draft: Draft, link: InferenceLink) -> HttpResponse:
    runs = services.runs_of(link)
    if request.method == "POST":
        try:
            changes = services.update_inference(actor=request.user, draft=draft)
        except UserError as error:
            messages.error(request, str(error.message))
        else:
            messages.success(
                request, " ".join(changes) or _("Nothing has changed: this is what the newest run has trained.")
            )
        return redirect("designer:inference", request.workspace.name, draft.pk)
    newer = (
        runs[0]
        if runs and link.training_run is not None and runs[0].created_at > link.training_run.created_at
        else None
    )
    is_realtime = link.kind == InferenceKind.REALTIME
    context = {
        "workspace": request.workspace,
        "draft": draft,
        "link": link,
        "newer": newer,
        "is_realtime": is_realtime,
        "may_deploy": is_realtime and may(request.membership, Action.ENDPOINTS_WRITE),
        "labels": ", ".join(f"“{name}”" for name in link.labels),
    }
    return render(request, "designer/inference/draft.html", context)


def _beginning(request: WorkspaceRequest, draft: Draft, link: InferenceLink | None) -> dict[str, Any]:
    """Return what the form begins with: the deployment of last time, else names made of the draft's."""
    if link is not None and link.deployment is not None:
        last = link.deployment
        return {"endpoint": last.endpoint.name, "deployment": last.name, "instance_count": max(1, last.instance_count)}
    origin = link.training_draft.name if link is not None and link.training_draft is not None else draft.name
    return {"endpoint": names_for(request.workspace, origin)["endpoint"], "deployment": DEPLOYMENT}


def _find(request: WorkspaceRequest, draft_id: UUID) -> Draft:
    draft = find_draft(request.workspace, draft_id)
    home = reverse("designer:home", args=[request.workspace.name])
    request.breadcrumbs = [(draft.name, draft.get_absolute_url())]  # type: ignore[attr-defined]
    request.navigation_path = home  # type: ignore[attr-defined]
    return draft
