"""What other parts of the studio say of its machines: ``{% load compute %}``."""

from typing import Any

from django import template

from apps.compute.models import LOCAL, Agent, Isolation
from apps.workspaces.models import Workspace

register = template.Library()


@register.inclusion_tag("compute/_exposed.html")
def exposed_machine(workspace: Workspace, agent: Agent | None = None) -> dict[str, Any]:
    """Say that user code can read everything on a machine, where that is so.

    Args: agent: the machine; None: the one that serves the targets of the workspace.
    """
    if not agent:  # of a run without an order a template gives an empty text
        agent = Agent.objects.filter(name=LOCAL, isolation=Isolation.NONE).first()
    return {"workspace": workspace, "agent": agent if agent is not None and agent.exposes_everything else None}
