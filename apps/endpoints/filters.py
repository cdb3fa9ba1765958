"""Filters of endpoints, the same for pages and API."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import FilterSet, MultipleChoiceFilter

from apps.endpoints.models import Deployment, Endpoint
from apps.endpoints.states import AuthMode, DeploymentState


class EndpointFilter(FilterSet):
    """Endpoints by what callers must show, and by the state of their deployments."""

    auth_mode = MultipleChoiceFilter(
        label=_("Authentication"), choices=AuthMode.choices, distinct=False, widget=forms.CheckboxSelectMultiple
    )
    state = MultipleChoiceFilter(
        label=_("Has a deployment that is"),
        choices=DeploymentState.choices,
        method="by_state",
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Endpoint
        fields: list[str] = []

    def by_state(self, rows: QuerySet[Endpoint], name: str, value: list[str]) -> QuerySet[Endpoint]:
        """Keep endpoints with a deployment in one of the states."""
        found = Deployment.objects.filter(state__in=value).order_by().values("endpoint")
        return rows.filter(pk__in=found) if value else rows
