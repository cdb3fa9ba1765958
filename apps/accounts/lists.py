"""Tokens, people and invitations as lists."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.accounts.filters import InvitationFilter, TokenFilter, UserFilter
from apps.accounts.models import AccessToken, Invitation, User
from apps.accounts.services import invitations
from apps.core.lists import Column, Status, StudioList
from apps.core.lists.columns import time_cell


def token_state(token: AccessToken) -> Status:
    """Return whether a token still opens something."""
    if token.revoked_at is not None:
        return Status("idle", gettext_lazy("Revoked"))
    return Status("idle", gettext_lazy("Expired")) if token.has_expired else Status("ok", gettext_lazy("Works"))


def user_state(user: User) -> Status:
    """Return what somebody is to the studio now."""
    if not user.is_active:
        return Status("idle", gettext_lazy("Deactivated"))
    return (
        Status("ok", gettext_lazy("Active")) if user.last_login else Status("idle", gettext_lazy("Not signed in yet"))
    )


def invitation_state(invitation: Invitation) -> Status:
    """Return what has become of an invitation."""
    state = invitation.state
    return Status(_INVITATION_TONES[state], state.label)


class TokenList(StudioList):
    """A person's own access tokens, without those that were revoked."""

    key = "tokens"
    title = gettext_lazy("Access tokens")
    columns = (
        Column("name", gettext_lazy("Name"), sort="name", render=lambda row: _token_name(row), fixed=True),
        Column("state", gettext_lazy("State"), value=token_state, kind="status"),
        Column("scope", gettext_lazy("May"), value=lambda row: row.get_scope_display(), sort="scope"),
        Column("workspaces", gettext_lazy("Workspaces"), value=lambda row: _reach(row)),
        Column(
            "expires_at",
            gettext_lazy("Expires"),
            sort="expires_at",
            nullable=True,
            kind="time",
            render=lambda row: _expiry(row),
        ),
        Column("last_used_at", gettext_lazy("Last used"), sort="last_used_at", nullable=True, kind="time"),
        Column("created_at", gettext_lazy("Created"), sort="created_at", kind="time", shown=False),
        Column("actions", "", render=lambda row: _revoke_button(row), fixed=True, exported=False),
    )
    default_sort = ("-created_at",)
    search_fields = ("name", "prefix")
    search_hint = gettext_lazy("Search tokens")
    filterset_class = TokenFilter


class UserList(StudioList):
    """Everybody with an account. Rows need the alias ``lower_username`` and ``lower_name``."""

    key = "users"
    title = gettext_lazy("People")
    columns = (
        Column("name", gettext_lazy("Name"), sort="lower_name", render=lambda row: _person(row), fixed=True),
        Column("username", gettext_lazy("User name"), sort="lower_username", kind="code"),
        Column("email", gettext_lazy("Email")),
        Column("state", gettext_lazy("State"), value=user_state, kind="status"),
        Column("is_administrator", gettext_lazy("Administrator"), kind="yes-no"),
        Column("last_login", gettext_lazy("Last sign-in"), sort="last_login", nullable=True, kind="time"),
        Column("created_at", gettext_lazy("Created"), sort="created_at", kind="time"),
    )
    default_sort = ("-created_at",)
    search_fields = ("username", "full_name", "email")
    search_hint = gettext_lazy("Search people")
    filterset_class = UserFilter


class InvitationList(StudioList):
    """Everybody who was invited."""

    key = "invitations"
    title = gettext_lazy("Invitations")
    columns = (
        Column("email", gettext_lazy("Email"), sort="email", fixed=True),
        Column("state", gettext_lazy("State"), value=invitation_state, kind="status"),
        Column("grants", gettext_lazy("Gives"), value=lambda row: _gives(row), exported=False, shown=False),
        Column("invited_by", gettext_lazy("Invited by"), value="invited_by.display_name"),
        Column("created_at", gettext_lazy("Sent"), sort="created_at", kind="time"),
        Column("expires_at", gettext_lazy("Expires"), sort="expires_at", kind="time"),
        Column("accepted_by", gettext_lazy("Accepted by"), value="accepted_by.display_name", shown=False),
        Column("actions", "", render=lambda row: _invitation_buttons(row), fixed=True, exported=False),
    )
    default_sort = ("-created_at",)
    search_fields = ("email",)
    search_hint = gettext_lazy("Search addresses")
    filterset_class = InvitationFilter
    related = ("invited_by", "accepted_by")


_INVITATION_TONES: dict[str, Any] = {
    Invitation.State.OPEN: "idle",
    Invitation.State.ACCEPTED: "ok",
    Invitation.State.WITHDRAWN: "idle",
    Invitation.State.EXPIRED: "warn",
}


def _token_name(token: AccessToken) -> SafeString:
    return format_html(
        '<span class="table-title truncate d-block" title="{0}">{0}</span><code class="muted small">{1}…</code>',
        token.name,
        token.prefix,
    )


def _reach(token: AccessToken) -> str:
    count = len(token.workspace_ids)
    return ngettext("%(count)d workspace", "%(count)d workspaces", count) % {"count": count} if count else _("All")


def _expiry(token: AccessToken) -> str:
    return time_cell(token.expires_at) if token.expires_at else _("Never")


def _revoke_button(token: AccessToken) -> SafeString:
    question = _("Revoke “%(name)s”? Whatever uses it stops working at once. This cannot be undone.")
    return _button(
        reverse("accounts:revoke-token", args=[token.pk]), _("Revoke"), confirm=question % {"name": token.name}
    )


def _person(user: User) -> SafeString:
    address = reverse("accounts:user", args=[user.pk])
    return format_html('<a class="table-title" href="{}">{}</a>', address, user.display_name)


def _gives(invitation: Invitation) -> str:
    return ", ".join(invitations.describe(invitation.grants))


def _invitation_buttons(invitation: Invitation) -> SafeString:
    if invitation.state not in {Invitation.State.OPEN, Invitation.State.EXPIRED}:
        return SafeString("")
    question = _("Withdraw the invitation of %(email)s? Its link stops working.") % {"email": invitation.email}
    return format_html(
        '<span class="cluster">{}{}</span>',
        _button(reverse("accounts:resend-invitation", args=[invitation.pk]), _("New link")),
        _button(reverse("accounts:withdraw-invitation", args=[invitation.pk]), _("Withdraw"), confirm=question),
    )


def _button(address: str, label: str, *, confirm: str = "") -> SafeString:
    """Return a row's button. It belongs to a form that stands outside of the list."""
    question = format_html(' data-confirm="{}"', confirm) if confirm else ""
    return format_html(
        '<button class="btn btn-sm btn-ghost" form="row-action" formaction="{}"{}>{}</button>', address, question, label
    )
