"""Describe, tag, archive and delete runs."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import hooks, queue
from apps.core.errors import InvalidInput
from apps.experiments.errors import RunGone, RunStillActive
from apps.experiments.events import run_changed
from apps.experiments.models import Run, RunTag
from apps.experiments.services.config import check_tags
from apps.experiments.states import ACTIVE
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting, check_fields
from apps.workspaces.tags import MOST_TAGS

FIELDS = ("display_name", "description")


@transaction.atomic
def edit_run(*, actor: User, run: Run, changes: Mapping[str, Any]) -> Run:
    """Change the display name, the description, or all tags at once.

    Args: changes: new values by name: ``display_name``, ``description``, ``tags`` (texts by name).
    Raises:
        InvalidInput: a field breaks its rule.
    """
    row = _found(actor, run)
    changed = [name for name in FIELDS if name in changes and getattr(row, name) != changes[name]]
    for name in changed:
        setattr(row, name, changes[name])
    check_fields(row, *changed)
    if changed:
        row.save(update_fields=[*changed, "updated_at"])
    if "tags" in changes and _set_tags(row, dict(changes["tags"])):
        changed.append("tags")
    if changed:
        hooks.audit(actor, "run.edited", row, workspace_id=row.workspace_id, summary=row.name, changed=changed)
        run_changed(row)
    return row


def archive_run(*, actor: User, run: Run) -> Run:
    """Take a run out of lists; nothing of it is lost. Harmless when repeated."""
    return _set_archived(actor, run, archived=True)


def restore_run(*, actor: User, run: Run) -> Run:
    """Put an archived run back into lists. Harmless when repeated."""
    return _set_archived(actor, run, archived=False)


@transaction.atomic
def delete_run(*, actor: User, run: Run) -> None:
    """Delete a run with its children, logs, metrics and files. From now on nobody sees it; a task frees the bytes.

    Raises:
        RunStillActive: it, or a child, has not ended.
    """
    row = _found(actor, run)
    doomed = [row]
    level = [row.pk]
    while level:
        children = list(Run.objects.filter(parent__in=level, deleted_at=None).select_related("workspace"))
        doomed += children
        level = [child.pk for child in children]
    if active := next((one for one in doomed if one.status in ACTIVE), None):
        raise RunStillActive(str(active))
    Run.objects.filter(pk__in=[one.pk for one in doomed]).update(deleted_at=timezone.now())
    hooks.audit(actor, "run.deleted", row, workspace_id=row.workspace_id, summary=row.name)
    run_changed(row)
    queue.enqueue("experiments.free_run", row.pk)


@transaction.atomic
def _set_archived(actor: User, run: Run, *, archived: bool) -> Run:
    row = _found(actor, run)
    if bool(row.archived_at) == archived:
        return row
    row.archived_at = timezone.now() if archived else None
    row.save(update_fields=["archived_at"])
    verb = "run.archived" if archived else "run.restored"
    hooks.audit(actor, verb, row, workspace_id=row.workspace_id, summary=row.name)
    run_changed(row)
    return row


def _found(actor: User, run: Run) -> Run:
    """Return the run as it is now, locked, after asking the policy."""
    acting(actor, run.workspace, Action.RUNS_WRITE)
    rows = Run.objects.select_for_update(of=("self",)).select_related("workspace")
    row = rows.filter(pk=run.pk, deleted_at=None).first()
    if row is None:
        raise RunGone
    return row


def _set_tags(run: Run, tags: dict[str, str]) -> bool:
    """Make the run's tags exactly these. Returns whether any changed.

    What a program logged may be more and longer than people may write: it can stay, and be taken off.
    """
    present = {tag.name: tag for tag in run.tags.all()}
    fresh = {name: value for name, value in tags.items() if name not in present or present[name].value != value}
    check_tags("tags", fresh)
    if len(tags) > max(MOST_TAGS, len(present)):
        words = _("A run has at most %(most)d tags; with these it would have %(count)d. Take others off first.")
        raise InvalidInput({"tags": [words % {"most": MOST_TAGS, "count": len(tags)}]})
    gone = [tag.pk for name, tag in present.items() if name not in tags]
    RunTag.objects.filter(pk__in=gone).delete()
    for name, value in fresh.items():
        RunTag.objects.update_or_create(run=run, name=name, defaults={"value": value, "workspace_id": run.workspace_id})
    return bool(gone or fresh)
