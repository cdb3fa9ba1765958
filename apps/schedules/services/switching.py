"""Pause, resume, and run at once."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core import queue
from apps.schedules.errors import NothingToCome, ScheduleUnknown
from apps.schedules.models import Schedule, Tick
from apps.schedules.reading import stored_trigger
from apps.schedules.services.kinds import subject_of
from apps.schedules.services.shared import check_may_write, locked, tell
from apps.schedules.states import ScheduleState
from apps.schedules.triggers import next_time
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting


@transaction.atomic
def pause_schedule(*, actor: User, schedule: Schedule) -> Schedule:
    """Have a schedule start nothing until it is resumed. Harmless when repeated."""
    check_may_write(actor, schedule.workspace)
    row = _locked(schedule)
    if row.state != ScheduleState.ACTIVE:
        return row
    row.state, row.next_at = ScheduleState.PAUSED, None
    row.save(update_fields=["state", "next_at", "updated_at"])
    tell(actor, "schedule.paused", row)
    return row


@transaction.atomic
def resume_schedule(*, actor: User, schedule: Schedule, now: datetime | None = None) -> Schedule:
    """Have a schedule start things again, in the name of ``actor`` where the studio had stopped it. What passed meanwhile is not
    made up for. Harmless when repeated.

    Raises:
        NothingToCome: its end has passed.
    """
    check_may_write(actor, schedule.workspace)
    row = _locked(schedule)
    if row.state == ScheduleState.ACTIVE:
        return row
    if row.state == ScheduleState.STOPPED:
        acting(actor, row.workspace, Action(subject_of(row.subject_kind).action))
        row.owner = actor
    row.next_at = next_time(stored_trigger(row.trigger), now or timezone.now())
    if row.next_at is None:
        raise NothingToCome
    row.state, row.state_reason, row.seen = ScheduleState.ACTIVE, "", None
    row.save(update_fields=["state", "state_reason", "next_at", "seen", "owner", "updated_at"])
    tell(actor, "schedule.resumed", row)
    return row


@transaction.atomic
def run_now(*, actor: User, schedule: Schedule, now: datetime | None = None) -> Tick:
    """Start what a schedule starts, once more and at once, whether or not it is active. It does so in its owner's name."""
    check_may_write(actor, schedule.workspace)
    row = _locked(schedule)
    acting(actor, row.workspace, Action(subject_of(row.subject_kind).action))
    tick = Tick.objects.create(schedule=row, at=now or timezone.now(), is_manual=True)
    queue.enqueue("schedules.start_tick", tick.pk)
    tell(actor, "schedule.run", row)
    return tick


def _locked(schedule: Schedule) -> Schedule:
    row = locked(schedule)
    if row is None:
        raise ScheduleUnknown(schedule.name)
    return row
