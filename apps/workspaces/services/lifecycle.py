"""Make, edit and archive workspaces."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Lower
from django.utils import timezone

from apps.accounts.models import User
from apps.core import hooks
from apps.workspaces.errors import EditConflict, NameReserved, NameTaken, name_taken
from apps.workspaces.events import workspace_changed
from apps.workspaces.models import Membership, Workspace
from apps.workspaces.models.workspace import RESERVED_NAMES
from apps.workspaces.policies import may
from apps.workspaces.roles import Action, Role
from apps.workspaces.services.shared import acting, check_fields, lock

EDITABLE = ("friendly_name", "description", "tags")


@transaction.atomic
def create_workspace(
    *, actor: User, name: str, friendly_name: str = "", description: str = "", tags: dict[str, str] | None = None
) -> Workspace:
    """Make a workspace, of which the actor becomes the first owner. Everybody with an account may.

    Raises:
        InvalidInput: a field breaks its rule. NameReserved, NameTaken: the name cannot be had.
    """
    workspace = Workspace(
        name=name, friendly_name=friendly_name, description=description, tags=tags or {}, created_by=actor
    )
    check_fields(workspace, "name", *EDITABLE)
    if name.lower() in RESERVED_NAMES:
        raise NameReserved(name)
    try:
        with transaction.atomic():
            workspace.save()
    except IntegrityError:
        raise _why_taken(actor, name) from None
    Membership.objects.create(workspace=workspace, user=actor, role=Role.OWNER)
    hooks.workspace_created(workspace)
    hooks.audit(actor, "workspace.created", workspace, workspace_id=workspace.pk, summary=workspace.name)
    return workspace


@transaction.atomic
def edit_workspace(
    *, actor: User, workspace: Workspace, changes: Mapping[str, Any], expected: datetime | None = None
) -> Workspace:
    """Change friendly name, description or tags. Returns the workspace as it then is.

    Args: changes: new values by name, for some of ``EDITABLE``. expected: ``updated_at`` of the state that the actor
        saw; without it, whatever others saved meanwhile is written over.

    Raises:
        EditConflict: somebody saved other changes since. InvalidInput: a field breaks its rule.
    """
    row = lock(workspace)
    acting(actor, row, Action.WORKSPACE_EDIT)
    wanted = {**changes, "friendly_name": changes.get("friendly_name", row.friendly_name) or row.name}
    changed = [name for name in EDITABLE if name in wanted and getattr(row, name) != wanted[name]]
    if not changed:
        return row
    if expected is not None and expected != row.updated_at:
        raise EditConflict
    before = {name: getattr(row, name) for name in changed}
    for name in changed:
        setattr(row, name, wanted[name])
    check_fields(row, *changed)
    row.save()
    after = {name: wanted[name] for name in changed}
    hooks.audit(actor, "workspace.edited", row, workspace_id=row.pk, summary=row.name, before=before, after=after)
    workspace_changed(row.pk, "workspace")
    return row


@transaction.atomic
def set_archived(*, actor: User, workspace: Workspace, archived: bool) -> Workspace:
    """Take a workspace out of lists and switcher, or put it back. Nothing in it stops working. Harmless when repeated."""
    row = lock(workspace)
    acting(actor, row, Action.WORKSPACE_ARCHIVE)
    if bool(row.archived_at) == archived:
        return row
    row.archived_at = timezone.now() if archived else None
    row.save(update_fields=["archived_at"])  # not updated_at: an open form is as good as before
    verb = "workspace.archived" if archived else "workspace.unarchived"
    hooks.audit(actor, verb, row, workspace_id=row.pk, summary=row.name)
    workspace_changed(row.pk, "workspace")
    return row


def _why_taken(actor: User, name: str) -> NameTaken:
    """Return the error for a name that exists already, as far as the actor may know."""
    holder = Workspace.objects.alias(lower_name=Lower("name")).filter(lower_name=name.lower()).first()
    if holder is None or holder.deleted_at is None:
        return name_taken(name, in_trash_until=None, may_restore=False)
    membership = Membership.objects.filter(workspace=holder, user=actor).first()
    return name_taken(
        holder.name, in_trash_until=holder.destroy_after, may_restore=may(membership, Action.WORKSPACE_DELETE)
    )
