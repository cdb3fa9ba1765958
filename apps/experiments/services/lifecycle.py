"""Cancel and end runs."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.compute.models import WorkOrder
from apps.compute.services import orders
from apps.core import hooks as core_hooks
from apps.experiments import hooks
from apps.experiments.events import run_changed
from apps.experiments.models import Run, RunKind
from apps.experiments.services.reactions import USER_ERROR, finish
from apps.experiments.states import ACTIVE, RunStatus
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting


def cancel_run(*, actor: User, run: Run, reason: str = "") -> Run:
    """Ask for a run's end, and for that of its children. What has not begun ends at once; what has ended stays as it is.

    Harmless when repeated. Args: reason: in words; by default, who asked.
    """
    action = Action.RUNS_WRITE if run.experiment_id else Action.ENVIRONMENTS_WRITE
    acting(actor, run.workspace, action)
    reason = (reason or _("canceled by %(person)s") % {"person": actor.display_name})[:500]
    canceled = [run.pk] if _cancel_one(run.pk, reason) else []
    canceled += cancel_below(run, reason)
    # Who cancels a pipeline cancels one thing, however many steps it has.
    for found in Run.objects.filter(pk__in=canceled).exclude(kind=RunKind.STEP):
        core_hooks.audit(actor, "run.canceled", found, workspace_id=found.workspace_id, summary=found.name)
    run.refresh_from_db()
    return run


def cancel_below(run: Run, reason: str) -> list[UUID]:
    """Ask for the end of a run's children, and theirs. Returns those that had not been asked before.

    Harmless when repeated. A run is asked before its children are looked for, so that none of them is begun unseen.
    """
    canceled: list[UUID] = []
    level = [run.pk]
    while level:
        children = list(Run.objects.filter(parent__in=level).order_by("created_at").values_list("pk", "status"))
        canceled += [child for child, status in children if status in ACTIVE and _cancel_one(child, reason)]
        level = [child for child, _status in children]
    return canceled


def end_run(*, run: Run, status: RunStatus, reason: str = "") -> Run:
    """End a run that a program outside of the studio carries on, as that program says. Other runs end with their work.

    Args: status: Completed, Failed or Canceled. Harmless when repeated.
    """
    if run.kind != RunKind.INTERACTIVE:
        return run
    with transaction.atomic():
        row = _locked(run.pk)
        if row is not None and not row.is_over:
            words = {
                RunStatus.COMPLETED: _("its program said that it is done"),
                RunStatus.FAILED: _("its program said that it failed"),
            }
            sentence = reason or words.get(status, _("its program was stopped"))
            failed = {"code": USER_ERROR, "message": sentence, "detail": ""} if status == RunStatus.FAILED else {}
            finish(row, status, status_reason=sentence, error=failed)
    run.refresh_from_db()
    return run


def fail_waiting(run_id: UUID, reason: str) -> None:
    """Fail a run that waits for an environment which will never be ready."""
    with transaction.atomic():
        row = _locked(run_id)
        if row is not None and row.status == RunStatus.PREPARING:
            error = {"code": USER_ERROR, "message": reason, "detail": ""}
            finish(row, RunStatus.FAILED, status_reason=reason, error=error)


def _cancel_one(run_id: UUID, reason: str) -> bool:
    """Cancel one run. Returns whether anything came of it.

    Orders change before their runs do, so the order is locked first. A run may get its order between two looks, and is then
    looked at once more.
    """
    for _attempt in range(3):
        order_id = Run.objects.filter(pk=run_id).values_list("order", flat=True).first()
        with transaction.atomic():
            order = WorkOrder.objects.select_for_update().filter(pk=order_id).first() if order_id else None
            row = _locked(run_id)
            if row is None or row.is_over or row.status == RunStatus.CANCEL_REQUESTED:
                return False
            if row.order_id != order_id:
                continue
            if row.kind == RunKind.PIPELINE:
                row.move_to(RunStatus.CANCEL_REQUESTED, status_reason=reason)
                run_changed(row)
                hooks.cancel_asked(row)
                return True
            if order is None or order.is_over:
                finish(row, RunStatus.CANCELED, status_reason=reason)
                return True
            row.move_to(RunStatus.CANCEL_REQUESTED, status_reason=reason)
            run_changed(row)
            orders.request_cancel(order, reason)
            return True
    return False


def _locked(run_id: UUID) -> Run | None:
    rows = Run.objects.select_for_update(of=("self",)).select_related("workspace", "submitted_by")
    return rows.filter(pk=run_id).first()
