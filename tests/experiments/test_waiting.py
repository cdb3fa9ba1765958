"""Runs that wait for their environment, and what happens to them when its build ends."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from apps.core.errors import UserError
from apps.experiments import hooks, services
from apps.experiments.errors import EnvironmentUnusable
from apps.experiments.hooks import ResolvedEnvironment
from apps.experiments.models import Run
from apps.experiments.services import CommandJob
from apps.experiments.states import RunStatus

pytestmark = [pytest.mark.django_db, pytest.mark.service]


class Environments:
    """Stands where the app of environments fills the hooks; it knows one version, called ``trees:1``."""

    def __init__(self) -> None:
        self.state = ResolvedEnvironment(
            uuid4(), "trees:1", variables={"OMP_NUM_THREADS": "1"}, reason="building the environment, 40 s so far",
            warnings=("AzureML-trees is read as trees:1",),
        )  # fmt: skip

    def resolve(self, workspace: Any, reference: Any, actor: Any) -> ResolvedEnvironment | None:
        return self.state if reference == "trees" else None

    def state_of(self, version_id: Any) -> ResolvedEnvironment | None:
        return self.state if version_id == self.state.id else None

    def is_ready(self) -> None:
        self.state = replace(self.state, is_ready=True, reason="", spec={"name": "trees:1", "digest": "d", "lock": "l"})

    def has_failed(self) -> None:
        self.state = replace(self.state, has_failed=True, reason="no such package: treees")


@pytest.fixture
def environments() -> Iterator[Environments]:
    stand_in = Environments()
    found, states = hooks.resolve_environment._functions, hooks.environment_state._functions
    hooks.resolve_environment._functions, hooks.environment_state._functions = [stand_in.resolve], [stand_in.state_of]
    yield stand_in
    hooks.resolve_environment._functions, hooks.environment_state._functions = found, states


@pytest.fixture
def submit(ada, workspace):
    def give() -> Run:
        job = CommandJob(command="python train.py", environment="trees", variables={"OMP_NUM_THREADS": "2", "A": "b"})
        return services.submit_command(actor=ada, workspace=workspace, job=job, snapshot=None, experiment_name="e")

    return give


def now_of(run: Run) -> Run:
    return Run.objects.get(pk=run.pk)


def test_a_run_waits_and_says_for_what(submit, environments):
    run = submit()
    assert run.status == RunStatus.PREPARING
    assert run.status_reason == "building the environment, 40 s so far"
    assert run.order is None
    assert run.warnings == ["AzureML-trees is read as trees:1"]
    assert [stage["name"] for stage in run.stages] == ["submitted", "environment"]
    assert run.config["environment"] == {"reference": "trees", "id": str(environments.state.id), "name": "trees:1"}


def test_it_goes_on_when_the_environment_is_ready(submit, environments, machine):
    run = submit()
    assert services.environment_became_ready(environments.state.id) == 0
    environments.is_ready()
    assert services.environment_became_ready(environments.state.id) == 1
    assert services.environment_became_ready(environments.state.id) == 0
    queued = now_of(run)
    assert queued.status == RunStatus.QUEUED
    assert [(stage["name"], bool(stage["ended_at"])) for stage in queued.stages] == [
        ("submitted", True), ("environment", True), ("queue", False),
    ]  # fmt: skip
    spec = machine.take(run).spec
    assert spec["environment"] == {"name": "trees:1", "digest": "d", "lock": "l"}
    assert spec["variables"] == {"OMP_NUM_THREADS": "2", "A": "b"}


def test_it_fails_with_the_build_and_tells_why(submit, environments):
    run = submit()
    environments.has_failed()
    services.environment_failed(environments.state.id, "no such package: treees")
    failed = now_of(run)
    assert failed.status == RunStatus.FAILED
    assert failed.error["code"] == "UserError"
    assert "no such package: treees" in failed.status_reason
    assert all(stage["ended_at"] for stage in failed.stages)
    with pytest.raises(EnvironmentUnusable) as caught:
        submit()
    assert caught.value.field == "environment"


def test_what_missed_the_news_is_found_by_the_watch(submit, environments, machine):
    run = submit()
    environments.state = replace(environments.state, reason="building the environment, 90 s so far")
    services.watch_waiting()
    assert now_of(run).status_reason == "building the environment, 90 s so far"
    environments.is_ready()
    services.watch_waiting()
    services.watch_waiting()
    assert now_of(run).status == RunStatus.QUEUED
    other = submit()
    assert other.status == RunStatus.QUEUED


def test_an_environment_that_is_gone_fails_who_waits_for_it(submit, environments):
    run = submit()
    environments.state = replace(environments.state, id=uuid4())
    services.watch_waiting()
    assert now_of(run).status == RunStatus.FAILED


def test_a_run_that_waits_is_canceled_at_once(submit, environments, ada):
    run = submit()
    services.cancel_run(actor=ada, run=run)
    assert run.status == RunStatus.CANCELED
    environments.is_ready()
    assert services.environment_became_ready(environments.state.id) == 0
    assert now_of(run).order is None


def test_a_run_again_gets_the_version_it_had(submit, environments, machine, ada):
    environments.is_ready()
    run = submit()
    machine.carry_out(run)
    assert machine.take(services.rerun(actor=ada, run=run)).spec["environment"]["name"] == "trees:1"
    environments.state = replace(environments.state, id=uuid4())
    with pytest.raises(UserError):
        services.rerun(actor=ada, run=run)


def test_an_unknown_environment_is_refused_at_its_field(ada, workspace, environments):
    job = CommandJob(command="x", environment="rocks")
    with pytest.raises(UserError) as caught:
        services.submit_command(actor=ada, workspace=workspace, job=job, snapshot=None, experiment_name="e")
    assert caught.value.field == "environment"
