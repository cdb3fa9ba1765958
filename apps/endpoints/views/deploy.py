"""Deploy a model, and update what is deployed: one page with everything guessed."""

from typing import Any, TypeVar

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.core.errors import UserError
from apps.endpoints import services
from apps.endpoints.errors import EndpointUnknown
from apps.endpoints.forms import BY_LOAD, REQUEST_FIELDS, DeployForm, DeploymentForm
from apps.endpoints.models import Deployment, Endpoint
from apps.endpoints.views import guesses
from apps.endpoints.views.shared import find_deployment
from apps.experiments.jobs.yaml_text import read_yaml
from apps.experiments.views.kept_code import code_of, keep_upload, kept_context
from apps.registry.models import ModelVersion, RegisteredModel
from apps.registry.services import resolve_reference
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.roles import Action

MOST_MODELS = 200

F = TypeVar("F", bound=DeploymentForm)


@workspace_page(get=Action.ENDPOINTS_WRITE, post=Action.ENDPOINTS_WRITE)
def deploy(request: WorkspaceRequest) -> HttpResponse:
    """Choose a model, then say where it shall answer."""
    model = _model(request)
    if model is None:
        return _choose_model(request)
    start = guesses.names_for(request.workspace, model.model.name, request.GET.get("endpoint", ""))
    form = posted(request, DeployForm, start | guesses.start_of(model), guesses.choices_for(request.workspace, model))
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                endpoint = deploy_model(request, model, form)
        except UserError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The deployment is on its way. This page says how far it is."))
            return redirect(endpoint)
    context = context_of(request, form) | {"model": model, "names": guesses.endpoint_names(request.workspace)}
    return render(request, "endpoints/deploy.html", context, status=422 if form.errors else 200)


@workspace_page(get=Action.ENDPOINTS_WRITE, post=Action.ENDPOINTS_WRITE)
def update(request: WorkspaceRequest, endpoint_name: str, deployment_name: str) -> HttpResponse:
    """Roll out another version of the model, or other settings."""
    deployment = find_deployment(request, endpoint_name, deployment_name)
    shown = deployment.shown_revision
    last = deployment.revisions.select_related("model__model__workspace", "snapshot").order_by("-number").first()
    # What failed is what somebody wants to mend.
    if last is not None and request.GET.get("from") == str(last.number):
        shown = last
    model = _model(request) or (shown.model if shown else None)
    if shown is None or (model is None and shown.model_name):
        messages.error(request, _("The model of this deployment was deleted. Deploy another one in its place."))
        return redirect(deployment.endpoint)
    start = guesses.start_of_update(deployment, shown, model)
    form = posted(request, DeploymentForm, start, guesses.choices_for(request.workspace, model))
    if request.method == "POST" and form.is_valid():
        try:
            _update(request, deployment, model, form)
        except UserError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The update is on its way. Until it is ready, what serves goes on serving."))
            return redirect(deployment.endpoint)
    context = context_of(request, form) | {
        "model": model,
        "deployment": deployment,
        "endpoint": deployment.endpoint,
        "versions": model.model.versions.order_by("-number").only("pk", "number", "created_at")[:MOST_MODELS]
        if model
        else [],
        "failed": shown if shown.reason else None,
    }
    return render(request, "endpoints/update.html", context, status=422 if form.errors else 200)


def posted(request: WorkspaceRequest, kind: type[F], start: dict[str, Any], choices: dict[str, Any]) -> F:
    """Return a form: as it begins, or with what was posted; code that was uploaded is kept at once, not to be sent again."""
    if request.method != "POST":
        return kind(initial=start, **choices)
    data, refused = keep_upload(request)
    form = kind(data, request.FILES, initial=start, **choices)
    if refused:
        form.add_error("upload", refused)
    return form


def deploy_model(request: WorkspaceRequest, model: ModelVersion, form: DeployForm) -> Endpoint:
    """Put a model behind the endpoint that a valid form names, a new one if need be.

    Raises:
        UserError: something of it cannot be.
    """
    given = form.cleaned_data
    settings = _settings(request, model, form)
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
        instance_count=form.instances(),
        scaling=form.scaling(),
        collection=form.collection(),
        all_traffic=given["all_traffic"],
    )
    return endpoint


def context_of(request: WorkspaceRequest, form: DeploymentForm) -> dict[str, Any]:
    """Return what the templates of these forms take."""
    limits = (*REQUEST_FIELDS, "memory_mb", "cpus", "variables")
    return {
        "workspace": request.workspace,
        "form": form,
        "needs_script": form.needs_script,
        "limits_open": any(form[name].errors for name in limits),
        "collects": bool(form["collect_inputs"].value() or form["collect_outputs"].value()),
        "is_by_load": form["scale"].value() == BY_LOAD,
    } | kept_context(request.workspace, form)


def _update(
    request: WorkspaceRequest, deployment: Deployment, model: ModelVersion | None, form: DeploymentForm
) -> None:
    settings, actor = _settings(request, model, form), request.user
    with transaction.atomic():
        services.update_deployment(actor=actor, deployment=deployment, settings=settings)
        if scaling := form.scaling():
            services.set_scaling(actor=actor, deployment=deployment, scaling=scaling)
        else:
            services.scale_deployment(actor=actor, deployment=deployment, instance_count=form.instances())
        if form.collection() != deployment.collection:
            services.set_collection(actor=actor, deployment=deployment, collection=form.collection())


def _settings(request: WorkspaceRequest, model: ModelVersion | None, form: DeploymentForm) -> services.Settings:
    """Return what a valid form asks for."""
    given = form.cleaned_data
    snapshot = code_of(request.workspace, form)
    guesses.check_entry_script(form, snapshot)
    environment: Any = given["environment"] or None
    if given["conda_file"]:
        environment = {"conda_file": read_yaml(given["conda_file"], "conda_file").value}
    return services.Settings(
        model=model,
        snapshot=snapshot,
        entry_script=given["entry_script"],
        environment=environment,
        variables=given["variables"],
        request_settings=form.request_settings(),
        memory_mb=given["memory_mb"],
        cpus=given["cpus"],
        sample=given["sample"],
    )


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
