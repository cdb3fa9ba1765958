"""Filters of pipeline runs and their steps."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django_filters import FilterSet, MultipleChoiceFilter

from apps.experiments.filters import RunFilter
from apps.pipelines.models import Step
from apps.pipelines.states import StepState


class PipelineRunFilter(RunFilter):
    """As runs are filtered; those that are steps of others are left out unless asked for."""

    kind = None
    target = None


class StepFilter(FilterSet):
    """Steps by how they stand."""

    state = MultipleChoiceFilter(
        label=_("State"), choices=StepState.choices, distinct=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Step
        fields: list[str] = []
