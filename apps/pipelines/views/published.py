"""Published pipelines: the list, a page for each, and the form that publishes the pipeline of a run."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput, UserError
from apps.core.lists import Empty
from apps.core.markdown import render_markdown
from apps.experiments.models import Run, RunKind
from apps.pipelines.addresses import published_url
from apps.pipelines.forms import NEW, PublishedForm, PublishForm
from apps.pipelines.lists.assets import CalledRunList, PublishedList, enabled_status
from apps.pipelines.models import PipelineEndpoint, PipelineEndpointVersion, PipelineRun, PublishedPipeline
from apps.pipelines.scheduling import schedule_url
from apps.pipelines.services import endpoints as endpoint_services
from apps.pipelines.services import publishing as services
from apps.pipelines.services.comparing import range_text
from apps.pipelines.services.shown import drawn
from apps.pipelines.snippets import snippets
from apps.pipelines.views.calls import show_submit
from apps.pipelines.views.shared import Tab, cursor_of
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

MOST_ENDPOINTS = 500


@workspace_page(get=Action.PIPELINES_READ)
def all_published(request: WorkspaceRequest) -> HttpResponseBase:
    """All published pipelines of the workspace."""
    cursor = cursor_of(request)
    list_ = PublishedList(
        request,
        PublishedPipeline.objects.filter(workspace=request.workspace).defer("inputs"),
        scope=str(request.workspace.pk),
        may_share_views=may(request.membership, Action.VIEWS_SHARE),
        empty=Empty(
            _("No published pipelines yet"),
            _("A published pipeline runs again and again with other parameters, as it was when it was published."),
            icon="pipeline",
        ),
    )
    context = {"workspace": request.workspace, "cursor": cursor, "pipelines_tab": "published"}
    return list_.respond("pipelines/endpoints/list.html", context)


@workspace_page(get=Action.PIPELINES_READ)
def details(request: WorkspaceRequest, published_id: UUID) -> HttpResponse:
    """What a published pipeline is, and how programs call it."""
    published = services.find_published(request.workspace, published_id)
    context = page_context(request, published, "published")
    parameters = services.parameters_of(published)
    collected = PipelineEndpointVersion.objects.filter(published=published).select_related("endpoint")
    context |= {
        "description": render_markdown(published.description),
        "parameters": [(one, range_text(one.port)) for one in parameters],
        "collected": collected.order_by("endpoint__name", "number")[:MOST_ENDPOINTS],
        "url": published_url(published),
        "snippets": snippets(published_url(published), parameters, published.experiment_name, "STUDIO_TOKEN"),
        "graph_props": graph_props(published),
    }
    return render(request, "pipelines/endpoints/published.html", context)


@workspace_page(get=Action.PIPELINES_READ)
def runs(request: WorkspaceRequest, published_id: UUID) -> HttpResponseBase:
    """The runs of a published pipeline."""
    published = services.find_published(request.workspace, published_id)
    context = page_context(request, published, "published-runs")
    return run_list(request, published.runs.all()).respond("pipelines/endpoints/published_runs.html", context)


@workspace_page(get=Action.PIPELINES_WRITE, post=Action.PIPELINES_WRITE)
def edit(request: WorkspaceRequest, published_id: UUID) -> HttpResponse:
    """Change what is said of a published pipeline."""
    published = services.find_published(request.workspace, published_id)
    form = PublishedForm(
        request.POST if request.method == "POST" else None, initial={"description": published.description}
    )
    if form.is_valid():
        try:
            services.edit_published(actor=request.user, published=published, changes=form.cleaned_data)
        except UserError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return redirect(published)
    _lead_to(request, published)
    context = {
        "workspace": request.workspace,
        "title": str(published),
        "back": published.get_absolute_url(),
        "form": form,
    }
    return render(request, "pipelines/endpoints/edit.html", context, status=422 if form.errors else 200)


@workspace_page(post=Action.PIPELINES_WRITE)
def switch(request: WorkspaceRequest, published_id: UUID, enabled: bool) -> HttpResponse:
    """Let a published pipeline be run, or keep it from that."""
    published = services.find_published(request.workspace, published_id)
    services.edit_published(actor=request.user, published=published, changes={"is_enabled": enabled})
    said = _("%(name)s is enabled.") if enabled else _("%(name)s is disabled: nobody can run it.")
    messages.success(request, said % {"name": published})
    return redirect(published)


@workspace_page(get=Action.RUNS_WRITE, post=Action.RUNS_WRITE)
def submit(request: WorkspaceRequest, published_id: UUID) -> HttpResponse:
    """Run a published pipeline with parameters of one's own."""
    published = services.find_published(request.workspace, published_id)
    _lead_to(request, published)
    return show_submit(request, published, None, {"title": str(published), "back": published.get_absolute_url()})


