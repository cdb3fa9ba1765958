"""How far the steps of a pipeline run are, in words, for pages and the API."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from apps.core.lists import Status
from apps.experiments.models import Run, RunTag
from apps.experiments.states import RunStatus
from apps.experiments.text import TONES, Tone
from apps.pipelines.models import Step
from apps.pipelines.states import StepState

STEP_TONES: dict[str, Tone] = {
    StepState.RUNNING: "busy",
    StepState.COMPLETED: "ok",
    StepState.REUSED: "ok",
    StepState.FAILED: "bad",
}
# What pages show of a step; plans and configs are long, and there may be thousands.
SHOWN = (
    "key", "number", "state", "reason", "attempt", "started_at", "ended_at", "pipeline", "reuse", "created_at",
    "run__status", "run__status_reason", "run__started_at", "run__created_at", "run__target__name", "run__kind",
    "run__workspace", "run__name", "run__display_name",
)  # fmt: skip


def word_of(step: Step) -> str:
    """Return how a step stands; while it runs, its run says more ("Queued")."""
    run = step.run
    if step.state == StepState.RUNNING and run is not None and not run.is_over:
        return str(RunStatus(run.status).label)
    return str(StepState(step.state).label)


def tone_of(step: Step) -> Tone:
    """Return the colour of how a step stands."""
    run = step.run
    if step.state == StepState.RUNNING and run is not None and not run.is_over:
        return TONES.get(run.status, "idle")
    return STEP_TONES.get(step.state, "idle")


def reason_of(step: Step) -> str:
    """Return why a step stands where it does."""
    if step.state == StepState.RUNNING and step.run is not None:
        return step.run.status_reason or step.reason
    return step.reason


def status_of(step: Step) -> Status:
    """Return how a step stands, for a cell."""
    return Status(tone_of(step), word_of(step), reason_of(step))


def seconds_of(step: Step) -> float | None:
    """Return how long a step has taken so far; None before it began, and where it was reused."""
    if step.started_at is None or step.state == StepState.REUSED:
        return None
    return ((step.ended_at or timezone.now()) - step.started_at).total_seconds()


def rows_of(steps: Iterable[Step], workspace_name: str) -> list[dict[str, Any]]:
    """Return steps as the API gives them."""
    listed = list(steps)
    tags = _tags_of([step.run for step in listed if step.run is not None])
    return [_row(step, workspace_name, tags.get(step.run_id, [])) for step in listed]


def _row(step: Step, workspace_name: str, tags: list[str]) -> dict[str, Any]:
    run, is_reused = step.run, step.state == StepState.REUSED
    return {
        "key": step.key,
        "number": step.number,
        "state": step.state,
        "status": run.status if run is not None and not is_reused else "",
        "state_text": word_of(step),
        "tone": tone_of(step),
        "reason": reason_of(step),
        "run": run and run.pk,
        "run_url": reverse("experiments:run", args=[workspace_name, run.pk]) if run else "",
        "started_at": _moment(step.started_at),
        "began_at": _moment(run.started_at) if run is not None and not is_reused else None,
        "ended_at": _moment(step.ended_at),
        "elapsed_s": seconds_of(step),
        "attempt": step.attempt,
        "reused": is_reused,
        "compute": run.target.name if run is not None and run.target is not None else "",
        "tags": tags,
        "reuse": {"why": step.reuse.get("why", ""), "differences": step.reuse.get("differences", [])},
    }


def _tags_of(runs: list[Run]) -> dict[Any, list[str]]:
    found: dict[Any, list[str]] = {}
    rows = RunTag.objects.filter(run__in=runs).order_by("name").values_list("run", "name", "value")
    for run_id, name, value in rows:
        found.setdefault(run_id, []).append(f"{name}={value}" if value else name)
    return found


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
