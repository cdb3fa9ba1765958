"""Models, their versions, and runs that a model can be made of, as lists."""

from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.core.lists import Column, StudioList
from apps.core.lists.columns import DASH
from apps.core.lists.keyset import Slice
from apps.experiments.models import Experiment
from apps.experiments.text import status_of as status_of_run
from apps.registry.filters import ModelFilter, VersionFilter
from apps.registry.models import ModelAlias, ModelVersion, RegisteredModel
from apps.registry.text import framework_of, status_of

MOST_ALIASES = 4


def model_title(model: RegisteredModel) -> SafeString:
    """Return the name as a link, and what it is below."""
    link = format_html(
        '<div class="truncate" title="{0}"><a class="table-title" href="{1}">{0}</a></div>',
        model.name,
        model.get_absolute_url(),
    )
    first = model.description.strip().splitlines()[:1]
    return (
        format_html('{}<div class="muted small truncate" title="{}">{}</div>', link, *first, *first) if first else link
    )


def aliases_cell(row: Any) -> str:
    """Return aliases as small labels; those of a model with the version that each names."""
    names: list[tuple[str, int]] = row.alias_names
    if not names:
        return DASH
    number = isinstance(row, RegisteredModel)
    shown = format_html_join(
        " ",
        '<span class="tag truncate" title="{0}">{0}</span>',
        ((f"@{name} → {version}" if number else f"@{name}",) for name, version in names[:MOST_ALIASES]),
    )
    rest = len(names) - MOST_ALIASES
    return format_html('{} <span class="tag">+{}</span>', shown, rest) if rest > 0 else shown


class ModelList(StudioList):
    """The models of a workspace, each in its latest version. The view annotates ``name_key``."""

    key = "models"
    title = _("Models")
    columns = (
        Column("name", _("Model"), sort="name_key", render=model_title, fixed=True),
        Column("version", _("Latest version"), value="latest.number", kind="number"),
        Column("aliases", _("Aliases"), render=aliases_cell, exported=False),
        Column("framework", _("Framework"), value=lambda row: framework_of(row.latest)),
        Column("type", _("Type"), value=lambda row: row.latest.get_type_display() if row.latest else ""),
        Column("state", _("State"), value=lambda row: status_of(row.latest), kind="status"),
        Column("tags", _("Tags"), value=lambda row: {**(row.latest.tags if row.latest else {}), **row.tags}, kind="tags"),
        Column("created_by", _("Created by"), value="created_by.display_name"),
        Column("latest_at", _("Changed"), sort="latest_at", kind="time"),
        Column("created_at", _("Created"), sort="created_at", kind="time", shown=False),
        Column("size", _("Size"), value="latest.size", kind="bytes", shown=False),
        Column("description", _("Description"), shown=False),
    )  # fmt: skip
    default_sort = ("-latest_at",)
    search_fields = ("name", "description")
    search_hint = _("Search models")
    filterset_class = ModelFilter
    related = ("workspace", "created_by", "latest")
    refresh_on = ("models.changed",)

    @cached_property
    def slice(self) -> Slice:
        """The rows of this page, each with its aliases: asked for once, not for each row."""
        return with_aliases(super().slice, "model")


