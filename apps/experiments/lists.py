"""Experiments and runs as lists."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from apps.core.lists import Column, StudioList
from apps.core.lists.keyset import Slice
from apps.core.templatetags.studio import lasting
from apps.experiments.filters import ChildRunFilter, ExperimentFilter, RunFilter
from apps.experiments.models import Experiment, Run, RunTag
from apps.experiments.text import status_of


def run_title(run: Run) -> str:
    """Return what a run is called as a link to its page, with its short name below where it was given another."""
    url = reverse("experiments:run", args=[run.workspace.name, run.pk])
    link = format_html('<a class="table-title" href="{}">{}</a>', url, run.display_name or run.name)
    line = format_html('<div class="truncate" title="{}">{}</div>', run.display_name or run.name, link)
    return format_html('{}<div class="muted mono small">{}</div>', line, run.name) if run.display_name else line


def experiment_url(experiment: Experiment) -> str:
    """Return the page of an experiment."""
    return reverse("experiments:experiment", args=[experiment.workspace.name, experiment.name])


class RunList(StudioList):
    """Runs of a workspace or an experiment. Rows are of one workspace; deleted ones are left out by the filter."""

    key = "runs"
    title = _("Runs")
    columns: ClassVar[Sequence[Column]] = (
        Column("run", _("Run"), value=str, render=run_title, fixed=True),
        Column("status", _("Status"), value=status_of, kind="status"),
        Column(
            "experiment",
            _("Experiment"),
            value="experiment.name",
            link=lambda run: reverse("experiments:experiment", args=[run.workspace.name, run.experiment.name]),
        ),
        Column("created_at", _("Submitted"), sort="created_at", kind="time"),
        Column("duration", _("Duration"), value="duration_s", render=lambda run: lasting(run.started_at, run.ended_at)),
        Column("submitted_by", _("Submitted by"), value="submitted_by.display_name"),
        Column("target", _("Compute target"), value="target.name", kind="code"),
        Column("tags", _("Tags"), value="tags_by_name", kind="tags", exported=False),
        Column("kind", _("Type"), value=lambda run: run.get_kind_display(), shown=False),
        Column("number", _("Number"), kind="number", shown=False),
        Column("name", _("Name"), kind="code", shown=False),
        Column("reason", _("Reason"), value="status_reason", shown=False),
        Column("started_at", _("Started"), kind="time", shown=False),
        Column("ended_at", _("Ended"), kind="time", shown=False),
        Column("output_bytes", _("Files"), kind="bytes", shown=False),
    )
    default_sort = ("-created_at",)
    search_fields = ("display_name", "name")
    search_hint = _("Search runs")
    filterset_class = RunFilter
    related = ("workspace", "experiment", "submitted_by", "target")
    refresh_on = ("runs.changed",)

    @cached_property
    def slice(self) -> Slice:
        """The rows of this page, each with its tags: asked for once, not for each row."""
        page = super().slice
        tags: dict[Any, dict[str, str]] = {run.pk: {} for run in page.rows}
        for run_id, name, value in (
            RunTag.objects.filter(run__in=tags).order_by("name").values_list("run", "name", "value")
        ):
            tags[run_id][name] = value
        for run in page.rows:
            run.tags_by_name = tags[run.pk]
        return page

    def label_of(self, row: Run) -> str:
        """Return what the run is called."""
        return str(row)


class ChildRunList(RunList):
    """The runs within one run."""

    key = "child-runs"
    title = _("Child runs")
    filterset_class = ChildRunFilter


class ExperimentList(StudioList):
    """The experiments of a workspace."""

    key = "experiments"
    title = _("Experiments")
    columns = (
        Column("name", _("Experiment"), sort="name", link=experiment_url, fixed=True),
        Column("runs", _("Runs so far"), value="last_number", kind="number"),
        Column("last_run_at", _("Last run"), sort="last_run_at", nullable=True, kind="time"),
        Column("description", _("Description")),
        Column("tags", _("Tags"), kind="tags"),
        Column("created_by", _("Created by"), value="created_by.display_name", shown=False),
        Column("created_at", _("Created"), sort="created_at", kind="time", shown=False),
    )
    default_sort = ("-last_run_at",)
    search_fields = ("name", "description")
    search_hint = _("Search experiments")
    filterset_class = ExperimentFilter
    related = ("workspace", "created_by")
    refresh_on = ("runs.changed", "experiments.changed")
