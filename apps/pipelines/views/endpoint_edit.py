"""What is done to a pipeline endpoint from its page."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.errors import UserError
from apps.pipelines.forms import EndpointForm
from apps.pipelines.services import endpoints as services
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.roles import Action


@workspace_page(get=Action.PIPELINES_WRITE, post=Action.PIPELINES_WRITE)
def edit(request: WorkspaceRequest, pipeline_endpoint_id: UUID) -> HttpResponse:
    """Change name and description."""
    endpoint = services.find_endpoint(request.workspace, pipeline_endpoint_id)
    request.breadcrumbs = [(endpoint.name, endpoint.get_absolute_url())]  # type: ignore[attr-defined]
    said = {"name": endpoint.name, "description": endpoint.description}
    form = EndpointForm(request.POST if request.method == "POST" else None, initial=said)
    if form.is_valid():
        try:
            services.edit_endpoint(actor=request.user, endpoint=endpoint, changes=form.cleaned_data)
        except UserError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return redirect(endpoint)
    context = {
        "workspace": request.workspace,
        "title": endpoint.name,
        "back": endpoint.get_absolute_url(),
        "form": form,
    }
    return render(request, "pipelines/endpoints/edit.html", context, status=422 if form.errors else 200)


@workspace_page(post=Action.PIPELINES_WRITE)
def set_default(request: WorkspaceRequest, pipeline_endpoint_id: UUID) -> HttpResponse:
    """Say which version is called unless another is asked for."""
    endpoint = services.find_endpoint(request.workspace, pipeline_endpoint_id)
    version = services.set_default(actor=request.user, endpoint=endpoint, version=request.POST.get("version", ""))
    said = _("Calls that ask for no version get version %(version)d from now on.")
    messages.success(request, said % {"version": version.number})
    return redirect("pipelines:endpoint-versions", request.workspace.name, endpoint.pk)


@workspace_page(post=Action.PIPELINES_KEYS)
def regenerate(request: WorkspaceRequest, pipeline_endpoint_id: UUID) -> HttpResponse:
    """Replace one of the keys."""
    endpoint = services.find_endpoint(request.workspace, pipeline_endpoint_id)
    services.regenerate_key(actor=request.user, endpoint=endpoint, which=request.POST.get("which", ""))
    messages.success(request, _("The key is replaced. Programs that use the old one are refused from now on."))
    return redirect(endpoint)


@workspace_page(post=Action.PIPELINES_WRITE)
def switch(request: WorkspaceRequest, pipeline_endpoint_id: UUID, enabled: bool) -> HttpResponse:
    """Let an endpoint be called, or keep it from that."""
    endpoint = services.find_endpoint(request.workspace, pipeline_endpoint_id)
    services.edit_endpoint(actor=request.user, endpoint=endpoint, changes={"is_enabled": enabled})
    said = _("%(name)s is enabled.") if enabled else _("%(name)s is disabled: whoever calls it is refused.")
    messages.success(request, said % {"name": endpoint.name})
    return redirect(endpoint)


@workspace_page(post=Action.PIPELINES_WRITE)
def archive(request: WorkspaceRequest, pipeline_endpoint_id: UUID, archived: bool) -> HttpResponse:
    """Put an endpoint away, or bring it back."""
    endpoint = services.find_endpoint(request.workspace, pipeline_endpoint_id)
    services.archive_endpoint(actor=request.user, endpoint=endpoint, archived=archived)
    if archived:
        back = reverse("pipelines:restore-endpoint", args=[request.workspace.name, endpoint.pk])
        text = _("%(name)s is archived: whoever calls it is refused.")
        messages.success(request, text % {"name": endpoint.name}, extra_tags=f"undo:{back}")
    else:
        messages.success(request, _("%(name)s is back.") % {"name": endpoint.name})
    return redirect(endpoint)
