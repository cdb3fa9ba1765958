"""Triggers, schedules and ticks in words."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from cronsim import CronSim
from django.utils import timezone
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.lists import Status
from apps.schedules.models import Schedule, Tick
from apps.schedules.states import ScheduleState, TickState
from apps.schedules.triggers import CronTrigger, DataTrigger, Frequency, RecurrenceTrigger, Trigger, cron_of

MOST_TIMES = 6
SCHEDULE_TONES = {
    ScheduleState.ACTIVE: "ok",
    ScheduleState.PAUSED: "idle",
    ScheduleState.STOPPED: "bad",
    ScheduleState.ENDED: "idle",
}
TICK_TONES = {TickState.DUE: "busy", TickState.STARTED: "ok", TickState.SKIPPED: "warn", TickState.FAILED: "bad"}


def status_of(schedule: Schedule) -> Status:
    """Return whether a schedule starts anything, as lists and badges show it."""
    return Status(
        SCHEDULE_TONES[ScheduleState(schedule.state)],  # type: ignore[arg-type]
        schedule.get_state_display(),
        schedule.state_reason or schedule.problem,
    )


def status_of_tick(tick: Tick) -> Status:
    """Return what became of a tick, as lists and badges show it."""
    return Status(TICK_TONES[TickState(tick.state)], tick.get_state_display(), tick.reason)  # type: ignore[arg-type]


def describe(trigger: Trigger) -> str:
    """Say when a trigger starts something: “every weekday at 07:30, Europe/Berlin”."""
    if isinstance(trigger, DataTrigger):
        message = ngettext(
            "when %(path)s changes, looked at every minute",
            "when %(path)s changes, looked at every %(minutes)d minutes",
            trigger.polling_min,
        )
        return message % {"path": trigger.path, "minutes": trigger.polling_min}
    words = describe_cron(cron_of(trigger.expression)) if isinstance(trigger, CronTrigger) else _recurrence(trigger)
    return _("%(when)s, %(zone)s") % {"when": words, "zone": trigger.zone.key.replace("_", " ")}


def describe_cron(cron: CronSim) -> str:
    """Say when a cron expression comes true, without its zone."""
    minutes, hours = sorted(cron.minutes), sorted(cron.hours)
    days = _cron_days(cron)
    if len(minutes) * len(hours) <= MOST_TIMES:
        times = [f"{hour:02}:{minute:02}" for hour in hours for minute in minutes]
        return _("%(days)s at %(times)s") % {"days": days or _("every day"), "times": _list(times)}
    often = _how_often(minutes, hours)
    return _("%(often)s, %(days)s") % {"often": often, "days": days} if days else often


def _how_often(minutes: list[int], hours: list[int]) -> str:
    step, all_hours = _step(minutes, 60), len(hours) == 24
    if step:
        often = ngettext("every minute", "every %(step)d minutes", step) % {"step": step}
        if all_hours:
            return often
    elif all_hours:
        if minutes == [0]:
            return _("every hour, on the hour")
        return _("every hour at %(minutes)s") % {"minutes": _minutes(minutes)}
    else:
        often = _("at %(minutes)s") % {"minutes": _minutes(minutes)}
    every = _step(hours, 24)
    if every:
        return _("%(often)s of every %(step)d hours") % {"often": often, "step": every}
    if hours == list(range(hours[0], hours[-1] + 1)):
        return _("%(often)s from %(first)s to %(last)s") % {
            "often": often, "first": f"{hours[0]:02}:00", "last": f"{hours[-1]:02}:59",
        }  # fmt: skip
    return _("%(often)s of the hours %(hours)s") % {"often": often, "hours": _list(hours)}


def _minutes(minutes: list[int]) -> str:
    return ngettext("minute %(minutes)s", "minutes %(minutes)s", len(minutes)) % {"minutes": _list(minutes)}


def _cron_days(cron: CronSim) -> str:
    """Return on which days, empty for every day."""
    of_month = "" if len(cron.days) == 31 else _month_days(cron.days)
    of_week = "" if {day % 7 for day in cron.weekdays if isinstance(day, int)} == set(range(7)) else _week_days(cron)
    if of_month and of_week:
        # As cron has it: where both are set, either is enough, unless one of them begins with a star.
        words = _("%(days)s, only if also %(week_days)s") if cron.day_and else _("%(days)s, or %(week_days)s")
        days = words % {"days": of_month, "week_days": of_week}
    else:
        days = of_month or of_week
    if len(cron.months) == 12:
        return days
    months = _list([str(MONTHS[month]) for month in sorted(cron.months)])
    return _("%(days)s in %(months)s") % {"days": days or _("every day"), "months": months}


def _month_days(days: Collection[int]) -> str:
    words = []
    plain = sorted(day for day in days if day > 0)
    apart = plain[1] - plain[0] if len(plain) > 3 else 0
    if apart > 1 and plain == list(range(1, 32, apart)):
        words.append(_("every %(step)d days of the month, from the first on") % {"step": apart})
    elif plain:
        message = ngettext("on day %(days)s of the month", "on the days %(days)s of the month", len(plain))
        words.append(message % {"days": _list(plain)})
    if CronSim.LAST in days:
        words.append(_("on the last day of the month"))
    if CronSim.LAST_WEEKDAY in days:
        words.append(_("on the last weekday of the month"))
    return _list(words)


def _week_days(cron: CronSim) -> str:
    plain = {day % 7 for day in cron.weekdays if isinstance(day, int)}
    words = []
    if plain == {1, 2, 3, 4, 5}:
        words.append(_("every weekday"))
    elif plain:
        names = [_day((day - 1) % 7) for day in sorted(plain, key=lambda day: day or 7)]
        words.append(_("every %(days)s") % {"days": _list(names)})
    special = (item for item in cron.weekdays if isinstance(item, tuple))
    for item in sorted(special, key=lambda item: (item[1], item[0])):
        ordinals = {
            1: _("the first %(day)s of the month"), 2: _("the second %(day)s of the month"),
            3: _("the third %(day)s of the month"), 4: _("the fourth %(day)s of the month"),
            5: _("the fifth %(day)s of the month"), CronSim.LAST: _("the last %(day)s of the month"),
        }  # fmt: skip
        words.append(ordinals[item[1]] % {"day": _day((item[0] - 1) % 7)})
    return _list(words)


def _recurrence(trigger: RecurrenceTrigger) -> str:
    number = {"count": trigger.interval}
    if trigger.frequency == Frequency.MINUTE:
        return ngettext("every minute", "every %(count)d minutes", trigger.interval) % number
    if trigger.frequency == Frequency.HOUR:
        return ngettext("every hour", "every %(count)d hours", trigger.interval) % number
    start = trigger.start.astimezone(trigger.zone)
    if trigger.frequency == Frequency.DAY:
        days = ngettext("every day", "every %(count)d days", trigger.interval) % number
    elif trigger.frequency == Frequency.WEEK:
        names = _list([_day(day) for day in trigger.week_days or (start.weekday(),)])
        message = ngettext("every %(days)s", "every %(count)d weeks on %(days)s", trigger.interval)
        days = message % {**number, "days": names}
    else:
        message = ngettext("every month on day %(days)s", "every %(count)d months on day %(days)s", trigger.interval)
        days = message % {**number, "days": _list(trigger.month_days or (start.day,))}
    minutes = trigger.minutes or ((0,) if trigger.hours else (start.minute,))
    times = [f"{hour:02}:{minute:02}" for hour in trigger.hours or (start.hour,) for minute in minutes]
    more = len(times) - MOST_TIMES
    shown = _list(times)
    if more > 0:
        shown = _("%(times)s and %(more)d more times") % {"times": ", ".join(times[:MOST_TIMES]), "more": more}
    return _("%(days)s at %(times)s") % {"days": days, "times": shown}


def _step(values: list[int], span: int) -> int:
    """Return how far apart values are that fill a span evenly from 0 on; 0 where they do not."""
    step = values[1] - values[0] if len(values) > 1 else 0
    return step if step and values == list(range(0, span, step)) else 0


def _day(weekday: int) -> str:
    return str(WEEKDAYS[weekday])


def _list(values: Collection[Any]) -> str:
    return get_text_list([str(value) for value in values], _("and"))


@dataclass(frozen=True)
class ShownTime:
    """A moment, and what clocks of the schedule's zone and of the reader's show then."""

    moment: datetime
    there: str
    here: str


def shown_times(moments: Iterable[datetime], zone: tzinfo) -> list[ShownTime]:
    """Return moments as pages show them. Args: zone: the schedule's."""
    own, shape = timezone.get_current_timezone(), "%Y-%m-%d %H:%M %Z"
    return [
        ShownTime(moment, moment.astimezone(zone).strftime(shape), moment.astimezone(own).strftime(shape))
        for moment in moments
    ]
