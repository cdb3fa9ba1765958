"""Filters of environments, the same for pages and API."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import MultipleChoiceFilter

from apps.core.lists.archive import ArchiveFilter
from apps.environments.models import Environment
from apps.environments.states import BuildState

CURATED, CUSTOM, ANONYMOUS = "curated", "custom", "job"


class EnvironmentFilter(ArchiveFilter):
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

    class Meta:
        model = Environment
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Environment]) -> QuerySet[Environment]:
        rows: QuerySet[Environment] = super().filter_queryset(queryset)
        asked: dict[str, Any] = self.form.cleaned_data
        if not asked.get("kind"):
            rows = rows.filter(is_anonymous=False)
        return rows

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
