"""What runners say of their work: signs of life and ends, also said twice, too late, or by the wrong one."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.compute import hooks, services, tokens
from apps.compute.models import LOCAL, WorkOrder
from apps.compute.states import WORK_LOST_AFTER, Outcome, WorkState
from tests.accounts.factories import AccessTokenFactory
from tests.compute.factories import AgentFactory, ComputeTargetFactory, WorkOrderFactory, heartbeat

pytestmark = [pytest.mark.django_db, pytest.mark.service]

STAGES: list[dict[str, Any]] = [
    {"name": "prepare_environment", "started_at": "2026-11-23T09:00:00Z", "ended_at": "2026-11-23T09:00:05Z", "detail": "cached"},
    {"name": "run", "started_at": "2026-11-23T09:00:05+00:00", "ended_at": None, "detail": ""},
]  # fmt: skip


@pytest.fixture
def local():
    """The agent of the studio's own machine."""
    return AgentFactory.create(name=LOCAL, online=True, slots=4)


@pytest.fixture
def told() -> Iterator[list[tuple[str, str, str]]]:
    """What the apps to the left are told: state, stage and outcome each time."""
    news: list[tuple[str, str, str]] = []

    def note(order: WorkOrder) -> None:
        news.append((order.state, order.stage, order.outcome))

    hooks.work_changed.add(note)
    yield news
    hooks.work_changed.remove(note)


def runner_of(order: WorkOrder, speak: Any) -> Any:
    """A runner's end of the API, with the token of the order's present attempt."""
    token = tokens.make("work", order.pk, order.attempt)

    def beat(stage="run", stages=STAGES, began=True):
        return speak("work/heartbeat/", token, {"stage": stage, "stages": stages, "began": began})

    def end(outcome="succeeded", **more):
        return speak("work/end/", token, {"outcome": outcome, **more})

    beat.end = end  # type: ignore[attr-defined]
    return beat


def test_the_first_heartbeat_starts_the_work_and_all_changes_are_told_once(local, speak, told):
    order = WorkOrderFactory.create(leased=True, agent=local)
    beat = runner_of(order, speak)
    answer = beat(stage="prepare_environment", stages=STAGES[:1], began=False)
    assert (answer.status_code, answer.json()) == (200, {"cancel": None, "heartbeat_s": 5, "over": False})
    order.refresh_from_db()
    assert (order.state, order.stage, order.began_at) == (WorkState.RUNNING, "prepare_environment", None)
    for _ in range(3):
        beat()
    order.refresh_from_db()
    assert order.began_at is not None
    assert [stage["ended_at"] for stage in order.stages] == ["2026-11-23T09:00:05+00:00", None]
    assert told == [("Running", "prepare_environment", ""), ("Running", "run", "")]


def test_an_end_is_stored_once_and_may_be_said_again(local, speak, told):
    order = WorkOrderFactory.create(running=True, agent=local)
    beat = runner_of(order, speak)
    body = {
        "exit_code": 137,
        "signal": 9,
        "error_code": "UserError",
        "reason": "used 2.1 of 2 GB of memory",
        "stages": STAGES,
        "result": {"lock": "numpy==2.1"},
    }
    assert beat.end("failed", **body).json() == {"state": "Ended", "outcome": "failed"}
    assert beat.end("succeeded", exit_code=0).json() == {"state": "Ended", "outcome": "failed"}
    order.refresh_from_db()
    assert (order.exit_code, order.signal, order.error_code) == (137, 9, "UserError")
    assert (order.reason, order.result) == ("used 2.1 of 2 GB of memory", {"lock": "numpy==2.1"})
    assert [stage["name"] for stage in order.stages] == ["prepare_environment", "run"]
    assert told == [("Ended", "", "failed")]
    assert beat().json() == {"cancel": None, "heartbeat_s": 5, "over": True}


def test_work_can_end_before_its_first_heartbeat(local, speak):
    order = WorkOrderFactory.create(leased=True, agent=local)
    assert runner_of(order, speak).end("failed", error_code="SystemError", reason="no space").status_code == 200
    order.refresh_from_db()
    assert order.outcome == Outcome.FAILED


