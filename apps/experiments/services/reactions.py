"""What runs do when their work orders change, and what happens when a run ends."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.compute.models import WorkOrder
from apps.compute.services import orders
from apps.compute.states import Outcome, WorkState
from apps.core import hooks as core_hooks
from apps.experiments import hooks
from apps.experiments.events import PARTS, run_changed
from apps.experiments.models import Run, RunKind
from apps.experiments.services import timeline
from apps.experiments.services.descendants import active_descendants
from apps.experiments.services.outputs import missing_output
from apps.experiments.states import RunStatus, Stage
from apps.workspaces.services.shared import in_language_of

WORTH_TELLING: Final = timedelta(minutes=2)

USER_ERROR: Final = "UserError"
SYSTEM_ERROR: Final = "SystemError"


def follow_order(order: WorkOrder) -> None:
    """Bring a run to where its work order is. Called in the transaction that changed the order; harmless when repeated.

    The order's row is locked by then. Whoever locks both locks the order first.
    """
    run = (
        Run.objects.select_for_update(of=("self",))
        .select_related("workspace", "submitted_by")
        .filter(pk=order.subject_id)
        .first()
    )
    if run is None or run.is_over:
        return
    stages = timeline.with_order(run.stages, order)
    stamps: dict[str, Any] = {"stages": stages, "started_at": run.started_at or timeline.began_at(order)}
    if order.state == WorkState.ENDED:
        _end_with(run, order, stamps)
        return
    status = _status_of(run, order)
    stamps["status_reason"] = _reason_of(run, order, status)[:2000]
    if status == run.status and all(getattr(run, name) == value for name, value in stamps.items()):
        return
    if status == run.status:
        Run.objects.filter(pk=run.pk).update(**stamps, updated_at=timezone.now())
        run.refresh_from_db()
    else:
        run.move_to(status, **stamps)
    run_changed(run)


def finish(run: Run, status: RunStatus, **stamps: Any) -> None:
    """End a run: the one way in which runs of all kinds end. The submitter hears of it where it is worth telling.

    Args: stamps: fields to write with it, such as ``status_reason`` and ``error``; ``ended_at`` is now unless given.
    Raises:
        InvalidTransition: it has ended already.
    """
    was_asked = run.status == RunStatus.CANCEL_REQUESTED
    ended_at: datetime = stamps.pop("ended_at", None) or timezone.now()
    stages = timeline.closed(stamps.pop("stages", run.stages), ended_at)
    reason = str(stamps.pop("status_reason", ""))[:2000]
    run.move_to(status, ended_at=ended_at, stages=stages, status_reason=reason, **stamps)
    _end_what_its_code_began(run, status)
    hooks.run_ended(run)
    run_changed(run)
    _tell_submitter(run, was_asked=was_asked)


def _end_what_its_code_began(run: Run, status: RunStatus) -> None:
    """End the children that the code of a run began and did not end: there is nobody any more who could."""
    if run.kind not in {RunKind.COMMAND, RunKind.STEP}:
        return
    rows = Run.objects.select_for_update(of=("self",)).select_related("workspace", "submitted_by")
    for child in rows.filter(pk__in=active_descendants(run), kind=RunKind.INTERACTIVE, submitted_by=None):
        reason = _("it was still open when the program that made it had ended")
        error = {"code": USER_ERROR, "message": reason, "detail": ""} if status == RunStatus.FAILED else {}
        finish(child, status, status_reason=reason, error=error)


def _end_with(run: Run, order: WorkOrder, stamps: dict[str, Any]) -> None:
    """End a run as its order ended. What ends by itself while a cancellation is asked for ends as it did."""
    stamps |= {"exit_code": order.exit_code, "ended_at": order.ended_at}
    was_asked = run.status == RunStatus.CANCEL_REQUESTED or order.cancel_requested_at is not None
    missing = missing_output(run) if order.outcome == Outcome.SUCCEEDED and run.kind == RunKind.STEP else ""
    if missing:
        # What other steps shall read must be there; of commands alone nobody knows whether they had to write anything.
        reason = _("it left nothing in its output “%(name)s”") % {"name": missing}
        error = {"code": USER_ERROR, "message": reason, "detail": ""}
        finish(run, RunStatus.FAILED, status_reason=reason, error=error, **stamps)
    elif order.outcome == Outcome.SUCCEEDED:
        finish(run, RunStatus.COMPLETED, status_reason=_exit_in_words(order) or _("done"), **stamps)
    elif order.outcome == Outcome.CANCELED or (order.outcome == Outcome.LOST and was_asked):
        reason = order.cancel_reason or order.reason or run.status_reason or _("canceled")
        finish(run, RunStatus.CANCELED, status_reason=reason, **stamps)
    else:
        lost = order.outcome == Outcome.LOST
        code = SYSTEM_ERROR if lost else order.error_code or USER_ERROR
        reason = order.reason or _exit_in_words(order) or _("the machine was lost")
        error = {"code": code, "message": reason, "detail": ""}
        finish(run, RunStatus.FAILED, status_reason=reason, error=error, **stamps)


def _status_of(run: Run, order: WorkOrder) -> RunStatus:
    """Return the status of a run whose work goes on."""
    if run.status == RunStatus.CANCEL_REQUESTED or order.cancel_requested_at is not None:
        return RunStatus.CANCEL_REQUESTED
    if order.silent_since is not None:
        return RunStatus.NOT_RESPONDING
    if order.state == WorkState.WAITING:
        return RunStatus.QUEUED
    if order.stage == Stage.UPLOAD_OUTPUTS:
        return RunStatus.FINALIZING
    at_work = order.state == WorkState.RUNNING and order.stage in {Stage.RUN, Stage.RESOLVE, Stage.INSTALL}
    return RunStatus.RUNNING if at_work else RunStatus.STARTING


def _reason_of(run: Run, order: WorkOrder, status: RunStatus) -> str:
    machine = {"machine": order.agent.name if order.agent else _("the machine")}
    if status == RunStatus.QUEUED:
        return orders.waiting_reason(order)
    if status == RunStatus.NOT_RESPONDING:
        since = date_format(timezone.localtime(order.silent_since), "DATETIME_FORMAT")
        return _("no word from %(machine)s since %(moment)s") % {**machine, "moment": since}
    if status == RunStatus.CANCEL_REQUESTED:
        return order.cancel_reason or run.status_reason or _("waiting for the machine to stop it")
    detail = next((stage.get("detail") for stage in reversed(order.stages) if stage.get("name") == order.stage), "")
    words = {
        Stage.PREPARE_ENVIRONMENT: _("preparing the environment on %(machine)s"),
        Stage.FETCH_CODE: _("fetching the code"),
        Stage.FETCH_INPUTS: _("fetching the inputs"),
        Stage.RUN: _("running on %(machine)s"),
        Stage.UPLOAD_OUTPUTS: _("storing the outputs"),
        Stage.RESOLVE: _("resolving the packages"),
        Stage.INSTALL: _("installing the packages"),
    }
    known = Stage(order.stage) if order.stage in words else None
    sentence = words[known] if known else _("%(machine)s has taken it")
    return sentence % machine + (f": {detail}" if detail else "")


def _exit_in_words(order: WorkOrder) -> str:
    if order.signal:
        return _("the command was ended by signal %(number)d") % {"number": order.signal}
    if order.exit_code is not None:
        return _("the command ended with exit code %(code)d") % {"code": order.exit_code}
    return ""


def _tell_submitter(run: Run, *, was_asked: bool) -> None:
    """Put a line under the bell of who submitted it: where it failed, took long, or was ended by nobody's wish."""
    user = run.submitted_by
    took = run.ended_at - run.created_at if run.ended_at else timedelta(0)
    is_long = took > WORTH_TELLING and run.status == RunStatus.COMPLETED
    is_bad = run.status == RunStatus.FAILED or (run.status == RunStatus.CANCELED and not was_asked)
    is_part = run.parent_id is not None and run.kind in PARTS  # what is worth telling, its pipeline tells
    if user is None or run.experiment_id is None or is_part or not (is_long or is_bad):
        return
    with in_language_of(user):
        titles = {
            RunStatus.COMPLETED: _("“%(run)s” is completed"),
            RunStatus.FAILED: _("“%(run)s” has failed"),
            RunStatus.CANCELED: _("“%(run)s” was canceled"),
        }
        title = titles[RunStatus(run.status)] % {"run": str(run)}
    level = {RunStatus.COMPLETED: "success", RunStatus.FAILED: "error"}.get(RunStatus(run.status), "warning")
    body = run.status_reason[:500]
    core_hooks.notify(user, title, body=body, url=run.get_absolute_url(), level=level, kind="run.ended")
