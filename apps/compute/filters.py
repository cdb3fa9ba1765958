"""Filters of machines and work, shared by pages and API."""

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.compute.models import Agent, AgentQuerySet, Isolation, WorkKind, WorkOrder
from apps.compute.states import AgentState, WorkState


class AgentFilter(django_filters.FilterSet):
    """Machines by state and by isolation."""

    state = django_filters.MultipleChoiceFilter(
        label=_("State"), choices=AgentState.choices, method="filter_state", widget=forms.CheckboxSelectMultiple
    )
    isolation = django_filters.MultipleChoiceFilter(
        label=_("Isolation"),
        choices=[choice for choice in Isolation.choices if choice[0]],
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Agent
        fields: tuple[str, ...] = ()

    def filter_state(self, rows: AgentQuerySet, _name: str, values: list[AgentState]) -> AgentQuerySet:
        """Return those in any of the states."""
        return rows.in_state(values, timezone.now())


class QueueFilter(django_filters.FilterSet):
    """Waiting work by kind."""

    kind = django_filters.MultipleChoiceFilter(
        label=_("Kind"), choices=WorkKind.choices, widget=forms.CheckboxSelectMultiple, distinct=False
    )

    class Meta:
        model = WorkOrder
        fields: tuple[str, ...] = ()


class WorkFilter(QueueFilter):
    """Work by state, kind and target."""

    state = django_filters.MultipleChoiceFilter(label=_("State"), choices=WorkState.choices, distinct=False)
    target = django_filters.UUIDFilter(label=_("Compute target"))
