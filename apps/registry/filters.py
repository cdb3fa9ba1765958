"""Filters of the lists of models and of their versions."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.db.models.fields.json import KeyTransform
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, MultipleChoiceFilter

from apps.core.lists.archive import ArchiveFilter
from apps.registry.models import ModelVersion, RegisteredModel
from apps.registry.states import Framework, ModelType, VersionState


class ModelFilter(ArchiveFilter):
    """Models by what their latest version is, and archive."""

    framework = MultipleChoiceFilter(
        label=_("Framework"),
        field_name="latest__framework",
        choices=Framework.choices,
        distinct=False,
        widget=forms.CheckboxSelectMultiple,
    )
    type = MultipleChoiceFilter(
        label=_("Type"),
        field_name="latest__type",
        choices=ModelType.choices,
        distinct=False,
        widget=forms.CheckboxSelectMultiple,
    )
    tag = CharFilter(
        label=_("Tag"), method="by_tag", widget=forms.TextInput(attrs={"placeholder": _("name or name=value")})
    )
    created_by = CharFilter(
        label=_("Created by"),
        field_name="created_by__username",
        widget=forms.TextInput(attrs={"placeholder": _("user name")}),
    )

    class Meta:
        model = RegisteredModel
        fields: list[str] = []

    def by_tag(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Choose by a tag's name, or its name and value, of the model or of its latest version."""
        key, _sign, wanted = (part.strip() for part in value.partition("="))
        return rows.tagged(key, wanted)  # type: ignore[attr-defined, no-any-return]


def _can_be_asked_for(tag: str, value: str) -> bool:
    """Whether databases can look for a tag: SQLite's paths into JSON hold no quotes or backslashes, PostgreSQL's texts no NUL."""
    return not set(tag).intersection('"\\\x00') and "\x00" not in value


class VersionFilter(ModelFilter):
    """Versions of one model."""

    framework = None
    type = None
    state = MultipleChoiceFilter(
        label=_("State"), choices=VersionState.choices, distinct=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = ModelVersion
        fields: list[str] = []

    def by_tag(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Choose by a tag's name, or its name and value."""
        key, has_value, wanted = (part.strip() for part in value.partition("="))
        if not _can_be_asked_for(key, wanted):
            return rows.none()
        rows = rows.filter(tags__has_key=key)
        return rows.alias(tag_value=KeyTransform(key, "tags")).filter(tag_value=wanted) if has_value else rows
