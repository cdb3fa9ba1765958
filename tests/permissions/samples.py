"""A real object for each parameter an address may have.

A new parameter needs one line in ``SAMPLES``: its name, whose object it stands for, and a function that makes one. Where a name
means something else at one address, the key is that address and the name: ``/invitations/<token>/ token``.
"""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import uuid4

from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from apps.accounts.models import User
from apps.activity.models import Notification
from apps.compute.models import Agent, ComputeTarget, WorkOrder
from apps.core.crypto import token_hash
from apps.core.hooks import Content
from apps.core.models import PendingTask, SavedView
from apps.experiments.models import Comparison, Experiment, Run, RunKind, Snapshot
from apps.experiments.services import store_file, store_snapshot
from apps.experiments.services.config import CommandJob, config_of
from apps.workspaces.models import Workspace
from tests.accounts.factories import AccessTokenFactory, InvitationFactory, SignInLinkFactory, UserFactory
from tests.compute.factories import ComputeTargetFactory, WorkOrderFactory
from tests.data.samples import data_file, data_upload, dataset_name, datastore_name
from tests.designer.samples import draft_id
from tests.endpoints.samples import DEPLOYMENT, endpoint_name, replica_id
from tests.environments.factories import BuildFactory, EnvironmentFactory
from tests.experiments.factories import RunFactory
from tests.labeling.samples import project_name
from tests.permissions.routes import Route
from tests.pipelines.samples import component_name, pipeline_endpoint_id, pipeline_run_id, published_id
from tests.registry.samples import ALIAS, model_name
from tests.schedules.samples import schedule_name
from tests.tracking.samples import TAG, logged_model
from tests.workspaces.factories import AliasFactory, SecretFactory, member

OWN_FILES = "permission-tests"


class Reach(Enum):
    """Who must not reach an object that others may."""

    WORKSPACE = "It belongs to a workspace: from another one it does not exist."
    OWN = "It belongs to one person: for all others it does not exist."
    STUDIO = "It belongs to the studio: whoever may call the route may name any."
    SECRET = "Who knows it may use it: there is none that others may not name."


@dataclass(frozen=True)
class Sample:
    """How to make an object for a parameter; ``make`` gets a workspace and a person, and returns what the address names."""

    reach: Reach
    make: Callable[[Workspace, User], Any]
    missing: Any = "01900000-0000-7000-8000-000000000000"
    """An id of the right form that nothing has."""
    made_by: frozenset[str] = frozenset()
    """Verbs that make what is not there yet, instead of saying so."""


def _membership(workspace: Workspace, person: User) -> Any:
    return workspace.memberships.get(user=member(workspace)).pk


def _invitation(workspace: Workspace, person: User) -> Any:
    return InvitationFactory.create(grants={"workspaces": {str(workspace.pk): "reader"}}).pk


def _secret_name(workspace: Workspace, person: User) -> str:
    number = workspace.secrets.count()
    return str(SecretFactory.create(workspace=workspace, name=f"only-in-{workspace.name}-{number}").name)


def _session(workspace: Workspace, person: User) -> Any:
    session = SessionStore()
    session.create()
    return UserSession.objects.create(
        user=person, session_key=session.session_key, ip="127.0.0.1", user_agent="", last_seen_at=timezone.now()
    ).pk


def _link_secret(workspace: Workspace, person: User) -> str:
    return str(SignInLinkFactory.create().secret)


def _invitation_secret(workspace: Workspace, person: User) -> str:
    return str(InvitationFactory.create(grants={"workspaces": {str(workspace.pk): "reader"}}).secret)


def _agent(workspace: Workspace, person: User) -> Any:
    number = Agent.objects.count()
    return Agent.objects.create(name=f"machine-{number}", token_hash=token_hash(f"agent-{number}")).pk


def _experiment_name(workspace: Workspace, person: User) -> str:
    number = Experiment.objects.count()
    return str(Experiment.objects.create(workspace=workspace, name=f"only-in-{workspace.name}-{number}").name)


def _code(workspace: Workspace) -> Snapshot:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("train.py", "print(1)")
    return store_snapshot(workspace, packed)


def made_run(workspace: Workspace, person: User) -> Run:
    """Return a run with code, as a person submitted it."""
    experiment, _made = Experiment.objects.get_or_create(workspace=workspace, name="trials")
    config = config_of(CommandJob(command="true"), None)
    run: Run = RunFactory.create(
        workspace=workspace,
        experiment=experiment,
        name=f"run-{uuid4()}",
        submitted_by=person,
        config=config,
        snapshot=_code(workspace),
    )
    return run


def _run(workspace: Workspace, person: User) -> Any:
    return made_run(workspace, person).pk


def _record(workspace: Workspace, person: User) -> Any:
    # Of the run that stands before it in the address.
    run = Run.objects.filter(workspace=workspace).order_by("-created_at", "-id").first() or made_run(workspace, person)
    return run.records.create(kind="list", name="losses", value=[3, 2, 1]).pk


