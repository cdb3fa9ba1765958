"""Pipeline endpoints: the list, and the tabs of each one's page."""

from typing import Any
from uuid import UUID

from django.db.models.functions import Lower
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.keys import PRIMARY, SECONDARY
from apps.core.lists import BulkAction, Empty
from apps.core.markdown import render_markdown
from apps.pipelines.addresses import endpoint_url
from apps.pipelines.lists.assets import PipelineEndpointList, enabled_status
from apps.pipelines.models import PipelineEndpoint
from apps.pipelines.scheduling import schedule_url
from apps.pipelines.services import endpoints as services
from apps.pipelines.services.comparing import range_text
from apps.pipelines.services.publishing import parameters_of
from apps.pipelines.snippets import snippets
from apps.pipelines.views.calls import show_submit
from apps.pipelines.views.published import graph_props, run_list
from apps.pipelines.views.shared import Deed, Tab, cursor_of, do_with_chosen
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

MOST_VERSIONS = 500

DEEDS = {
    "archive": Deed(
        lambda actor, row: services.archive_endpoint(actor=actor, endpoint=row),
        lambda count: ngettext("%(count)d endpoint was archived.", "%(count)d endpoints were archived.", count),
    ),
    "restore": Deed(
        lambda actor, row: services.archive_endpoint(actor=actor, endpoint=row, archived=False),
        lambda count: ngettext("%(count)d endpoint is back.", "%(count)d endpoints are back.", count),
    ),
}


@workspace_page(get=Action.PIPELINES_READ)
def endpoints(request: WorkspaceRequest) -> HttpResponseBase:
    """All pipeline endpoints of the workspace."""
    context = {"workspace": request.workspace, "cursor": cursor_of(request), "pipelines_tab": "endpoints"}
    return endpoint_list(request).respond("pipelines/endpoints/list.html", context)


@workspace_page(post=Action.PIPELINES_WRITE)
def change_endpoints(request: WorkspaceRequest, deed: str) -> HttpResponse:
    """Archive or restore the chosen endpoints."""
    list_ = endpoint_list(request)
    do_with_chosen(request, DEEDS[deed], list_, "workspace")
    return redirect(f"{list_.path}?{list_.state.restoring}")


def endpoint_list(request: WorkspaceRequest) -> PipelineEndpointList:
    """Return the list of the workspace's pipeline endpoints, as the page and its bulk actions have it."""
    name = request.workspace.name
    actions = [
        BulkAction("archive", _("Archive"), reverse("pipelines:archive-endpoints", args=[name]), icon="archive",
                   confirm=_("Archive the chosen endpoints? Programs that call them are refused.")),
        BulkAction("restore", _("Restore"), reverse("pipelines:restore-endpoints", args=[name]), icon="restore"),
    ]  # fmt: skip
    return PipelineEndpointList(
        request,
        PipelineEndpoint.objects.filter(workspace=request.workspace).annotate(name_key=Lower("name")),
        path=reverse("pipelines:endpoints", args=[name]),
        scope=str(request.workspace.pk),
        may_share_views=may(request.membership, Action.VIEWS_SHARE),
        bulk_actions=actions if may(request.membership, Action.PIPELINES_WRITE) else [],
        empty=Empty(
            _("No pipeline endpoints yet"),
            _(
                "A pipeline endpoint is a lasting address at which programs run a pipeline, with parameters of their own. "
                "Open a run of a pipeline and choose Publish."
            ),
            icon="endpoint",
        ),
    )


