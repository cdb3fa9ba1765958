"""Components, published pipelines, their endpoints and what was run through these, as lists."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.core.keys import PRIMARY, SECONDARY
from apps.core.lists import Column, Status, StudioList
from apps.core.lists.columns import DASH, status_cell
from apps.core.templatetags.studio import lasting
from apps.experiments.text import status_of as status_of_run
from apps.pipelines.filters import (
    CalledRunFilter,
    ComponentFilter,
    ComponentVersionFilter,
    PipelineEndpointFilter,
    PublishedFilter,
)
from apps.pipelines.models import Component, ComponentVersion, PipelineEndpoint, PipelineRun
from apps.pipelines.services.publishing import CALLED_WITH

KEY_LABELS = {PRIMARY: _("Primary key"), SECONDARY: _("Secondary key")}


def title_cell(row: Any, title: str, below: str) -> SafeString:
    """Return a link to a row's page, with one line about it below."""
    link = format_html(
        '<div class="truncate" title="{0}"><a class="table-title" href="{1}">{0}</a></div>',
        title,
        row.get_absolute_url(),
    )
    first = below.strip().splitlines()[:1]
    return (
        format_html('{}<div class="muted small truncate" title="{}">{}</div>', link, *first, *first) if first else link
    )


def component_title(component: Component) -> SafeString:
    """Return the name as a link, and what the latest version is called and for below."""
    latest = component.latest
    below = (latest.description or latest.display_name) if latest else ""
    return title_cell(component, component.name, below)


def enabled_status(row: Any) -> Status:
    """Return whether something can be called."""
    if getattr(row, "archived_at", None):
        return Status("idle", _("Archived"))
    return Status("ok", _("Enabled")) if row.is_enabled else Status("warn", _("Disabled"))


def version_status(version: ComponentVersion) -> Status:
    """Return whether a version can be used."""
    return Status("idle", _("Archived")) if version.archived_at else Status("ok", _("Usable"))


def last_run_cell(row: Any) -> str:
    """Return how the last run stands, as a link to it."""
    run = row.last_run
    if run is None or run.deleted_at is not None:
        return DASH
    return format_html(
        '<a href="{}">{}</a>',
        reverse("experiments:run", args=[row.workspace.name, run.pk]),
        status_cell(status_of_run(run)),
    )


class ComponentList(StudioList):
    """The components of a workspace, each in its latest version. The view annotates ``name_key``."""

    key = "components"
    title = _("Components")
    columns = (
        Column("name", _("Component"), sort="name_key", render=component_title, fixed=True),
        Column("display_name", _("Display name"), value="latest.display_name"),
        Column("kind", _("Type"), value=lambda row: row.latest.get_kind_display() if row.latest else ""),
        Column("version", _("Latest version"), value="latest.version", kind="code"),
        Column("versions", _("Versions"), value="latest_number", kind="number", shown=False),
        Column("tags", _("Tags"), value="latest.tags", kind="tags"),
        Column("created_by", _("Created by"), value="created_by.display_name"),
        Column("latest_at", _("Changed"), sort="latest_at", kind="time"),
        Column("created_at", _("Created"), kind="time", shown=False),
        Column("description", _("Description"), value="latest.description", shown=False),
    )
    default_sort = ("-latest_at",)
    search_fields = ("name",)
    search_hint = _("Search components")
    filterset_class = ComponentFilter
    related = ("workspace", "created_by", "latest")
    refresh_on = ("components.changed",)


class ComponentVersionList(StudioList):
    """The versions of one component."""

    key = "component-versions"
    title = _("Versions")
    columns = (
        Column("version", _("Version"), sort="number", fixed=True,
               render=lambda row: format_html('<a class="table-title" href="{}">{}</a>', row.get_absolute_url(), row.version)),
        Column("state", _("State"), value=version_status, kind="status"),
        Column("display_name", _("Display name")),
        Column("tags", _("Tags"), kind="tags"),
        Column("created_by", _("Registered by"), value="created_by.display_name"),
        Column("created_at", _("Registered"), sort="created_at", kind="time"),
        Column("kind", _("Type"), value=lambda row: row.get_kind_display(), shown=False),
        Column("description", _("Description"), shown=False),
    )  # fmt: skip
    default_sort = ("-version",)
    search_fields = ("version", "description", "display_name")
    search_hint = _("Search versions")
    filterset_class = ComponentVersionFilter
    related = ("component__workspace", "created_by")
    refresh_on = ("components.changed",)

    def label_of(self, row: ComponentVersion) -> str:
        """Return what the version is called."""
        return row.reference


