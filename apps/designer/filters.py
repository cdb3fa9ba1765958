"""Filters of drafts, the same for pages and API."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter

from apps.core.lists.archive import ArchiveFilter
from apps.designer.models import Draft


class DraftFilter(ArchiveFilter):
    """Drafts by who made them, and archive."""

    created_by = CharFilter(
        label=_("Created by"),
        field_name="created_by__username",
        widget=forms.TextInput(attrs={"placeholder": _("user name")}),
    )

    class Meta:
        model = Draft
        fields: list[str] = []
