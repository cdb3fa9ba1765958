"""Two workers at once: each step begins once, ends once, and is counted once."""

from functools import partial

import pytest

from apps.experiments.models import Run
from apps.experiments.services import cancel_run
from apps.pipelines import services
from apps.pipelines.models import PipelineRun
from apps.workspaces.roles import Role
from tests.experiments.machine import Machine
from tests.experiments.test_races import at_once
from tests.pipelines.working import Works, chain, fan, now_of, run_of, states, steps
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.service, pytest.mark.servers]

ROUNDS = 3


@pytest.fixture
def crowd(transactional_db, run_tasks) -> Works:
    workspace = WorkspaceFactory.create(name="churn")
    return Works(Machine(), run_tasks, member(workspace, Role.OWNER), workspace)


def no_errors(results):
    assert not [result for result in results if isinstance(result, Exception)], results


def test_two_who_look_at_what_is_ready_start_it_once(crowd):
    for number in range(ROUNDS):
        graph = chain(f"clean{number}", "train")
        run = services.submit_pipeline(actor=crowd.actor, workspace=crowd.workspace, graph=graph)
        no_errors(at_once(*[partial(services.advance, run.pk)] * 2, services.watch))
        assert Run.objects.filter(parent=run).count() == 1
        assert steps(run)[f"clean{number}"].attempt == 1


def test_steps_that_end_at_once_let_the_next_begin_once(crowd):
    run = crowd.submit(fan(3))
    crowd.do(steps(run)["split"])
    orders = []
    for name in ("part0", "part1", "part2"):
        crowd.write(run_of(run, name), name)
        order = crowd.machine.take(run_of(run, name))
        crowd.machine.say(order, "run")
        orders.append(order)
    no_errors(at_once(*[partial(crowd.machine.end, order) for order in orders], services.watch))
    services.watch()
    assert states(run)["join"] == "Running"
    assert PipelineRun.objects.get(run=run).unfinished == 1
    assert Run.objects.filter(parent=run).count() == 5


def test_a_step_that_ends_while_its_pipeline_is_canceled(crowd):
    for number in range(ROUNDS):
        run = crowd.submit(chain(f"clean{number}", "train"))
        step = run_of(run, f"clean{number}")
        crowd.write(step, "tidy")
        order = crowd.machine.take(step)
        crowd.machine.say(order, "run")
        cancel = partial(cancel_run, actor=crowd.actor, run=now_of(run))
        no_errors(at_once(partial(crowd.machine.end, order), cancel))
        crowd.run_tasks()
        services.watch()
        assert now_of(run).status == "Canceled"
        assert states(run)["train"] == "Canceled"
        assert PipelineRun.objects.get(run=run).unfinished == 0
