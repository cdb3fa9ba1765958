"""What is changed in a draft: saved patch by patch, told apart from what others do at the same time, and taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import InvalidInput
from apps.core.hooks import audit
from apps.designer.errors import Clash, DraftArchived, DraftConflict, RevisionUnknown
from apps.designer.events import draft_revised
from apps.designer.models import Draft, DraftRevision
from apps.designer.patches import Patch, applied, difference, faults_of, merged, touched
from apps.designer.services.drafts import check_shape, check_size, locked

PAGE: Final = 50


@dataclass(frozen=True)
class Saved:
    """The draft's revision now, and what others changed since the one that the page knew; None where nobody did."""

    revision: int
    merged: Patch | None


@transaction.atomic
def save_patch(*, actor: User, draft: Draft, base: int, patch: Any, client: str = "", summary: str = "") -> Saved:
    """Change a draft.

    Args: base: the revision that the page knew. client: the page; it is never in conflict with itself. summary: what was done,
        in words.

    Raises:
        InvalidInput: patch or base are malformed, or the document would be. DraftConflict: others have changed the same since.
        DraftArchived: it stays as it is. DraftTooLarge: it grows too large.
    """
    if faults := faults_of(patch):
        raise InvalidInput({place: [message] for place, message in faults.items()})
    row = _changeable(actor, draft)
    others = _others_since(row, base, actor, client)
    theirs = merged(revision.patch for revision in others)
    if clashes := _clashes(others, theirs, patch):
        raise DraftConflict(row.revision, clashes)
    _revise(actor, row, patch, client, summary)
    return Saved(row.revision, theirs or None)


def revisions_of(draft: Draft) -> QuerySet[DraftRevision]:
    """Return what was changed in a draft, with who did it, the newest first."""
    return DraftRevision.objects.filter(draft=draft).select_related("author").order_by("-number")


def history_of(draft: Draft, before: int | None = None) -> list[DraftRevision]:
    """Return at most ``PAGE`` changes without the patches, the newest first; those before the number ``before``."""
    rows = revisions_of(draft).defer("patch", "inverse")
    return list((rows if before is None else rows.filter(number__lt=before))[:PAGE])


def changes_after(draft: Draft, number: int) -> list[DraftRevision]:
    """Return what was changed after a revision, in the order in which it was.

    Raises:
        RevisionUnknown: there is no such revision yet.
    """
    if not 0 <= number <= draft.revision:
        raise RevisionUnknown(number, draft.revision)
    return list(revisions_of(draft).filter(number__gt=number).order_by("number"))


def document_at(draft: Draft, number: int) -> dict[str, Any]:
    """Return the document as it was.

    Raises:
        RevisionUnknown: the draft has no such revision.
    """
    if not 0 <= number <= draft.revision:
        raise RevisionUnknown(number, draft.revision)
    document: dict[str, Any] = draft.document
    since = DraftRevision.objects.filter(draft=draft, number__gt=number, number__lte=draft.revision)
    for inverse in since.order_by("-number").values_list("inverse", flat=True).iterator():
        document, _undo = applied(document, inverse)
    return document


@transaction.atomic
def restore_revision(*, actor: User, draft: Draft, number: int, client: str = "") -> int:
    """Make a draft what it was at a revision, as a new revision, and return its number.

    Raises:
        RevisionUnknown: the draft has no such revision. DraftArchived: it stays as it is.
    """
    row = _changeable(actor, draft)
    patch = difference(row.document, document_at(row, number))
    if patch:
        _revise(actor, row, patch, client, _("Restored revision %(number)d") % {"number": number})
        audit(actor, "draft.restored", row, workspace_id=row.workspace_id, summary=row.name, revision=number)
    return row.revision


def _changeable(actor: User, draft: Draft) -> Draft:
    row = locked(actor, draft)
    if row.archived_at is not None:
        raise DraftArchived
    return row


def _others_since(row: Draft, base: int, actor: User, client: str) -> list[DraftRevision]:
    """Return what others did since the revision that a page knew, in its order."""
    if not 0 <= base <= row.revision:
        message = _("The draft is at revision %(latest)d; there is none with the number %(base)d. Load it again.")
        raise InvalidInput({"revision": [message % {"latest": row.revision, "base": base}]})
    since = revisions_of(row).filter(number__gt=base).order_by("number")
    return [one for one in since if not (client and one.client == client and one.author_id == actor.pk)]


def _clashes(others: Sequence[DraftRevision], theirs: Patch, patch: Patch) -> list[Clash]:
    """Return what was set twice, unless both set it to the same."""
    by = {place: _name_of(one) for one in others for place in touched(one.patch)}
    return [
        Clash(section, key, by[section, key], theirs[section][key])
        for section, key in sorted(touched(patch) & by.keys())
        if patch[section][key] != theirs[section][key]
    ]


def _revise(actor: User, row: Draft, patch: Patch, client: str, summary: str) -> None:
    """Apply a patch as the next revision; one that changes nothing (as one sent twice) makes none."""
    document, inverse = applied(row.document, patch)
    if not inverse:
        return
    check_size(document)
    check_shape(document)
    row.document = document
    row.revision += 1
    row.modified_by = actor
    row.save(update_fields=["document", "revision", "modified_by", "updated_at"])
    DraftRevision.objects.create(
        draft=row,
        number=row.revision,
        author=actor,
        client=client,
        patch={section: {key: patch[section][key] for key in values} for section, values in inverse.items()},
        inverse=inverse,
        summary=summary,
    )
    draft_revised(row, actor.display_name, client)


def _name_of(revision: DraftRevision) -> str:
    return revision.author.display_name if revision.author else _("somebody whose account is gone")