def _output_name(workspace: Workspace, person: User) -> str:
    # Of the run that stands before it in the address.
    run = Run.objects.filter(workspace=workspace).order_by("-created_at", "-id").first() or made_run(workspace, person)
    name = f"only-in-{workspace.name}"
    store_file(run=run, path=f"outputs/{name}/notes.txt", contents=[b"a"])
    return name


def _environment_name(workspace: Workspace, person: User) -> str:
    return str(EnvironmentFactory.create(workspace=workspace, build=BuildFactory.create(ready=True)).name)


def _build(workspace: Workspace, person: User) -> Any:
    build = BuildFactory.create(
        ready=True, run=RunFactory.create(workspace=workspace, kind=RunKind.BUILD, experiment=None)
    )
    EnvironmentFactory.create(workspace=workspace, build=build)
    return build.pk


def _target(workspace: Workspace, person: User) -> Any:
    return ComputeTargetFactory.create(workspace=workspace, name=f"target-{ComputeTarget.objects.count()}").pk


def _artifact(workspace: Workspace, person: User) -> str:
    run = made_run(workspace, person)
    store_file(run=run, path="a.txt", contents=[b"a"])
    return f"{run.pk}/a.txt"


def _input_name(workspace: Workspace, person: User) -> str:
    dataset = workspace.datasets.get(name=dataset_name(workspace, person))
    given = {"kind": "dataset", "id": str(dataset.latest_id), "type": "uri_folder", "reference": f"{dataset.name}:1"}
    WorkOrder.objects.filter(workspace=workspace).update(spec={"inputs": {"data": given}})
    return "data"


def _saved_view(workspace: Workspace, person: User) -> Any:
    return SavedView.objects.create(owner=person, list_key="x", scope=str(workspace.pk), name=str(timezone.now())).pk


def own_files(person: Any, path: str) -> Content | None:
    """A source of content: each person has one file that nobody else may see."""
    return (
        Content("no-such-key", "report.html", "text/html") if path == f"{OWN_FILES}/{person.pk}/report.html" else None
    )


