"""Who may do what. Services, pages, API, sockets and templates all ask here; the table itself is in ``roles``."""

from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import NotAllowed
from apps.workspaces.models import Membership
from apps.workspaces.roles import Action, Role, role_allows


def may(membership: Membership | None, action: Action | str) -> bool:
    """Whether a member may do something in their workspace; strangers (None) may nothing."""
    return membership is not None and role_allows(membership.role, action)


def require(membership: Membership, action: Action | str) -> None:
    """Raise NotAllowed where the member's role does not include the action."""
    if not may(membership, action):
        message = _("Your role here is %(role)s, which does not allow this. An owner of the workspace can change it.")
        raise NotAllowed(message % {"role": membership.get_role_display()})


def may_join_as_owner(user: Any) -> bool:
    """Whether a person may make themselves an owner of a workspace they were not invited to. Everybody there learns of it."""
    return bool(user.is_active and user.is_administrator)


def is_able_owner(membership: Membership) -> bool:
    """Whether this member can look after the workspace: an owner who can sign in. Each workspace keeps at least one."""
    return membership.role == Role.OWNER and membership.user.is_active