class PipelineEndpointList(StudioList):
    """The pipeline endpoints of a workspace. The view annotates ``name_key``."""

    key = "pipeline-endpoints"
    title = _("Pipeline endpoints")
    columns = (
        Column("name", _("Pipeline endpoint"), sort="name_key", fixed=True,
               render=lambda row: title_cell(row, row.name, row.description)),
        Column("state", _("State"), value=enabled_status, kind="status"),
        Column("last_run", _("Last run"), value=lambda row: row.last_run.get_status_display() if row.last_run else "",
               render=last_run_cell),
        Column("default", _("Default version"), value="default.number", kind="number"),
        Column("versions", _("Versions"), value=lambda row: row.latest_number + 1, kind="number"),
        Column("modified_by", _("Modified by"), value="modified_by.display_name"),
        Column("updated_at", _("Updated"), sort="updated_at", kind="time"),
        Column("created_by", _("Created by"), value="created_by.display_name", shown=False),
        Column("created_at", _("Created"), kind="time", shown=False),
    )  # fmt: skip
    default_sort = ("-updated_at",)
    search_fields = ("name", "description")
    search_hint = _("Search pipeline endpoints")
    filterset_class = PipelineEndpointFilter
    related = ("workspace", "created_by", "modified_by", "default", "last_run")
    refresh_on = ("pipeline_endpoints.changed",)

    def label_of(self, row: PipelineEndpoint) -> str:
        """Return what the endpoint is called."""
        return row.name


class PublishedList(StudioList):
    """The published pipelines of a workspace."""

    key = "published-pipelines"
    title = _("Published pipelines")
    columns = (
        Column("name", _("Published pipeline"), fixed=True, render=lambda row: title_cell(row, row.name, row.description)),
        Column("version", _("Version"), kind="code"),
        Column("state", _("State"), value=enabled_status, kind="status"),
        Column("last_run", _("Last run"), value=lambda row: row.last_run.get_status_display() if row.last_run else "",
               render=last_run_cell),
        Column("created_by", _("Published by"), value="created_by.display_name"),
        Column("created_at", _("Published"), sort="created_at", kind="time"),
        Column("id", _("Id"), value="pk", kind="code", shown=False),
    )  # fmt: skip
    default_sort = ("-created_at",)
    search_fields = ("name", "description")
    search_hint = _("Search published pipelines")
    filterset_class = PublishedFilter
    related = ("workspace", "created_by", "last_run")
    refresh_on = ("pipeline_endpoints.changed",)


def _run_cell(row: PipelineRun) -> str:
    url = reverse("experiments:run", args=[row.run.workspace.name, row.run.pk])
    return format_html(
        '<div class="truncate" title="{0}"><a class="table-title" href="{1}">{0}</a></div>', str(row.run), url
    )


def _caller(row: PipelineRun) -> str:
    """Return who called: a person, or which key opened the endpoint."""
    if row.run.submitted_by is not None:
        return str(row.run.submitted_by.display_name)
    return str(KEY_LABELS.get(row.run.properties.get(CALLED_WITH), ""))


class CalledRunList(StudioList):
    """The runs that were called through an endpoint or a published pipeline."""

    key = "called-runs"
    title = _("Runs")
    columns = (
        Column("run", _("Run"), value=lambda row: str(row.run), render=_run_cell, fixed=True),
        Column("status", _("Status"), value=lambda row: status_of_run(row.run), kind="status"),
        Column("experiment", _("Experiment"), value="run.experiment.name"),
        Column("published", _("Published pipeline"), value=lambda row: str(row.published) if row.published else ""),
        Column("created_at", _("Submitted"), sort="created_at", kind="time"),
        Column("duration", _("Duration"), value="run.duration_s",
               render=lambda row: lasting(row.run.started_at, row.run.ended_at)),
        Column("caller", _("Called by"), value=_caller),
    )  # fmt: skip
    default_sort = ("-created_at",)
    filterset_class = CalledRunFilter
    related = ("run__workspace", "run__experiment", "run__submitted_by", "published")
    refresh_on = ("runs.changed", "pipeline_endpoints.changed")

    def label_of(self, row: PipelineRun) -> str:
        """Return what the run is called."""
        return str(row.run)
