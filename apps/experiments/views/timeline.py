"""The stages of a run with their times, as its page shows them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.utils.dateparse import parse_datetime

from apps.experiments.models import Run, RunKind
from apps.experiments.states import RunStatus, Stage

State = Literal["done", "now", "bad", "stopped", "ahead"]


@dataclass(frozen=True)
class Step:
    """One stage. ``ahead``: not begun yet; ``now``: it goes on; ``bad``: the run failed in it; ``stopped``: canceled in it."""

    label: str
    state: State
    started: datetime | None = None
    ended: datetime | None = None
    detail: str = ""


def steps_of(run: Run) -> list[Step]:
    """Return what has happened, what happens now and what is still to come, in this order. Being submitted takes no time."""
    stages = [stage for stage in run.stages if isinstance(stage, dict) and stage.get("name") != Stage.SUBMITTED]
    # A program that failed did so while it ran, though what it had written was stored after that.
    failed = next((stage for stage in stages if run.exit_code and stage.get("name") == Stage.RUN), None)
    decisive = failed or (stages[-1] if stages else None)
    steps = [_step(run, stage, is_decisive=stage is decisive) for stage in stages]
    if run.is_over:
        return steps
    named = {stage.get("name") for stage in stages}
    return steps + [Step(str(stage.label), "ahead") for stage in _expected(run) if stage not in named]


def _expected(run: Run) -> list[Stage]:
    """Return the stages that a run of this kind goes through for certain."""
    if run.kind in {RunKind.INTERACTIVE, RunKind.PIPELINE}:
        return [Stage.RUN]
    if run.kind == RunKind.BUILD:
        return [Stage.QUEUE, Stage.RESOLVE, Stage.INSTALL]
    environment = [Stage.PREPARE_ENVIRONMENT] if run.config.get("environment") else []
    code = [Stage.FETCH_CODE] if run.snapshot_id else []
    return [Stage.QUEUE, *environment, *code, Stage.RUN, Stage.UPLOAD_OUTPUTS]


def _step(run: Run, stage: dict[str, Any], *, is_decisive: bool) -> Step:
    name = str(stage.get("name", ""))
    label = str(Stage(name).label) if name in Stage else name.replace("_", " ").capitalize()
    ended = _moment(stage, "ended_at")
    state = _state(run, ended, is_decisive=is_decisive)
    return Step(label, state, _moment(stage, "started_at"), ended, str(stage.get("detail") or ""))


def _state(run: Run, ended: datetime | None, *, is_decisive: bool) -> State:
    """Return how a stage stands; the one that decided about the run shows how the run ended."""
    if is_decisive and run.status == RunStatus.FAILED:
        return "bad"
    if is_decisive and run.status == RunStatus.CANCELED:
        return "stopped"
    return "done" if ended or run.is_over else "now"


def _moment(stage: dict[str, Any], name: str) -> datetime | None:
    value = stage.get(name)
    try:
        return parse_datetime(value) if isinstance(value, str) else None
    except ValueError:  # a well-formed time that does not exist
        return None
