"""The list of components, and the tabs of a component's page that only show."""

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.db.models.functions import Lower
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.lists import BulkAction, Empty, selected_rows
from apps.core.markdown import render_markdown
from apps.pipelines.lists.assets import ComponentList, ComponentVersionList, version_status
from apps.pipelines.models import Component, ComponentVersion, PipelineRun, PublishedPipeline
from apps.pipelines.services import components as services
from apps.pipelines.services.comparing import changed_files, compare, range_text
from apps.pipelines.services.exporting import yaml_of
from apps.pipelines.services.shown import drawn
from apps.pipelines.views.shared import Deed, Tab, cursor_of, do_with_chosen
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

MOST_VERSIONS = 200
MOST_USES = 50

COMPONENT_DEEDS = {
    "archive": Deed(
        lambda actor, row: services.archive_component(actor=actor, component=row),
        lambda count: ngettext("%(count)d component was archived.", "%(count)d components were archived.", count),
    ),
    "restore": Deed(
        lambda actor, row: services.archive_component(actor=actor, component=row, archived=False),
        lambda count: ngettext("%(count)d component is back.", "%(count)d components are back.", count),
    ),
}
VERSION_DEEDS = {
    "archive": Deed(
        lambda actor, row: services.archive_version(actor=actor, version=row),
        lambda count: ngettext("%(count)d version was archived.", "%(count)d versions were archived.", count),
    ),
    "restore": Deed(
        lambda actor, row: services.archive_version(actor=actor, version=row, archived=False),
        lambda count: ngettext("%(count)d version is back.", "%(count)d versions are back.", count),
    ),
}


@workspace_page(get=Action.COMPONENTS_READ)
def components(request: WorkspaceRequest) -> HttpResponseBase:
    """All components of the workspace."""
    context = {
        "workspace": request.workspace,
        "cursor": cursor_of(request),
        "may_write": may(request.membership, Action.COMPONENTS_WRITE),
    }
    return component_list(request).respond("pipelines/components/components.html", context)


@workspace_page(post=Action.COMPONENTS_WRITE)
def change_components(request: WorkspaceRequest, deed: str) -> HttpResponse:
    """Archive or restore the chosen components."""
    list_ = component_list(request)
    do_with_chosen(request, COMPONENT_DEEDS[deed], list_, "workspace")
    return redirect(f"{list_.path}?{list_.state.restoring}")


def component_list(request: WorkspaceRequest) -> ComponentList:
    """Return the list of the workspace's components, as the page and its bulk actions have it."""
    name = request.workspace.name
    may_write = may(request.membership, Action.COMPONENTS_WRITE)
    return ComponentList(
        request,
        Component.objects.filter(workspace=request.workspace)
        .annotate(name_key=Lower("name"))
        .defer("latest__definition", "latest__source"),
        path=reverse("pipelines:components", args=[name]),
        scope=str(request.workspace.pk),
        may_share_views=may(request.membership, Action.VIEWS_SHARE),
        bulk_actions=_bulk_actions(lambda deed: reverse(f"pipelines:{deed}-components", args=[name]))
        if may_write
        else [],
        empty=Empty(
            _("No components yet"),
            _(
                "A component is a step that pipelines share: a command with typed inputs and outputs, its code and its "
                "environment, under a name and in versions that never change."
            ),
            icon="component",
            action_label=_("Register a component") if may_write else "",
            action_url=reverse("pipelines:new-component", args=[name]) if may_write else "",
            snippet=f"studio component create --file component.yml --workspace {name}" if may_write else "",
        ),
    )


@workspace_page(get=Action.COMPONENTS_READ)
def details(request: WorkspaceRequest, component_name: str) -> HttpResponse:
    """What a component takes, does and leaves."""
    version = find_version(request, component_name)
    context = page_context(request, version, "component")
    said = services.component_of(version)
    context |= {
        "said": said,
        "description": render_markdown(version.description),
        "inputs": [(name, port, range_text(port)) for name, port in said.inputs.items()],
        "environment_url": environment_url(request, said.environment),
        "graph_props": {**drawn(said.graph, {}, request.workspace.name), "label": said.name} if said.graph else None,
    }
    return render(request, "pipelines/components/details.html", context)


