"""What is done to an endpoint from its page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.core.errors import UserError
from apps.core.keys import PRIMARY, SECONDARY
from apps.endpoints import services
from apps.endpoints.forms import EditForm
from apps.endpoints.services.endpoints import EDITABLE
from apps.endpoints.views.shared import deployments_of, find, find_deployment
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.roles import Action


@workspace_page(get=Action.ENDPOINTS_WRITE, post=Action.ENDPOINTS_WRITE)
def edit(request: WorkspaceRequest, endpoint_name: str) -> HttpResponse:
    """Change description, tags, and what callers must show."""
    endpoint = find(request, endpoint_name)
    start = {name: getattr(endpoint, name) for name in EDITABLE}
    form = EditForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_endpoint(actor=request.user, endpoint=endpoint, changes=form.cleaned_data)
        except UserError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return redirect(endpoint)
    context = {"form": form, "workspace": request.workspace, "endpoint": endpoint}
    return render(request, "endpoints/edit.html", context, status=422 if form.errors else 200)


@workspace_page(get=Action.ENDPOINTS_WRITE, post=Action.ENDPOINTS_WRITE)
def delete(request: WorkspaceRequest, endpoint_name: str) -> HttpResponse:
    """Say what would be lost, and ask for the name; then delete."""
    endpoint = find(request, endpoint_name)
    if request.method == "POST":
        try:
            confirmed = request.POST.get("confirm", "").strip()
            services.delete_endpoint(actor=request.user, endpoint=endpoint, confirmed_name=confirmed)
        except UserError as error:
            messages.error(request, str(error.message))
        else:
            messages.success(request, _("%(name)s was deleted.") % {"name": endpoint.name})
            return redirect("endpoints:endpoints", request.workspace.name)
    context = {"workspace": request.workspace, "endpoint": endpoint, "deployments": deployments_of(endpoint)}
    return render(request, "endpoints/delete.html", context)


@workspace_page(post=Action.ENDPOINTS_WRITE)
def traffic(request: WorkspaceRequest, endpoint_name: str) -> HttpResponse:
    """Store which deployment receives which share."""
    endpoint = find(request, endpoint_name)
    shares: dict[str, int] = {}
    copies: dict[str, int] = {}
    for deployment in deployments_of(endpoint):
        shares[deployment.name] = _percent(request.POST.get(f"traffic-{deployment.name}", ""))
        copies[deployment.name] = _percent(request.POST.get(f"mirror-{deployment.name}", ""))
    try:
        services.set_traffic(actor=request.user, endpoint=endpoint, traffic=shares, mirror=copies)
    except UserError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("The traffic is set."))
    return redirect(endpoint)


@workspace_page(post=Action.ENDPOINTS_KEYS)
def regenerate(request: WorkspaceRequest, endpoint_name: str) -> HttpResponse:
    """Replace one of the keys."""
    endpoint = find(request, endpoint_name)
    which = SECONDARY if request.POST.get("which") == SECONDARY else PRIMARY
    services.regenerate_key(actor=request.user, endpoint=endpoint, which=which)
    messages.success(request, _("The key is replaced. Programs that use the old one are refused from now on."))
    return redirect("endpoints:consume", request.workspace.name, endpoint.name)


@workspace_page(post=Action.ENDPOINTS_WRITE)
def scale(request: WorkspaceRequest, endpoint_name: str, deployment_name: str) -> HttpResponse:
    """Change how many replicas there are."""
    deployment = find_deployment(request, endpoint_name, deployment_name)
    try:
        count = _count(request.POST.get("instance_count", ""))
        services.scale_deployment(actor=request.user, deployment=deployment, instance_count=count)
    except UserError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("%(name)s is being scaled.") % {"name": deployment.name})
    return redirect(deployment.endpoint)


@workspace_page(post=Action.ENDPOINTS_WRITE)
def collection(request: WorkspaceRequest, endpoint_name: str, deployment_name: str) -> HttpResponse:
    """Begin or end to collect what a deployment is asked and answers; nothing is started anew."""
    deployment = find_deployment(request, endpoint_name, deployment_name)
    wanted = {"inputs": True, "outputs": True} if request.POST.get("on") == "1" else {}
    try:
        services.set_collection(actor=request.user, deployment=deployment, collection=wanted)
    except UserError as error:
        messages.error(request, str(error.message))
    else:
        begun = _("Requests and answers of %(name)s are collected from now on.")
        ended = _("Nothing of %(name)s is collected any more. What was collected stays.")
        messages.success(request, (begun if wanted else ended) % {"name": deployment.name})
    return redirect(deployment.endpoint)


@workspace_page(post=Action.ENDPOINTS_WRITE)
def give_up(request: WorkspaceRequest, endpoint_name: str, deployment_name: str) -> HttpResponse:
    """Stop an update before it serves."""
    deployment = find_deployment(request, endpoint_name, deployment_name)
    services.give_up_update(actor=request.user, deployment=deployment)
    messages.success(request, _("The update is given up. What served goes on serving."))
    return redirect(deployment.endpoint)


@workspace_page(get=Action.ENDPOINTS_WRITE, post=Action.ENDPOINTS_WRITE)
def delete_deployment(request: WorkspaceRequest, endpoint_name: str, deployment_name: str) -> HttpResponse:
    """Ask for the name of a deployment; then delete it."""
    deployment = find_deployment(request, endpoint_name, deployment_name)
    endpoint = deployment.endpoint
    if request.method == "POST":
        try:
            confirmed = request.POST.get("confirm", "").strip()
            services.delete_deployment(actor=request.user, deployment=deployment, confirmed_name=confirmed)
        except UserError as error:
            messages.error(request, str(error.message))
        else:
            messages.success(request, _("%(name)s was deleted.") % {"name": deployment.name})
            return redirect(endpoint)
    context = {
        "workspace": request.workspace,
        "endpoint": endpoint,
        "deployment": deployment,
        "share": endpoint.traffic.get(deployment.name, 0),
    }
    return render(request, "endpoints/delete_deployment.html", context)


def _percent(text: str) -> int:
    """Return a share; what is no number is refused as too large, by whoever checks the sum."""
    text = text.strip() or "0"
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 1000


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else -1
