"""Two schedulers with a worker each, as processes of their own on one database, and a third that is killed in the middle."""

import multiprocessing
import os
import signal
import time
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from apps.activity.models import AuditRecord
from apps.core import hooks as core_hooks
from apps.core import queue
from apps.schedules import services
from apps.schedules.hooks import Started
from apps.schedules.models import Schedule, Tick
from apps.schedules.states import MissedPolicy, TickState
from tests.schedules.factories import NOON, Bell, ScheduleFactory, cron

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers]

MINUTES = 30
ENDS_WITHIN_S = 120.0
RUNG = "bell.rung"


def _ring(self: Any, schedule: Schedule, tick: Tick) -> Started:
    """Start a row, so that what was started outlives the process that started it, or does not if it is undone."""
    core_hooks.audit(
        None, RUNG, schedule, workspace_id=schedule.workspace_id, summary=f"{schedule.name} {tick.at:%H:%M}"
    )
    return Started("Ding", "/bells/", tick.pk)


def _schedule_and_work(step: int) -> None:
    """Look at the clock and start what is due, minute by minute. Args: step: -1 for a clock that jumps."""
    connections.close_all()
    queue.send = lambda row: True
    for minute in range(MINUTES + 1):
        services.claim_due(NOON + timedelta(minutes=minute + (2 * (minute % 3) if step < 0 else 0)))
        for tick_id in list(Tick.objects.filter(state=TickState.DUE).values_list("pk", flat=True)):
            services.start_tick(tick_id)
    connections.close_all()
    os._exit(0)  # nothing of the parent's is to be cleaned up here


def test_each_time_starts_once_whoever_looks_and_whoever_dies(bell, run_tasks, monkeypatch):
    monkeypatch.setattr(Bell, "start", _ring)
    for _number in range(3):
        ScheduleFactory.create(trigger=cron("* * * * *"), missed=MissedPolicy.ALL, catch_up=100)
    connections.close_all()
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_schedule_and_work, args=(step,)) for step in (1, -1, 1)]
    for process in processes:
        process.start()
    deadline = time.monotonic() + ENDS_WITHIN_S
    while AuditRecord.objects.filter(verb=RUNG).count() < 5:
        assert time.monotonic() < deadline, "nothing was started"
        time.sleep(0.05)
    assert processes[2].pid is not None
    os.kill(processes[2].pid, signal.SIGKILL)
    for process in processes:
        process.join(ENDS_WITHIN_S)
    assert [process.exitcode for process in processes][:2] == [0, 0]
    services.claim_due(NOON + timedelta(minutes=MINUTES))
    run_tasks()
    rung = Counter(AuditRecord.objects.filter(verb=RUNG).values_list("summary", flat=True))
    names = Schedule.objects.values_list("name", flat=True)
    expected = {f"{name} {NOON + timedelta(minutes=minute):%H:%M}" for name in names for minute in range(MINUTES + 1)}
    assert expected <= set(rung)
    assert set(rung.values()) == {1}
    assert set(Tick.objects.values_list("state", flat=True)) == {TickState.STARTED}
