"""News of runs, for open pages."""

from functools import partial
from uuid import UUID

from django.db import transaction

from apps.core import events
from apps.experiments.models import Run, RunKind
from apps.workspaces.events import workspace_changed

PARTS = frozenset({RunKind.STEP, RunKind.PIPELINE})
"""Kinds whose parent, if they have one, is the pipeline that they are a step of."""


def run_topic(run_id: UUID | str) -> str:
    """Return the topic of a run."""
    return f"run:{run_id}"


def run_changed(run: Run) -> None:
    """Tell the run's pages, and lists of the workspace's runs, that it is no longer as they show it.

    The lists are told after the commit, and so are the pages of a step's pipeline: what so many share would hold up all who
    publish there until then.
    """
    events.publish(run_topic(run.pk), "run.changed", {"status": run.status, "is_over": run.is_over})
    if run.parent_id is not None and run.kind in PARTS:
        transaction.on_commit(partial(events.publish, run_topic(run.parent_id), "step.changed", {"run": str(run.pk)}))
    transaction.on_commit(partial(workspace_changed, run.workspace_id, "runs"))


def experiments_changed(workspace_id: UUID) -> None:
    """Tell lists of the workspace's experiments."""
    workspace_changed(workspace_id, "experiments")
