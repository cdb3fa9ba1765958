"""News of machines, for the compute pages of all workspaces."""

from uuid import UUID

from apps.core import events

MACHINES_TOPIC = "machines"


def machine_changed(agent_id: UUID) -> None:
    """Tell open pages that a machine is no longer as they show it."""
    events.publish(MACHINES_TOPIC, "machines.changed", {"id": str(agent_id)})
