"""The times of a trigger.

What clocks do twice a year is decided here: what is set for fixed times of the day runs once a day, at the first moment that
exists where the clock jumps over its time, and at the first of the two where the clock shows it twice. What goes by minutes and
hours goes by time that passes.
"""

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, product, takewhile
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from apps.schedules.triggers.types import CronTrigger, DataTrigger, Frequency, RecurrenceTrigger, Trigger, TriggerFault

STEPS = {Frequency.MINUTE: timedelta(minutes=1), Frequency.HOUR: timedelta(hours=1)}
FIRST_WINDOW = timedelta(hours=1)
MOST_COUNTED = 1000


def times_after(trigger: Trigger, after: datetime) -> Iterator[datetime]:
    """Yield the times of a trigger that are later than ``after`` (aware), as UTC, each once and in their order.

    For a trigger by data these are the times at which it is looked.
    """
    if isinstance(trigger, DataTrigger):
        step = timedelta(minutes=trigger.polling_min)
        times: Iterator[datetime] = _elapsed(trigger.start or after, step, after)
    elif isinstance(trigger, CronTrigger):
        if trigger.start is not None:
            after = max(after, trigger.start - timedelta(microseconds=1))
        times = _cron(trigger.expression, trigger.zone, after)
    else:
        times = _recurring(trigger, max(after, trigger.start - timedelta(microseconds=1)))
    end = trigger.end
    return times if end is None else takewhile(lambda moment: moment <= end, times)


def next_time(trigger: Trigger, after: datetime) -> datetime | None:
    """Return the first time later than ``after``; None where there is none."""
    return next(times_after(trigger, after), None)


def latest_times(trigger: Trigger, since: datetime, until: datetime, most: int) -> tuple[list[datetime], int]:
    """Return the last ``most`` times from ``since`` to ``until``, both included, and how many there are in all.

    Counting stops at ``MOST_COUNTED``, so that years of minutes cost no more than days of them.
    """
    instant = timedelta(microseconds=1)
    found = _between(trigger, since - instant, until, MOST_COUNTED)
    if len(found) < MOST_COUNTED:
        return found[-most:], len(found)
    window = FIRST_WINDOW
    while True:
        start = max(since - instant, until - window)
        found = list(takewhile(lambda moment: moment <= until, times_after(trigger, start)))
        if len(found) >= most or start < since:
            return found[-most:], MOST_COUNTED
        window *= 2


def cron_of(expression: str) -> CronSim:
    """Return a parsed expression.

    Raises:
        TriggerFault: it has not five fields, or one that means nothing, or it never comes true.
    """
    if len(expression.split()) != 5:
        raise TriggerFault("expression", "five_fields", str(len(expression.split())))
    try:
        parsed = CronSim(expression, datetime(2024, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        raise TriggerFault("expression", "bad_field", str(error).removeprefix("Bad ")) from None
    if next(CronSim(expression, datetime(2024, 1, 1, tzinfo=UTC)), None) is None:
        raise TriggerFault("expression", "never")
    return parsed


def _between(trigger: Trigger, after: datetime, until: datetime, most: int) -> list[datetime]:
    found: list[datetime] = []
    for moment in times_after(trigger, after):
        if moment > until or len(found) >= most:
            break
        found.append(moment)
    return found


def _elapsed(anchor: datetime, step: timedelta, after: datetime) -> Iterator[datetime]:
    """Yield ``anchor`` and what follows it by whole steps, from the first that is later than ``after``."""
    first = max(0, (after - anchor) // step + 1)
    return (anchor.astimezone(UTC) + number * step for number in count(first))


def _cron(expression: str, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    # The parser knows the zone that never changes its clocks by this object alone.
    local = after.astimezone(UTC if zone.key == "UTC" else zone)
    last = after
    for moment in CronSim(expression, local):
        found = moment.astimezone(UTC)
        # Where clocks show an hour twice, it begins with the first of them, which may have passed.
        if found > last:
            last = found
            yield found


def _recurring(trigger: RecurrenceTrigger, after: datetime) -> Iterator[datetime]:
    if trigger.frequency in STEPS:
        yield from _elapsed(trigger.start, STEPS[trigger.frequency] * trigger.interval, after)
        return
    start = trigger.start.astimezone(trigger.zone)
    minutes = trigger.minutes or ((0,) if trigger.hours else (start.minute,))
    clock = sorted(time(hour, minute) for hour, minute in product(trigger.hours or (start.hour,), minutes))
    # A day early: the zone's clock may be behind, and a time that does not exist moves on.
    earliest = max(start.date(), (after.astimezone(trigger.zone) - timedelta(days=1)).date())
    last = after
    for day in _days(trigger, start.date(), earliest):
        for wall in clock:
            moment = instant_of(day, wall, trigger.zone)
            if moment > last:
                last = moment
                yield moment


def _days(trigger: RecurrenceTrigger, start: date, earliest: date) -> Iterator[date]:
    """Yield the days of a recurrence in their order, from some day not later than ``earliest`` on, to the end of the calendar."""
    try:
        if trigger.frequency == Frequency.DAY:
            first = max(0, (earliest - start).days // trigger.interval)
            yield from (start + timedelta(days=number * trigger.interval) for number in count(first))
        elif trigger.frequency == Frequency.WEEK:
            monday = start - timedelta(days=start.weekday())
            first = max(0, (earliest - monday).days // 7 // trigger.interval)
            for number in count(first):
                week = monday + timedelta(weeks=number * trigger.interval)
                days = (week + timedelta(days=day) for day in sorted(trigger.week_days or (start.weekday(),)))
                yield from (day for day in days if day >= start)
        else:
            yield from _days_of_months(trigger, start, earliest)
    except OverflowError:
        return


def _days_of_months(trigger: RecurrenceTrigger, start: date, earliest: date) -> Iterator[date]:
    months = (earliest.year - start.year) * 12 + earliest.month - start.month
    for number in count(max(0, months // trigger.interval)):
        index = start.year * 12 + start.month - 1 + number * trigger.interval
        year, month = index // 12, index % 12 + 1
        if year > date.max.year:
            return
        last = calendar.monthrange(year, month)[1]
        # A month that is too short has its run on its last day, so that no month goes without.
        days = sorted({min(day, last) for day in trigger.month_days or (start.day,)})
        yield from (day for day in (date(year, month, day) for day in days) if day >= start)


def instant_of(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """Return when a clock of the zone shows a time of a day: the first of two times, and where it jumps over it, right after."""
    moment = datetime.combine(day, wall, zone)
    while moment.astimezone(UTC).astimezone(zone).replace(fold=0) != moment:
        moment += timedelta(minutes=1)
    return moment.astimezone(UTC)
