"""Runs in words."""

from typing import Literal

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

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


def warnings_of(run: Run) -> list[str]:
    """Return what was read differently from how it was written when the run was submitted, and what was not kept of it."""
    words = _(
        "The log %(path)s was cut at %(size)s, the most that is kept of one. Print less, or write to a file in outputs/."
    )
    cut = run.logs.filter(cut_at__isnull=False).order_by("path")
    return [*run.warnings, *(words % {"path": log.path, "size": filesizeformat(log.size)} for log in cut)]


def status_of(run: Run) -> Status:
    """Return a run's status for a cell, with its reason."""
    return Status(TONES.get(run.status, "idle"), RunStatus(run.status).label, run.status_reason)
