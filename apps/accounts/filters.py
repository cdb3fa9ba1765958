"""Filters of people, tokens and invitations, shared by pages and API."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import AccessToken, Invitation, User
from apps.accounts.models.token import TokenScope


class UserState(TextChoices):
    """What somebody is to the studio now."""

    ACTIVE = "active", _("Active")
    DEACTIVATED = "deactivated", _("Deactivated")
    NEVER_SIGNED_IN = "new", _("Has not signed in yet")


class UserFilter(django_filters.FilterSet):
    """People by state and by whether they are administrators."""

    state = django_filters.MultipleChoiceFilter(
        label=_("State"), choices=UserState.choices, method="filter_state", widget=forms.CheckboxSelectMultiple
    )
    administrator = django_filters.MultipleChoiceFilter(
        label=_("Administrator"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        method="filter_administrator",
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = User
        fields: tuple[str, ...] = ()

    def filter_state(self, rows: QuerySet[User], name: str, values: list[str]) -> QuerySet[User]:
        """Return those in any of the states."""
        conditions = {
            UserState.ACTIVE: Q(is_active=True),
            UserState.DEACTIVATED: Q(is_active=False),
            UserState.NEVER_SIGNED_IN: Q(last_login=None),
        }
        return rows.filter(_any_of(conditions, values))

    def filter_administrator(self, rows: QuerySet[User], name: str, values: list[str]) -> QuerySet[User]:
        """Return administrators, all others, or both."""
        return rows.filter(_any_of({"yes": Q(is_administrator=True), "no": Q(is_administrator=False)}, values))


class TokenState(TextChoices):
    """Whether a token still opens something."""

    WORKS = "works", _("Works")
    EXPIRED = "expired", _("Expired")


class TokenFilter(django_filters.FilterSet):
    """Tokens by state and scope."""

    state = django_filters.MultipleChoiceFilter(
        label=_("State"), choices=TokenState.choices, method="filter_state", widget=forms.CheckboxSelectMultiple
    )
    scope = django_filters.MultipleChoiceFilter(
        label=_("May"), choices=TokenScope.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = AccessToken
        fields: tuple[str, ...] = ()

    def filter_state(self, rows: QuerySet[AccessToken], name: str, values: list[str]) -> QuerySet[AccessToken]:
        """Return those in any of the states."""
        now = timezone.now()
        conditions = {
            TokenState.WORKS: Q(expires_at=None) | Q(expires_at__gt=now),
            TokenState.EXPIRED: Q(expires_at__lte=now),
        }
        return rows.filter(_any_of(conditions, values))


class InvitationFilter(django_filters.FilterSet):
    """Invitations by state."""

    state = django_filters.MultipleChoiceFilter(
        label=_("State"),
        choices=Invitation.State.choices,
        method="filter_state",
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Invitation
        fields: tuple[str, ...] = ()

    def filter_state(self, rows: QuerySet[Invitation], name: str, values: list[str]) -> QuerySet[Invitation]:
        """Return those in any of the states."""
        now = timezone.now()
        unanswered = Q(accepted_at=None, withdrawn_at=None)
        conditions = {
            Invitation.State.OPEN: unanswered & Q(expires_at__gt=now),
            Invitation.State.ACCEPTED: ~Q(accepted_at=None),
            Invitation.State.WITHDRAWN: ~Q(withdrawn_at=None),
            Invitation.State.EXPIRED: unanswered & Q(expires_at__lte=now),
        }
        return rows.filter(_any_of(conditions, values))


def _any_of(conditions: dict[Any, Q], values: list[str]) -> Q:
    wanted = Q()
    for value in values:
        wanted |= conditions[value]
    return wanted
