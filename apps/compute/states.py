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


# That work was lost is never said by its runner, but found out by the studio.
RUNNER_OUTCOMES = [(value, label) for value, label in Outcome.choices if value != Outcome.LOST]


# Back to the queue goes a lease that no runner answered for, and work whose runner is known to be dead and had not begun the
# user's command; what has begun is never begun a second time. From Waiting to Running goes a runner that was heard of only
# after its lease had been taken back, where nobody else has got it since.
TRANSITIONS: dict[WorkState, set[WorkState]] = {
    WorkState.WAITING: {WorkState.LEASED, WorkState.RUNNING, WorkState.ENDED},
    WorkState.LEASED: {WorkState.RUNNING, WorkState.WAITING, WorkState.ENDED},
    WorkState.RUNNING: {WorkState.WAITING, WorkState.ENDED},
}

WORK_HEARTBEAT_S = 5
LEASE_S = 30
# How long one lease may be handed out again to an agent that asks for it without starting it.
LONGEST_LEASE = timedelta(seconds=3 * LEASE_S)
MOST_ATTEMPTS = 3
MOST_BUILDS = 2
MOST_REPLICAS = 64
WORK_SILENT_AFTER = timedelta(seconds=60)
WORK_LOST_AFTER = timedelta(minutes=15)
# An agent that answers, but no longer names work it had, has lost it; a restarted agent may need a moment to find its runners.
UNLISTED_LOST_AFTER = timedelta(seconds=20)
# For someone who asked to cancel, a machine that does not answer has been waited for long enough after this.
CANCEL_GIVEN_UP_AFTER = timedelta(seconds=60)