@workspace_page(get=Action.COMPONENTS_READ)
def versions(request: WorkspaceRequest, component_name: str) -> HttpResponseBase:
    """All versions of a component."""
    version = find_version(request, component_name)
    context = page_context(request, version, "component-versions")
    return version_list(request, version.component).respond("pipelines/components/versions.html", context)


@workspace_page(post=Action.COMPONENTS_WRITE)
def change_versions(request: WorkspaceRequest, component_name: str, deed: str) -> HttpResponse:
    """Archive or restore the chosen versions."""
    list_ = version_list(request, find_component(request, component_name))
    do_with_chosen(request, VERSION_DEEDS[deed], list_, "component__workspace")
    return redirect(f"{list_.path}?{list_.state.restoring}")


def version_list(request: WorkspaceRequest, component: Component) -> ComponentVersionList:
    """Return the list of a component's versions, as the page and its bulk actions have it."""
    address = [request.workspace.name, component.name]
    actions = [
        BulkAction("compare", _("Compare"), reverse("pipelines:component-compare", args=address), icon="compare")
    ]
    if may(request.membership, Action.COMPONENTS_WRITE):
        actions += _bulk_actions(lambda deed: reverse(f"pipelines:{deed}-component-versions", args=address))
    return ComponentVersionList(
        request,
        ComponentVersion.objects.filter(component=component).defer("definition", "source"),
        path=reverse("pipelines:component-versions", args=address),
        scope=str(request.workspace.pk),
        may_share_views=may(request.membership, Action.VIEWS_SHARE),
        bulk_actions=actions,
        empty=Empty(_("All versions are archived"), _("The filter “Archive” shows them."), icon="archive"),
    )


@workspace_page(get=Action.COMPONENTS_READ)
def code(request: WorkspaceRequest, component_name: str) -> HttpResponse:
    """The files of the code."""
    version = find_version(request, component_name)
    context = page_context(request, version, "component-code")
    context["code_props"] = {"api": f"{context['api']}code/", "mode": "code"}
    return render(request, "pipelines/components/code.html", context)


@workspace_page(get=Action.COMPONENTS_READ)
def as_yaml(request: WorkspaceRequest, component_name: str) -> HttpResponse:
    """The component as a file for Azure ML v2: as it is here, and as it was registered."""
    version = find_version(request, component_name)
    context = page_context(request, version, "component-yaml")
    return render(request, "pipelines/components/yaml.html", context | {"yaml": yaml_of(version)})


@workspace_page(get=Action.COMPONENTS_READ)
def uses(request: WorkspaceRequest, component_name: str) -> HttpResponse:
    """Runs and published pipelines that use the version."""
    version = find_version(request, component_name)
    graphs = version.uses.values("graph")
    runs = PipelineRun.objects.filter(graph__in=graphs, run__deleted_at=None).order_by("-created_at", "-pk")
    published = PublishedPipeline.objects.filter(graph__in=graphs).order_by("-created_at", "-pk")
    context = {
        "runs": runs.select_related("run__workspace", "run__experiment", "run__submitted_by")[:MOST_USES],
        "published": published.select_related("workspace", "created_by")[:MOST_USES],
        "most": MOST_USES,
    }
    return render(request, "pipelines/components/uses.html", page_context(request, version, "component-uses") | context)


@workspace_page(get=Action.COMPONENTS_READ, post=Action.COMPONENTS_READ)
def compare_versions(request: WorkspaceRequest, component_name: str) -> HttpResponse:
    """Two versions side by side. A post comes from the list, with the rows that were chosen there."""
    component = find_component(request, component_name)
    if request.method == "POST":
        return _chosen_pair(request, component)
    request.breadcrumbs = [(component.name, component.get_absolute_url())]  # type: ignore[attr-defined]
    second = services.find_version(component, request.GET.get("b", "") or services.LATEST)
    first = services.find_version(component, request.GET.get("a", "") or _before(second))
    sections = compare(first, second)
    context = {
        "workspace": request.workspace,
        "component": component,
        "first": first,
        "second": second,
        "names": component.versions.order_by("-number").values_list("version", flat=True)[:MOST_VERSIONS],
        "sections": sections,
        "equal": [section.title for section in sections if section.lines and not section.differing],
        "files": changed_files(first, second),
        "has_code": bool(first.snapshot_id or second.snapshot_id),
    }
    return render(request, "pipelines/components/compare.html", context)


