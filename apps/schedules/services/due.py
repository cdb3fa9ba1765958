"""From the clock to ticks: what is due becomes rows, once, whoever looks and however often."""

import logging
import time
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core import queue
from apps.core.errors import InvalidInput
from apps.schedules.models import Schedule, Tick
from apps.schedules.reading import stored_trigger
from apps.schedules.services.owners import speaking_to_owner
from apps.schedules.services.shared import news
from apps.schedules.services.stopping import stop
from apps.schedules.states import MissedPolicy, ScheduleState, TickState
from apps.schedules.triggers import DataTrigger, Trigger, latest_times, next_time
from apps.schedules.triggers.times import MOST_COUNTED

logger = logging.getLogger(__name__)

# A time that is noticed later than this, or when the next has come as well, was missed.
ON_TIME: Final = timedelta(minutes=10)
PORTION: Final = 200
LONGEST_ROUND_S: Final = 4.0
KEEP_TICKS: Final = timedelta(days=90)
PRUNED_AT_ONCE: Final = 2000


def claim_due(now: datetime | None = None) -> int:
    """Make ticks of all times that have come, and have them started. Returns how many schedules were due.

    Harmless when run twice or by two at once. What it does not get to in a few seconds is for the next round.
    """
    moment = now or timezone.now()
    until, claimed = time.monotonic() + LONGEST_ROUND_S, 0
    failed: set[UUID] = set()
    while time.monotonic() < until:
        due = Schedule.objects.filter(next_at__lte=moment).exclude(pk__in=failed).order_by("next_at", "id")
        portion = list(due.values_list("pk", flat=True)[:PORTION])
        for schedule_id in portion:
            try:
                claimed += claim(schedule_id, moment)
            except Exception:  # one that cannot be read must not keep all behind it from starting
                logger.exception("The schedule %s could not be looked at; the next round tries again", schedule_id)
                failed.add(schedule_id)
        if len(portion) < PORTION:
            break
    return claimed


@transaction.atomic
def claim(schedule_id: UUID, now: datetime) -> bool:
    """Make ticks of one schedule's times up to now and move it on to the next. Returns False where somebody else has."""
    # Of two who look at once, the second waits here and then finds that it is no longer due.
    rows = Schedule.objects.select_for_update(of=("self",), no_key=True).select_related("workspace", "owner")
    schedule = rows.filter(pk=schedule_id, next_at__lte=now).defer("seen", "subject").first()
    if schedule is None:
        return False
    try:
        trigger = stored_trigger(schedule.trigger)
    except InvalidInput as error:
        stop(schedule, str(error.message))
        return True
    since, schedule.next_at = schedule.next_at, next_time(trigger, now)
    if schedule.next_at is None:
        schedule.state = ScheduleState.ENDED
    schedule.save(update_fields=["next_at", "state", "updated_at"])
    if schedule.workspace.deleted_at is not None:  # nothing starts in the trash, nor is it told that it did not
        return True
    if isinstance(trigger, DataTrigger):
        queue.enqueue("schedules.look_at_data", schedule.pk, now.isoformat())
        return True
    assert since is not None
    with speaking_to_owner(schedule):
        ticks = ticks_of(schedule, trigger, since, now)
    known = set(
        schedule.ticks.filter(at__in=[tick.at for tick in ticks]).values_list("at", flat=True)
    )  # by a clock set back
    ticks = Tick.objects.bulk_create([tick for tick in ticks if tick.at not in known])
    for tick in ticks:
        if tick.state == TickState.DUE:
            queue.enqueue("schedules.start_tick", tick.pk)
    if not any(tick.state == TickState.DUE for tick in ticks):  # else whoever starts them tells it
        news(schedule)
    return True


def ticks_of(schedule: Schedule, trigger: Trigger, since: datetime, now: datetime) -> list[Tick]:
    """Return ticks, not yet stored, for the times from ``since`` to ``now``, as the policy for missed ones has it."""
    times, count = latest_times(trigger, since, now, schedule.catch_up + 2)
    if not times:
        return []
    latest, is_on_time = times[-1], now - times[-1] <= ON_TIME
    policy = MissedPolicy(schedule.missed)
    if policy == MissedPolicy.ONCE:
        reason = _missed_words(count - 1, _("this one stands for all of them")) if count > 1 else ""
        if not is_on_time:
            reason = reason or _("The studio was not running at this time; it starts late.")
        return [Tick(schedule=schedule, at=latest, missed=count - 1, reason=reason)]
    missed = count - 1 if is_on_time else count
    earlier = times[:-1] if is_on_time else times
    caught_up = earlier[-schedule.catch_up :] if policy == MissedPolicy.ALL else []
    left_out = missed - len(caught_up)
    ticks = []
    if left_out:
        why = _("they are skipped") if policy == MissedPolicy.SKIP else _("more than the limit, so they are skipped")
        last = earlier[-len(caught_up) - 1]
        reason = _missed_words(left_out, why)
        ticks.append(Tick(schedule=schedule, at=last, state=TickState.SKIPPED, missed=left_out - 1, reason=reason))
    late = _("The studio was not running at this time; it starts late.")
    ticks += [Tick(schedule=schedule, at=moment, reason=late) for moment in caught_up]
    if is_on_time:
        ticks.append(Tick(schedule=schedule, at=latest))
    return ticks


def prune_ticks(now: datetime | None = None) -> None:
    """Remove the history of more than three months ago. Harmless when run twice."""
    moment = now or timezone.now()
    old = Tick.objects.filter(created_at__lt=moment - KEEP_TICKS).exclude(state=TickState.DUE).order_by("created_at")
    while keys := list(old.values_list("pk", flat=True)[:PRUNED_AT_ONCE]):
        Tick.objects.filter(pk__in=keys).delete()


def _missed_words(count: int, what: str) -> str:
    message = ngettext(
        "%(count)s time passed while the studio was not running; %(what)s.",
        "%(count)s times passed while the studio was not running; %(what)s.",
        count,
    )
    shown = f"{MOST_COUNTED}+" if count >= MOST_COUNTED - 1 else str(count)
    return message % {"count": shown, "what": what}
