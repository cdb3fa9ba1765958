"""Triggers as JSON and job files write them, read with every fault at its field, and written back."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.schedules.states import TriggerType
from apps.schedules.triggers import (
    CronTrigger,
    DataTrigger,
    Frequency,
    RecurrenceTrigger,
    Trigger,
    TriggerFault,
    cron_of,
    find_zone,
    next_time,
)
from apps.schedules.triggers.times import instant_of
from apps.schedules.triggers.types import (
    LONGEST_INTERVAL,
    LONGEST_POLLING_MIN,
    SHORTEST_POLLING_MIN,
    USUAL_POLLING_MIN,
    WEEK_DAYS,
)

LONGEST_TEXT: Final = 2000
FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 9000
_COMMON: Final = ("type", "time_zone", "start_time", "end_time")
_FIELDS: Final = {
    TriggerType.CRON: (*_COMMON, "expression"),
    TriggerType.RECURRENCE: (*_COMMON, "frequency", "interval", "schedule", "hours", "minutes", "week_days", "month_days"),
    TriggerType.DATA: (*_COMMON, "watch", "path", "polling_interval"),
}  # fmt: skip


def read_trigger(given: Any, now: datetime, *, is_new: bool = True) -> Trigger:
    """Read a trigger.

    Args: given: ``{"type": "cron", "expression", …}``, ``{"type": "recurrence", "frequency", "interval", "hours", "minutes",
        "week_days", "month_days", …}`` or ``{"type": "data", "watch", "path", "polling_interval", …}``, each with ``time_zone``,
        ``start_time`` and ``end_time``. What a recurrence sets for its days may stand below ``schedule``, as Azure ML has it.
        now: where a recurrence without a start begins. is_new: it must have a time yet to come.

    Raises:
        InvalidInput: with a sentence for each field that is wrong, such as ``trigger.expression``.
    """
    reader = _Reader(given, now)
    trigger = reader.read()
    if trigger is not None and not reader.errors and is_new and next_time(trigger, now) is None:
        reader.say("end_time", _("No time of this schedule is still to come."))
    if reader.errors or trigger is None:
        raise InvalidInput(reader.errors)
    return trigger


def stored_trigger(stored: Mapping[str, Any]) -> Trigger:
    """Return the trigger that ``to_json`` wrote.

    Raises:
        InvalidInput: it can no longer be read, such as for a time zone that the system has no more.
    """
    return read_trigger(stored, datetime.now(UTC), is_new=False)


def to_json(trigger: Trigger) -> dict[str, Any]:
    """Return a trigger as it is stored and as the API gives it; ``read_trigger`` reads the same from it."""
    common = {
        "time_zone": trigger.zone.key,
        "start_time": _written(trigger.start, trigger.zone),
        "end_time": _written(trigger.end, trigger.zone),
    }
    if isinstance(trigger, CronTrigger):
        return {"type": TriggerType.CRON.value, "expression": trigger.expression, **common}
    if isinstance(trigger, DataTrigger):
        own = {"watch": trigger.watch, "path": trigger.path, "polling_interval": trigger.polling_min}
        return {"type": TriggerType.DATA.value, **own, **common}
    return {
        "type": TriggerType.RECURRENCE.value,
        "frequency": trigger.frequency.value,
        "interval": trigger.interval,
        "hours": list(trigger.hours),
        "minutes": list(trigger.minutes),
        "week_days": [WEEK_DAYS[day] for day in trigger.week_days],
        "month_days": list(trigger.month_days),
        **common,
    }


class _Reader:
    """Reads one trigger. ``errors``: sentences by field."""

    def __init__(self, given: Any, now: datetime) -> None:
        self.errors: dict[str, list[str]] = {}
        self._given: dict[str, Any] = dict(given) if isinstance(given, Mapping) else {}
        self._now = now

    def read(self) -> Trigger | None:
        kind = self._given.get("type")
        if kind not in TriggerType.values:
            self.say("type", _("Say when it starts something: “type” is cron, recurrence or data."))
            return None
        for name in self._given:
            if name not in _FIELDS[TriggerType(kind)]:
                self.say(str(name)[:60], _("A trigger of the type %(type)s has no such field.") % {"type": kind})
        zone = self._zone()
        start, end = self._moment("start_time", zone), self._moment("end_time", zone)
        if start and end and end <= start:
            self.say("end_time", _("It ends before it begins."))
        if kind == TriggerType.CRON:
            return self._cron(zone, start, end)
        return self._recurrence(zone, start, end) if kind == TriggerType.RECURRENCE else self._data(zone, start, end)

    def say(self, field: str, sentence: str) -> None:
        self.errors.setdefault(f"trigger.{field}", []).append(sentence)

    def _cron(self, zone: ZoneInfo, start: datetime | None, end: datetime | None) -> Trigger | None:
        expression = " ".join(str(self._given.get("expression") or "")[:200].split())
        try:
            cron_of(expression)
        except TriggerFault as fault:
            self.say("expression", sentence_of(fault))
            return None
        return CronTrigger(expression, zone, start, end)

    def _recurrence(self, zone: ZoneInfo, start: datetime | None, end: datetime | None) -> Trigger | None:
        below = self._given.get("schedule")
        if below is not None and not isinstance(below, Mapping):
            self.say("schedule", _("It is a mapping with hours and minutes."))
            return None
        pattern = {**self._given, **(below or {})}
        written = str(pattern.get("frequency") or "").lower()
        if written not in set(Frequency):
            self.say("frequency", _("It is minute, hour, day, week or month."))
            return None
        frequency = Frequency(written)
        interval = self._number("interval", pattern.get("interval", 1), 1, LONGEST_INTERVAL)
        parts = {
            "hours": self._numbers("hours", pattern.get("hours"), 0, 23),
            "minutes": self._numbers("minutes", pattern.get("minutes"), 0, 59),
            "week_days": self._week_days(pattern.get("week_days")),
            "month_days": self._numbers("month_days", pattern.get("month_days"), 1, 31),
        }
        for name, values in parts.items():
            if values and name not in _PARTS.get(frequency, ()):
                self.say(
                    name, _("A recurrence by the %(frequency)s has none of these.") % {"frequency": _UNITS[frequency]()}
                )
        begins = start or _next_minute(self._now)
        return RecurrenceTrigger(frequency, interval, zone, begins, end, **parts)

    def _data(self, zone: ZoneInfo, start: datetime | None, end: datetime | None) -> Trigger | None:
        watch, path = str(self._given.get("watch") or ""), str(self._given.get("path") or "").strip()
        if not path or len(path) > LONGEST_TEXT or not path.isprintable():
            self.say("path", _("Say what to look at, on one line."))
        polling = self._given.get("polling_interval")
        if polling is None:
            polling = USUAL_POLLING_MIN
        minutes = self._number("polling_interval", polling, SHORTEST_POLLING_MIN, LONGEST_POLLING_MIN)
        return DataTrigger(watch, path, zone, minutes, start or _next_minute(self._now), end)

    def _zone(self) -> ZoneInfo:
        name = self._given.get("time_zone") or "UTC"
        try:
            return find_zone(str(name)[:100])
        except TriggerFault as fault:
            self.say("time_zone", sentence_of(fault))
            return ZoneInfo("UTC")

    def _moment(self, field: str, zone: ZoneInfo) -> datetime | None:
        text = self._given.get(field)
        if text is None or text == "":
            return None
        try:
            moment = text if isinstance(text, datetime) else datetime.fromisoformat(str(text).strip())
            if not FIRST_YEAR <= moment.year <= LAST_YEAR:
                raise ValueError
            if moment.tzinfo is None:
                return instant_of(moment.date(), moment.time(), zone)
            return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            self.say(field, _("Write a date and time such as 2026-07-01T08:00:00."))
            return None

    def _number(self, field: str, value: Any, least: int, most: int) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.say(field, _("It is a whole number from %(least)d to %(most)d.") % {"least": least, "most": most})
        return least

    def _numbers(self, field: str, value: Any, least: int, most: int) -> tuple[int, ...]:
        given = [] if value is None else value if isinstance(value, (list, tuple)) else [value]
        return tuple(sorted({self._number(field, each, least, most) for each in given[:100]}))

    def _week_days(self, value: Any) -> tuple[int, ...]:
        given = [] if value is None else value if isinstance(value, (list, tuple)) else [value]
        days = set()
        for each in given[:100]:
            name = str(each).strip().lower()
            if name in WEEK_DAYS:
                days.add(WEEK_DAYS.index(name))
            else:
                self.say(
                    "week_days", _("“%(day)s” is no day of the week; write monday to sunday.") % {"day": name[:40]}
                )
        return tuple(sorted(days))


def sentence_of(fault: TriggerFault) -> str:
    """Say in words what is wrong with a part of a trigger."""
    if fault.code == "five_fields":
        message = _(
            "A cron expression has five fields: minute, hour, day of the month, month, day of the week. This has %(count)s."
        )
        return message % {"count": fault.value}
    if fault.code == "bad_field":
        fields = {
            "minute": _("the minute, from 0 to 59"),
            "hour": _("the hour, from 0 to 23"),
            "day-of-month": _("the day of the month, from 1 to 31, where its months have such a day"),
            "month": _("the month, from 1 to 12 or JAN to DEC"),
            "day-of-week": _("the day of the week, from 0 (Sunday) to 6 or SUN to SAT"),
        }
        message = _("One field cannot be read: %(field)s. Ranges are 1-5, lists 1,3, steps */15.")
        return message % {"field": fields.get(fault.value, fault.value)}
    if fault.code == "never":
        return _("There is no such day: it would never start anything.")
    return _("There is no time zone “%(zone)s”. Write a name such as Europe/Berlin or UTC.") % {
        "zone": fault.value[:60]
    }


_PARTS: Final = {
    Frequency.DAY: ("hours", "minutes"),
    Frequency.WEEK: ("hours", "minutes", "week_days"),
    Frequency.MONTH: ("hours", "minutes", "month_days"),
}
_UNITS: Final = {
    Frequency.MINUTE: lambda: _("minute"),
    Frequency.HOUR: lambda: _("hour"),
    Frequency.DAY: lambda: _("day"),
    Frequency.WEEK: lambda: _("week"),
    Frequency.MONTH: lambda: _("month"),
}


def _next_minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0) + timedelta(minutes=1)


def _written(moment: datetime | None, zone: ZoneInfo) -> str | None:
    return moment.astimezone(zone).isoformat() if moment else None
