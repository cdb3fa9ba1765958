"""News of machines and of work, for open pages; and calls that wake agents which wait for work."""

from uuid import UUID

from django.db import transaction

from apps.compute.models import LOCAL, Agent, ComputeTarget, TargetKind
from apps.core import events

MACHINES_TOPIC = "machines"


def machine_changed(agent_id: UUID) -> None:
    """Tell open pages that a machine is no longer as they show it."""
    events.publish(MACHINES_TOPIC, "machines.changed", {"id": str(agent_id)})


def work_topic(workspace_id: UUID) -> str:
    """Return the topic of a workspace's targets and their work."""
    return f"work:{workspace_id}"


def work_changed_in(workspace_id: UUID) -> None:
    """Tell open pages that a target of the workspace, or work on it, is no longer as they show it.

    After the commit and by itself: the topic's lock must not be held as long as a transaction that changes much.
    """
    transaction.on_commit(lambda: events.publish(work_topic(workspace_id), "work.changed", {}))


def agent_topic(token_hash: str) -> str:
    """Return what an agent that waits for work is woken by; the hash of its token is known before the database is asked."""
    return f"agent:{token_hash}"


def wake_agent(agent: Agent) -> None:
    """Have an agent that waits for work look at once, after the commit. One that is not reached looks by itself soon."""
    transaction.on_commit(lambda: events.wake(agent_topic(agent.token_hash)))


def wake_agents_of(target: ComputeTarget) -> None:
    """Wake the agents that serve a target."""
    for agent in agents_of(target):
        wake_agent(agent)


def agents_of(target: ComputeTarget) -> list[Agent]:
    """Return the agents that work for a target."""
    return list(Agent.objects.filter(name=LOCAL)) if target.kind == TargetKind.LOCAL else []
