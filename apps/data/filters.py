"""Filters of datasets, the same for pages and API."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django_filters import MultipleChoiceFilter

from apps.core.lists.archive import ArchiveFilter
from apps.data.models import Dataset
from apps.data.states import DatasetKind


class DatasetFilter(ArchiveFilter):
    """Datasets by type and archive."""

    kind = MultipleChoiceFilter(
        label=_("Type"), choices=DatasetKind.choices, distinct=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Dataset
        fields: list[str] = []
