"""The machines, and a page for each."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Value
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from apps.accounts.requests import SignedInRequest
from apps.compute import services
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
from apps.core.access import administrator
from apps.core.lists import Empty
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.models import Workspace
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
    agent = get_object_or_404(Agent.objects.select_related("exposure_accepted_by"), pk=agent_id)
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
        "who_can_accept": "" if agent.may_run_user_code else services.who_can_accept(),
    }
    htmx: Any = request.htmx  # type: ignore[attr-defined]
    only_part = htmx and not htmx.history_restore_request
    return render(request, "compute/_machine.html" if only_part else "compute/machine.html", context)


@administrator("POST")
def accept_exposure(request: SignedInRequest, name: str, agent_id: UUID) -> HttpResponse:
    """Let runs begin where user code can read everything."""
    agent = _machine_in(name, agent_id)
    services.accept_exposure(actor=request.user, agent=agent)
    messages.success(request, _("Runs begin on “%(name)s” now, and can read everything there.") % {"name": agent.name})
    return redirect(agent.get_absolute_url_in(name))


@administrator("POST")
def withdraw_exposure(request: SignedInRequest, name: str, agent_id: UUID) -> HttpResponse:
    """Begin no more runs there."""
    agent = _machine_in(name, agent_id)
    services.withdraw_exposure(actor=request.user, agent=agent)
    messages.success(request, _("No more runs begin on “%(name)s”. What runs there goes on.") % {"name": agent.name})
    return redirect(agent.get_absolute_url_in(name))


def _machine_in(workspace_name: str, agent_id: UUID) -> Agent:
    """Return a machine. Machines are of no workspace: the name only says to whose page to go back."""
    get_object_or_404(Workspace, name=workspace_name, deleted_at=None)
    return get_object_or_404(Agent, pk=agent_id)
