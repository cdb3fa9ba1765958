"""Filters of datasets, the same for pages and API."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet, MultipleChoiceFilter

from apps.data.models import Dataset
from apps.data.states import DatasetKind


class DatasetFilter(FilterSet):
    """Datasets by type and archive. The archive is left out unless asked for."""

    kind = MultipleChoiceFilter(
        label=_("Type"), choices=DatasetKind.choices, distinct=False, widget=forms.CheckboxSelectMultiple
    )
    archived = ChoiceFilter(
        label=_("Archive"),
        choices=[("only", _("Archived")), ("all", _("With archived"))],
        empty_label=_("Not archived"),
        method="by_archive",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Dataset
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Dataset]) -> QuerySet[Dataset]:
        rows: QuerySet[Dataset] = super().filter_queryset(queryset)
        asked: dict[str, Any] = self.form.cleaned_data
        return rows if asked.get("archived") else rows.filter(archived_at=None)

    def by_archive(self, rows: QuerySet[Dataset], name: str, value: str) -> QuerySet[Dataset]:
        """Choose by archive; without a value, ``filter_queryset`` leaves the archive out."""
        return rows.exclude(archived_at=None) if value == "only" else rows
