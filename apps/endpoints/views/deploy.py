"""Deploy a model, and update what is deployed: one page with everything guessed."""

import io
import re
import zipfile
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.errors import UserError
from apps.endpoints import services
from apps.endpoints.errors import EndpointUnknown
from apps.endpoints.forms import REQUEST_FIELDS, DeployForm, DeploymentForm
from apps.endpoints.models import Endpoint, Revision
from apps.endpoints.views.shared import find_deployment
from apps.environments.services import choices
from apps.experiments.models import Snapshot
from apps.experiments.services import store_snapshot
from apps.registry.models import ModelVersion, RegisteredModel
from apps.registry.services import resolve_reference
from apps.registry.states import ModelType
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.roles import Action

MOST_MODELS = 200
SCRIPT = "score.py"
LARGEST_SCRIPT_BYTES = 1024 * 1024


@workspace_page(get=Action.ENDPOINTS_WRITE, post=Action.ENDPOINTS_WRITE)
def deploy(request: WorkspaceRequest) -> HttpResponse:
    """Choose a model, then say where it shall answer."""
    model = _model(request)
    if model is None:
        return _choose_model(request)
    form = DeployForm(
        request.POST or None, request.FILES or None, initial=_guess(request, model), **_choices(request, model)
    )
    if request.method == "POST" and form.is_valid():
        try:
            endpoint = _deploy(request, model, form)
        except UserError as error:
            _refuse(form, error)
        else:
            messages.success(request, _("The deployment is on its way. This page says how far it is."))
            return redirect(endpoint)
    names = Endpoint.objects.filter(workspace=request.workspace).order_by("name").values_list("name", flat=True)
    context = _context(request, model, form) | {"names": names[:MOST_MODELS]}
    return render(request, "endpoints/deploy.html", context, status=422 if form.errors else 200)


@workspace_page(get=Action.ENDPOINTS_WRITE, post=Action.ENDPOINTS_WRITE)
def update(request: WorkspaceRequest, endpoint_name: str, deployment_name: str) -> HttpResponse:
    """Roll out another version of the model, or other settings."""
    deployment = find_deployment(request, endpoint_name, deployment_name)
    shown = deployment.shown_revision
    model = _model(request) or (shown.model if shown else None)
    if model is None or shown is None:
        messages.error(request, _("The model of this deployment was deleted. Deploy another one in its place."))
        return redirect(deployment.endpoint)
    start = {name: shown.request_settings.get(name) for name in REQUEST_FIELDS}
    start |= {"memory_mb": shown.memory_mb, "instance_count": deployment.instance_count}
    start |= {"environment": shown.environment_name if shown.model_id == model.pk else ""}
    form = DeploymentForm(request.POST or None, request.FILES or None, initial=start, **_choices(request, model))
    if request.method == "POST" and form.is_valid():
        try:
            settings = _settings(request, model, form, shown)
            services.update_deployment(actor=request.user, deployment=deployment, settings=settings)
            count = form.cleaned_data["instance_count"]
            services.scale_deployment(actor=request.user, deployment=deployment, instance_count=count)
        except UserError as error:
            _refuse(form, error)
        else:
            messages.success(request, _("The update is on its way. Until it is ready, what serves goes on serving."))
            return redirect(deployment.endpoint)
    context = _context(request, model, form) | {
        "deployment": deployment,
        "endpoint": deployment.endpoint,
        "versions": model.model.versions.order_by("-number").only("pk", "number", "created_at")[:MOST_MODELS],
        "has_script": bool(shown.entry_script),
    }
    return render(request, "endpoints/update.html", context, status=422 if form.errors else 200)


def _deploy(request: WorkspaceRequest, model: ModelVersion, form: DeployForm) -> Endpoint:
    given = form.cleaned_data
    settings = _settings(request, model, form)
    with transaction.atomic():
        try:
            endpoint = services.find_endpoint(request.workspace, given["endpoint"])
        except EndpointUnknown:
            endpoint = services.create_endpoint(
                actor=request.user, workspace=request.workspace, name=given["endpoint"],
                **({"auth_mode": given["auth_mode"]} if given["auth_mode"] else {}),
            )  # fmt: skip
        services.create_deployment(
            actor=request.user,
            endpoint=endpoint,
            name=given["deployment"],
            settings=settings,
            instance_count=given["instance_count"],
            all_traffic=given["all_traffic"],
        )
    return endpoint


