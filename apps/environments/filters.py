"""Filters of environments, the same for pages and API."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet, MultipleChoiceFilter

from apps.environments.models import Environment
from apps.environments.states import BuildState

CURATED, CUSTOM, ANONYMOUS = "curated", "custom", "job"


class EnvironmentFilter(FilterSet):
    """Environments by origin, state and archive. Those made for jobs, and the archive, are left out unless asked for."""

    kind = MultipleChoiceFilter(
        label=_("Origin"),
        choices=[(CURATED, _("Curated")), (CUSTOM, _("Custom")), (ANONYMOUS, _("Made for a job"))],
        method="by_kind",
        widget=forms.CheckboxSelectMultiple,
    )
    state = MultipleChoiceFilter(
        label=_("State"),
        choices=[
            (BuildState.SUCCEEDED, _("Ready")),
            (BuildState.RUNNING, _("Building")),
            (BuildState.QUEUED, _("Waiting")),
            (BuildState.FAILED, _("Failed")),
        ],
        field_name="latest__build__state",
        distinct=False,
        widget=forms.CheckboxSelectMultiple,
    )
    archived = ChoiceFilter(
        label=_("Archive"),
        choices=[("only", _("Archived")), ("all", _("With archived"))],
        empty_label=_("Not archived"),
        method="by_archive",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Environment
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Environment]) -> QuerySet[Environment]:
        rows: QuerySet[Environment] = super().filter_queryset(queryset)
        asked: dict[str, Any] = self.form.cleaned_data
        if not asked.get("kind"):
            rows = rows.filter(is_anonymous=False)
        return rows if asked.get("archived") else rows.filter(archived_at=None)

    def by_kind(self, rows: QuerySet[Environment], name: str, values: list[str]) -> QuerySet[Environment]:
        """Choose by where environments come from."""
        conditions = {
            CURATED: Q(is_curated=True),
            CUSTOM: Q(is_curated=False, is_anonymous=False),
            ANONYMOUS: Q(is_anonymous=True),
        }
        wanted = Q()
        for value in values:
            wanted |= conditions[value]
        return rows.filter(wanted)

    def by_archive(self, rows: QuerySet[Environment], name: str, value: str) -> QuerySet[Environment]:
        """Choose by archive; without a value, ``filter_queryset`` leaves the archive out."""
        return rows.exclude(archived_at=None) if value == "only" else rows
