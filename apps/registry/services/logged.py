"""Models that a run's code registered by ``run.register_model(…)``: kept as records, made once the run's files are there."""

from typing import Any, Final
from uuid import UUID

from django.db import transaction

from apps.core import queue
from apps.core.errors import UserError
from apps.experiments.events import run_changed
from apps.experiments.models import Direction, Run, RunData, RunRecord
from apps.registry.services.registering import register_from_run
from apps.registry.states import Framework

KIND: Final = "model"
_FRAMEWORKS: Final = {value.lower(): value for value in Framework.values}


def follow_run(run: Run) -> None:
    """Have the models made that a run, or a child of its code, registered. Fills ``experiments.hooks.run_ended``.

    The files of children are stored with those of the run whose program made them, so theirs wait for its end.
    """
    if run.order_id is not None and _waiting_in(run.pk):
        queue.enqueue("registry.register_logged", run.pk)


def register_logged(run_id: UUID) -> int:
    """Make versions of what a run and its children registered. Harmless when repeated. Returns how many there are now.

    What cannot be registered says why among the run's outputs.
    """
    made = 0
    for record in _waiting_in(run_id):
        run = record.run
        name = f"{record.name} ({record.path})"[:255]  # no output of a job is called so
        if _is_done(run, name):
            continue
        said = record.value or {}
        framework = _FRAMEWORKS.get(str(said.get("framework") or "").replace("-", "").lower())
        found: dict[str, Any] = {"problem": "", "reference": record.name, "asset_id": None}
        try:
            version = register_from_run(
                actor=None,
                workspace=run.workspace,
                name=record.name,
                run=run,
                path=record.path,
                once=True,
                type=said.get("type") or None,
                framework=framework,
                description=said.get("description") or "",
                tags=said.get("tags") or {},
                properties=said.get("properties") or {},
            )
            found |= {"reference": version.reference, "asset_id": version.pk}
            made += 1
        except UserError as error:
            found["problem"] = str(error.message)[:2000]
        with transaction.atomic():
            RunData.objects.update_or_create(
                run=run, direction=Direction.OUTPUT, name=name, defaults={"kind": KIND, **found}
            )
            run_changed(run)
    return made


def _is_done(run: Run, name: str) -> bool:
    return RunData.objects.filter(run=run, direction=Direction.OUTPUT, name=name, kind=KIND).exists()


def _waiting_in(run_id: UUID) -> list[RunRecord]:
    """Return the last word on each model that was said by a run's code, on the run itself or on a run below it."""
    runs, level = [run_id], [run_id]
    while level:
        # A child with work of its own speaks for itself.
        level = list(Run.objects.filter(parent__in=level, order=None).values_list("pk", flat=True))
        runs += level
    return _records_of(runs)


def _records_of(run_ids: list[UUID]) -> list[RunRecord]:
    rows = RunRecord.objects.filter(run__in=run_ids, kind=RunRecord.MODEL, run__deleted_at=None)
    latest = {(row.run_id, row.name, row.path): row for row in rows.select_related("run__workspace").order_by("id")}
    return list(latest.values())
