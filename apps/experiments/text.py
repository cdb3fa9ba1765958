"""Runs in words."""

from typing import Literal

from apps.core.lists import Status
from apps.experiments.models import Run
from apps.experiments.states import RunStatus

Tone = Literal["ok", "busy", "warn", "bad", "idle"]

TONES: dict[str, Tone] = {
    RunStatus.PREPARING: "busy",
    RunStatus.STARTING: "busy",
    RunStatus.RUNNING: "busy",
    RunStatus.FINALIZING: "busy",
    RunStatus.CANCEL_REQUESTED: "busy",
    RunStatus.NOT_RESPONDING: "bad",
    RunStatus.FAILED: "bad",
    RunStatus.COMPLETED: "ok",
}


def status_of(run: Run) -> Status:
    """Return a run's status for a cell, with its reason."""
    return Status(TONES.get(run.status, "idle"), RunStatus(run.status).label, run.status_reason)
