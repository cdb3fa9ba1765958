"""Many schedules, of which one has a long history."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from apps.accounts.models import User
from apps.schedules.models import Schedule, Tick
from apps.schedules.states import ScheduleState, TickState
from apps.workspaces.models import Workspace

Write = Callable[[Any, int, Callable[[int], dict[str, Any]]], list[Any]]
NAMES = ("train", "score", "forecast", "report", "clean")


def write_schedules(rows: int, workspace: Workspace, viewer: User, now: datetime, write: Write) -> None:
    """Write schedules that are due in days, and the times of one. Args: write: of ``seeds``."""
    states = [*[ScheduleState.ACTIVE] * 20, *ScheduleState]
    cron = {
        "type": "cron",
        "expression": "30 7 * * 1-5",
        "time_zone": "Europe/Berlin",
        "start_time": None,
        "end_time": None,
    }
    data = {"type": "data", "watch": "dataset", "path": "azureml:iris", "polling_interval": 5, "time_zone": "UTC"}
    results = [*[TickState.STARTED] * 20, TickState.SKIPPED, TickState.FAILED]

    def schedule(n: int) -> dict[str, Any]:
        state = states[n % len(states)]
        return {
            "workspace": workspace, "name": "long-history" if n == 0 else f"{NAMES[n % len(NAMES)]}-{n}", "owner": viewer,
            "display_name": f"Every day {n}" if n % 3 else "", "state": state, "subject_kind": "job",
            "subject": {"file": {"text": "x" * 2000}}, "subject_label": f"Nightly training {n}", "subject_source": str(n),
            "trigger": data if n % 10 == 0 else cron, "trigger_type": "data" if n % 10 == 0 else "cron",
            "next_at": now + timedelta(days=1, seconds=n) if state == ScheduleState.ACTIVE else None,
            "last_at": now - timedelta(seconds=n * 77 % 7_776_000) if n % 7 else None,
            "last_state": results[n % len(results)] if n % 7 else "",
        }  # fmt: skip

    schedules = write(Schedule, rows, schedule)
    write(Tick, rows, lambda n: {
        "schedule": schedules[0], "at": now - timedelta(minutes=n), "state": results[n % len(results)],
        "reason": "The clapper is gone." if n % 22 == 21 else "", "started_label": f"Nightly training {n}",
        "started_url": "/", "started_at": now,
    })  # fmt: skip