def _settings(
    request: WorkspaceRequest, model: ModelVersion, form: DeploymentForm, before: Revision | None = None
) -> services.Settings:
    """Return what a form asks for. Without a new script the one of ``before`` stays."""
    given = form.cleaned_data
    snapshot: Snapshot | None = before.snapshot if before else None
    entry_script = before.entry_script if before else ""
    if upload := given["script"]:
        contents = upload.read(LARGEST_SCRIPT_BYTES + 1)
        if len(contents) > LARGEST_SCRIPT_BYTES:
            raise UserError(
                _("The script is larger than %(most)d kB.") % {"most": LARGEST_SCRIPT_BYTES // 1024}, field="script"
            )
        entry_script = re.sub(r"[^A-Za-z0-9_.-]", "_", upload.name.rpartition("/")[2]) or SCRIPT
        snapshot = store_snapshot(request.workspace, _zip_of(entry_script, contents))
    return services.Settings(
        model=model,
        snapshot=snapshot,
        entry_script=entry_script,
        environment=given["environment"] or None,
        variables=before.variables if before else {},
        request_settings=form.request_settings(),
        memory_mb=given["memory_mb"],
    )


def _zip_of(name: str, contents: bytes) -> io.BytesIO:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, contents)
    packed.seek(0)
    return packed


def _refuse(form: DeploymentForm, error: UserError) -> None:
    """Put a service's words beside the field of this form that they are about."""
    fields = {"entry_script": "script", "name": "deployment"}
    error.field = fields.get(error.field or "", error.field)
    form.refuse(error)


def _model(request: WorkspaceRequest) -> ModelVersion | None:
    """Return the model that the address names; None where it names none, or none that there is."""
    reference = request.GET.get("model", "").replace("\x00", "")
    if not reference:
        return None
    try:
        return resolve_reference(request.workspace, reference, must_be_ready=False)
    except UserError as error:
        messages.error(request, str(error.message))
        return None


def _choose_model(request: WorkspaceRequest) -> HttpResponse:
    rows = RegisteredModel.objects.filter(workspace=request.workspace, archived_at=None).exclude(latest=None)
    found = rows.select_related("latest", "workspace").order_by("-latest_at")[:MOST_MODELS]
    return render(request, "endpoints/choose_model.html", {"workspace": request.workspace, "models": found})


def _choices(request: WorkspaceRequest, model: ModelVersion) -> dict[str, Any]:
    """Return what a form needs: the environments to choose from, and what is taken if none is."""
    guessed = services.guessed(model)
    if isinstance(guessed, str):
        guess = _("As the model was trained: %(name)s") % {"name": guessed} if model.environment else guessed
    else:
        guess = _("The packages that the model asks for")
    return {"model": model, "environments": choices(request.workspace), "guess": guess}


def _guess(request: WorkspaceRequest, model: ModelVersion) -> dict[str, Any]:
    """Return what a new deployment is called: an endpoint named like the model, or the next colour in that endpoint."""
    plain = re.sub(r"[^a-z0-9]+", "-", model.model.name.lower()).strip("-")[:28].strip("-")
    name = plain if len(plain) >= 3 and plain[0].isalpha() else f"model-{plain}".strip("-")[:32]
    given = request.GET.get("endpoint", "")
    taken = set(
        Endpoint.objects.filter(workspace=request.workspace, name=given or name).values_list(
            "deployments__name", flat=True
        )
    )
    colours = ("blue", "green", "yellow", "red", "purple")
    free = next((colour for colour in colours if colour not in taken), f"v{model.number}-{len(taken)}")
    return {"endpoint": given or name, "deployment": free, "all_traffic": not taken - {None}}


def _context(request: WorkspaceRequest, model: ModelVersion, form: DeploymentForm) -> dict[str, Any]:
    return {
        "workspace": request.workspace,
        "model": model,
        "form": form,
        "needs_script": model.type != ModelType.MLFLOW,
        "choose_url": reverse("endpoints:deploy", args=[request.workspace.name]),
    }
