"""Filters of workspaces, members and aliases, the same for pages and API."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.db.models.fields.json import KeyTransform
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet, MultipleChoiceFilter

from apps.workspaces.models import Alias, Membership, Workspace
from apps.workspaces.models.alias import AliasKind
from apps.workspaces.roles import Role


class WorkspaceFilter(FilterSet):
    """Which of the workspaces a person is a member of. Those in the archive are left out unless asked for."""

    state = ChoiceFilter(
        label=_("State"),
        choices=[("archived", _("Archived")), ("all", _("Active and archived"))],
        empty_label=_("Active"),
        method="by_state",
        widget=forms.RadioSelect,
    )
    role = MultipleChoiceFilter(
        label=_("My role"), choices=Role.choices, distinct=False, widget=forms.CheckboxSelectMultiple
    )
    tag = CharFilter(
        label=_("Tag"), method="by_tag", widget=forms.TextInput(attrs={"placeholder": _("name or name=value")})
    )

    class Meta:
        model = Workspace
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Workspace]) -> QuerySet[Workspace]:
        rows: QuerySet[Workspace] = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("state") else rows.filter(archived_at=None, deleted_at=None)

    def by_state(self, rows: QuerySet[Workspace], name: str, value: str) -> QuerySet[Workspace]:
        """Choose by archive and trash."""
        if value == "trash":
            return rows.exclude(deleted_at=None)
        rows = rows.filter(deleted_at=None)
        return rows.exclude(archived_at=None) if value == "archived" else rows

    def by_tag(self, rows: QuerySet[Workspace], name: str, value: str) -> QuerySet[Workspace]:
        """Choose by a tag's name, or its name and value."""
        key, has_value, wanted = (part.strip() for part in value.partition("="))
        rows = rows.filter(tags__has_key=key)
        return rows.alias(tag_value=KeyTransform(key, "tags")).filter(tag_value=wanted) if has_value else rows


class WorkspaceAPIFilter(WorkspaceFilter):
    """The API has no page of its own for the trash."""

    state = ChoiceFilter(
        choices=[("active", _("Active")), ("archived", _("Archived")), ("all", _("All")), ("trash", _("In the trash"))],
        method="by_state",
    )

    def by_state(self, rows: QuerySet[Workspace], name: str, value: str) -> QuerySet[Workspace]:
        """Choose by archive and trash."""
        rows = super().by_state(rows, name, value)
        return rows.filter(archived_at=None) if value == "active" else rows


class AllWorkspacesFilter(FilterSet):
    """All workspaces of the studio, for administrators."""

    state = ChoiceFilter(
        label=_("State"),
        choices=[("active", _("Active")), ("archived", _("Archived")), ("trash", _("In the trash"))],
        empty_label=_("All"),
        method="by_state",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Workspace
        fields: list[str] = []

    def by_state(self, rows: QuerySet[Workspace], name: str, value: str) -> QuerySet[Workspace]:
        """Choose by archive and trash."""
        conditions: dict[str, dict[str, Any]] = {
            "active": {"archived_at": None, "deleted_at": None},
            "archived": {"archived_at__isnull": False, "deleted_at": None},
            "trash": {"deleted_at__isnull": False},
        }
        return rows.filter(**conditions[value])


class MemberFilter(FilterSet):
    """Members by role."""

    role = MultipleChoiceFilter(
        label=_("Role"), choices=Role.choices, distinct=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Membership
        fields: list[str] = []


class AliasFilter(FilterSet):
    """Aliases by kind."""

    kind = MultipleChoiceFilter(
        label=_("Kind"), choices=AliasKind.choices, distinct=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Alias
        fields: list[str] = []
