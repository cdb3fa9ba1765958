"""Two workers at once: each thing happens once, and nothing is left half done."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from apps.compute.models import WorkOrder
from apps.experiments import services
from apps.experiments.models import Experiment, Run
from apps.experiments.services import CommandJob
from apps.experiments.states import TERMINAL, RunStatus
from apps.workspaces.roles import Role
from tests.experiments.machine import Machine
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.service, pytest.mark.servers]

ROUNDS = 4


@pytest.fixture
def team(transactional_db: None) -> Any:
    workspace = WorkspaceFactory.create(name="churn")
    return workspace, member(workspace, Role.OWNER)


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all of it at the same moment, each in a thread and a connection of its own; return what each gave or raised."""
    start = threading.Barrier(len(deeds))
    results: list[Any] = [None] * len(deeds)

    def run(place: int, deed: Callable[[], Any]) -> None:
        try:
            start.wait(10)
            results[place] = deed()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, deed)) for place, deed in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return results


def submit(team: Any, name: str = "e") -> Run:
    workspace, owner = team
    job = CommandJob(command="python train.py")
    return services.submit_command(actor=owner, workspace=workspace, job=job, snapshot=None, experiment_name=name)


def test_numbers_are_given_once_and_an_experiment_is_made_once(team):
    results = at_once(*[lambda: submit(team).number for _ in range(6)])
    assert sorted(results) == [1, 2, 3, 4, 5, 6]
    assert Experiment.objects.count() == 1
    assert WorkOrder.objects.count() == 6


def test_cancel_and_end_at_once_leave_one_end(team):
    _workspace, owner = team
    machine = Machine()
    for _round in range(ROUNDS):
        run = submit(team)
        order = machine.take(run)
        machine.say(order, "run")
        results = at_once(
            lambda run=run: services.cancel_run(actor=owner, run=Run.objects.get(pk=run.pk)),  # type: ignore[misc]
            lambda order=order: machine.end(order, "succeeded"),  # type: ignore[misc]
        )
        assert not [result for result in results if isinstance(result, Exception)], results
        assert Run.objects.get(pk=run.pk).status == RunStatus.COMPLETED


def test_two_who_cancel_at_once_are_both_content(team):
    _workspace, owner = team
    for _round in range(ROUNDS):
        run = submit(team)
        results = at_once(*[lambda: services.cancel_run(actor=owner, run=Run.objects.get(pk=run.pk))] * 2)  # noqa: B023
        assert not [result for result in results if isinstance(result, Exception)], results
        assert Run.objects.get(pk=run.pk).status == RunStatus.CANCELED


def test_cancel_while_a_machine_takes_it(team):
    _workspace, owner = team
    machine = Machine()
    for _round in range(ROUNDS):
        run = submit(team)
        results = at_once(
            lambda run=run: services.cancel_run(actor=owner, run=Run.objects.get(pk=run.pk)),  # type: ignore[misc]
            lambda run=run: machine.take(run),  # type: ignore[misc]
        )
        assert not [result for result in results if isinstance(result, Exception) and "no such work" not in str(result)]
        now = Run.objects.get(pk=run.pk)
        assert now.status in {RunStatus.CANCELED, RunStatus.CANCEL_REQUESTED}
        if now.status not in TERMINAL:
            assert now.order is not None
            machine.end(now.order, "canceled")
            assert Run.objects.get(pk=run.pk).status == RunStatus.CANCELED
