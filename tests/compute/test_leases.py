"""Agents ask for work: who gets what, once, and what happens to answers that got lost."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.compute import services
from apps.compute.models import LOCAL, Agent, Isolation, WorkKind, WorkOrder
from apps.compute.states import LEASE_S, MOST_ATTEMPTS, Outcome, WorkState
from apps.workspaces.roles import Role
from tests.compute.factories import AgentFactory, ComputeTargetFactory, WorkOrderFactory, heartbeat
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def local():
    """The agent of the studio's own machine, with 4 slots."""
    return AgentFactory.create(name=LOCAL, online=True, slots=4)


@pytest.fixture
def target():
    return ComputeTargetFactory.create()


def ids(answer):
    return [order["id"] for order in answer["orders"]]


def test_work_is_handed_out_with_all_it_needs(local, target, ask_for_work):
    order = WorkOrderFactory.create(target=target, spec={"version": 1, "command": "python train.py"})
    (given,) = ask_for_work(local)["orders"]
    assert (given["id"], given["kind"], given["attempt"]) == (str(order.pk), "run", 1)
    assert (given["lease_s"], given["spec"]) == (LEASE_S, {"version": 1, "command": "python train.py"})
    assert services.find_order(given["token"]) == order
    assert services.find_order(given["run_token"], "run") == order
    assert services.find_order(given["run_token"]) is None
    order.refresh_from_db()
    assert (order.state, order.agent) == (WorkState.LEASED, local)


def test_the_queue_goes_by_priority_then_age_and_never_beyond_the_free_slots(local, target, ask_for_work):
    old, new = WorkOrderFactory.create(target=target), WorkOrderFactory.create(target=target)
    urgent = WorkOrderFactory.create(target=target, priority=5)
    elsewhere = WorkOrderFactory.create(target__workspace=WorkspaceFactory.create())
    first = ids(ask_for_work(local, slots=2))
    assert first == [str(urgent.pk), str(old.pk)]
    assert ids(ask_for_work(local, slots=0, held=first)) == []
    assert ids(ask_for_work(local, slots=9, held=first)) == [str(new.pk), str(elsewhere.pk)]


def test_what_needs_more_slots_than_are_free_is_not_overtaken_but_what_can_never_fit_is(local, target, ask_for_work):
    never = WorkOrderFactory.create(target=target, slots=5)
    large, small = WorkOrderFactory.create(target=target, slots=3), WorkOrderFactory.create(target=target)
    assert ids(ask_for_work(local, slots=2)) == []
    assert ids(ask_for_work(local, slots=4)) == [str(large.pk), str(small.pk)]
    assert services.waiting_reason(never) == "needs 5 slots, and the largest machine has 4"


def test_builds_take_no_slot_and_two_run_at_once(local, target, ask_for_work):
    builds = [WorkOrderFactory.create(target=target, kind=WorkKind.BUILD) for _ in range(3)]
    run = WorkOrderFactory.create(target=target)
    assert ids(ask_for_work(local, slots=0, builds=5)) == [str(build.pk) for build in builds[:2]]
    held = [build.pk for build in builds[:2]]
    assert ids(ask_for_work(local, slots=1, builds=5, held=held)) == [str(run.pk)]


def test_an_answer_that_got_lost_is_given_again_as_the_same_attempt_and_counts_for_the_slots(
    local, target, ask_for_work
):
    first, second = WorkOrderFactory.create(target=target), WorkOrderFactory.create(target=target)
    lost = ask_for_work(local, slots=1)
    again = ask_for_work(local, slots=1)
    assert again == lost
    assert ids(again) == [str(first.pk)]
    assert ids(ask_for_work(local, slots=2)) == [str(first.pk), str(second.pk)]


def test_a_lease_that_is_never_started_is_not_handed_out_again_for_ever(local, target, ask_for_work):
    order = WorkOrderFactory.create(target=target)
    ask_for_work(local)
    WorkOrder.objects.update(leased_at=timezone.now() - timedelta(hours=1))
    ask_for_work(local)
    order.refresh_from_db()
    assert order.lease_expires_at < timezone.now()


def test_other_agents_get_no_work_of_the_local_target(local, target, ask_for_work):
    order = WorkOrderFactory.create(target=target)
    other = AgentFactory.create(online=True, slots=4)
    assert ids(ask_for_work(other, slots=4)) == []
    assert ids(ask_for_work(local)) == [str(order.pk)]
    assert ask_for_work(other, held=[order.pk])["over"] == [str(order.pk)]


@pytest.mark.parametrize("why", ["paused", "trashed", "full", "nothing at once"])
def test_what_is_closed_gives_no_work_and_others_go_on(local, target, ask_for_work, why):
    waiting = WorkOrderFactory.create(target=target, priority=9)
    if why == "paused":
        target.paused_at = timezone.now()
    elif why == "trashed":
        target.workspace.deleted_at = timezone.now()
        target.workspace.save()
    elif why == "full":
        WorkOrderFactory.create(target=target, running=True, agent=local)
        target.max_running = 1
    else:
        target.max_running = 0
    target.save()
    other = WorkOrderFactory.create(target__workspace=WorkspaceFactory.create())
    assert ids(ask_for_work(local, slots=4)) == [str(other.pk)]
    waiting.refresh_from_db()
    assert waiting.state == WorkState.WAITING


