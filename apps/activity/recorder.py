"""Writes the audit log: fills ``hooks.audit_recorded``."""

from typing import Any
from uuid import UUID

from apps.accounts.models import User
from apps.activity.client import client_address
from apps.activity.models import AuditRecord
from apps.core.hooks import AuditEntry
from apps.workspaces.models import Workspace


def record(entry: AuditEntry) -> None:
    """Add what somebody did to the audit log, in the caller's transaction."""
    target = entry.target
    AuditRecord(
        workspace_id=entry.workspace_id or _workspace_of(target),
        actor=entry.actor if isinstance(entry.actor, User) else None,
        actor_name=_name_of(entry.actor)[:150],
        verb=entry.verb,
        target_kind=target._meta.model_name or "" if target is not None else "",
        target_id=str(target.pk) if target is not None else "",
        target_label=str(target)[:255] if target is not None else "",
        summary=entry.summary,
        detail=entry.detail,
        address=client_address(),
    ).save(force_insert=True)


def _name_of(actor: Any) -> str:
    """Return the name of a person or machine; empty for the studio itself and for strangers."""
    return str(actor) if actor is not None and not getattr(actor, "is_anonymous", False) else ""


def _workspace_of(target: Any) -> UUID | None:
    return target.pk if isinstance(target, Workspace) else getattr(target, "workspace_id", None)
