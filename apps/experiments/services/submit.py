"""Make runs."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.compute.errors import NoSuchTarget
from apps.compute.models import ComputeTarget
from apps.compute.services import targets
from apps.core import hooks as core_hooks
from apps.core.errors import InvalidInput, UserError
from apps.experiments import hooks
from apps.experiments.errors import EnvironmentUnknown, EnvironmentUnusable, NotRepeatable, SnapshotGone
from apps.experiments.events import run_changed
from apps.experiments.hooks import ResolvedEnvironment
from apps.experiments.models import Experiment, Run, RunKind, RunTag, Snapshot
from apps.experiments.naming import new_run_name
from apps.experiments.services import timeline
from apps.experiments.services.config import CommandJob, check_job, check_tags, config_of, job_of
from apps.experiments.services.experiments import DEFAULT_NAME, find_or_create_experiment, next_number
from apps.experiments.services.inputs import check_still_there, record_inputs, resolve_inputs
from apps.experiments.services.placing import place, place_command
from apps.experiments.services.wrapping import wrapping_folder
from apps.experiments.states import RunStatus, Stage
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting, check_fields


@transaction.atomic
def submit_command(
    *,
    actor: User,
    workspace: Workspace,
    job: CommandJob,
    snapshot: Snapshot | None,
    experiment_name: str,
    warnings: tuple[str, ...] = (),
) -> Run:
    """Submit a command: freeze what it was given, and put it into the queue of its target, or let it wait for its environment.

    Args: snapshot: its code; None where it needs none. experiment_name: made where there is none; "" is “Default”.
        warnings: what of the user's file was read differently from how it was written.

    Raises:
        InvalidInput: a field breaks its rule; it is named by its path, such as ``inputs.lr``.
        UserError: target, environment or experiment cannot be used; ``field`` says which.
    """
    acting(actor, workspace, Action.RUNS_WRITE)
    check_job(job)
    check_tags("tags", job.tags)
    check_tags("properties", job.properties)
    target = target_of(workspace, job.compute)
    environment = resolve(workspace, job.environment, actor)
    inputs, said = resolve_inputs(workspace, actor, job.inputs)
    job = replace(job, inputs=inputs)
    experiment = find_or_create_experiment(actor=actor, workspace=workspace, name=experiment_name or DEFAULT_NAME)
    config = config_of(job, _frozen(job.environment, environment))
    if folder := wrapping_folder((str(file["path"]) for file in snapshot.files), job.command) if snapshot else "":
        config["code_folder"] = folder
        words = _(
            "All of the code lies in the folder “%(folder)s”. The command begins there, as it names files within it."
        )
        said = [*said, words % {"folder": folder}]
    run = create_run(
        workspace=workspace,
        kind=RunKind.COMMAND,
        experiment=experiment,
        actor=actor,
        display_name=job.display_name,
        description=job.description,
        config=config,
        target=target,
        snapshot=snapshot,
        properties=_with_snapshot(job.properties, snapshot),
        warnings=[*warnings, *(environment.warnings if environment else ()), *said],
        tags=job.tags,
    )
    start_run(run, environment)
    core_hooks.audit(actor, "run.submitted", run, workspace_id=workspace.pk, summary=run.name)
    return run


@transaction.atomic
def rerun(*, actor: User, run: Run) -> Run:
    """Run a run again exactly as it was: the same command, code, versions and limits, in the same experiment.

    Raises:
        NotRepeatable: the studio did not start it. UserError: its target, environment or data can no longer be used.
    """
    acting(actor, run.workspace, Action.RUNS_WRITE)
    if repeated := next((answer for answer in hooks.run_repeated(actor, run) if answer), None):
        return repeated
    if run.kind != RunKind.COMMAND or run.experiment is None:
        raise NotRepeatable
    workspace = run.workspace
    target = target_of(workspace, run.config["compute"])
    frozen = run.config.get("environment")
    environment = state_of_environment(frozen["id"]) if frozen else None
    if frozen and environment is None:
        raise EnvironmentUnknown(frozen["name"])
    refuse_failed(environment)
    check_still_there(workspace, run.config.get("inputs") or {})
    experiment = find_or_create_experiment(actor=actor, workspace=workspace, name=run.experiment.name)
    again = create_run(
        workspace=workspace,
        kind=RunKind.COMMAND,
        experiment=experiment,
        actor=actor,
        display_name=run.display_name,
        description=run.description,
        config=run.config,
        target=target,
        snapshot=run.snapshot,
        properties=run.properties,
        warnings=run.warnings,
        tags={tag.name: tag.value for tag in run.tags.all()},
        rerun_of=run,
    )
    start_run(again, environment)
    core_hooks.audit(actor, "run.rerun", again, workspace_id=workspace.pk, summary=again.name, earlier=run.name)
    return again


def clone_config(run: Run) -> CommandJob:
    """Return what a run was submitted as, for a form in which somebody edits it and submits it anew.

    Raises:
        NotRepeatable: it was no command of the studio's.
    """
    if run.kind != RunKind.COMMAND:
        raise NotRepeatable
    return job_of(run)


@transaction.atomic
def create_interactive(
    *,
    actor: User | None,
    workspace: Workspace,
    experiment_name: str,
    name: str = "",
    tags: dict[str, str] | None = None,
    parent: Run | None = None,
) -> Run:
    """Make a run that a program outside of the studio carries on, through a tracking client. It runs at once.

    Args: actor: who it belongs to. name: the one to show. parent: a run of the same workspace.
    """
    if actor is not None:
        acting(actor, workspace, Action.RUNS_WRITE)
    experiment = find_or_create_experiment(actor=actor, workspace=workspace, name=experiment_name or DEFAULT_NAME)
    now = timezone.now()
    run = create_run(
        workspace=workspace,
        kind=RunKind.INTERACTIVE,
        experiment=experiment,
        actor=actor,
        display_name=name,
        tags=tags or {},
        parent=parent,
        depth=parent.depth + 1 if parent else 0,
        status=RunStatus.RUNNING,
        status_reason=_("a program outside of the studio reports to it"),
        started_at=now,
        stages=[timeline.moment(Stage.SUBMITTED, now), timeline.open_stage(Stage.RUN, now)],
    )
    core_hooks.audit(actor, "run.started", run, workspace_id=workspace.pk, summary=run.name)
    run_changed(run)
    return run


@transaction.atomic
def create_system_run(
    *,
    workspace: Workspace,
    kind: RunKind | str,
    display_name: str,
    spec: dict[str, Any],
    target: ComputeTarget,
    requested_by: User | None,
    title: str,
) -> Run:
    """Make a run of the studio's own work, such as an environment build, and put its order into the queue.

    It belongs to no experiment and is not among the user's runs. Args: spec: of the order, of the same kind as the run.
    """
    run = create_run(
        workspace=workspace,
        kind=kind,
        experiment=None,
        actor=requested_by,
        display_name=display_name,
        config=spec,
        target=target,
    )
    place(run, kind=str(kind), spec=spec, title=title)
    return run


def resolve(workspace: Workspace, reference: Any, actor: User | None) -> ResolvedEnvironment | None:
    """Return the environment that a reference means now; None without a reference.

    Raises:
        UserError: there is none, or its build has failed; ``field`` is ``environment``.
    """
    if not reference:
        return None
    try:
        found = next((answer for answer in hooks.resolve_environment(workspace, reference, actor) if answer), None)
    except UserError as error:
        error.field = error.field or "environment"
        raise
    if found is None:
        raise EnvironmentUnknown(str(reference)[:100])
    refuse_failed(found)
    return found


def state_of_environment(version_id: UUID | str) -> ResolvedEnvironment | None:
    """Return how far a version of an environment is; None where it is gone."""
    answers = hooks.environment_state(UUID(str(version_id)))
    return next((answer for answer in answers if answer is not None), None)


def target_of(workspace: Workspace, name: str) -> ComputeTarget:
    """Return the compute target of that name.

    Raises:
        InvalidInput: there is none.
    """
    try:
        return targets.find(workspace, name)
    except NoSuchTarget as error:
        raise InvalidInput({"compute": [str(error)]}) from None


def refuse_failed(environment: ResolvedEnvironment | None) -> None:
    """Raise EnvironmentUnusable where an environment will never be ready."""
    if environment is not None and environment.has_failed:
        raise EnvironmentUnusable(environment.name, environment.reason)


def create_run(
    *, experiment: Experiment | None, actor: User | None, tags: dict[str, str] | None = None, **fields: Any
) -> Run:
    """Write a run's row. Another name is tried in the rare case that it is taken."""
    number = next_number(experiment) if experiment else 0
    now = timezone.now()
    fields.setdefault("stages", [timeline.moment(Stage.SUBMITTED, now)])
    run = Run(experiment=experiment, number=number, submitted_by=actor, **fields)
    run.environment_version = (run.config.get("environment") or {}).get("id")
    check_fields(run, "display_name", "description")
    for attempt in range(3):
        run.name = new_run_name()
        try:
            with transaction.atomic():
                run.save(force_insert=True)
            break
        except IntegrityError:
            if run.snapshot_id and not Snapshot.objects.filter(pk=run.snapshot_id).exists():
                raise SnapshotGone from None
            if attempt == 2:
                raise
    if tags:
        RunTag.objects.bulk_create(
            [RunTag(run=run, workspace_id=run.workspace_id, name=name, value=value) for name, value in tags.items()]
        )
    if experiment is not None:
        record_inputs(run)
    return run


def start_run(run: Run, environment: ResolvedEnvironment | None) -> None:
    """Queue a new run, or have it wait for its environment."""
    if environment is None or environment.is_ready:
        place_command(run, environment)
        return
    stages = [*run.stages, timeline.open_stage(Stage.ENVIRONMENT, timezone.now())]
    run.move_to(RunStatus.PREPARING, status_reason=environment.reason[:2000], stages=stages)
    run_changed(run)


def _frozen(reference: Any, environment: ResolvedEnvironment | None) -> dict[str, Any] | None:
    if environment is None:
        return None
    return {"reference": reference, "id": str(environment.id), "name": environment.name}


def _with_snapshot(properties: dict[str, str], snapshot: Snapshot | None) -> dict[str, str]:
    return {**properties, "ContentSnapshotId": str(snapshot.pk)} if snapshot else dict(properties)