def test_a_limited_target_is_filled_to_its_limit_by_one_answer(local, target, ask_for_work):
    target.max_running = 2
    target.save()
    for _ in range(4):
        WorkOrderFactory.create(target=target)
    assert len(ids(ask_for_work(local, slots=4))) == 2


def test_an_agent_is_told_what_to_cancel_and_what_is_no_longer_its_own(local, target, ask_for_work):
    running = WorkOrderFactory.create(target=target, running=True, agent=local)
    ended = WorkOrderFactory.create(target=target, ended=True, agent=local)
    services.request_cancel(running, "not needed any more")
    answer = ask_for_work(local, held=[running.pk, ended.pk])
    assert answer["cancel"] == [{"id": str(running.pk), "reason": "not needed any more"}]
    assert answer["over"] == [str(ended.pk)]


def test_work_canceled_while_it_waits_ends_at_once_and_is_never_handed_out(local, target, ask_for_work):
    order = WorkOrderFactory.create(target=target)
    services.request_cancel(order, "changed my mind")
    assert (order.state, order.outcome, order.reason) == (WorkState.ENDED, Outcome.CANCELED, "changed my mind")
    assert ids(ask_for_work(local)) == []


def test_a_lease_that_runs_out_goes_back_to_its_place_and_after_three_attempts_the_work_is_lost(
    local, target, ask_for_work, clock_since
):
    order = WorkOrderFactory.create(target=target)
    WorkOrderFactory.create(target=target)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        (given,) = ask_for_work(local)["orders"]
        assert (given["id"], given["attempt"]) == (str(order.pk), attempt)
        WorkOrder.objects.filter(pk=order.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))
        assert services.watch_work() == 1
        assert services.watch_work() == 0
    order.refresh_from_db()
    assert (order.state, order.outcome) == (WorkState.ENDED, Outcome.LOST)
    assert order.reason == "no machine could start it in 3 attempts"


def test_what_an_agent_still_holds_is_not_given_to_it_anew_before_it_let_go(local, target, ask_for_work):
    order = WorkOrderFactory.create(target=target, attempt=1, agent=local)  # its lease ran out
    answer = ask_for_work(local, held=[order.pk])
    assert (ids(answer), answer["over"]) == ([], [str(order.pk)])
    (given,) = ask_for_work(local)["orders"]
    assert given["attempt"] == 2


def test_the_agents_slots_are_its_cores_unless_it_says_otherwise(local, beat):
    beat(local, heartbeat(cores=8))
    local.refresh_from_db()
    assert local.slots == 8
    beat(local, heartbeat(cores=8, slots=2))
    local.refresh_from_db()
    assert local.slots == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"free_slots": -1}, "free_slots"),
        ({"free_builds": "many"}, "free_builds"),
        ({"orders": ["x"]}, "orders[0]"),
        ({"orders": None}, "orders"),
        ({"wait_s": 3600}, "wait_s"),
    ],
)
def test_nonsense_is_refused_by_field(local, speak, body, field):
    sane = {"free_slots": 1, "free_builds": 1, "orders": [], "wait_s": 0}
    answer = speak("agents/lease/", local.secret, {**sane, **body})
    assert answer.status_code == 400
    assert any(name.startswith(field.partition("[")[0]) for name in answer.json()["errors"]), answer.json()


def test_only_agents_may_lease(speak, target):
    order = WorkOrderFactory.create(target=target, leased=True)
    from apps.compute import tokens

    for token in ("", "agent_made-up", tokens.make("work", order.pk, 1), tokens.make("run", order.pk, 1)):
        assert speak("agents/lease/", token, {}).status_code == 401


@pytest.mark.parametrize("kind", [WorkKind.RUN, WorkKind.BUILD, WorkKind.REPLICA])
def test_a_machine_whose_disk_is_full_gets_nothing_and_it_is_said_why(kind, ask_for_work, browser_of):
    owner = member(WorkspaceFactory.create(name="acme"), Role.OWNER)
    machine = AgentFactory.create(
        name=LOCAL, online=True, slots=4, isolation=Isolation.BUBBLEWRAP, disk_total_mb=100_000, disk_free_mb=12
    )
    order = WorkOrderFactory.create(target=ComputeTargetFactory.create(), kind=kind)
    assert ask_for_work(machine, slots=4, builds=1)["orders"] == []
    assert services.waiting_reason(order) == (
        "the disk of local is full (12 MB left): it goes on as soon as there is space"
    )
    assert "Disk full" in browser_of(owner).get("/workspaces/acme/compute/machines/").content.decode()
    Agent.objects.update(disk_free_mb=5_000)
    assert services.waiting_reason(order).startswith("waiting for")
