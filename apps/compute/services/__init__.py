"""What can be done with machines, compute targets and work. Other apps call these; tasks and views do no more than that."""

from apps.compute.services.agents import (
    TELL_MEASUREMENTS_AFTER,
    ensure_local_agent,
    find_agent,
    record_heartbeat,
    tell_of_silence,
)
from apps.compute.services.exposure import accept_exposure, who_can_accept, withdraw_exposure
from apps.compute.services.leases import LeaseAnswer, lease
from apps.compute.services.orders import (
    cancel_work,
    end_work,
    find_order,
    place,
    prioritise_work,
    record_progress,
    request_cancel,
    waiting_reason,
    waiting_reasons,
)
from apps.compute.services.targets import edit_target, ensure_local, pause_target, resume_target
from apps.compute.services.targets import find as find_target
from apps.compute.services.usage import Usage, prune_usage, sample_usage, usage_of
from apps.compute.services.watch import watch_work

__all__ = [
    "TELL_MEASUREMENTS_AFTER",
    "LeaseAnswer",
    "Usage",
    "accept_exposure",
    "cancel_work",
    "edit_target",
    "end_work",
    "ensure_local",
    "ensure_local_agent",
    "find_agent",
    "find_order",
    "find_target",
    "lease",
    "pause_target",
    "place",
    "prioritise_work",
    "prune_usage",
    "record_heartbeat",
    "record_progress",
    "request_cancel",
    "resume_target",
    "sample_usage",
    "tell_of_silence",
    "usage_of",
    "waiting_reason",
    "waiting_reasons",
    "watch_work",
    "who_can_accept",
    "withdraw_exposure",
]
