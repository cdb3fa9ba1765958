"""Filters of schedules and of their ticks, the same for pages and API."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from apps.schedules.models import Schedule, Tick
from apps.schedules.states import ScheduleState, TickState, TriggerType


class ScheduleFilter(django_filters.FilterSet):
    """Schedules by whether they start anything, by what makes them, by how the last time went, and by owner."""

    state = django_filters.MultipleChoiceFilter(
        label=_("State"), choices=ScheduleState.choices, distinct=False, widget=forms.CheckboxSelectMultiple
    )
    trigger = django_filters.MultipleChoiceFilter(
        label=_("Trigger"),
        field_name="trigger_type",
        choices=TriggerType.choices,
        distinct=False,
        widget=forms.CheckboxSelectMultiple,
    )
    last = django_filters.MultipleChoiceFilter(
        label=_("Last time"),
        field_name="last_state",
        choices=[choice for choice in TickState.choices if choice[0] != TickState.DUE],
        distinct=False,
        widget=forms.CheckboxSelectMultiple,
    )
    owner = django_filters.CharFilter(
        label=_("Runs as"),
        field_name="owner__username",
        widget=forms.TextInput(attrs={"placeholder": _("user name")}),
    )

    class Meta:
        model = Schedule
        fields: list[str] = []


class ScheduleAPIFilter(ScheduleFilter):
    """As on pages; ``source`` gives the schedules of one run or published pipeline, ``name`` the one of this name."""

    source = django_filters.CharFilter(field_name="subject_source")
    name = django_filters.CharFilter(field_name="name", lookup_expr="iexact")


class TickFilter(django_filters.FilterSet):
    """The history of a schedule, by what became of each time."""

    state = django_filters.MultipleChoiceFilter(
        label=_("Result"), choices=TickState.choices, distinct=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Tick
        fields: list[str] = []
