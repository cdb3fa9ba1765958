from apps.workspaces.services.aliases import create_alias, delete_alias, edit_alias
from apps.workspaces.services.invitations import accept_offer, check_offer, describe_offer, note_offer, open_invitations
from apps.workspaces.services.lifecycle import create_workspace, edit_workspace, set_archived
from apps.workspaces.services.members import (
    add_member,
    change_role,
    find_person,
    invite_member,
    is_email,
    join_as_owner,
    leave,
    remove_member,
    withdraw_invitation,
)
from apps.workspaces.services.secrets import create_secret, delete_secret, set_secret
from apps.workspaces.services.trash import (
    delete_workspace,
    destroy,
    destroy_now,
    destroy_over_due,
    restore_workspace,
)

__all__ = [
    "accept_offer",
    "add_member",
    "change_role",
    "check_offer",
    "create_alias",
    "create_secret",
    "create_workspace",
    "delete_alias",
    "delete_secret",
    "delete_workspace",
    "describe_offer",
    "destroy",
    "destroy_now",
    "destroy_over_due",
    "edit_alias",
    "edit_workspace",
    "find_person",
    "invite_member",
    "is_email",
    "join_as_owner",
    "leave",
    "note_offer",
    "open_invitations",
    "remove_member",
    "restore_workspace",
    "set_archived",
    "set_secret",
    "withdraw_invitation",
]
