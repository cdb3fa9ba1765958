"""The trash: what is deleted can be restored for ``STUDIO_TRASH_DAYS``, then it and all it holds go for good."""

import logging
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import hooks, queue
from apps.workspaces.errors import BeingDestroyed, NotInTrash
from apps.workspaces.events import workspace_changed
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting, in_language_of, lock, owners_besides

logger = logging.getLogger(__name__)


@transaction.atomic
def delete_workspace(*, actor: User, workspace: Workspace) -> Workspace:
    """Move a workspace into the trash. Its name stays taken there, so that it can be restored as it was."""
    row = lock(workspace)
    acting(actor, row, Action.WORKSPACE_DELETE)
    row.deleted_at = timezone.now()
    row.deleted_by = actor
    row.destroy_after = row.deleted_at + timedelta(days=settings.STUDIO.trash_days)
    row.save(update_fields=["deleted_at", "deleted_by", "destroy_after"])
    hooks.audit(actor, "workspace.deleted", row, workspace_id=row.pk, summary=row.name)
    workspace_changed(row.pk, "workspace")
    for owner in owners_besides(row, actor):
        with in_language_of(owner):
            title = _("%(person)s moved the workspace “%(title)s” to the trash.")
            body = _("You can restore it for %(days)d days.") % {"days": settings.STUDIO.trash_days}
            title %= {"person": actor.display_name, "title": row.title}
        hooks.notify(owner, title, body=body, url="/workspaces/trash/", level="warning", kind="workspace.deleted")
    return row


@transaction.atomic
def restore_workspace(*, actor: User, workspace: Workspace) -> Workspace:
    """Take a workspace out of the trash, with all it holds. Harmless when repeated.

    Raises:
        BeingDestroyed: its time there is over.
    """
    row = lock(workspace, in_trash=True)
    acting(actor, row, Action.WORKSPACE_DELETE)
    if row.deleted_at is None:
        return row
    if row.is_being_destroyed:
        raise BeingDestroyed
    row.deleted_at = row.deleted_by = row.destroy_after = None
    row.save(update_fields=["deleted_at", "deleted_by", "destroy_after"])
    hooks.audit(actor, "workspace.restored", row, workspace_id=row.pk, summary=row.name)
    workspace_changed(row.pk, "workspace")
    return row


@transaction.atomic
def destroy_now(*, actor: User, workspace: Workspace) -> None:
    """Delete a workspace from the trash for good, without waiting. A worker does it; there is no way back from here.

    Raises:
        NotInTrash: it was not deleted first.
    """
    row = lock(workspace, in_trash=True)
    acting(actor, row, Action.WORKSPACE_DELETE)
    if row.deleted_at is None:
        raise NotInTrash
    row.destroy_after = timezone.now()
    row.save(update_fields=["destroy_after"])
    hooks.audit(actor, "workspace.destruction_asked", row, workspace_id=row.pk, summary=row.name)
    queue.enqueue("workspaces.destroy", row.pk)


def destroy(*, workspace_id: UUID) -> None:
    """Remove a workspace whose time in the trash is over, and all it holds. Harmless when repeated, or run twice at once.

    The other apps free their rows and bytes first, in portions and transactions of their own; one that fails leaves the
    workspace in the trash, where nobody can restore it, and is asked again later.
    """
    row = Workspace.objects.over_due().filter(pk=workspace_id).first()
    if row is None:
        return
    hooks.workspace_destroyed(row)
    with transaction.atomic():
        if Workspace.objects.filter(pk=row.pk).delete()[0]:
            hooks.audit(None, "workspace.destroyed", workspace_id=workspace_id, summary=row.name)


def destroy_over_due() -> None:
    """Remove every workspace whose time in the trash is over."""
    for workspace_id in Workspace.objects.over_due().values_list("pk", flat=True):
        try:
            destroy(workspace_id=workspace_id)
        except Exception:
            logger.exception("The workspace %s could not be removed; it will be tried again.", workspace_id)
