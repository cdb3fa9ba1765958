"""Filters of components, published pipelines and their endpoints, the same for pages and API."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet, MultipleChoiceFilter

from apps.core.lists.archive import ArchiveFilter
from apps.experiments.states import RunStatus
from apps.pipelines.models import Component, ComponentVersion, PipelineEndpoint, PipelineRun, PublishedPipeline
from apps.pipelines.states import ComponentKind

ENABLED, DISABLED = "enabled", "disabled"


class ComponentFilter(ArchiveFilter):
    """Components by what their latest version is, who made them, and archive."""

    kind = MultipleChoiceFilter(
        label=_("Type"),
        choices=[choice for choice in ComponentKind.choices if choice[0] != ComponentKind.BUILTIN],
        distinct=False,
        widget=forms.CheckboxSelectMultiple,
    )
    created_by = CharFilter(
        label=_("Created by"),
        field_name="created_by__username",
        widget=forms.TextInput(attrs={"placeholder": _("user name")}),
    )

    class Meta:
        model = Component
        fields: list[str] = []


class ComponentVersionFilter(ArchiveFilter):
    """Versions of one component."""

    created_by = CharFilter(
        label=_("Registered by"),
        field_name="created_by__username",
        widget=forms.TextInput(attrs={"placeholder": _("user name")}),
    )

    class Meta:
        model = ComponentVersion
        fields: list[str] = []


class StateFilter(FilterSet):
    """Rows by whether they are enabled; all of them unless asked."""

    state = ChoiceFilter(
        label=_("State"),
        choices=[(ENABLED, _("Enabled")), (DISABLED, _("Disabled"))],
        empty_label=_("All"),
        method="by_state",
        widget=forms.RadioSelect,
    )

    def by_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep what is enabled, or what is not."""
        return rows.filter(is_enabled=value == ENABLED)


class PublishedFilter(StateFilter):
    """Published pipelines."""

    class Meta:
        model = PublishedPipeline
        fields: list[str] = []


class PipelineEndpointFilter(StateFilter, ArchiveFilter):
    """Pipeline endpoints by state and archive."""

    class Meta:
        model = PipelineEndpoint
        fields: list[str] = []


class CalledRunFilter(FilterSet):
    """Runs that were called through something, without those that were deleted."""

    status = MultipleChoiceFilter(
        label=_("Status"),
        field_name="run__status",
        choices=RunStatus.choices,
        distinct=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = PipelineRun
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[PipelineRun]) -> QuerySet[PipelineRun]:
        rows: QuerySet[PipelineRun] = super().filter_queryset(queryset)
        return rows.filter(run__deleted_at=None)
