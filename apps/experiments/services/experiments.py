"""Experiments: made by the first run that names them, edited, archived."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.accounts.models import User
from apps.core import hooks
from apps.experiments.errors import ExperimentArchived
from apps.experiments.events import experiments_changed
from apps.experiments.models import Experiment
from apps.experiments.services.config import check_tags
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting, check_fields

DEFAULT_NAME = "Default"


def find_or_create_experiment(*, actor: User | None, workspace: Workspace, name: str) -> Experiment:
    """Return the experiment of that name, which is made where there is none. The caller has asked the policy.

    Raises:
        InvalidInput: the name breaks its rule. ExperimentArchived: nothing new goes into it.
    """
    found = Experiment.objects.filter(workspace=workspace, name=name).first()
    if found is None:
        fresh = Experiment(workspace=workspace, name=name, created_by=actor)
        check_fields(fresh, "name")
        found, created = Experiment.objects.get_or_create(
            workspace=workspace, name=name, defaults={"created_by": actor}
        )
        if created:
            hooks.audit(actor, "experiment.created", found, workspace_id=workspace.pk, summary=name)
            transaction.on_commit(lambda: experiments_changed(workspace.pk))
    if found.archived_at is not None:
        raise ExperimentArchived(name)
    return found


def next_number(experiment: Experiment) -> int:
    """Return the number of the experiment's next run. Whoever asks at the same time waits for this transaction's end."""
    Experiment.objects.filter(pk=experiment.pk).update(last_number=F("last_number") + 1, last_run_at=timezone.now())
    return Experiment.objects.values_list("last_number", flat=True).get(pk=experiment.pk)


@transaction.atomic
def edit_experiment(*, actor: User, experiment: Experiment, changes: Mapping[str, Any]) -> Experiment:
    """Change the description or the tags.

    Raises:
        InvalidInput: a field breaks its rule.
    """
    acting(actor, experiment.workspace, Action.RUNS_WRITE)
    row = Experiment.objects.select_for_update().get(pk=experiment.pk)
    changed = [name for name in ("description", "tags") if name in changes and getattr(row, name) != changes[name]]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, changes[name])
    check_fields(row, *changed)
    check_tags("tags", row.tags)
    row.save(update_fields=[*changed, "updated_at"])
    hooks.audit(actor, "experiment.edited", row, workspace_id=row.workspace_id, summary=row.name, changed=changed)
    experiments_changed(row.workspace_id)
    return row


def archive_experiment(*, actor: User, experiment: Experiment) -> Experiment:
    """Take an experiment out of lists; its runs stay as they are. Harmless when repeated."""
    return _set_archived(actor, experiment, archived=True)


def restore_experiment(*, actor: User, experiment: Experiment) -> Experiment:
    """Put an archived experiment back into lists. Harmless when repeated."""
    return _set_archived(actor, experiment, archived=False)


@transaction.atomic
def _set_archived(actor: User, experiment: Experiment, *, archived: bool) -> Experiment:
    acting(actor, experiment.workspace, Action.RUNS_WRITE)
    row = Experiment.objects.select_for_update().get(pk=experiment.pk)
    if bool(row.archived_at) == archived:
        return row
    row.archived_at = timezone.now() if archived else None
    row.save(update_fields=["archived_at", "updated_at"])
    verb = "experiment.archived" if archived else "experiment.restored"
    hooks.audit(actor, verb, row, workspace_id=row.workspace_id, summary=row.name)
    experiments_changed(row.workspace_id)
    return row