def test_a_runner_learns_that_it_is_to_be_canceled(local, speak):
    order = WorkOrderFactory.create(running=True, agent=local)
    beat = runner_of(order, speak)
    services.request_cancel(order, "not needed")
    services.request_cancel(order, "asked twice")
    assert beat().json()["cancel"] == {"reason": "not needed"}
    beat.end("canceled", reason="not needed")
    order.refresh_from_db()
    assert (order.state, order.outcome) == (WorkState.ENDED, Outcome.CANCELED)
    services.request_cancel(order)  # harmless


def test_an_earlier_attempt_can_say_nothing_any_more(local, speak):
    order = WorkOrderFactory.create(running=True, agent=local)
    beat = runner_of(order, speak)
    WorkOrder.objects.filter(pk=order.pk).update(attempt=2)
    assert beat().status_code == 401
    assert beat.end().status_code == 401
    order.refresh_from_db()
    assert order.state == WorkState.RUNNING


def test_a_runner_heard_of_only_after_its_lease_ran_out_goes_on_unless_another_has_the_work(
    local, speak, clock_since, ask_for_work
):
    order, other = (WorkOrderFactory.create(leased=True, agent=local) for _ in range(2))
    WorkOrder.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    assert services.watch_work() == 2
    assert runner_of(order, speak)().json()["over"] is False
    order.refresh_from_db()
    assert (order.state, order.attempt, order.agent) == (WorkState.RUNNING, 1, local)
    assert len(ask_for_work(local, held=[order.pk])["orders"]) == 1
    assert runner_of(other, speak)().status_code == 401


@pytest.mark.parametrize("kind", ["", "run", "agent", "person", "forged"])
def test_only_the_works_own_token_opens_its_routes(local, speak, kind):
    order = WorkOrderFactory.create(running=True, agent=local)
    token = {
        "": "",
        "run": tokens.make("run", order.pk, 1),
        "agent": local.secret,
        "person": AccessTokenFactory.create().secret,
        "forged": tokens.make("work", order.pk, 1)[:-1] + "x",
    }[kind]
    for path in ("work/heartbeat/", "work/end/"):
        assert speak(path, token, {}).status_code == 401


def test_a_work_token_opens_nothing_else(local, client):
    order = WorkOrderFactory.create(running=True, agent=local)
    headers = {"authorization": f"Bearer {tokens.make('work', order.pk, 1)}"}
    for path in ("/api/v1/agents/", f"/api/v1/workspaces/{order.workspace.name}/", "/api/v1/me/"):
        assert client.get(path, headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("work/heartbeat/", {"stage": "x" * 41}, "stage"),
        ("work/heartbeat/", {"stages": [{"name": "run"}]}, "stages"),
        ("work/heartbeat/", {"stages": [{**STAGES[0], "started_at": "yesterday"}]}, "stages"),
        ("work/heartbeat/", {"began": "perhaps"}, "began"),
        ("work/end/", {"outcome": "lost"}, "outcome"),
        ("work/end/", {"exit_code": "zero"}, "exit_code"),
        ("work/end/", {"error_code": "MyError"}, "error_code"),
        ("work/end/", {"result": []}, "result"),
    ],
)
def test_nonsense_is_refused_by_field(local, speak, path, body, field):
    order = WorkOrderFactory.create(running=True, agent=local)
    sane = {"stage": "run", "stages": [], "began": True, "outcome": "succeeded"}
    answer = speak(path, tokens.make("work", order.pk, 1), {**sane, **body})
    assert answer.status_code == 400
    assert any(name.startswith(field) for name in answer.json()["errors"]), answer.json()


# --- Silence and loss ---------------------------------------------------------------------------------------------------


def ago(seconds: float):
    return timezone.now() - timedelta(seconds=seconds)


def test_silence_is_noted_once_and_ends_with_the_next_word(local, speak, told, clock_since):
    order = WorkOrderFactory.create(running=True, agent=local, last_seen_at=ago(61), began_at=ago(100))
    assert (services.watch_work(), services.watch_work()) == (1, 0)
    order.refresh_from_db()
    assert order.silent_since == order.last_seen_at
    runner_of(order, speak)(stage="run", stages=[], began=True)
    order.refresh_from_db()
    assert order.silent_since is None
    assert told == [("Running", "run", ""), ("Running", "run", "")]


