"""Start what a tick is for, exactly once: what is started and the word that it was are written in one transaction."""

import logging
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.errors import UserError, new_reference
from apps.schedules.errors import OwnerGone
from apps.schedules.models import Schedule, Tick
from apps.schedules.services.kinds import subject_of
from apps.schedules.services.owners import check_owner, speaking_to_owner
from apps.schedules.services.shared import news
from apps.schedules.services.stopping import stop, tell_owner
from apps.schedules.states import OverlapPolicy, ScheduleState, TickState

logger = logging.getLogger(__name__)

MOST_ATTEMPTS: Final = 5


def start_tick(tick_id: UUID) -> None:
    """Start what a tick is for, or write down why not. Harmless when repeated, and when two do it at once.

    Raises:
        Exception: whatever went wrong that is no fault of the schedule's, a few times; the task is run again.
    """
    try:
        _start(tick_id)
    except Exception as error:
        reference = new_reference()
        logger.exception("%s: the tick %s of a schedule could not be started", reference, tick_id)
        if _note_attempt(tick_id, reference):
            raise error from None


@transaction.atomic
def _start(tick_id: UUID) -> None:
    schedule = _locked_of(tick_id)
    tick = Tick.objects.filter(pk=tick_id, state=TickState.DUE).first() if schedule else None
    if schedule is None or tick is None:
        return  # it was started, or the schedule deleted, meanwhile
    tick.schedule = schedule
    with speaking_to_owner(schedule):
        try:
            check_owner(schedule, subject_of(schedule.subject_kind).action)
            if why := _why_not(schedule, tick):
                _write(schedule, tick, TickState.SKIPPED, why)
                return
            with transaction.atomic():
                started = subject_of(schedule.subject_kind).start(schedule, tick)
        except OwnerGone as error:
            _write(schedule, tick, TickState.FAILED, str(error.message), is_told=False)
            stop(schedule, str(error.message))
            return
        except UserError as error:
            _write(schedule, tick, TickState.FAILED, str(error.message))
            return
    tick.started_id, tick.started_url, tick.started_at = started.id, started.url[:500], timezone.now()
    tick.started_label = started.label[:255]
    _write(schedule, tick, TickState.STARTED, "" if tick.attempts else tick.reason)


def _locked_of(tick_id: UUID) -> Schedule | None:
    """Return the schedule of a tick as it is now; its ticks start one after the other."""
    rows = Schedule.objects.select_for_update(of=("self",), no_key=True).select_related("workspace", "owner")
    return rows.filter(ticks=tick_id).first()


def _why_not(schedule: Schedule, tick: Tick) -> str:
    """Return why a tick is left out; empty where it is not."""
    if schedule.workspace.deleted_at is not None:
        return _("The workspace is in the trash.")
    if schedule.state == ScheduleState.PAUSED and not tick.is_manual:
        return _("The schedule was paused before it could start.")
    if schedule.overlap == OverlapPolicy.SKIP and not tick.is_manual:
        last = schedule.ticks.filter(state=TickState.STARTED).order_by("-at", "id").first()
        if (
            last
            and last.started_id
            and subject_of(schedule.subject_kind).is_running(schedule.workspace, last.started_id)
        ):
            return _("“%(run)s”, which it started before, was still running.") % {"run": last.started_label}
    return ""


def _write(schedule: Schedule, tick: Tick, state: TickState, reason: str, *, is_told: bool = True) -> None:
    """Write down what became of a tick. The owner hears of a failure once, not each time that the same is in the way."""
    if state == TickState.FAILED and is_told:
        last = schedule.ticks.exclude(state=TickState.DUE).order_by("-at", "id").first()
        if last is None or (last.state, last.reason) != (state, reason):
            tell_owner(schedule, reason)
    tick.state, tick.reason = state, reason[:2000]
    tick.save()
    Schedule.objects.filter(pk=schedule.pk).update(last_at=tick.at, last_state=state, updated_at=timezone.now())
    news(schedule)


@transaction.atomic
def _note_attempt(tick_id: UUID, reference: str) -> bool:
    """Note that starting failed for a reason of our own. Returns whether it is to be tried again."""
    schedule = _locked_of(tick_id)
    tick = Tick.objects.filter(pk=tick_id, state=TickState.DUE).first() if schedule else None
    if schedule is None or tick is None:
        return False
    with speaking_to_owner(schedule):
        if tick.attempts + 1 >= MOST_ATTEMPTS:
            message = _(
                "The studio could not start it. An administrator finds out more with the reference %(reference)s."
            )
            _write(schedule, tick, TickState.FAILED, message % {"reference": reference})
            return False
        message = _("The studio could not start it yet and tries again; the reference is %(reference)s.")
        reason = message % {"reference": reference}
    Tick.objects.filter(pk=tick.pk).update(attempts=F("attempts") + 1, reason=reason)
    return True
