"""Look at data, and make a tick of a change."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import ngettext

from apps.core import queue
from apps.core.errors import UserError
from apps.schedules.errors import OwnerGone
from apps.schedules.models import Schedule, Tick
from apps.schedules.reading import stored_trigger
from apps.schedules.services.kinds import watcher_of
from apps.schedules.services.owners import check_owner, speaking_to_owner
from apps.schedules.services.shared import locked, news
from apps.schedules.services.stopping import stop, tell_owner
from apps.schedules.states import ScheduleState
from apps.schedules.triggers import DataTrigger

SHOWN_CHANGES: Final = 20


def look_at_data(schedule_id: UUID, at: datetime) -> None:
    """Look at what a schedule watches, and have it start something where that has changed since the last look.

    The first look only notes how the data is. Looking takes its time, so nothing is locked for it; of two looks at once only the
    first one's change counts. Args: at: when it was due, which becomes the tick's time.
    """
    schedule = (
        Schedule.objects.filter(pk=schedule_id, state=ScheduleState.ACTIVE).select_related("workspace", "owner").first()
    )
    if schedule is None:
        return
    trigger = stored_trigger(schedule.trigger)
    if not isinstance(trigger, DataTrigger):
        return  # it was given another trigger meanwhile
    with speaking_to_owner(schedule):
        try:
            watcher = watcher_of(trigger.watch)
            check_owner(schedule, watcher.action)
            look = watcher.look(schedule.workspace, trigger.path, schedule.seen)
        except OwnerGone as error:
            _stop(schedule, str(error.message))
            return
        except UserError as error:
            _note_problem(schedule, str(error.message))
            return
    if look.seen == schedule.seen:
        if schedule.problem:
            Schedule.objects.filter(pk=schedule.pk, trigger=schedule.trigger).update(problem="")
        return
    _note_change(schedule, at, look.seen, list(look.changes), look.path)


@transaction.atomic
def _stop(schedule: Schedule, reason: str) -> None:
    row = locked(schedule)
    if row is not None and row.state == ScheduleState.ACTIVE:
        stop(row, reason)


@transaction.atomic
def _note_change(schedule: Schedule, at: datetime, seen: object, changes: list[str], path: str) -> None:
    row = locked(schedule)
    # Somebody else looked meanwhile, or it is to watch something else from now on.
    if row is None or row.state != ScheduleState.ACTIVE or row.seen != schedule.seen or row.trigger != schedule.trigger:
        return
    is_first = row.seen is None
    row.seen, row.problem = seen, ""
    row.save(update_fields=["seen", "problem", "updated_at"])
    if is_first:
        return
    with speaking_to_owner(row):
        reason = ngettext("%(count)d change: %(names)s", "%(count)d changes: %(names)s", len(changes))
    named = ", ".join(changes[:SHOWN_CHANGES]) + (" …" if len(changes) > SHOWN_CHANGES else "")
    context = {"path": path, "changes": changes[:SHOWN_CHANGES]}
    words = reason % {"count": len(changes), "names": named}
    tick, is_new = Tick.objects.get_or_create(
        schedule=row, at=at, defaults={"reason": words[:2000], "context": context}
    )
    if is_new:
        queue.enqueue("schedules.start_tick", tick.pk)
        news(row)


@transaction.atomic
def _note_problem(schedule: Schedule, problem: str) -> None:
    """Write down why the data could not be looked at; the owner hears of it once."""
    changed = Schedule.objects.filter(pk=schedule.pk).exclude(problem=problem[:2000])
    if changed.update(problem=problem[:2000], updated_at=timezone.now()):
        tell_owner(schedule, problem)
        news(schedule)
