"""What can be done with machines."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.compute.events import machine_changed
from apps.compute.models import LOCAL, Agent, Isolation
from apps.compute.services.watch import machine_restarted
from apps.compute.states import SILENT_AFTER, AgentState
from apps.core.crypto import new_token, token_hash

TELL_MEASUREMENTS_AFTER = timedelta(seconds=15)
# What pages must show at once when it differs from the last heartbeat; the rest are measurements, which always differ.
TOLD_AT_ONCE = (
    "version",
    "started_at",
    "isolation",
    "exposure_accepted_there",
    "hostname",
    "cores",
    "slots",
    "memory_total_mb",
    "boot_id",
    "gpus",
    "pythons",
)


@transaction.atomic
def ensure_local_agent(present_token: str = "") -> str:
    """See to it that the studio's own machine has an agent, and return the agent's token.

    Args: present_token: the token its agent has now; it stays valid if it is the right one, else there is a new one.
    """
    agent = Agent.objects.select_for_update().filter(name=LOCAL).first()
    if agent is not None and present_token and agent.token_hash == token_hash(present_token):
        return present_token
    token = new_token("agent")
    Agent.objects.update_or_create(name=LOCAL, defaults={"token_hash": token_hash(token)})
    return token


def find_agent(token: str) -> Agent | None:
    """Return the agent a token belongs to."""
    return Agent.objects.filter(token_hash=token_hash(token)).first()


@transaction.atomic
def record_heartbeat(agent: Agent, facts: dict[str, Any]) -> None:
    """Store what an agent says of its machine, and tell open pages if they should know now.

    Args: facts: values by field name of ``Agent``, checked and bounded.
    """
    now = timezone.now()
    is_news = (
        agent.state is not AgentState.ONLINE
        or agent.told_silent
        or agent.told_at is None
        or now - agent.told_at >= TELL_MEASUREMENTS_AFTER
        or any(getattr(agent, name) != facts.get(name, getattr(agent, name)) for name in TOLD_AT_ONCE)
    )
    changes = {**facts, "last_seen_at": now, "updated_at": now}
    if is_news:
        changes |= {"told_at": now, "told_silent": False}
    if agent.exposure_accepted_at and facts.get("isolation", Isolation.NONE) != Isolation.NONE:
        # It was accepted for want of isolation; should that be lost again, it is asked for again.
        changes |= {"exposure_accepted_at": None, "exposure_accepted_by": None}
    Agent.objects.filter(pk=agent.pk).update(**changes)
    if agent.boot_id and facts.get("boot_id", agent.boot_id) not in ("", agent.boot_id):
        machine_restarted(agent.pk)
    if is_news:
        machine_changed(agent.pk)


def tell_of_silence() -> int:
    """Tell open pages of machines that fell silent since the last look; returns how many. Harmless when run twice."""
    silent = Agent.objects.filter(told_silent=False, last_seen_at__lt=timezone.now() - SILENT_AFTER)
    told = 0
    for agent in silent:
        with transaction.atomic():
            # Unless its heartbeat came meanwhile, or another reconciler was first.
            if silent.filter(pk=agent.pk).update(told_silent=True):
                machine_changed(agent.pk)
                told += 1
    return told
