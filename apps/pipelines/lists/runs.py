"""Pipeline runs and their steps, as lists."""

from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from apps.core.lists import Column, StudioList
from apps.core.lists.keyset import Slice
from apps.core.templatetags.studio import lasting
from apps.experiments.lists import RunList
from apps.pipelines.filters_runs import PipelineRunFilter, StepFilter
from apps.pipelines.models import Step
from apps.pipelines.states import StepState
from apps.pipelines.step_rows import seconds_of, status_of


class PipelineRunList(RunList):
    """The pipeline runs of a workspace."""

    key = "pipeline-runs"
    title = _("Pipeline runs")
    columns = tuple(column for column in RunList.columns if column.key not in {"kind", "target"})
    search_hint = _("Search pipeline runs")
    filterset_class = PipelineRunFilter


def step_url(step: Step) -> str:
    """Return the page of a step."""
    run = step.pipeline.run
    address = reverse("pipelines:step", args=[run.workspace.name, run.pk])
    return f"{address}?{urlencode({'key': step.key})}"


def _name_cell(step: Any) -> str:
    link = format_html('<a class="table-title" href="{}">{}</a>', step_url(step), step.title)
    return format_html('<div class="truncate" title="{}">{}</div>', step.title, link)


def _run_cell(step: Step) -> str:
    if step.run is None:
        return "–"
    url = reverse("experiments:run", args=[step.pipeline.run.workspace.name, step.run.pk])
    return format_html('<a href="{}"><code>{}</code></a>', url, step.run.name)


class StepList(StudioList):
    """The steps of one pipeline run. ``extra``: what people call its nodes, by their keys."""

    key = "pipeline-steps"
    title = _("Steps")
    columns = (
        Column("number", _("No."), value=lambda step: step.number + 1, sort="number", kind="number"),
        Column("step", _("Step"), value="title", render=_name_cell, fixed=True),
        Column("state", _("State"), value=status_of, kind="status"),
        Column("reason", _("Reason"), value=lambda step: status_of(step).reason),
        Column("duration", _("Duration"), value=seconds_of,
               render=lambda step: "–" if step.state == StepState.REUSED else lasting(step.started_at, step.ended_at)),
        Column("compute", _("Compute target"), value="run.target.name", kind="code"),
        Column("run", _("Run"), value="run.name", render=_run_cell),
        Column("attempt", _("Attempts"), kind="number", shown=False),
        Column("why", _("Reuse"), value=lambda step: step.reuse.get("why", ""), shown=False),
        Column("started_at", _("Started"), kind="time", shown=False),
        Column("ended_at", _("Ended"), kind="time", shown=False),
        Column("key", _("Name"), kind="code", shown=False),
    )  # fmt: skip
    default_sort = ("number",)
    search_fields = ("key",)
    search_hint = _("Search steps")
    filterset_class = StepFilter
    related = ("pipeline__run__workspace", "run__target")
    refresh_on = ("run.changed", "step.changed")

    @cached_property
    def slice(self) -> Slice:
        """The rows of this page, each with what people call it."""
        page = super().slice
        for step in page.rows:
            step.title = self.extra.get(step.key, step.key)
        return page

    def label_of(self, row: Any) -> str:
        """Return what the step is called."""
        return str(row.title)
