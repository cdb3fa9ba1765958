"""The states of an agent, and how they follow from its last heartbeat."""

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

HEARTBEAT_S = 5
# Four heartbeats: one may be lost to a restart of the web, and a busy machine may be late with another.
SILENT_AFTER = timedelta(seconds=4 * HEARTBEAT_S)


class AgentState(models.TextChoices):
    """What an agent is to the studio now."""

    WAITING = "waiting", _("Not connected yet")
    ONLINE = "online", _("Online")
    SILENT = "silent", _("Not responding")


def state_of(last_seen_at: datetime | None, now: datetime) -> AgentState:
    """Return the state of an agent whose last heartbeat came at ``last_seen_at``; None: none ever came."""
    if last_seen_at is None:
        return AgentState.WAITING
    return AgentState.SILENT if now - last_seen_at > SILENT_AFTER else AgentState.ONLINE


class WorkState(models.TextChoices):
    """Where a work order stands."""

    WAITING = "Waiting", _("Waiting")
    LEASED = "Leased", _("Leased")
    RUNNING = "Running", _("Running")
    ENDED = "Ended", _("Ended")


class Outcome(models.TextChoices):
    """How a work order ended."""

    SUCCEEDED = "succeeded", _("Succeeded")
    FAILED = "failed", _("Failed")
    CANCELED = "canceled", _("Canceled")
    LOST = "lost", _("Lost")


# A lease that no runner has answered for goes back to the queue; what has begun is never begun a second time.
TRANSITIONS: dict[WorkState, set[WorkState]] = {
    WorkState.WAITING: {WorkState.LEASED, WorkState.ENDED},
    WorkState.LEASED: {WorkState.RUNNING, WorkState.WAITING, WorkState.ENDED},
    WorkState.RUNNING: {WorkState.ENDED},
}