@workspace_page(get=Action.PIPELINES_WRITE, post=Action.PIPELINES_WRITE)
def publish(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """Publish the pipeline of a run, as the next version of an endpoint or the first of a new one."""
    rows = Run.objects.filter(workspace=request.workspace, kind=RunKind.PIPELINE, deleted_at=None)
    run = get_object_or_404(rows.select_related("experiment"), pk=run_id)
    run.workspace = request.workspace
    request.breadcrumbs = [(str(run), run.get_absolute_url())]  # type: ignore[attr-defined]
    offered = PipelineEndpoint.objects.filter(workspace=request.workspace, archived_at=None).order_by("-updated_at")
    choices = [(str(row.pk), row.name) for row in offered[:MOST_ENDPOINTS]]
    form = PublishForm(
        request.POST if request.method == "POST" else None, endpoints=choices, initial=_start(request, run, choices)
    )
    if form.is_valid():
        try:
            return redirect(_publish(request, run, form.cleaned_data))
        except UserError as error:
            form.refuse(error)
    context = {"workspace": request.workspace, "run": run, "form": form}
    return render(request, "pipelines/endpoints/publish.html", context, status=422 if form.errors else 200)


def page_context(request: WorkspaceRequest, published: PublishedPipeline, tab: str) -> dict[str, Any]:
    """Return what every tab of a published pipeline's page needs."""
    list_url = reverse("pipelines:all-published", args=[request.workspace.name])
    request.breadcrumbs = [(_("Published pipelines"), list_url)]  # type: ignore[attr-defined]
    address = [request.workspace.name, published.pk]
    names = [("published", _("Overview")), ("published-runs", _("Runs"))]
    return {
        "workspace": request.workspace,
        "cursor": cursor_of(request),
        "published": published,
        "status": enabled_status(published),
        "may_write": may(request.membership, Action.PIPELINES_WRITE),
        "may_submit": may(request.membership, Action.RUNS_WRITE),
        "may_schedule": may(request.membership, Action.SCHEDULES_WRITE),
        "schedule_url": schedule_url(request.workspace, published.pk),
        "tabs": [Tab(label, reverse(f"pipelines:{name}", args=address), name == tab) for name, label in names],
    }


def run_list(request: WorkspaceRequest, rows: QuerySet[PipelineRun]) -> CalledRunList:
    """Return a list of runs that were called through something."""
    return CalledRunList(
        request,
        rows,
        scope=str(request.workspace.pk),
        may_share_views=may(request.membership, Action.VIEWS_SHARE),
        empty=Empty(_("Nothing was run yet"), _("Runs appear here, whoever or whatever submits them."), icon="jobs"),
    )


def graph_props(published: PublishedPipeline) -> dict[str, Any]:
    """Return what the drawing of a published graph is given."""
    drawing = drawn(services.graph_of_published(published), services.inputs_of(published), published.workspace.name)
    return {**drawing, "label": _("Graph of %(name)s") % {"name": published}}


@transaction.atomic
def _publish(request: WorkspaceRequest, run: Run, given: dict[str, Any]) -> PipelineEndpoint:
    names = ("name", "version", "description", "experiment_name")
    published = services.publish_run(actor=request.user, run=run, **{name: given[name] for name in names})
    if given["endpoint"] == NEW:
        endpoint = _new_endpoint(request, given["endpoint_name"], published)
    else:
        endpoint = endpoint_services.find_endpoint(request.workspace, UUID(given["endpoint"]))
        endpoint_services.add_version(
            actor=request.user, endpoint=endpoint, published=published, make_default=given["make_default"]
        )
    said = _("“%(name)s” is published as version %(version)d of %(endpoint)s.")
    values = {"name": published, "version": endpoint.latest_number, "endpoint": endpoint.name}
    messages.success(request, said % values)
    return endpoint


def _new_endpoint(request: WorkspaceRequest, name: str, published: PublishedPipeline) -> PipelineEndpoint:
    try:
        return endpoint_services.create_endpoint(
            actor=request.user, workspace=request.workspace, name=name, published=published
        )
    except InvalidInput as error:  # of the endpoint's name, not of the pipeline's
        raise InvalidInput(
            {"endpoint_name": [said for sentences in error.errors.values() for said in sentences]}
        ) from None


def _start(request: WorkspaceRequest, run: Run, choices: list[tuple[str, str]]) -> dict[str, Any]:
    asked = request.GET.get("endpoint", "")
    graph = services.clone_of(run)[0]
    return {
        "endpoint": asked if asked in dict(choices) else NEW,
        "name": (graph.display_name or run.display_name or run.name)[:255],
        "description": graph.description or run.description,
        "experiment_name": run.experiment.name if run.experiment else "",
    }


def _lead_to(request: WorkspaceRequest, published: PublishedPipeline) -> None:
    request.breadcrumbs = [(str(published), published.get_absolute_url())]  # type: ignore[attr-defined]
