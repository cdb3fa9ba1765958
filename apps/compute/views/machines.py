"""The machines, and a page for each."""

from typing import Any
from uuid import UUID

from django.db.models import Value
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from apps.compute.events import MACHINES_TOPIC
from apps.compute.lists import MachineList
from apps.compute.models import Agent
from apps.compute.text import (
    disk_in_words,
    gpus_in_words,
    isolation_in_words,
    isolation_tone,
    memory_in_words,
    status_of,
)
from apps.core import events
from apps.core.lists import Empty
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.policies import may
from apps.workspaces.roles import Action


@workspace_page(get=Action.COMPUTE_READ)
def machines(request: WorkspaceRequest) -> HttpResponseBase:
    """The machines that work for the studio."""
    cursor = events.last_seq(MACHINES_TOPIC)  # before the rows are read, so that no news falls between
    list_ = MachineList(
        request,
        Agent.objects.annotate(shown_in=Value(request.workspace.name)),
        scope=str(request.workspace.pk),
        may_share_views=may(request.membership, Action.VIEWS_SHARE),
        empty=Empty(
            _("No machine is connected"),
            _("Runs, endpoints and notebooks work on machines. “make up” connects the studio's own machine by itself."),
            icon="cpu",
        ),
    )
    return list_.respond("compute/machines.html", {"workspace": request.workspace, "cursor": cursor})


@workspace_page(get=Action.COMPUTE_READ)
def machine(request: WorkspaceRequest, agent_id: UUID) -> HttpResponse:
    """What is known of one machine; for htmx only the part that changes."""
    cursor = events.last_seq(MACHINES_TOPIC)
    agent = get_object_or_404(Agent, pk=agent_id)
    context: dict[str, Any] = {
        "workspace": request.workspace,
        "cursor": cursor,
        "agent": agent,
        "status": status_of(agent),
        "isolation": isolation_in_words(agent),
        "isolation_tone": isolation_tone(agent),
        "memory": memory_in_words(agent),
        "disk": disk_in_words(agent),
        "gpus": gpus_in_words(agent),
    }
    htmx: Any = request.htmx  # type: ignore[attr-defined]
    only_part = htmx and not htmx.history_restore_request
    return render(request, "compute/_machine.html" if only_part else "compute/machine.html", context)