SAMPLES: dict[str, Sample] = {
    "name": Sample(Reach.WORKSPACE, lambda workspace, person: workspace.name, missing="no-such-workspace"),
    "workspace_id": Sample(Reach.STUDIO, lambda workspace, person: workspace.pk),
    "membership_id": Sample(Reach.WORKSPACE, _membership),
    "invitation_id": Sample(Reach.WORKSPACE, _invitation),
    "secret_id": Sample(Reach.WORKSPACE, lambda workspace, person: SecretFactory.create(workspace=workspace).pk),
    "secret_name": Sample(Reach.WORKSPACE, _secret_name, missing="no-such-secret", made_by=frozenset({"PUT"})),
    "alias_id": Sample(Reach.WORKSPACE, lambda workspace, person: AliasFactory.create(workspace=workspace).pk),
    "environment_name": Sample(Reach.WORKSPACE, _environment_name, missing="no-such-environment"),
    "dataset_name": Sample(Reach.WORKSPACE, dataset_name, missing="no-such-dataset"),
    "datastore_name": Sample(Reach.WORKSPACE, datastore_name, missing="no-such-datastore"),
    "upload_id": Sample(Reach.WORKSPACE, data_upload),
    "model_name": Sample(Reach.WORKSPACE, model_name, missing="no-such-model"),
    "component_name": Sample(Reach.WORKSPACE, component_name, missing="no-such-component"),
    "published_id": Sample(Reach.WORKSPACE, published_id),
    "pipeline_endpoint_id": Sample(Reach.WORKSPACE, pipeline_endpoint_id),
    "comparison_id": Sample(
        Reach.WORKSPACE,
        lambda workspace, person: Comparison.objects.create(workspace=workspace, runs=[]).pk,
    ),
    "project_name": Sample(Reach.WORKSPACE, project_name, missing="no-such-project"),
    "item_number": Sample(Reach.STUDIO, lambda workspace, person: 1, missing=9_999),
    "draft_id": Sample(Reach.WORKSPACE, draft_id),
    "revision_number": Sample(Reach.STUDIO, lambda workspace, person: 0, missing=9_999),
    "endpoint_name": Sample(Reach.WORKSPACE, endpoint_name, missing="no-such-endpoint"),
    "deployment_name": Sample(Reach.STUDIO, lambda workspace, person: DEPLOYMENT, missing="no-such-deployment"),
    "schedule_name": Sample(Reach.WORKSPACE, schedule_name, missing="no-such-schedule"),
    "replica_id": Sample(Reach.WORKSPACE, replica_id),
    "alias": Sample(Reach.STUDIO, lambda workspace, person: ALIAS, missing="no-such-alias", made_by=frozenset({"PUT"})),
    "file_id": Sample(Reach.WORKSPACE, data_file),
    "version": Sample(Reach.STUDIO, lambda workspace, person: 1, missing=9_999),
    "build_id": Sample(Reach.WORKSPACE, _build),
    "token_id": Sample(Reach.OWN, lambda workspace, person: AccessTokenFactory.create(user=person).pk),
    "session_id": Sample(Reach.OWN, _session, missing=987_654_321),
    "notification_id": Sample(
        Reach.OWN, lambda workspace, person: Notification.objects.create(user=person, title="x").pk
    ),
    "view_id": Sample(Reach.OWN, _saved_view),
    "user_id": Sample(Reach.STUDIO, lambda workspace, person: UserFactory.create().pk),
    "task_id": Sample(Reach.STUDIO, lambda workspace, person: PendingTask.objects.create(name="x", failed_at=timezone.now()).pk),
    "agent_id": Sample(Reach.STUDIO, _agent),
    "target_id": Sample(Reach.WORKSPACE, _target),
    "order_id": Sample(Reach.WORKSPACE, lambda workspace, person: WorkOrderFactory.create(target__workspace=workspace).pk),
    "pk": Sample(Reach.STUDIO, _agent),
    "run_id": Sample(Reach.WORKSPACE, _run),
    "experiment_name": Sample(Reach.WORKSPACE, _experiment_name, missing="no-such-experiment"),
    "file_path": Sample(Reach.STUDIO, lambda workspace, person: "outputs/model.bin", made_by=frozenset({"PUT"})),
    "input_name": Sample(Reach.SECRET, _input_name),
    "artifact_path": Sample(Reach.WORKSPACE, _artifact, missing="01900000-0000-7000-8000-000000000000/a.txt"),
    "logged_model": Sample(Reach.WORKSPACE, logged_model, missing="m-01900000000070008000000000000000"),
    "tag_key": Sample(Reach.STUDIO, lambda workspace, person: TAG),
    "call": Sample(Reach.SECRET, lambda workspace, person: "2.0/mlflow/no-such-call"),
    "sample_name": Sample(Reach.STUDIO, lambda workspace, person: "compare-models", missing="no-such-sample"),
    "output_name": Sample(Reach.WORKSPACE, _output_name, missing="no-such-output"),
    "record_id": Sample(Reach.WORKSPACE, _record, missing=987_654_321),
    "/workspaces/<name>/pipelines/publish/<run_id>/ run_id": Sample(Reach.WORKSPACE, pipeline_run_id),
    "/workspaces/<name>/pipelines/runs/<run_id>/steps/ run_id": Sample(Reach.WORKSPACE, pipeline_run_id),
    "/workspaces/<name>/pipelines/runs/<run_id>/step/ run_id": Sample(Reach.WORKSPACE, pipeline_run_id),
    "/workspaces/<name>/pipelines/runs/<run_id>/clone/ run_id": Sample(Reach.WORKSPACE, pipeline_run_id),
    "/workspaces/<name>/pipelines/runs/<run_id>/plan/ run_id": Sample(Reach.WORKSPACE, pipeline_run_id),
    "/workspaces/<name>/pipelines/runs/<run_id>/resubmit/ run_id": Sample(Reach.WORKSPACE, pipeline_run_id),
    "/workspaces/<name>/pipelines/runs/<run_id>/compare/ run_id": Sample(Reach.WORKSPACE, pipeline_run_id),
    "/workspaces/<name>/pipelines/runs/<run_id>/yaml/ run_id": Sample(Reach.WORKSPACE, pipeline_run_id),
    "/workspaces/<name>/pipelines/runs/<run_id>/python/ run_id": Sample(Reach.WORKSPACE, pipeline_run_id),
    "/api/v1/workspaces/<name>/runs/<run_id>/graph/ run_id": Sample(Reach.WORKSPACE, pipeline_run_id),
    "/api/v1/workspaces/<name>/runs/<run_id>/steps/ run_id": Sample(Reach.WORKSPACE, pipeline_run_id),
    "/sign-in/link/<token>/ token": Sample(Reach.SECRET, _link_secret),
    "/invitations/<token>/ token": Sample(Reach.SECRET, _invitation_secret),
    "path": Sample(Reach.OWN, lambda workspace, person: f"{OWN_FILES}/{person.pk}/report.html", missing="no/such/file.html"),
}  # fmt: skip


def sample_of(route: Route, name: str) -> Sample:
    """Return how to make an object for a parameter of a route.

    Raises:
        KeyError: nobody has said; the message says where to.
    """
    sample = SAMPLES.get(f"{route} {name}") or SAMPLES.get(name)
    if sample is None:
        raise KeyError(
            f"{route.pattern} has the parameter {name!r}, of which the permission tests have no sample. "
            "Add one line to SAMPLES in tests/permissions/samples.py."
        )
    return sample