class VersionList(StudioList):
    """The versions of one model."""

    key = "model-versions"
    title = _("Versions")
    columns = (
        Column("number", _("Version"), sort="number", render=lambda row: version_link(row), fixed=True),
        Column("state", _("State"), value=status_of, kind="status"),
        Column("aliases", _("Aliases"), render=aliases_cell, exported=False),
        Column("framework", _("Framework"), value=framework_of),
        Column("type", _("Type"), value=lambda row: row.get_type_display(), shown=False),
        Column("run", _("Run"), value="run_name", render=lambda row: run_cell(row)),
        Column("size", _("Size"), kind="bytes"),
        Column("files", _("Files"), value="file_count", kind="number"),
        Column("tags", _("Tags"), kind="tags"),
        Column("stage", _("Stage"), value=lambda row: row.get_stage_display(), shown=False),
        Column("created_by", _("Created by"), value="created_by.display_name"),
        Column("created_at", _("Created"), sort="created_at", kind="time"),
        Column("description", _("Description"), shown=False),
        Column("sha256", "SHA-256", kind="code", shown=False),
    )  # fmt: skip
    default_sort = ("-number",)
    search_fields = ("description", "run_name")
    search_hint = _("Search versions")
    filterset_class = VersionFilter
    related = ("model__workspace", "created_by", "run")
    refresh_on = ("models.changed",)

    @cached_property
    def slice(self) -> Slice:
        """The rows of this page, each with its aliases: asked for once, not for each row."""
        return with_aliases(super().slice, "version")

    def label_of(self, row: ModelVersion) -> str:
        """Return what the version is called."""
        return row.reference


class RunChoiceList(StudioList):
    """Runs that left files, to make a model of. The view annotates ``for_model``: whose next version it becomes, or empty."""

    key = "model-runs"
    title = _("Runs with files")
    columns = (
        Column("run", _("Run"), value=str, render=lambda row: choose_link(row), fixed=True),
        Column("status", _("Status"), value=status_of_run, kind="status"),
        Column("experiment", _("Experiment"), value="experiment.name"),
        Column("created_at", _("Submitted"), sort="created_at", kind="time"),
        Column("submitted_by", _("Submitted by"), value="submitted_by.display_name"),
        Column("output_bytes", _("Files"), kind="bytes"),
    )
    default_sort = ("-created_at",)
    search_fields = ("display_name", "name")
    search_hint = _("Search runs")
    related = ("workspace", "experiment", "submitted_by")
    refresh_on = ("runs.changed",)

    def searched(self, rows: QuerySet[Any], word: str) -> QuerySet[Any]:
        """Keep runs of whose name, or that of their experiment, a word is part; experiments are few, and looked up once."""
        named = Experiment.objects.filter(name__icontains=word).values("pk")
        of_run = Q(display_name__icontains=word) | Q(name__icontains=word)
        return rows.filter(of_run | Q(experiment__in=named))


def version_link(version: ModelVersion) -> SafeString:
    """Return a version's number as a link to its page."""
    return format_html('<a class="table-title" href="{}">{}</a>', version.get_absolute_url(), version.number)


def run_cell(version: ModelVersion) -> str:
    """Return the run that made a version; only its name where the run is gone."""
    if version.run is None or version.run.deleted_at is not None:
        return (
            format_html('<div class="truncate muted" title="{0}">{0}</div>', version.run_name)
            if version.run_name
            else DASH
        )
    url = reverse("experiments:run", args=[version.model.workspace.name, version.run.pk])
    return format_html('<div class="truncate" title="{0}"><a href="{1}">{0}</a></div>', str(version.run), url)


def choose_link(run: Any) -> SafeString:
    """Return a run as a link to where it becomes a model."""
    address = reverse("registry:register-run", args=[run.workspace.name, run.pk])
    query = f"?{urlencode({'model': run.for_model})}" if run.for_model else ""
    line = '<div class="truncate" title="{0}"><a class="table-title" href="{1}{2}">{0}</a></div>'
    return format_html(line, str(run), address, query)


def with_aliases(page: Slice, owner: str) -> Slice:
    """Give each row of a page ``alias_names``: names and the numbers of their versions. Args: owner: of ModelAlias."""
    found: dict[Any, list[tuple[str, int]]] = {row.pk: [] for row in page.rows}
    rows = ModelAlias.objects.filter(**{f"{owner}__in": found}).order_by("name")
    for owner_id, name, number in rows.values_list(f"{owner}_id", "name", "version__number"):
        found[owner_id].append((name, number))
    for row in page.rows:
        row.alias_names = found[row.pk]
    return page
