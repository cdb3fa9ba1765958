"""The filter of things that can be put away, the same for all of them."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet


class ArchiveFilter(FilterSet):
    """Rows by their ``archived_at``; what is in the archive is left out unless asked for. It comes last among the filters."""

    archived = ChoiceFilter(
        label=_("Archive"),
        choices=[("only", _("Archived")), ("all", _("With archived"))],
        empty_label=_("Not archived"),
        method="by_archive",
        widget=forms.RadioSelect,
    )

    @classmethod
    def get_filters(cls) -> Any:
        """Return the filters in the order in which people see them."""
        filters = super().get_filters()
        filters["archived"] = filters.pop("archived")
        return filters

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Leave the archive out unless asked for."""
        rows: QuerySet[Any] = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("archived") else rows.filter(archived_at=None)

    def by_archive(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Choose by archive; without a value, ``filter_queryset`` leaves it out."""
        return rows.filter(archived_at__isnull=False) if value == "only" else rows