@workspace_page(get=Action.PIPELINES_READ)
def overview(request: WorkspaceRequest, pipeline_endpoint_id: UUID) -> HttpResponse:
    """Where and how programs call an endpoint, and what they run by default."""
    endpoint = services.find_endpoint(request.workspace, pipeline_endpoint_id)
    context = page_context(request, endpoint, "endpoint")
    default = services.find_endpoint_version(endpoint) if endpoint.default_id else None
    parameters = parameters_of(default.published) if default else []
    experiment = default.published.experiment_name if default else ""
    url = endpoint_url(endpoint)
    context |= {
        "description": render_markdown(endpoint.description),
        "default": default,
        "url": url,
        "keys": _keys(request, endpoint) if may(request.membership, Action.PIPELINES_KEYS) else [],
        "parameters": [(one, range_text(one.port)) for one in parameters],
        "snippets": snippets(url, parameters, experiment, "PIPELINE_KEY") if default else [],
        "graph_props": graph_props(default.published) if default else None,
    }
    return render(request, "pipelines/endpoints/overview.html", context)


@workspace_page(get=Action.PIPELINES_READ)
def versions(request: WorkspaceRequest, pipeline_endpoint_id: UUID) -> HttpResponse:
    """The published pipelines that an endpoint collects."""
    endpoint = services.find_endpoint(request.workspace, pipeline_endpoint_id)
    context = page_context(request, endpoint, "endpoint-versions")
    rows = list(services.versions_of(endpoint).order_by("-number")[:MOST_VERSIONS])
    context["versions"] = [(row, enabled_status(row.published)) for row in rows]
    return render(request, "pipelines/endpoints/versions.html", context)


@workspace_page(get=Action.PIPELINES_READ)
def runs(request: WorkspaceRequest, pipeline_endpoint_id: UUID) -> HttpResponseBase:
    """The runs that were called through an endpoint."""
    endpoint = services.find_endpoint(request.workspace, pipeline_endpoint_id)
    context = page_context(request, endpoint, "endpoint-runs")
    return run_list(request, endpoint.runs.all()).respond("pipelines/endpoints/runs.html", context)


@workspace_page(get=Action.RUNS_WRITE, post=Action.RUNS_WRITE)
def submit(request: WorkspaceRequest, pipeline_endpoint_id: UUID) -> HttpResponse:
    """Run a version of an endpoint, that of ``?version=`` or the default one, with parameters of one's own."""
    endpoint = services.find_endpoint(request.workspace, pipeline_endpoint_id)
    version = services.find_endpoint_version(endpoint, request.GET.get("version", ""))
    request.breadcrumbs = [(endpoint.name, endpoint.get_absolute_url())]  # type: ignore[attr-defined]
    title = _("%(endpoint)s, version %(version)d") % {"endpoint": endpoint.name, "version": version.number}
    return show_submit(request, version.published, endpoint, {"title": title, "back": endpoint.get_absolute_url()})


def page_context(request: WorkspaceRequest, endpoint: PipelineEndpoint, tab: str) -> dict[str, Any]:
    """Return what every tab of an endpoint's page needs."""
    list_url = reverse("pipelines:endpoints", args=[request.workspace.name])
    request.breadcrumbs = [(_("Pipeline endpoints"), list_url)]  # type: ignore[attr-defined]
    address = [request.workspace.name, endpoint.pk]
    names = [("endpoint", _("Overview")), ("endpoint-versions", _("Published pipelines")), ("endpoint-runs", _("Runs"))]
    return {
        "workspace": request.workspace,
        "cursor": cursor_of(request),
        "endpoint": endpoint,
        "status": enabled_status(endpoint),
        "may_write": may(request.membership, Action.PIPELINES_WRITE),
        "may_submit": may(request.membership, Action.RUNS_WRITE),
        "may_schedule": may(request.membership, Action.SCHEDULES_WRITE),
        "schedule_url": schedule_url(request.workspace, endpoint.pk),
        "tabs": [Tab(label, reverse(f"pipelines:{name}", args=address), name == tab) for name, label in names],
    }


def _keys(request: WorkspaceRequest, endpoint: PipelineEndpoint) -> list[tuple[str, str, str]]:
    """Return what each key is, what it is called, and its value."""
    keys = services.keys_of(actor=request.user, endpoint=endpoint)
    return [(PRIMARY, _("Primary key"), keys.primary), (SECONDARY, _("Secondary key"), keys.secondary)]
