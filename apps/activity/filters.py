"""Filters of the audit log and of notifications, for pages and API."""

from contextlib import suppress
from typing import Any
from uuid import UUID

import django_filters as filters
from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.activity.models import AuditRecord, Level, Notification
from apps.activity.verbs import label_of

MOST_PEOPLE = 50


class DayRange(filters.widgets.DateRangeWidget):
    """Two days, each with a label that says which end it is."""

    def __init__(self) -> None:
        super().__init__(attrs={"type": "date"})

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Return both fields."""
        fields = self.get_context(name, value, attrs)["widget"]["subwidgets"]
        rendered = (self._render(field["template_name"], {"widget": field}, renderer) for field in fields)
        return format_html_join("", "<label>{} {}</label>", zip((_("From"), _("Until")), rendered, strict=True))


class AuditFilter(filters.FilterSet):
    """Who did what, when. Offers only people and verbs that the records name, and of the people not more than a menu holds.

    All others are found by the list's search; an address that names one of them works too.
    """

    who = filters.MultipleChoiceFilter(
        field_name="actor", label=_("Who"), widget=forms.CheckboxSelectMultiple, distinct=False
    )
    what = filters.MultipleChoiceFilter(
        field_name="verb", label=_("What"), widget=forms.CheckboxSelectMultiple, distinct=False
    )
    when = filters.DateFromToRangeFilter(field_name="created_at", label=_("When"), widget=DayRange)

    class Meta:
        model = AuditRecord
        fields: list[str] = []

    def __init__(self, data: Any, queryset: QuerySet[AuditRecord], **kwargs: Any) -> None:
        super().__init__(data, queryset, **kwargs)
        people = [*_actors(queryset), *User.objects.filter(_acted(queryset), pk__in=_uuids(self.data, "who"))]
        self.filters["who"].extra["choices"] = list({str(user.pk): user.display_name for user in people}.items())
        verbs = queryset.order_by().values_list("verb", flat=True).distinct()
        self.filters["what"].extra["choices"] = sorted(
            ((verb, label_of(verb)) for verb in verbs), key=lambda pair: pair[1]
        )


def _actors(records: QuerySet[AuditRecord]) -> QuerySet[User]:
    """Return those who acted, the first by name. Few are found from the records, many from the people: each is quick then."""
    few = list(records.order_by().values_list("actor", flat=True).distinct()[: MOST_PEOPLE + 1])
    people = User.objects.filter(pk__in=few) if len(few) <= MOST_PEOPLE else User.objects.filter(_acted(records))
    return people.order_by("full_name", "username")[:MOST_PEOPLE]


def _acted(records: QuerySet[AuditRecord]) -> Exists:
    return Exists(records.filter(actor=OuterRef("pk")))


class NotificationFilter(filters.FilterSet):
    """Read or not, and how good or bad."""

    unread = filters.TypedChoiceFilter(
        field_name="read_at",
        lookup_expr="isnull",
        coerce=lambda value: value == "true",
        choices=[("", _("All")), ("true", _("Unread")), ("false", _("Read"))],
        label=_("Status"),
        widget=forms.RadioSelect,
    )
    level = filters.MultipleChoiceFilter(
        choices=Level, label=_("Level"), widget=forms.CheckboxSelectMultiple, distinct=False
    )

    class Meta:
        model = Notification
        fields: list[str] = []


def _uuids(data: Any, name: str) -> list[UUID]:
    """Return the values of a parameter that are UUIDs."""
    found = []
    for value in data.getlist(name) if data else []:
        with suppress(ValueError):
            found.append(UUID(value))
    return found
