"""Use cases of schedules."""

from apps.schedules.services.due import claim_due, prune_ticks
from apps.schedules.services.keeping import (
    NewSchedule,
    create_schedule,
    delete_schedule,
    edit_schedule,
    find_schedule,
    get_schedule,
)
from apps.schedules.services.kinds import file_of, subject_of, take, watcher_of
from apps.schedules.services.looking import look_at_data
from apps.schedules.services.starting import start_tick
from apps.schedules.services.switching import pause_schedule, resume_schedule, run_now

__all__ = [
    "NewSchedule",
    "claim_due",
    "create_schedule",
    "delete_schedule",
    "edit_schedule",
    "file_of",
    "find_schedule",
    "get_schedule",
    "look_at_data",
    "pause_schedule",
    "prune_ticks",
    "resume_schedule",
    "run_now",
    "start_tick",
    "subject_of",
    "take",
    "watcher_of",
]
