"""From the clock to what is started: once for each time, whoever looks, however often, and whatever dies in between."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.activity.models import Notification
from apps.core.models import PendingTask
from apps.schedules import services
from apps.schedules.models import Schedule, Tick
from apps.schedules.services import due, starting
from apps.schedules.states import MissedPolicy, OverlapPolicy, ScheduleState, TickState
from apps.workspaces.models import Membership
from apps.workspaces.roles import Role
from tests.schedules.factories import NOON, ScheduleFactory, cron

pytestmark = [pytest.mark.django_db, pytest.mark.service]

MINUTE = timedelta(minutes=1)


def history(schedule: Schedule) -> list[tuple[str, str]]:
    ticks = schedule.ticks.order_by("at")
    return [(f"{tick.at:%H:%M}", tick.state) for tick in ticks]


def go_by(schedule: Schedule, run_tasks, moment) -> Schedule:
    """Let the clock reach a moment, and workers do what that brings."""
    services.claim_due(moment)
    run_tasks()
    schedule.refresh_from_db()
    return schedule


def test_a_time_that_has_come_starts_something_once(bell, run_tasks):
    schedule = ScheduleFactory()
    assert services.claim_due(NOON - MINUTE) == 0
    go_by(schedule, run_tasks, NOON)
    go_by(schedule, run_tasks, NOON)
    assert bell.rung == [(schedule.name, NOON)]
    assert (schedule.next_at, schedule.last_at, schedule.last_state) == (NOON + 5 * MINUTE, NOON, "Started")
    tick = schedule.ticks.get()
    assert (tick.started_label, tick.started_url, tick.reason) == ("Ding 1", "/bells/", "")


def test_a_tick_is_started_once_however_often_its_task_runs(bell):
    schedule = ScheduleFactory()
    services.claim_due(NOON)
    tick = schedule.ticks.get()
    for _time in range(3):
        services.start_tick(tick.pk)
    assert len(bell.rung) == 1


def test_nothing_is_lost_where_a_worker_dies_between_clock_and_start(bell, run_tasks, monkeypatch):
    schedule = ScheduleFactory()

    def die(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("apps.schedules.services.due.queue.enqueue", die)
        with pytest.raises(KeyboardInterrupt):
            services.claim_due(NOON)
    assert not schedule.ticks.exists()
    services.claim_due(NOON)
    with monkeypatch.context() as patch:
        patch.setattr(starting, "news", die)  # after it was started, before that is written down for good
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            services.start_tick(schedule.ticks.get().pk)
    assert schedule.ticks.get().state == TickState.DUE
    bell.rung.clear()
    run_tasks()
    assert bell.rung == [(schedule.name, NOON)]


def test_a_clock_that_is_set_back_starts_nothing_twice(bell, run_tasks):
    schedule = ScheduleFactory()
    for moment in (NOON, NOON + 5 * MINUTE):
        go_by(schedule, run_tasks, moment)
    Schedule.objects.filter(pk=schedule.pk).update(next_at=NOON)
    go_by(schedule, run_tasks, NOON + MINUTE)
    go_by(schedule, run_tasks, NOON + 6 * MINUTE)
    go_by(schedule, run_tasks, NOON + 10 * MINUTE)
    assert [moment for _name, moment in bell.rung] == [NOON, NOON + 5 * MINUTE, NOON + 10 * MINUTE]


@pytest.mark.exhaustive
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(["look", "work"]), st.integers(0, 9)), min_size=5, max_size=25))
def test_however_two_schedulers_and_two_workers_take_turns(bell, run_tasks, steps):
    """Each looks or works at any time, with clocks that differ by minutes: every time comes once, in its order."""
    bell.rung.clear()
    with transaction.atomic():
        schedule = ScheduleFactory(missed=MissedPolicy.ALL, catch_up=100)
        clock = NOON
        for deed, minutes in steps:
            clock += minutes * MINUTE
            if deed == "look":
                services.claim_due(clock)
                services.claim_due(clock - 3 * MINUTE)
            else:
                for tick in schedule.ticks.order_by("?"):
                    services.start_tick(tick.pk)
                    services.start_tick(tick.pk)
        services.claim_due(clock)
        run_tasks()
        expected = [NOON + number * 5 * MINUTE for number in range((clock - NOON) // (5 * MINUTE) + 1)]
        assert sorted(moment for _name, moment in bell.rung) == expected
        assert [tick.state for tick in schedule.ticks.all()] == [TickState.STARTED] * len(expected)
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (MissedPolicy.SKIP, [("12:10", "Skipped"), ("12:15", "Started")]),
        (MissedPolicy.ONCE, [("12:15", "Started")]),
        (MissedPolicy.ALL, [("12:00", "Skipped"), ("12:05", "Started"), ("12:10", "Started"), ("12:15", "Started")]),
    ],
)
def test_times_that_passed_while_nothing_ran(bell, run_tasks, policy, expected):
    schedule = ScheduleFactory(missed=policy, catch_up=2)
    go_by(schedule, run_tasks, NOON + 15 * MINUTE + timedelta(seconds=20))
    assert history(schedule) == expected
    assert schedule.next_at == NOON + 20 * MINUTE


def test_long_missed_times_say_how_many_they_were(bell, run_tasks):
    once = ScheduleFactory(trigger=cron("0 12 * * *"))
    skipped = ScheduleFactory(trigger=cron("0 12 * * *"), missed=MissedPolicy.SKIP)
    days = NOON + timedelta(days=3, hours=6)
    services.claim_due(days)
    run_tasks()
    tick = once.ticks.get()
    assert (tick.at, tick.state, tick.missed) == (NOON + timedelta(days=3), TickState.STARTED, 3)
    assert "3 times passed" in tick.reason
    tick = skipped.ticks.get()
    assert (tick.at, tick.state, tick.missed) == (NOON + timedelta(days=3), TickState.SKIPPED, 3)
    assert "4 times passed" in tick.reason
    assert len(bell.rung) == 1


def test_a_schedule_that_is_over_says_so(bell, run_tasks):
    schedule = ScheduleFactory(trigger=cron(end_time="2026-07-01T12:04:00Z"))
    go_by(schedule, run_tasks, NOON)
    assert (schedule.state, len(bell.rung)) == (ScheduleState.ENDED, 1)
    assert schedule.next_at is None


def test_while_the_last_one_runs_the_next_is_left_out(bell, run_tasks):
    schedule = ScheduleFactory(overlap=OverlapPolicy.SKIP)
    other = ScheduleFactory()
    go_by(schedule, run_tasks, NOON)
    bell.running.update(Tick.objects.values_list("started_id", flat=True))
    go_by(schedule, run_tasks, NOON + 5 * MINUTE)
    assert history(schedule) == [("12:00", "Started"), ("12:05", "Skipped")]
    assert "was still running" in schedule.ticks.latest("at").reason
    assert history(other) == [("12:00", "Started"), ("12:05", "Started")]
    bell.running.clear()
    go_by(schedule, run_tasks, NOON + 10 * MINUTE)
    assert history(schedule)[-1] == ("12:10", "Started")


def test_what_cannot_be_started_says_why_there_and_under_the_bell_once(bell, run_tasks):
    schedule = ScheduleFactory()
    bell.refusal = "The clapper is gone."
    for number in range(3):
        go_by(schedule, run_tasks, NOON + number * 5 * MINUTE)
    assert {(tick.state, tick.reason) for tick in schedule.ticks.all()} == {(TickState.FAILED, "The clapper is gone.")}
    notice = Notification.objects.get(user=schedule.owner)
    assert (notice.body, notice.url) == ("The clapper is gone.", schedule.get_absolute_url())
    bell.refusal = ""
    go_by(schedule, run_tasks, NOON + 15 * MINUTE)
    assert history(schedule)[-1] == ("12:15", "Started")


def test_a_fault_of_the_studio_is_tried_again_and_then_told(bell):
    schedule = ScheduleFactory()
    bell.fault = RuntimeError("the disk is away")
    services.claim_due(NOON)
    tick = schedule.ticks.get()
    for _attempt in range(4):
        with pytest.raises(RuntimeError):
            services.start_tick(tick.pk)
        tick.refresh_from_db()
        assert tick.state == TickState.DUE
        assert "tries again" in tick.reason
    services.start_tick(tick.pk)
    tick.refresh_from_db()
    assert tick.state == TickState.FAILED
    assert "E-" in tick.reason
    assert "disk" not in tick.reason
    bell.fault = None
    services.start_tick(tick.pk)
    assert bell.rung == []


@pytest.mark.parametrize("what", ["left", "reader", "inactive", "deleted"])
def test_a_schedule_whose_owner_may_no_longer_stops_with_words(bell, run_tasks, what):
    schedule = ScheduleFactory()
    boss = Membership.objects.create(workspace=schedule.workspace, user=ScheduleFactory().owner, role=Role.OWNER).user
    owner = schedule.owner
    if what == "left":
        owner.memberships.all().delete()
    elif what == "reader":
        owner.memberships.update(role=Role.READER)
    elif what == "inactive":
        type(owner).objects.filter(pk=owner.pk).update(is_active=False)
    else:
        Schedule.objects.filter(pk=schedule.pk).update(owner=None)
    Schedule.objects.exclude(pk=schedule.pk).delete()
    go_by(schedule, run_tasks, NOON)
    assert bell.rung == []
    assert schedule.state == ScheduleState.STOPPED
    assert schedule.next_at is None
    assert "Somebody else can resume it" in schedule.state_reason
    assert history(schedule) == [("12:00", "Failed")]
    assert Notification.objects.filter(user=boss).count() == 1
    services.resume_schedule(actor=boss, schedule=schedule, now=NOON + MINUTE)
    go_by(schedule, run_tasks, NOON + 5 * MINUTE)
    assert schedule.owner == boss
    assert len(bell.rung) == 1


def test_pausing_between_the_clock_and_the_start(bell, run_tasks):
    schedule = ScheduleFactory()
    services.claim_due(NOON)
    services.pause_schedule(actor=schedule.owner, schedule=schedule)
    go_by(schedule, run_tasks, NOON + 20 * MINUTE)
    assert history(schedule) == [("12:00", "Skipped")]
    services.resume_schedule(actor=schedule.owner, schedule=schedule, now=NOON + 21 * MINUTE)
    go_by(schedule, run_tasks, NOON + 25 * MINUTE)
    assert history(schedule) == [("12:00", "Skipped"), ("12:25", "Started")]


def test_running_at_once_leaves_the_times_as_they_are(bell, run_tasks):
    schedule = ScheduleFactory(state=ScheduleState.PAUSED, next_at=None)
    services.run_now(actor=schedule.owner, schedule=schedule, now=NOON + MINUTE)
    run_tasks()
    schedule.refresh_from_db()
    assert (len(bell.rung), schedule.state) == (1, ScheduleState.PAUSED)
    assert schedule.next_at is None


def test_nothing_starts_in_the_trash_and_nothing_is_made_up_for(bell, run_tasks):
    schedule = ScheduleFactory(workspace__trashed=True)
    go_by(schedule, run_tasks, NOON)
    assert (history(schedule), schedule.next_at) == ([], NOON + 5 * MINUTE)


def test_one_that_cannot_be_read_keeps_no_other_from_starting(bell, run_tasks, monkeypatch):
    broken = ScheduleFactory(trigger={**cron(), "time_zone": "Mars/Olympus"}, next_at=NOON - MINUTE)
    sound = ScheduleFactory()
    go_by(sound, run_tasks, NOON)
    broken.refresh_from_db()
    assert (broken.state, "Mars" in broken.state_reason) == (ScheduleState.STOPPED, True)
    assert len(bell.rung) == 1
    first, second = ScheduleFactory(), ScheduleFactory()
    real = due.claim

    def fail(schedule_id, now):
        if schedule_id == first.pk:
            raise RuntimeError
        return real(schedule_id, now)

    monkeypatch.setattr(due, "claim", fail)
    services.claim_due(NOON)
    assert second.ticks.count() == 1


def test_looking_for_what_is_due_reads_one_index(bell, django_assert_num_queries):
    for _number in range(30):
        ScheduleFactory(next_at=NOON + timedelta(days=1))
    ScheduleFactory(state=ScheduleState.PAUSED, next_at=None)
    with django_assert_num_queries(1):
        assert services.claim_due(NOON) == 0
    plan = Schedule.objects.filter(next_at__lte=NOON).order_by("next_at", "id").values_list("pk").explain()
    assert "schedules_due" in plan or "Seq Scan" in plan  # PostgreSQL reads so few rows as they come


def test_old_history_goes_and_what_is_due_stays(bell):
    schedule = ScheduleFactory()
    kept = [Tick.objects.create(schedule=schedule, at=NOON), Tick.objects.create(schedule=schedule, at=NOON - MINUTE)]
    gone = Tick.objects.create(schedule=schedule, at=NOON - 2 * MINUTE, state=TickState.STARTED)
    Tick.objects.filter(pk__in=[kept[1].pk, gone.pk]).update(created_at=NOON - timedelta(days=100))
    services.prune_ticks(NOON)
    assert set(schedule.ticks.values_list("pk", flat=True)) == {tick.pk for tick in kept}


def test_the_order_in_which_ticks_start_does_not_matter(bell):
    for order in permutations(range(3)):
        bell.rung.clear()
        schedule = ScheduleFactory(missed=MissedPolicy.ALL)
        services.claim_due(NOON + 10 * MINUTE)
        ticks = list(schedule.ticks.order_by("at"))
        for number in order:
            services.start_tick(ticks[number].pk)
        assert len(bell.rung) == 3
        PendingTask.objects.all().delete()
        Schedule.objects.all().delete()