def test_work_silent_for_long_is_lost_and_its_runner_is_told_when_it_is_back(local, speak, clock_since):
    order = WorkOrderFactory.create(running=True, agent=local, last_seen_at=timezone.now() - WORK_LOST_AFTER)
    services.watch_work()
    order.refresh_from_db()
    assert (order.outcome, order.reason) == (Outcome.LOST, "the machine gave no sign of life for 15 minutes")
    beat = runner_of(order, speak)
    assert beat().json()["over"] is True
    assert beat.end().json() == {"state": "Ended", "outcome": "lost"}


def test_silence_while_the_studio_was_off_is_nobodys(local, speak):
    order = WorkOrderFactory.create(
        running=True, agent=local, last_seen_at=ago(7200), unlisted_since=ago(7200), began_at=ago(8000)
    )
    leased = WorkOrderFactory.create(leased=True, agent=local, lease_expires_at=ago(7200))
    assert services.watch_work() == 1
    order.refresh_from_db()
    leased.refresh_from_db()
    assert (order.state, order.silent_since) == (WorkState.RUNNING, None)
    assert runner_of(leased, speak)().json()["over"] is False


@pytest.mark.parametrize(("began", "state", "outcome"), [(False, "Waiting", ""), (True, "Ended", "lost")])
def test_work_its_agent_no_longer_names_is_lost_or_begins_anew_if_it_had_not_begun(
    local, ask_for_work, clock_since, began, state, outcome
):
    order = WorkOrderFactory.create(
        running=True, agent=local, last_seen_at=ago(30), began_at=ago(40) if began else None
    )
    ask_for_work(local, slots=0)
    assert services.watch_work() == 0
    WorkOrder.objects.update(unlisted_since=ago(21))
    services.watch_work()
    order.refresh_from_db()
    assert (order.state, order.outcome) == (state, outcome)
    assert order.reason == ("the runner ended without a word" if began else "")


def test_work_whose_runner_still_speaks_is_not_lost_though_its_agent_does_not_name_it(local, ask_for_work, clock_since):
    order = WorkOrderFactory.create(running=True, agent=local, began_at=ago(40))
    ask_for_work(local, slots=0)
    WorkOrder.objects.update(unlisted_since=ago(60))
    assert services.watch_work() == 0
    ask_for_work(local, slots=0, held=[order.pk])
    order.refresh_from_db()
    assert order.unlisted_since is None


def test_a_machine_that_restarts_has_lost_what_had_begun_and_gives_the_rest_back(local, beat):
    beat(local, heartbeat(boot_id="first"))
    begun = WorkOrderFactory.create(running=True, agent=local, began_at=timezone.now())
    preparing = WorkOrderFactory.create(running=True, agent=local)
    other = WorkOrderFactory.create(running=True, agent=AgentFactory.create(), began_at=timezone.now())
    local.refresh_from_db()
    beat(local, heartbeat(boot_id="first"))
    beat(local, heartbeat(boot_id="second"))
    for order in (begun, preparing, other):
        order.refresh_from_db()
    assert (begun.outcome, begun.reason) == (Outcome.LOST, "the machine restarted")
    assert (preparing.state, other.state) == (WorkState.WAITING, WorkState.RUNNING)


def test_canceling_work_on_a_machine_that_does_not_answer_is_not_waited_for_for_long(local, clock_since):
    order = WorkOrderFactory.create(running=True, agent=local, last_seen_at=ago(70), began_at=ago(100))
    services.request_cancel(order, "never mind")
    WorkOrder.objects.update(cancel_requested_at=ago(65))
    services.watch_work()
    order.refresh_from_db()
    assert (order.state, order.outcome) == (WorkState.ENDED, Outcome.CANCELED)


def test_canceled_work_is_canceled_and_not_lost_or_tried_again(local, clock_since):
    target = ComputeTargetFactory.create()
    order = WorkOrderFactory.create(target=target, leased=True, agent=local)
    services.request_cancel(order, "never mind")
    WorkOrder.objects.update(lease_expires_at=ago(1))
    services.watch_work()
    order.refresh_from_db()
    assert (order.outcome, order.reason) == (Outcome.CANCELED, "never mind")
