"""Runs of pipelines and of their steps. What they run, and when, is decided by another app; here it becomes runs."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import hooks as core_hooks
from apps.experiments.errors import EnvironmentUnknown
from apps.experiments.events import run_changed
from apps.experiments.models import Run, RunKind, Snapshot
from apps.experiments.services import timeline
from apps.experiments.services.config import CommandJob, config_of
from apps.experiments.services.experiments import DEFAULT_NAME, find_or_create_experiment
from apps.experiments.services.submit import create_run, refuse_failed, start_run, state_of_environment, target_of
from apps.experiments.states import RunStatus, Stage
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting


@transaction.atomic
def create_pipeline_run(
    *,
    actor: User | None,
    workspace: Workspace,
    config: dict[str, Any],
    experiment_name: str = "",
    parent: Run | None = None,
    **fields: Any,
) -> Run:
    """Make a run that other runs carry out; it runs from now on. Whoever asks ends it.

    Args: actor: None where nobody asks in person, as with a pipeline endpoint's key. config: its ``inputs`` and ``outputs`` as
        those of commands. parent: the pipeline that this one is a step of. fields: of the run, such as ``display_name``.

    Raises:
        InvalidInput, ExperimentArchived: name, description or experiment break a rule.
    """
    if actor is not None:
        acting(actor, workspace, Action.RUNS_WRITE)
    experiment = parent.experiment if parent else None
    if experiment is None:
        name = experiment_name or DEFAULT_NAME
        experiment = find_or_create_experiment(actor=actor, workspace=workspace, name=name)
    now = timezone.now()
    run = create_run(
        workspace=workspace,
        kind=RunKind.PIPELINE,
        experiment=experiment,
        actor=actor,
        config=config,
        parent=parent,
        depth=parent.depth + 1 if parent else 0,
        status=RunStatus.RUNNING,
        status_reason=_("looking what has to run"),
        started_at=now,
        stages=[timeline.moment(Stage.SUBMITTED, now), timeline.open_stage(Stage.RUN, now)],
        **fields,
    )
    if parent is None:
        core_hooks.audit(actor, "run.submitted", run, workspace_id=workspace.pk, summary=run.name)
    run_changed(run)
    return run


@transaction.atomic
def submit_step(
    *,
    parent: Run,
    job: CommandJob,
    environment: dict[str, Any] | None,
    snapshot: Snapshot | None,
    code_folder: str = "",
) -> Run:
    """Submit a step of a pipeline, in the name of who submitted the pipeline, if anybody did in person.

    Args: job: its inputs as they are frozen in ``Run.config``. environment: ``{"reference", "id", "name"}`` as it was resolved.
    Raises:
        UserError: target or environment can no longer be used, or that person may not run anything here any more.
    """
    actor = parent.submitted_by
    if actor is not None:
        acting(actor, parent.workspace, Action.RUNS_WRITE)
    state = state_of_environment(environment["id"]) if environment else None
    if environment and state is None:
        raise EnvironmentUnknown(environment["name"])
    refuse_failed(state)
    run = create_run(
        workspace=parent.workspace,
        kind=RunKind.STEP,
        experiment=parent.experiment,
        actor=actor,
        display_name=job.display_name,
        description=job.description,
        config={**config_of(job, environment), **({"code_folder": code_folder} if code_folder else {})},
        parent=parent,
        depth=parent.depth + 1,
        target=target_of(parent.workspace, job.compute),
        snapshot=snapshot,
        properties=job.properties,
        tags=job.tags,
    )
    start_run(run, state)
    return run
