"""What runs leave in their outputs. What has a name there is registered as a dataset or model once the run is completed."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.core import queue
from apps.core.errors import UserError
from apps.experiments import hooks
from apps.experiments.events import run_changed
from apps.experiments.models import Direction, Run, RunData, RunFile
from apps.experiments.services.config import MODEL_TYPES, asset_name
from apps.experiments.states import RunStatus


def register_when_completed(run: Run) -> None:
    """Have the named outputs of a run registered that was completed just now. Fills ``run_ended``."""
    if run.status == RunStatus.COMPLETED and named_outputs(run):
        queue.enqueue("experiments.register_outputs", run.pk)


def named_outputs(run: Run) -> dict[str, dict[str, Any]]:
    """Return the outputs of a run that have a name to be registered under."""
    return {name: output for name, output in (run.config.get("outputs") or {}).items() if output.get("name")}


def register_outputs(run_id: UUID) -> None:
    """Register what a completed run wrote. Goes on where it was cut off; harmless when repeated."""
    run = Run.objects.filter(pk=run_id, status=RunStatus.COMPLETED, deleted_at=None).select_related(
        "workspace", "submitted_by", "experiment"
    )
    found = run.first()
    if found is None:
        return
    done = set(found.data.filter(direction=Direction.OUTPUT).values_list("name", flat=True))
    for name, output in named_outputs(found).items():
        if name not in done:
            _register(found, name, {**output, "name": asset_name(output["name"])})


def missing_output(run: Run) -> str:
    """Return the first output of a run that nothing was written to; empty where there is none."""
    for name in run.config.get("outputs") or {}:
        place = f"outputs/{name}"
        if not RunFile.objects.filter(Q(path=place) | Q(path__startswith=f"{place}/"), run=run).exists():
            return str(name)
    return ""


def lend_files(*, run: Run, origin: Run, source: str, target: str) -> int:
    """Show files of one run as those of another, without copying any; with the first they go.

    Args: source: file or folder of ``origin``, such as ``outputs/model``. target: what it is called in ``run``.
    Returns: how many files these are.
    """
    rows = RunFile.objects.filter(Q(path=source) | Q(path__startswith=f"{source}/"), run=origin)
    lent = [
        RunFile(
            run=run,
            path=f"{target}{row.path[len(source) :]}",
            size=row.size,
            sha256=row.sha256,
            media_type=row.media_type,
            key=row.key,
            origin_id=row.origin_id or origin.pk,
        )
        for row in rows.order_by("path")
    ]
    RunFile.objects.bulk_create(lent, batch_size=1000, ignore_conflicts=True)
    return len(lent)


def _register(run: Run, name: str, output: dict[str, Any]) -> None:
    kind = "model" if output["type"] in MODEL_TYPES else "dataset"
    facts: dict[str, Any] = {"kind": kind, "reference": output["name"]}
    try:
        made = next((answer for answer in hooks.register_output(run, name, output) if answer), None)
        if made is None:
            facts["problem"] = _("Nothing here keeps outputs of the type “%(type)s”.") % {"type": output["type"]}
        else:
            facts = {"kind": made.kind, "asset_id": made.id, "reference": made.reference}
    except UserError as error:
        facts["problem"] = str(error.message)[:2000]
    RunData.objects.get_or_create(run=run, direction=Direction.OUTPUT, name=name, defaults=facts)
    run_changed(run)
