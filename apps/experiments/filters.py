"""Filters of experiments and runs, the same for pages and API."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core.lists.archive import ArchiveFilter
from apps.experiments.models import Experiment, Run, RunKind, RunTag
from apps.experiments.models.run import SYSTEM_KINDS
from apps.experiments.states import RunStatus

USER_KINDS = [choice for choice in RunKind.choices if choice[0] not in SYSTEM_KINDS]


class RunFilter(django_filters.FilterSet):
    """People's runs. Child runs and those in the archive are left out unless asked for; the studio's own work always."""

    status = django_filters.MultipleChoiceFilter(
        label=_("Status"), choices=RunStatus.choices, distinct=False, widget=forms.CheckboxSelectMultiple
    )
    experiment = django_filters.CharFilter(label=_("Experiment"), field_name="experiment__name")
    kind = django_filters.MultipleChoiceFilter(
        label=_("Type"), choices=USER_KINDS, distinct=False, widget=forms.CheckboxSelectMultiple
    )
    submitted_by = django_filters.CharFilter(
        label=_("Submitted by"),
        field_name="submitted_by__username",
        widget=forms.TextInput(attrs={"placeholder": _("user name")}),
    )
    target = django_filters.CharFilter(label=_("Compute target"), field_name="target__name")
    tag = django_filters.CharFilter(
        label=_("Tag"), method="by_tag", widget=forms.TextInput(attrs={"placeholder": _("name or name=value")})
    )
    description = django_filters.CharFilter(label=_("Description"), lookup_expr="icontains")
    created = django_filters.DateFromToRangeFilter(
        label=_("Submitted"),
        field_name="created_at",
        widget=django_filters.widgets.DateRangeWidget(attrs={"type": "date"}),
    )
    archived = django_filters.ChoiceFilter(
        label=_("Archive"),
        choices=[("only", _("Archived")), ("all", _("With archived"))],
        empty_label=_("Not archived"),
        method="by_archive",
        widget=forms.RadioSelect,
    )
    children = django_filters.ChoiceFilter(
        label=_("Child runs"),
        choices=[("all", _("With child runs"))],
        empty_label=_("Only top-level runs"),
        method="unchanged",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Run
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Run]) -> QuerySet[Run]:
        rows: QuerySet[Run] = super().filter_queryset(queryset)
        # The same three conditions as those of the index that lists begin with.
        rows = rows.filter(experiment__isnull=False, deleted_at=None)
        asked = self.form.cleaned_data
        if not asked.get("archived"):
            rows = rows.filter(archived_at=None)
        return rows if self.includes_children(asked) else rows.filter(parent=None)

    def includes_children(self, asked: dict[str, Any]) -> bool:
        """Whether runs within runs are wanted."""
        return bool(asked.get("children"))

    def by_archive(self, rows: QuerySet[Run], name: str, value: str) -> QuerySet[Run]:
        """Choose by archive; without a value, ``filter_queryset`` leaves the archive out."""
        return rows.filter(archived_at__isnull=False) if value == "only" else rows

    def by_tag(self, rows: QuerySet[Run], name: str, value: str) -> QuerySet[Run]:
        """Choose by a tag's name, or its name and value."""
        key, has_value, wanted = (part.strip() for part in value.partition("="))
        tags = RunTag.objects.filter(name=key)
        return rows.filter(pk__in=(tags.filter(value=wanted) if has_value else tags).values("run"))

    def unchanged(self, rows: QuerySet[Run], name: str, value: str) -> QuerySet[Run]:
        """Leave the choice to ``filter_queryset``, which also knows what is meant where nothing is chosen."""
        return rows


class ChildRunFilter(RunFilter):
    """The runs within one run."""

    children = None

    def includes_children(self, asked: dict[str, Any]) -> bool:
        return True


class RunAPIFilter(RunFilter):
    """As on pages; ``parent`` gives the runs within one run."""

    name = django_filters.CharFilter(field_name="name")
    parent = django_filters.UUIDFilter(field_name="parent")
    rerun_of = django_filters.UUIDFilter(field_name="rerun_of")

    def includes_children(self, asked: dict[str, Any]) -> bool:
        return bool(asked.get("children") or asked.get("parent"))


class ExperimentFilter(ArchiveFilter):
    """Experiments by who made them, and archive."""

    created_by = django_filters.CharFilter(
        label=_("Created by"),
        field_name="created_by__username",
        widget=forms.TextInput(attrs={"placeholder": _("user name")}),
    )

    class Meta:
        model = Experiment
        fields: list[str] = []