def find_component(request: WorkspaceRequest, name: str) -> Component:
    """Return the component of the address.

    Raises:
        ComponentUnknown: there is none.
    """
    return services.get_component(request.workspace, name)


def find_version(request: WorkspaceRequest, name: str) -> ComponentVersion:
    """Return the version that the address names: that of ``?version=``, or the latest.

    Raises:
        ComponentUnknown, ComponentVersionUnknown: there is none.
    """
    return services.find_version(find_component(request, name), request.GET.get("version", "") or services.LATEST)


def page_context(request: WorkspaceRequest, version: ComponentVersion, tab: str) -> dict[str, Any]:
    """Return what every tab of a component's page needs."""
    cursor = cursor_of(request)
    component = version.component
    chosen = f"?version={quote(version.version)}" if request.GET.get("version") else ""
    address = [request.workspace.name, component.name]
    names = [("component", _("Details")), ("component-versions", _("Versions")), ("component-code", _("Code")),
             ("component-yaml", "YAML"), ("component-uses", _("Used by"))]  # fmt: skip
    shown = ComponentVersion.objects.filter(component=component).only(
        "pk", "version", "number", "created_at", "archived_at"
    )
    return {
        **version_context(request, version),
        "cursor": cursor,
        "tabs": [
            Tab(label, f"{reverse(f'pipelines:{name}', args=address)}{chosen}", name == tab) for name, label in names
        ],
        "versions": shown.order_by("-number")[:MOST_VERSIONS],
    }


def version_context(request: WorkspaceRequest, version: ComponentVersion) -> dict[str, Any]:
    """Return what the parts of a component's page that load themselves need."""
    component = version.component
    base = f"/api/v1/workspaces/{request.workspace.name}/components/{quote(component.name, safe='')}/"
    return {
        "workspace": request.workspace,
        "component": component,
        "version": version,
        "is_latest": version.pk == component.latest_id,
        "status": version_status(version),
        "may_write": may(request.membership, Action.COMPONENTS_WRITE),
        "api": f"{base}versions/{quote(version.version, safe='')}/",
    }


def environment_url(request: WorkspaceRequest, reference: Any) -> str:
    """Return the page of a version of an environment, by ``name:version``; empty where it is none."""
    name, colon, number = str(reference or "").rpartition(":")
    if not colon or not isinstance(reference, str) or "/" in name:
        return ""
    return f"{reverse('environments:environment', args=[request.workspace.name, name])}?version={number}"


def _bulk_actions(url: Any) -> list[BulkAction]:
    return [
        BulkAction("archive", _("Archive"), url("archive"), icon="archive"),
        BulkAction("restore", _("Restore"), url("restore"), icon="restore"),
    ]


def _chosen_pair(request: WorkspaceRequest, component: Component) -> HttpResponse:
    list_ = version_list(request, component)
    chosen = sorted(selected_rows(request, list_)[:3], key=lambda version: version.number)
    if len(chosen) != 2:
        messages.warning(request, _("Choose two versions to compare them."))
        return redirect(f"{list_.path}?{list_.state.restoring}")
    query = urlencode({"a": chosen[0].version, "b": chosen[1].version})
    return redirect(f"{reverse('pipelines:component-compare', args=[request.workspace.name, component.name])}?{query}")


def _before(version: ComponentVersion) -> str:
    """Return what the version before another is called; its own name where it is the first."""
    earlier = ComponentVersion.objects.filter(component=version.component, number__lt=version.number).order_by(
        "-number"
    )
    return earlier.values_list("version", flat=True).first() or version.version
