"""Where schedules and their ticks stand, and what can be chosen for them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ScheduleState(models.TextChoices):
    """Whether a schedule starts anything."""

    ACTIVE = "Active", _("Active")
    PAUSED = "Paused", _("Paused")  # by a person
    STOPPED = "Stopped", _("Stopped")  # by the studio; the reason stands beside it
    ENDED = "Ended", _("Ended")  # its last time has passed


class TickState(models.TextChoices):
    """What became of one time of a schedule."""

    DUE = "Due", _("Starting")
    STARTED = "Started", _("Started")
    SKIPPED = "Skipped", _("Skipped")
    FAILED = "Failed", _("Failed")


class TriggerType(models.TextChoices):
    """What makes a schedule start something."""

    CRON = "cron", _("Cron")
    RECURRENCE = "recurrence", _("Recurrence")
    DATA = "data", _("Data change")


class MissedPolicy(models.TextChoices):
    """What happens with times that passed while the studio was not running."""

    SKIP = "skip", _("Skip them")
    ONCE = "once", _("Run once for all of them")
    ALL = "all", _("Run each of them, up to a limit")


class OverlapPolicy(models.TextChoices):
    """What happens where the next time comes while what was started last still runs."""

    START = "start", _("Start anyway")
    SKIP = "skip", _("Skip this time")


# Nobody can switch these on or off: they are what the clock and the studio make of an active schedule.
RESUMABLE = frozenset({ScheduleState.PAUSED, ScheduleState.STOPPED, ScheduleState.ENDED})
