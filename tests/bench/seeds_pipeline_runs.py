"""Many pipeline runs, and one with many steps."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from apps.accounts.models import User
from apps.experiments.models import Experiment, Run, RunKind
from apps.experiments.states import RunStatus
from apps.pipelines.models import PipelineGraph, PipelineRun, Step
from apps.pipelines.states import StepState
from apps.workspaces.models import Workspace

Write = Callable[[Any, int, Callable[[int], dict[str, Any]]], list[Any]]


def write_pipeline_runs(rows: int, workspace: Workspace, people: list[User], now: datetime, write: Write) -> Run:
    """Write pipeline runs of people; return the one that has ``rows`` steps. Args: write: of ``seeds``."""
    experiment = Experiment.objects.create(workspace=workspace, name="pipelines", last_run_at=now)
    statuses = [*list(RunStatus), *[RunStatus.COMPLETED] * 30]
    runs = write(Run, rows, lambda n: {
        "workspace": workspace, "experiment": experiment, "name": f"pipeline_{n}", "number": n + 1, "kind": RunKind.PIPELINE,
        "display_name": f"houses {n}" if n % 3 else "", "status": statuses[n % len(statuses)],
        "archived_at": now if n % 15 == 0 else None, "submitted_by": people[n % len(people)],
        "started_at": now - timedelta(minutes=n % 5000), "ended_at": now,
    })  # fmt: skip
    graph = PipelineGraph.objects.create(workspace=workspace, digest="bench", content={})
    pipeline = PipelineRun.objects.create(run=runs[1], graph=graph)
    states = [StepState.FAILED, StepState.REUSED, *[StepState.COMPLETED] * 8]
    write(Step, rows, lambda n: {
        "pipeline": pipeline, "key": f"step_{n}", "number": n, "state": states[n % len(states)], "run": runs[n],
        "started_at": now - timedelta(minutes=n % 5000), "ended_at": now, "plan": {"text": "x" * 500},
    })  # fmt: skip
    found: Run = runs[1]
    return found
