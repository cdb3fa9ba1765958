"""Triggers and their times. Neither Django nor I/O."""

from apps.schedules.triggers.times import cron_of, latest_times, next_time, times_after
from apps.schedules.triggers.types import CronTrigger, DataTrigger, Frequency, RecurrenceTrigger, Trigger, TriggerFault
from apps.schedules.triggers.zones import find_zone, zone_names

__all__ = [
    "CronTrigger",
    "DataTrigger",
    "Frequency",
    "RecurrenceTrigger",
    "Trigger",
    "TriggerFault",
    "cron_of",
    "find_zone",
    "latest_times",
    "next_time",
    "times_after",
    "zone_names",
]
