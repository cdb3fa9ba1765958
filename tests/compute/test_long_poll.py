"""Agents wait for work at the real server: woken at once, holding nothing meanwhile; and two who ask at once."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from django.db import connection, transaction

from apps.compute import services
from apps.compute.models import LOCAL, Agent, WorkKind, WorkOrder
from apps.compute.services import leases
from apps.compute.states import WorkState
from apps.core import long_poll
from apps.workspaces.roles import Role
from tests.compute.factories import AgentFactory, ComputeTargetFactory, WorkOrderFactory
from tests.workspaces.factories import member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes, pytest.mark.service]

WAIT_S = 30.0


@pytest.fixture
def local():
    """The agent of the studio's own machine."""
    return AgentFactory.create(name=LOCAL, online=True, slots=8)


@pytest.fixture
def post(asgi_server) -> Callable[..., httpx.Response]:
    """A function that asks the server for work as an agent."""

    def ask(agent: Agent, *, slots: int = 1, held: tuple[Any, ...] = (), wait_s: float = WAIT_S) -> httpx.Response:
        body = {"free_slots": slots, "free_builds": 0, "orders": [str(pk) for pk in held], "wait_s": wait_s}
        headers = {"authorization": f"Bearer {agent.secret}"}  # type: ignore[attr-defined]
        address = f"{asgi_server.address}/api/v1/agents/lease/"
        return httpx.post(address, json=body, headers=headers, timeout=3 * WAIT_S)

    return ask


@pytest.fixture
def pool():
    with ThreadPoolExecutor(8, thread_name_prefix="agent") as threads:
        yield threads


@pytest.fixture
def only_wakes(monkeypatch) -> None:
    """Nothing is found by looking now and then: what is not brought by a wake-up comes too late for the test."""
    monkeypatch.setattr(long_poll, "LOOK_S", 3 * WAIT_S)


def place(target, title="work") -> WorkOrder:
    with transaction.atomic():
        return services.place(
            workspace=target.workspace, target=target, kind=WorkKind.RUN, subject_id=target.pk, title=title, spec={}
        )


def servers_threads() -> int:
    return sum(not thread.name.startswith("agent") for thread in threading.enumerate())


def still_waits(answer: Future[httpx.Response]) -> bool:
    """Whether an agent is kept waiting, after it had time to be."""
    time.sleep(0.5)  # nothing could tell that the server waits but that it does not answer
    return not answer.done()


def test_a_waiting_agent_gets_work_as_soon_as_it_is_placed(local, post, pool, only_wakes):
    answer = pool.submit(post, local)
    assert still_waits(answer)
    order = place(ComputeTargetFactory.create())
    given = answer.result(WAIT_S / 2).json()
    assert [row["id"] for row in given["orders"]] == [str(order.pk)]
    assert "studio-may-wait" not in answer.result().headers


def test_a_waiting_agent_learns_of_a_cancel_of_an_end_and_of_a_resumed_target(local, post, pool, only_wakes):
    target = ComputeTargetFactory.create(paused=True)
    running, ending = (WorkOrderFactory.create(target=target, running=True, agent=local) for _ in range(2))
    held = (running.pk, ending.pk)
    answer = pool.submit(post, local, held=held)
    assert still_waits(answer)
    services.request_cancel(running, "stop")
    assert answer.result(WAIT_S / 2).json()["cancel"] == [{"id": str(running.pk), "reason": "stop"}]
    services.end_work(running, outcome="canceled")
    answer = pool.submit(post, local, held=held[1:])
    assert still_waits(answer)
    services.end_work(ending, outcome="succeeded")
    assert answer.result(WAIT_S / 2).json()["over"] == [str(ending.pk)]
    waiting = place(target)
    answer = pool.submit(post, local)
    assert still_waits(answer)
    services.resume_target(actor=member(target.workspace, Role.OWNER), target=target)
    assert [row["id"] for row in answer.result(WAIT_S / 2).json()["orders"]] == [str(waiting.pk)]


def test_nothing_to_say_is_said_when_the_time_is_over(local, post):
    assert post(local, wait_s=0.2).json() == {"orders": [], "cancel": [], "over": []}


def test_an_agent_that_asks_at_once_again_about_the_same_cancel_is_slowed_down(local, post):
    order = WorkOrderFactory.create(running=True, agent=local)
    services.request_cancel(order, "stop")
    began = time.monotonic()
    answers = [post(local, held=(order.pk,)).json()["cancel"] for _ in range(2)]
    assert all(answers)
    assert time.monotonic() - began >= 2 * 0.9  # a lower bound: however slow the machine is, it holds


def test_a_stranger_is_not_kept_waiting(post, local):
    local.secret = "agent_made-up"
    assert post(local).status_code == 401


def test_while_agents_wait_the_server_goes_on_with_others(asgi_server, local, post, pool):
    """More waiting agents than a thread pool would have threads for, were each to hold one."""
    before = servers_threads()
    waiting = [pool.submit(post, AgentFactory.create(online=True, slots=1), wait_s=10) for _ in range(7)]
    deadline = time.monotonic() + 8
    while servers_threads() - before >= 4 and time.monotonic() < deadline:
        time.sleep(0.1)  # the first looks may still be going on
    assert servers_threads() - before < 4
    assert httpx.get(f"{asgi_server.address}/healthz", timeout=WAIT_S).status_code == 200
    assert post(local, wait_s=0).status_code == 200
    assert not any(answer.done() for answer in waiting)
    assert [answer.result(WAIT_S).json()["orders"] for answer in waiting] == [[]] * 7


def test_an_agent_that_went_away_takes_no_work_with_it(asgi_server, local, post):
    headers = {"authorization": f"Bearer {local.secret}"}
    body = {"free_slots": 1, "free_builds": 0, "orders": [], "wait_s": WAIT_S}
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{asgi_server.address}/api/v1/agents/lease/", json=body, headers=headers, timeout=1)
    order = place(ComputeTargetFactory.create())
    given = post(local).json()["orders"]
    assert [row["id"] for row in given] == [str(order.pk)]


def test_of_many_requests_at_once_no_two_get_the_same_work(local):
    """Two webs serve requests of one agent that gave up waiting for its first answer, each with all of its slots."""
    target = ComputeTargetFactory.create()
    for _ in range(20):
        WorkOrderFactory.create(target=target)
    start = threading.Barrier(4)

    def ask(_number: int) -> list[Any]:
        try:
            start.wait(WAIT_S)
            return [
                (order.pk, order.attempt)
                for order in services.lease(local, free_slots=5, free_builds=0, held=()).orders
            ]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(ask, range(4)))
    given = {pk for answer in answers for pk, _attempt in answer}
    assert len(given) == WorkOrder.objects.filter(state=WorkState.LEASED, attempt=1, agent=local).count() == 5
    assert not WorkOrder.objects.filter(attempt__gt=1).exists()


def test_two_agents_share_a_limited_target_without_exceeding_it(local, monkeypatch):
    """Agents of one target, which there will be with targets of several machines."""
    target = ComputeTargetFactory.create(max_running=3)
    for _ in range(10):
        WorkOrderFactory.create(target=target)
    agents = [local, AgentFactory.create(online=True, slots=8)]
    everybodys = leases.closed_targets
    monkeypatch.setattr(leases, "closed_targets", lambda agent: everybodys(local))
    start = threading.Barrier(2)

    def ask(agent: Agent) -> list[Any]:
        try:
            start.wait(WAIT_S)
            return [order.pk for order in services.lease(agent, free_slots=8, free_builds=0, held=()).orders]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(ask, agents)
    assert len(first) + len(second) == 3
    assert not set(first) & set(second)
