"""Drafts: make, find, rename, put away, delete."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import InvalidInput
from apps.core.hooks import audit
from apps.designer.document import check_document
from apps.designer.errors import DraftTooLarge, DraftUnknown
from apps.designer.events import draft_changed, drafts_changed
from apps.designer.models import Draft
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting, check_fields

LARGEST_MB: Final = 8
EDITABLE: Final = ("name", "description")


@transaction.atomic
def create_draft(
    *,
    actor: User,
    workspace: Workspace,
    document: Mapping[str, Any] | None = None,
    name: str = "",
    description: str = "",
    origin: str = "",
) -> Draft:
    """Begin a draft.

    Args: document: what it begins with; nothing unless given. name: by default that of the day. origin: what it was made of, in
        words, for the audit log.

    Raises:
        InvalidInput: name, description or document break their rules. DraftTooLarge: the document does.
    """
    acting(actor, workspace, Action.PIPELINES_WRITE)
    given = dict(document or {})
    check_size(given)
    check_shape(given)
    draft = Draft(
        workspace=workspace,
        name=name.strip() or default_name(),
        description=description,
        document=given,
        modified_by=actor,
        created_by=actor,
    )
    check_fields(draft, *EDITABLE)
    draft.save(force_insert=True)
    audit(actor, "draft.created", draft, workspace_id=workspace.pk, summary=draft.name, origin=origin)
    drafts_changed(workspace.pk)
    return draft


def default_name() -> str:
    """Return what a draft is called that nobody has named."""
    return f"Pipeline-Created-on-{timezone.localdate():%m-%d-%Y}"


def copy_draft(*, actor: User, draft: Draft, name: str = "") -> Draft:
    """Begin a draft with what another one is now."""
    return create_draft(
        actor=actor,
        workspace=draft.workspace,
        document=draft.document,
        name=name or _("%(name)s (copy)") % {"name": draft.name[:240]},
        description=draft.description,
        origin=draft.name,
    )


def find_draft(workspace: Workspace, draft_id: UUID) -> Draft:
    """Return a draft.

    Raises:
        DraftUnknown: there is none.
    """
    rows = Draft.objects.filter(workspace=workspace, pk=draft_id)
    found = rows.select_related("created_by", "modified_by", "last_run").first()
    if found is None:
        raise DraftUnknown
    found.workspace = workspace
    return found


@transaction.atomic
def edit_draft(*, actor: User, draft: Draft, changes: Mapping[str, Any]) -> Draft:
    """Change name or description. Harmless when repeated.

    Raises:
        InvalidInput: a value breaks its rule.
    """
    row = locked(actor, draft)
    changed = [name for name in EDITABLE if name in changes and getattr(row, name) != changes[name].strip()]
    for name in changed:
        setattr(row, name, changes[name].strip())
    check_fields(row, *changed)
    if changed:
        row.modified_by = actor
        row.save(update_fields=[*changed, "modified_by", "updated_at"])
        audit(actor, "draft.edited", row, workspace_id=row.workspace_id, summary=row.name)
        draft_changed(row)
    return row


@transaction.atomic
def archive_draft(*, actor: User, draft: Draft, archived: bool = True) -> Draft:
    """Take a draft out of lists and keep it as it is, or bring it back. Harmless when repeated."""
    row = locked(actor, draft)
    if (row.archived_at is not None) != archived:
        row.archived_at = timezone.now() if archived else None
        row.save(update_fields=["archived_at"])
        verb = "draft.archived" if archived else "draft.unarchived"
        audit(actor, verb, row, workspace_id=row.workspace_id, summary=row.name)
        draft_changed(row)
    return row


@transaction.atomic
def delete_draft(*, actor: User, draft: Draft) -> None:
    """Delete a draft with its history, for good. What was submitted from it stays."""
    row = locked(actor, draft)
    audit(actor, "draft.deleted", row, workspace_id=row.workspace_id, summary=row.name)
    drafts_changed(row.workspace_id)
    row.delete()


def locked(actor: User, draft: Draft) -> Draft:
    """Return the draft as it is now, once the policy was asked; nobody else changes it until the transaction ends.

    Raises:
        DraftUnknown: it was deleted.
    """
    acting(actor, draft.workspace, Action.PIPELINES_WRITE)
    row = Draft.objects.select_for_update(no_key=True).filter(pk=draft.pk).first()
    if row is None:
        raise DraftUnknown
    row.workspace = draft.workspace
    return row


def check_size(document: Mapping[str, Any]) -> None:
    """Hold a document to its limit.

    Raises:
        DraftTooLarge: it is larger.
    """
    if len(orjson.dumps(document)) > LARGEST_MB * 1024 * 1024:
        raise DraftTooLarge(LARGEST_MB)


def check_shape(document: Mapping[str, Any]) -> None:
    """Refuse what is no document; that it is incomplete is no fault.

    Raises:
        InvalidInput: with a sentence at each place.
    """
    errors: dict[str, list[str]] = {}
    for fault in check_document(document):
        place = ".".join(part for part in ("nodes", fault.node, fault.field) if part) if fault.node else fault.field
        errors.setdefault(place or "document", []).append(fault.message)
    if errors:
        raise InvalidInput(errors)
