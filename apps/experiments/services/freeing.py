"""Give back what deleted runs took: rows and bytes. Everything here may be run twice and from two workers at once."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Model, ProtectedError
from django.utils import timezone

from apps.core.storage import get_store
from apps.experiments.models import (
    Experiment,
    LogSegment,
    MetricChunk,
    MetricJournal,
    MetricSummary,
    Run,
    RunFile,
    RunLog,
    RunParameter,
    RunRecord,
    RunTag,
    ScheduledCode,
    Snapshot,
)
from apps.workspaces.models import Workspace

# Rows that go in one transaction, so that others never wait long for the database.
PORTION: Final = 2000
# Between its upload and the run that uses it, code belongs to no run.
UNUSED_FOR: Final = timedelta(hours=6)

OF_RUNS: Final[Sequence[tuple[type[Model], str]]] = (
    (LogSegment, "log__run"),
    (RunLog, "run"),
    (MetricJournal, "run"),
    (MetricChunk, "run"),
    (MetricSummary, "run"),
    (RunRecord, "run"),
    (RunParameter, "run"),
    (RunTag, "run"),
    (RunFile, "run"),
)


def free_run(run_id: UUID) -> None:
    """Take a deleted run away, its children first, with all its rows and files. Its code stays while another run uses it."""
    run = Run.objects.filter(pk=run_id).first()
    if run is None or run.deleted_at is None:
        return
    for child in list(Run.objects.filter(parent=run).values_list("pk", flat=True)):
        free_run(child)
    _remove(run)


def free_snapshots() -> int:
    """Take code away that no run has used for a while. Returns how many snapshots went."""
    unused = Snapshot.objects.filter(runs=None, updated_at__lt=timezone.now() - UNUSED_FOR)
    return sum(_remove_snapshot(snapshot) for snapshot in unused.iterator())


def free_workspace(workspace: Workspace) -> None:
    """Take all runs of a workspace away that is deleted for good."""
    runs = Run.objects.filter(workspace=workspace).order_by("-depth", "pk")
    while portion := list(runs[:100]):
        for run in portion:
            _remove(run)
    ScheduledCode.objects.filter(snapshot__workspace=workspace).delete()
    for snapshot in Snapshot.objects.filter(workspace=workspace).iterator():
        _remove_snapshot(snapshot)
    Experiment.objects.filter(workspace=workspace).delete()
    get_store().delete_prefix(f"workspaces/{workspace.pk}/runs")
    get_store().delete_prefix(f"workspaces/{workspace.pk}/snapshots")


def _remove(run: Run) -> None:
    get_store().delete_prefix(run.files_prefix)
    for model, path in OF_RUNS:
        _remove_rows(model, **{path: run})
    run.delete()


def _remove_rows(model: type[Model], **condition: Any) -> None:
    rows = model._default_manager.filter(**condition).order_by("pk")
    while keys := list(rows.values_list("pk", flat=True)[:PORTION]):
        with transaction.atomic():
            model._default_manager.filter(pk__in=keys).delete()


def _remove_snapshot(snapshot: Snapshot) -> bool:
    """Remove the row, then the bytes: whoever stores the same code meanwhile gets a row and a file of their own."""
    try:
        with transaction.atomic():
            # Not where somebody has asked for the same code since.
            gone, _ = Snapshot.objects.filter(pk=snapshot.pk, updated_at=snapshot.updated_at).delete()
    except ProtectedError:
        return False
    if not gone:
        return False
    get_store().delete(snapshot.key)
    return True
