"""Filters of a list as people see them: controls to set, and chips to take off."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django_filters import FilterSet

from apps.core.lists.state import ListState


@dataclass(frozen=True)
class FilterControl:
    """One filter that can be set: its form field, and how many values are set now."""

    name: str
    label: str
    field: Any
    active: int


@dataclass(frozen=True)
class Chip:
    """One value of one filter that is set, and the link that takes it off."""

    label: str
    value: str
    remove_link: str


def controls_of(filterset: FilterSet) -> list[FilterControl]:
    """Return a control for each filter."""
    form = filterset.form
    return [
        FilterControl(
            name, str(form[name].label), form[name], sum(len(values) for values in _given(filterset, name).values())
        )
        for name in filterset.filters
    ]


def chips_of(filterset: FilterSet, state: ListState) -> list[Chip]:
    """Return a chip for each value that is set."""
    chips = []
    for name in filterset.filters:
        bound = filterset.form[name]
        for parameter, values in _given(filterset, name).items():
            chips += [
                Chip(str(bound.label), _shown(bound.field, parameter, value), state.without_filter(parameter, value))
                for value in values
            ]
    return chips


def _given(filterset: FilterSet, name: str) -> dict[str, list[str]]:
    """Return the parameters a filter reads from the address, with the values given; a range reads two."""
    data: Any = filterset.data
    given = {}
    for parameter in (name, f"{name}_after", f"{name}_before", f"{name}_min", f"{name}_max"):
        if values := [value for value in data.getlist(parameter) if value]:
            given[parameter] = values
    return given


def _shown(field: forms.Field, parameter: str, value: str) -> str:
    listed: Any = getattr(field, "choices", None) or getattr(field.widget, "choices", ())
    choices = dict(listed)
    label = str(choices.get(value, value))
    if parameter.endswith(("_after", "_min")):
        return f"≥ {label}"
    if parameter.endswith(("_before", "_max")):
        return f"≤ {label}"
    return label
