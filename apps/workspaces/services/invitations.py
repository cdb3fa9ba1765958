"""What an invitation can give of workspaces: ``{"workspaces": {id: role}}``. Fills the hooks of the accounts."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from apps.accounts.models import Invitation, User
from apps.core import hooks
from apps.core.errors import InvalidInput
from apps.workspaces.events import workspace_changed
from apps.workspaces.models import Membership, Offer, Workspace
from apps.workspaces.policies import may
from apps.workspaces.roles import Action, Role

Grants = dict[str, Any]


def check_offer(actor: User, grants: Grants) -> None:
    """Raise InvalidInput where an invitation gives a role that is none, or in a workspace where the actor may not."""
    given = grants.get("workspaces", {})
    if not isinstance(given, dict) or not set(given.values()) <= set(Role.values):
        raise InvalidInput({"grants": [_("An invitation gives each workspace's id one role.")]})
    for workspace_id in map(_id, given):
        if _manager(actor, workspace_id) is None:
            raise InvalidInput({"grants": [_("You can only invite people to workspaces of which you are an owner.")]})


def describe_offer(grants: Grants) -> list[str]:
    """Return a phrase for each workspace that an invitation opens."""
    given = _known(grants)
    titles = Workspace.objects.live().in_bulk(list(given))
    return [
        _("%(role)s in %(title)s") % {"role": role.label, "title": titles[workspace_id].title}
        for workspace_id, role in given.items()
        if workspace_id in titles
    ]


def accept_offer(user: User, grants: Grants, invitation: Invitation) -> None:
    """Make the user a member as the invitation says.

    Passed over are workspaces that are gone, those where the user has a role already, and those where whoever invited may
    no longer add members: someone who was removed must not come back through a link they left behind.
    """
    for workspace_id, role in _known(grants).items():
        manager = _manager(invitation.invited_by, workspace_id)
        if manager is None or Membership.objects.filter(workspace=manager.workspace, user=user).exists():
            continue
        Membership.objects.create(workspace=manager.workspace, user=user, role=role)
        hooks.audit(
            user,
            "member.accepted_invitation",
            user,
            workspace_id=workspace_id,
            summary=f"{user.username}: {role}",
            role=str(role),
        )
        workspace_changed(workspace_id, "members")


def note_offer(invitation: Invitation) -> None:
    """Store which workspaces an invitation gives, so that they find it without reading every invitation."""
    known = Workspace.objects.filter(pk__in=_known(invitation.grants))
    Offer.objects.bulk_create(
        [Offer(invitation=invitation, workspace=workspace) for workspace in known], ignore_conflicts=True
    )


def open_invitations(workspace: Workspace) -> list[tuple[Invitation, str]]:
    """Return the invitations to a workspace that can still be accepted, newest first, each with its role's label."""
    found = Invitation.objects.open().filter(offers__workspace=workspace).select_related("invited_by")
    rows = found.order_by("-created_at")[:100]
    return [(row, str(Role(row.grants["workspaces"][str(workspace.pk)]).label)) for row in rows]


def _known(grants: Grants) -> dict[UUID, Role]:
    """Return what of the stored grants still has a meaning."""
    return {UUID(key): Role(role) for key, role in grants.get("workspaces", {}).items() if role in Role.values}


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InvalidInput({"grants": [_("An invitation gives each workspace's id one role.")]}) from None


def _manager(user: User, workspace_id: UUID) -> Membership | None:
    """Return the user's membership where it allows to add members."""
    membership = (
        Membership.objects.select_related("workspace")
        .filter(user=user, user__is_active=True, workspace=workspace_id, workspace__deleted_at=None)
        .first()
    )
    return membership if may(membership, Action.MEMBERS_MANAGE) else None
