"""What triggers are. Neither Django nor I/O, as all of this package."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo


class Frequency(StrEnum):
    """The unit of a recurrence."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


WEEK_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONGEST_INTERVAL: Final = 1000
SHORTEST_POLLING_MIN: Final = 1
LONGEST_POLLING_MIN: Final = 7 * 24 * 60
USUAL_POLLING_MIN: Final = 5


class TriggerFault(ValueError):
    """A trigger that means nothing. ``code`` names what is wrong, ``field`` where."""

    def __init__(self, field: str, code: str, value: str = "") -> None:
        super().__init__(f"{field}: {code} {value}".strip())
        self.field, self.code, self.value = field, code, value


@dataclass(frozen=True)
class CronTrigger:
    """Five fields of cron, on the clock of ``zone``. Both ends are aware, and times that equal them are within."""

    expression: str
    zone: ZoneInfo
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True)
class RecurrenceTrigger:
    """Every ``interval`` minutes, hours, days, weeks or months, counted from ``start``.

    ``hours`` and ``minutes``: times of the days; without them it is the time of ``start``. ``week_days`` (0 is Monday) belong to
    weeks, ``month_days`` to months; without them it is the day of ``start``.
    """

    frequency: Frequency
    interval: int
    zone: ZoneInfo
    start: datetime
    end: datetime | None = None
    hours: tuple[int, ...] = ()
    minutes: tuple[int, ...] = ()
    week_days: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()


@dataclass(frozen=True)
class DataTrigger:
    """Something that is looked at every ``polling_min`` minutes: ``watch`` says who looks (see ``hooks.watchers``), ``path`` at
    what. ``zone`` is only for showing times."""

    watch: str
    path: str
    zone: ZoneInfo
    polling_min: int = USUAL_POLLING_MIN
    start: datetime | None = None
    end: datetime | None = None


Trigger = CronTrigger | RecurrenceTrigger | DataTrigger
