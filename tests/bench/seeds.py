"""A studio with many rows in every list, as an administrator sees it who is also an owner everywhere."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from apps.accounts.models import AccessToken, Invitation, User
from apps.accounts.models.token import TokenScope
from apps.activity.models import AuditRecord, Level, Notification
from apps.compute.models import LOCAL, Agent, ComputeTarget, Isolation, WorkKind, WorkOrder
from apps.compute.states import WorkState
from apps.core.ids import uuid7
from apps.core.lists import StudioList
from apps.data.models import Dataset, DatasetFile, DatasetVersion, Datastore
from apps.endpoints.models import Deployment, Endpoint
from apps.endpoints.states import AuthMode, DeploymentState
from apps.environments.models import Environment, EnvironmentBuild, EnvironmentVersion
from apps.environments.states import BuildState
from apps.experiments.models import Experiment, Run, RunKind, RunTag
from apps.experiments.states import RunStatus
from apps.pipelines.models import PipelineEndpoint
from apps.registry.models import ModelAlias, ModelFile, ModelTag, ModelVersion, RegisteredModel
from apps.registry.states import Framework, ModelType, VersionState
from apps.workspaces.models import Alias, Membership, Secret, Workspace
from apps.workspaces.models.alias import AliasKind
from apps.workspaces.roles import Role
from tests.bench.seeds_components import write_components, write_published
from tests.bench.seeds_designer import write_drafts
from tests.bench.seeds_labeling import write_labeling
from tests.bench.seeds_pipeline_runs import write_pipeline_runs
from tests.bench.seeds_schedules import write_schedules

BATCH = 2000
WORDS = (
    "churn",
    "credit",
    "demand",
    "forecast",
    "fraud",
    "image",
    "label",
    "price",
    "quality",
    "risk",
    "sensor",
    "text",
)
VERBS = ("workspace.created", "member.added", "member.role_changed", "secret.set", "alias.created", "token.created")


@dataclass(frozen=True)
class Studio:
    """What the measurements need to know of the rows."""

    viewer: User
    workspace: Workspace
    colleague: User
    target: ComputeTarget
    parent: Run
    pipeline: Run
    pipeline_endpoint: PipelineEndpoint


def seed(rows: int) -> Studio:
    """Write ``rows`` rows of each kind that a list shows. The same numbers every time."""
    if connection.vendor == "sqlite":
        connection.features.max_query_params = 32_000  # what SQLite takes today; Django still assumes 999
    chance = random.Random(1)
    now = timezone.now()
    viewer = User.objects.create_user("viewer", email="viewer@example.org", password=None, is_administrator=True)
    workspace = Workspace.objects.create(name="main", friendly_name="Main")
    Membership.objects.create(workspace=workspace, user=viewer, role=Role.OWNER)

    people = _write(User, rows, lambda n: {
        "username": f"{chance.choice(WORDS)}{n}", "email": f"p{n}@example.org", "full_name": f"{_words(chance)} {n}",
        "is_administrator": n % 500 == 0, "is_active": n % 20 != 0, "last_login": _before(chance, now) if n % 10 else None,
        "password": "!",
    })  # fmt: skip
    colleague = people[1]
    roles = list(Role)
    _write(Membership, rows, lambda n: {"workspace": workspace, "user": people[n], "role": roles[n % len(roles)]})
    _write_shared(rows, viewer, chance, now, trashed=False)
    _write_shared(rows, viewer, chance, now, trashed=True)
    _write(Secret, rows, lambda n: {
        "workspace": workspace, "name": f"{chance.choice(WORDS)}-{n}", "encrypted_value": b"x", "set_by": colleague,
        "set_at": _before(chance, now),
    })  # fmt: skip
    kinds = list(AliasKind)
    _write(Alias, rows, lambda n: {
        "workspace": workspace, "kind": kinds[n % len(kinds)], "name": f"{chance.choice(WORDS)}-{n}", "target": "local",
    })  # fmt: skip
    _write(AccessToken, rows, lambda n: {
        "user": viewer, "name": f"{chance.choice(WORDS)} {n}", "prefix": "mls_bench", "token_hash": f"{n:064d}",
        "expires_at": now + timedelta(days=n % 400 - 100), "revoked_at": now if n % 9 == 0 else None,
        "scope": TokenScope.READ if n % 5 == 0 else TokenScope.WRITE, "last_used_at": _before(chance, now) if n % 2 else None,
    })  # fmt: skip
    _write(Invitation, rows, lambda n: {
        "email": f"i{n}@example.org", "token_hash": f"{n:064d}", "invited_by": colleague,
        "expires_at": now + timedelta(days=n % 14 - 7), "accepted_at": now if n % 4 == 0 else None,
    })  # fmt: skip
    levels = list(Level)
    _write(Notification, rows, lambda n: {
        "user": viewer, "title": f"{_words(chance)} {n}", "body": "Something happened.", "level": levels[n % len(levels)],
        "read_at": now if n % 3 else None, "url": "/",
    })  # fmt: skip
    _write(AuditRecord, rows, lambda n: {
        "workspace_id": workspace.pk, "actor": people[n % 50], "actor_name": people[n % 50].full_name,
        "verb": VERBS[n % len(VERBS)], "target_kind": "workspace", "target_label": f"{_words(chance)} {n}",
        "created_at": _before(chance, now, days=365), "address": "203.0.113.9",
    })  # fmt: skip
    kinds_of_isolation = [kind for kind in Isolation if kind]
    _write(Agent, rows, lambda n: {
        "name": f"{chance.choice(WORDS)}-{n}", "token_hash": f"{n:064d}", "hostname": f"node{n}.example.org", "cores": 8,
        "last_seen_at": now if n % 3 else _before(chance, now), "isolation": kinds_of_isolation[n % len(kinds_of_isolation)],
        "version": "0.1.0", "memory_total_mb": 16_384, "memory_available_mb": 9_000,
    })  # fmt: skip
    _write_environments(rows, workspace, chance, now)
    _write_data(rows, workspace, viewer, chance, now)
    _write_models(rows, workspace, viewer, chance, now)
    _write_endpoints(rows, workspace, viewer, chance)
    target = _write_compute(rows, workspace, colleague, chance, now)
    parent = _write_runs(rows, workspace, target, people[:50], chance, now)
    pipeline = write_pipeline_runs(rows, workspace, people[:50], now, _write)
    write_components(rows, workspace, viewer, now, _write)
    write_schedules(rows, workspace, viewer, now, _write)
    write_labeling(rows, workspace, viewer, now, _write)
    write_drafts(rows, workspace, viewer, now, _write)
    called = write_published(rows, workspace, viewer, now, _write)
    return Studio(viewer, workspace, colleague, target, parent, pipeline, called)


def _write_compute(
    rows: int, workspace: Workspace, colleague: User, chance: random.Random, now: datetime
) -> ComputeTarget:
    """Write targets with a past, and one with a long queue whose machine answers."""
    Agent.objects.create(name=LOCAL, token_hash="local", last_seen_at=now + timedelta(days=1), slots=8, cores=8)
    targets = _write(ComputeTarget, rows // 100, lambda n: {
        "workspace": workspace, "name": f"{chance.choice(WORDS)}-{n}", "description": _words(chance),
        "max_running": n % 9 or None,
    })  # fmt: skip
    target = ComputeTarget.objects.create(workspace=workspace, name=LOCAL)
    _write(WorkOrder, rows, lambda n: {
        "workspace": workspace, "target": target, "kind": WorkKind.BUILD if n % 10 == 0 else WorkKind.RUN,
        "subject_id": uuid7(), "title": f"{_words(chance)} {n}", "requested_by": colleague, "priority": n % 50 == 0,
        "spec": {"version": 1, "command": "python train.py", "variables": {"TEXT": "x" * 500}},
    })  # fmt: skip
    machines = list(Agent.objects.all()[:100])
    _write(WorkOrder, rows // 5, lambda n: {
        "workspace": workspace, "target": targets[n % len(targets)], "kind": WorkKind.RUN, "subject_id": uuid7(),
        "title": _words(chance), "state": WorkState.ENDED, "attempt": 1, "agent": machines[n % len(machines)],
    })  # fmt: skip
    return target


def _write_runs(
    rows: int, workspace: Workspace, target: ComputeTarget, people: list[User], chance: random.Random, now: datetime
) -> Run:
    """Write experiments and their runs, one of which has many children; return that one."""
    experiments = _write(Experiment, rows // 100, lambda n: {
        "workspace": workspace, "name": f"{chance.choice(WORDS)}-{n}", "description": _words(chance), "last_number": n,
        "last_run_at": _before(chance, now), "archived_at": now if n % 20 == 0 else None, "created_by": people[n % len(people)],
    })  # fmt: skip
    statuses = [*list(RunStatus), *[RunStatus.COMPLETED] * 30]
    runs = _write(Run, rows, lambda n: {
        "workspace": workspace, "experiment": experiments[n % len(experiments)], "name": f"run_{n}", "number": n + 1,
        "display_name": f"{_words(chance)} {n}" if n % 3 else "", "status": statuses[n % len(statuses)], "target": target,
        "archived_at": now if n % 15 == 0 else None, "submitted_by": people[n % len(people)], "output_bytes": n % 5 * 1000,
        "kind": RunKind.INTERACTIVE if n % 4 == 0 else RunKind.COMMAND, "started_at": _before(chance, now),
        "config": {"command": "python train.py", "inputs": {"lr": {"type": "number", "value": 0.1}}, "text": "x" * 500},
    })  # fmt: skip
    _write(RunTag, rows, lambda n: {
        "run": runs[n], "workspace": workspace, "name": "team", "value": chance.choice(WORDS),
    })  # fmt: skip
    _write(Run, rows // 4, lambda n: {
        "workspace": workspace, "experiment": experiments[1], "name": f"child_{n}", "number": n + 1, "parent": runs[1],
        "depth": 1, "status": RunStatus.COMPLETED, "config": {"command": "python train.py"},
    })  # fmt: skip
    first: Run = runs[1]
    return first


def _write_environments(rows: int, workspace: Workspace, chance: random.Random, now: datetime) -> None:
    """Write environments, most of them made for jobs, and runs that used the one called ``used``."""
    states = list(BuildState)
    builds = _write(EnvironmentBuild, rows // 10, lambda n: {
        "recipe_digest": f"{n:064d}", "recipe": {"python": "3.11", "requirements": [f"package-{n}"]}, "digest": f"{n:064d}",
        "state": states[n % len(states)], "size": n * 1000, "packages": [{"name": "numpy", "version": "2.1.0"}] * 40,
    })  # fmt: skip
    environments = _write(Environment, rows, lambda n: {
        "workspace": workspace, "name": "used" if n == 0 else f"{chance.choice(WORDS)}-{n}", "description": _words(chance),
        "is_anonymous": n % 3 == 1, "is_curated": n % 100 == 2, "archived_at": now if n % 50 == 3 else None,
    })  # fmt: skip
    versions = _write(EnvironmentVersion, rows, lambda n: {
        "environment": environments[n], "number": 1, "build": builds[n % len(builds)], "recipe": builds[n % len(builds)].recipe,
    })  # fmt: skip
    for environment, version in zip(environments, versions, strict=True):
        environment.latest = version
    Environment.objects.bulk_update(environments, ["latest"], batch_size=BATCH)
    experiment = Experiment.objects.create(workspace=workspace, name="used-environment")
    statuses = list(RunStatus)
    _write(Run, rows, lambda n: {
        "workspace": workspace, "experiment": experiment, "name": f"used_{n}", "number": n + 1,
        "status": statuses[n % len(statuses)], "environment_version": versions[0].pk, "config": {"command": "python train.py"},
    })  # fmt: skip


def _write_data(rows: int, workspace: Workspace, viewer: User, chance: random.Random, now: datetime) -> None:
    """Write datastores, datasets with a version each, and one dataset with many files."""
    store = Datastore.objects.create(workspace=workspace, name="workspaceblobstore", kind="workspace", is_default=True)
    _write(
        Datastore, rows, lambda n: {"workspace": workspace, "name": f"{chance.choice(WORDS)}-{n}", "kind": "workspace"}
    )
    datasets = _write(Dataset, rows, lambda n: {
        "workspace": workspace, "name": "many-files" if n == 0 else f"{chance.choice(WORDS)}-{n}",
        "kind": "tabular" if n % 2 else "file", "description": _words(chance), "latest_at": _before(chance, now),
        "archived_at": now if n % 25 == 24 else None, "created_by": viewer,
    })  # fmt: skip
    versions = _write(DatasetVersion, rows, lambda n: {
        "dataset": datasets[n], "number": 1, "datastore": store, "folder": f"uploads/{n}", "sha256": "a" * 64,
        "file_count": rows if n == 0 else 1, "size": n,
    })  # fmt: skip
    for dataset, version in zip(datasets, versions, strict=True):
        dataset.latest = version
    Dataset.objects.bulk_update(datasets, ["latest"], batch_size=BATCH)
    _write(DatasetFile, rows, lambda n: {
        "version": versions[0], "path": f"{chance.choice(WORDS)}/{n}.png", "size": n, "sha256": "b" * 64,
    })  # fmt: skip


def _write_models(rows: int, workspace: Workspace, viewer: User, chance: random.Random, now: datetime) -> None:
    """Write models with a version each, of which one has 10,000, and one many files."""
    models = _write(RegisteredModel, rows, lambda n: {
        "workspace": workspace, "name": "many-versions" if n == 0 else f"{chance.choice(WORDS)}-{n}", "latest_number": 1,
        "description": _words(chance), "latest_at": _before(chance, now), "archived_at": now if n % 25 == 24 else None,
        "tags": {"team": chance.choice(WORDS)}, "created_by": viewer,
    })  # fmt: skip
    _write(ModelTag, rows, lambda n: {"model": models[n], "name": "team", "value": models[n].tags["team"]})
    frameworks, types, states = list(Framework), list(ModelType), [VersionState.READY] * 30 + list(VersionState)

    def version(n: int, model: RegisteredModel, number: int) -> dict[str, Any]:
        return {
            "model": model, "number": number, "type": types[n % len(types)], "framework": frameworks[n % len(frameworks)],
            "state": states[n % len(states)], "run_name": f"run_{n}", "folder": f"models/{model.pk}/{number}", "size": n,
            "file_count": 1, "sha256": f"{n:064}", "tags": {"stage": chance.choice(WORDS)}, "created_by": viewer,
            "archived_at": now if n % 40 == 39 else None, "manifest": {"requirements": ["x" * 50] * 20},
        }  # fmt: skip

    versions = _write(ModelVersion, rows, lambda n: version(n, models[n], 1))
    more = _write(ModelVersion, min(rows, 10_000), lambda n: version(n, models[0], n + 2))
    newest = ModelVersion.objects.filter(model=OuterRef("pk")).order_by("-number")
    RegisteredModel.objects.update(latest=Subquery(newest.values("pk")[:1]))
    RegisteredModel.objects.filter(pk=models[0].pk).update(latest_number=more[-1].number)
    _write(ModelAlias, rows, lambda n: {"model": models[n], "name": "champion", "version": versions[n]})
    _write(ModelFile, min(rows, 20_000), lambda n: {
        "version": more[-1], "path": f"{chance.choice(WORDS)}/{n}.bin", "size": n, "sha256": "b" * 64,
    })  # fmt: skip


def _write_endpoints(rows: int, workspace: Workspace, viewer: User, chance: random.Random) -> None:
    """Write endpoints with a deployment each."""
    states = [DeploymentState.HEALTHY] * 10 + list(DeploymentState)
    endpoints = _write(Endpoint, rows, lambda n: {
        "workspace": workspace, "name": f"{chance.choice(WORDS)}-{n}", "description": _words(chance),
        "auth_mode": AuthMode.TOKEN if n % 10 == 9 else AuthMode.KEY, "traffic": {"blue": 100}, "created_by": viewer,
        "primary_key": b"", "secondary_key": b"", "primary_hash": f"{n:064}", "secondary_hash": f"{n:064}",
    })  # fmt: skip
    _write(Deployment, rows, lambda n: {
        "endpoint": endpoints[n], "name": "blue", "state": states[n % len(states)], "created_by": viewer,
    })  # fmt: skip


def _write_shared(rows: int, viewer: User, chance: random.Random, now: datetime, *, trashed: bool) -> None:
    """Write workspaces, in the trash or not, and what the viewer is in each."""
    roles = list(Role)

    def workspace(n: int) -> dict[str, Any]:
        return {
            "name": f"{'bin' if trashed else 'ws'}-{chance.choice(WORDS)}-{n}", "friendly_name": f"{_words(chance)} {n}",
            "tags": {"team": chance.choice(WORDS), "stage": "test"}, "archived_at": now if n % 25 == 0 else None,
            "deleted_at": _before(chance, now, days=13) if trashed else None, "created_by": viewer,
        }  # fmt: skip

    written = _write(Workspace, rows, workspace)

    def membership(n: int) -> dict[str, Any]:
        return {
            "workspace": written[n], "user": viewer, "role": roles[n % len(roles)] if n % 3 else Role.OWNER,
            "last_visited_at": _before(chance, now) if n % 2 else None,
        }  # fmt: skip

    _write(Membership, rows, membership)


def _write(model: type[models.Model], rows: int, fields: Callable[[int], dict[str, Any]]) -> list[Any]:
    written: list[Any] = []
    for start in range(0, rows, BATCH):
        batch = [model(**fields(number)) for number in range(start, min(start + BATCH, rows))]
        written += model._default_manager.bulk_create(batch)
    return written


def _words(chance: random.Random) -> str:
    return f"{chance.choice(WORDS).capitalize()} {chance.choice(WORDS)}"


def _before(chance: random.Random, now: datetime, days: int = 90) -> datetime:
    return now - timedelta(seconds=chance.randrange(days * 86_400))


def every_list() -> Iterator[type[StudioList]]:
    """Yield the list component's subclasses that pages use, after all pages have been imported."""
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018 - importing the pages is the point
    waiting = StudioList.__subclasses__()
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        yield one
