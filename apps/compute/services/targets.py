"""Use cases of compute targets."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.compute.errors import NoSuchTarget
from apps.compute.events import wake_agents_of, work_changed_in
from apps.compute.models import LOCAL, ComputeTarget, TargetKind
from apps.core import hooks
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting, check_fields


def ensure_local(workspace: Workspace) -> ComputeTarget:
    """Return the target that every workspace has: the studio's own machine."""
    target, _made = ComputeTarget.objects.get_or_create(
        workspace=workspace, name=LOCAL, defaults={"kind": TargetKind.LOCAL}
    )
    return target


def find(workspace: Workspace, name: str) -> ComputeTarget:
    """Return a workspace's target by its name, in any case of letters.

    Raises:
        NoSuchTarget: there is none of this name.
    """
    target = ComputeTarget.objects.filter(workspace=workspace, name__iexact=name).first()
    if target is not None:
        return target
    if name.lower() == LOCAL:
        return ensure_local(workspace)
    raise NoSuchTarget(name, ComputeTarget.objects.filter(workspace=workspace).order_by("name"))


@transaction.atomic
def pause_target(*, actor: User, target: ComputeTarget) -> None:
    """Let no more work of the target's queue begin. What runs goes on."""
    acting(actor, target.workspace, Action.COMPUTE_MANAGE)
    if ComputeTarget.objects.filter(pk=target.pk, paused_at=None).update(paused_at=timezone.now()):
        hooks.audit(actor, "compute.target_paused", target, workspace_id=target.workspace_id)
        work_changed_in(target.workspace_id)


@transaction.atomic
def resume_target(*, actor: User, target: ComputeTarget) -> None:
    """Let the target's queue go on."""
    acting(actor, target.workspace, Action.COMPUTE_MANAGE)
    if ComputeTarget.objects.filter(pk=target.pk).exclude(paused_at=None).update(paused_at=None):
        hooks.audit(actor, "compute.target_resumed", target, workspace_id=target.workspace_id)
        wake_agents_of(target)
        work_changed_in(target.workspace_id)


@transaction.atomic
def edit_target(*, actor: User, target: ComputeTarget, **changes: Any) -> ComputeTarget:
    """Change a target's ``description`` and ``max_running``.

    Raises:
        InvalidInput: a value breaks the rules of its field.
    """
    acting(actor, target.workspace, Action.COMPUTE_MANAGE)
    row = ComputeTarget.objects.select_for_update(of=("self",)).get(pk=target.pk)
    changed = [
        name for name in ("description", "max_running") if name in changes and getattr(row, name) != changes[name]
    ]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, changes[name])
    check_fields(row, *changed)
    row.save(update_fields=[*changed, "updated_at"])
    names = {"description": _("the description"), "max_running": _("how much runs at once")}
    fields = ", ".join(names[name] for name in changed)
    hooks.audit(actor, "compute.target_edited", row, workspace_id=row.workspace_id, fields=fields)
    wake_agents_of(row)
    work_changed_in(row.workspace_id)
    return row
