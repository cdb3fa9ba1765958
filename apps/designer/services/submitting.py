"""Run what a draft draws."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from django.db import transaction

from apps.accounts.models import User
from apps.core.errors import InvalidInput
from apps.designer.errors import DraftArchived
from apps.designer.events import draft_changed
from apps.designer.models import Draft
from apps.designer.services.checking import ERROR, Fault, check_draft
from apps.designer.services.reading import inputs_of
from apps.experiments.models import Run
from apps.pipelines.services import submit_pipeline
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting

DRAFT_PROPERTY: Final = "studio.draft"
REVISION_PROPERTY: Final = "studio.draft_revision"


@transaction.atomic
def submit_draft(
    *,
    actor: User,
    draft: Draft,
    experiment_name: str = "",
    display_name: str = "",
    description: str = "",
    compute: str = "",
    continue_on_step_failure: bool | None = None,
    force_rerun: bool | None = None,
    inputs: Mapping[str, Any] | None = None,
    tags: dict[str, str] | None = None,
) -> Run:
    """Submit a draft as it is now.

    Args: compute, continue_on_step_failure, force_rerun: in place of what its settings say. inputs: values of the pipeline's
        parameters, and paths of its data, in place of their defaults.

    Raises:
        InvalidInput: with all that is wrong, at ``nodes.<node>.<field>`` or ``inputs.<name>``. DraftArchived: restore it first.
    """
    acting(actor, draft.workspace, Action.RUNS_WRITE)
    if draft.archived_at is not None:
        raise DraftArchived
    checked = check_draft(draft)
    _refuse([fault for fault in checked.faults if fault.level == ERROR])
    said = {
        "default_compute": compute or None,
        "continue_on_step_failure": continue_on_step_failure,
        "force_rerun": force_rerun,
    }
    changes: dict[str, Any] = {name: value for name, value in said.items() if value is not None}
    run = submit_pipeline(
        actor=actor,
        workspace=draft.workspace,
        graph=checked.graph,
        inputs=inputs_of(draft, checked.graph, inputs),
        experiment_name=experiment_name.strip(),
        display_name=display_name.strip(),
        description=description,
        tags=tags,
        properties={DRAFT_PROPERTY: str(draft.pk), REVISION_PROPERTY: str(draft.revision)},
        settings=replace(checked.graph.settings, **changes),
    )
    Draft.objects.filter(pk=draft.pk).update(last_run=run)
    draft.last_run = run
    draft_changed(draft)
    return run


def _refuse(faults: list[Fault]) -> None:
    errors: dict[str, list[str]] = {}
    for fault in faults:
        parts = ("nodes", fault.node, fault.field) if fault.node else (fault.field or "graph",)
        sentence = " ".join(part for part in (fault.message, fault.hint) if part)
        errors.setdefault(".".join(part for part in parts if part), []).append(sentence)
    if errors:
        raise InvalidInput(errors)
