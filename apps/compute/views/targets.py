"""The compute page of a workspace: its targets, and a page for each."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from apps.compute import services
from apps.compute.charts import PARTS, ROWS, SPANS, UsageCharts, usage_charts
from apps.compute.events import MACHINES_TOPIC, agents_of, work_topic
from apps.compute.forms import TargetForm
from apps.compute.lists import QueueList, TargetList, links_of
from apps.compute.models import Agent, ComputeTarget, WorkOrder
from apps.compute.states import AgentState, WorkState
from apps.compute.text import isolation_in_words, isolation_tone, status_of, status_of_target, status_of_work
from apps.core import events
from apps.core.errors import UserError
from apps.core.lists import BulkAction, Empty
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

MOST_RUNNING_SHOWN = 100


@workspace_page(get=Action.COMPUTE_READ)
def targets(request: WorkspaceRequest) -> HttpResponseBase:
    """Where the work of the workspace can go."""
    cursors = _cursors(request)
    list_ = TargetList(
        request,
        ComputeTarget.objects.filter(workspace=request.workspace).with_counts(),
        scope=str(request.workspace.pk),
        may_share_views=may(request.membership, Action.VIEWS_SHARE),
        empty=Empty(
            _("No compute target"), _("Runs go to a compute target, which gives them to its machines."), icon="cpu"
        ),
        extra=_once_for_each_kind(agents_of),
    )
    return list_.respond("compute/targets.html", {"workspace": request.workspace, **cursors})


@workspace_page(get=Action.COMPUTE_READ)
def target(request: WorkspaceRequest, target_id: UUID) -> HttpResponseBase:
    """One target: what runs there, what waits, its machines, and how much of them is in use."""
    cursors = _cursors(request)
    row = find_target(request, target_id)
    context = {"workspace": request.workspace, "target": row, **cursors}
    # Looked for only where the whole page is shown, not each time the queue is.
    context["now"] = SimpleLazyObject(lambda: _now(request, row))
    return queue_of(request, row).respond("compute/target.html", context)


@workspace_page(get=Action.COMPUTE_READ)
def target_now(request: WorkspaceRequest, target_id: UUID) -> HttpResponse:
    """The part of a target's page that shows what goes on there now."""
    row = find_target(request, target_id)
    context = {"workspace": request.workspace, "target": row, "now": _now(request, row)}
    return render(request, "compute/_target_now.html", context)


@workspace_page(post=Action.COMPUTE_MANAGE)
def pause(request: WorkspaceRequest, target_id: UUID) -> HttpResponse:
    """Start nothing more."""
    row = find_target(request, target_id)
    services.pause_target(actor=request.user, target=row)
    messages.success(
        request,
        _("“%(name)s” is paused. What runs goes on.") % {"name": row.name},
        extra_tags=f"undo:{reverse('compute:resume', args=[request.workspace.name, row.pk])}",
    )
    return redirect("compute:target", request.workspace.name, row.pk)


@workspace_page(post=Action.COMPUTE_MANAGE)
def resume(request: WorkspaceRequest, target_id: UUID) -> HttpResponse:
    """Let the queue go on."""
    row = find_target(request, target_id)
    services.resume_target(actor=request.user, target=row)
    messages.success(request, _("“%(name)s” goes on.") % {"name": row.name})
    return redirect("compute:target", request.workspace.name, row.pk)


@workspace_page(get=Action.COMPUTE_MANAGE, post=Action.COMPUTE_MANAGE)
def edit(request: WorkspaceRequest, target_id: UUID) -> HttpResponse:
    """Change what can be changed of a target."""
    row = find_target(request, target_id)
    initial = {"description": row.description, "max_running": row.max_running}
    form = TargetForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_target(actor=request.user, target=row, **form.cleaned_data)
        except UserError as error:
            form.refuse(error)
        else:
            messages.success(request, _("“%(name)s” is changed.") % {"name": row.name})
            return redirect("compute:target", request.workspace.name, row.pk)
    context = {"workspace": request.workspace, "target": row, "form": form}
    return render(request, "compute/edit_target.html", context, status=422 if form.errors else 200)


def find_target(request: WorkspaceRequest, target_id: UUID) -> ComputeTarget:
    """Return a target of the request's workspace, or answer that there is none."""
    return get_object_or_404(
        ComputeTarget.objects.select_related("workspace"), pk=target_id, workspace=request.workspace
    )


def queue_of(request: WorkspaceRequest, target: ComputeTarget) -> QueueList:
    """Return what waits for a target as a list."""
    arguments = [request.workspace.name, target.pk]
    actions = [
        BulkAction("first", _("Move to the front"), reverse("compute:put-first", args=arguments), icon="arrow-up"),
        BulkAction("last", _("Move to the end"), reverse("compute:put-last", args=arguments), icon="arrow-down"),
        BulkAction(
            "cancel",
            _("Cancel"),
            reverse("compute:cancel-waiting", args=arguments),
            icon="stop",
            confirm=_("What waits is canceled at once. It can be submitted again."),
            is_dangerous=True,
        ),
    ]
    return QueueList(
        request,
        WorkOrder.objects.filter(target=target, state=WorkState.WAITING).defer("spec", "result", "stages"),
        path=reverse("compute:target", args=arguments),
        scope=str(request.workspace.pk),
        may_share_views=may(request.membership, Action.VIEWS_SHARE),
        bulk_actions=actions if may(request.membership, Action.COMPUTE_MANAGE) else [],
        empty=Empty(
            _("Nothing waits"),
            _("Work that finds no free slot waits here, in the order in which it gets one."),
            icon="inbox",
        ),
    )


def _cursors(request: WorkspaceRequest) -> dict[str, int]:
    """Return where news begins; to be asked before the rows are read, so that none falls between."""
    return {
        "machines_cursor": events.last_seq(MACHINES_TOPIC),
        "work_cursor": events.last_seq(work_topic(request.workspace.pk)),
    }


def _once_for_each_kind(find: Callable[[ComputeTarget], list[Agent]]) -> Callable[[ComputeTarget], list[Agent]]:
    """Return a function that finds the machines of targets: those of one kind have the same."""
    found: dict[str, list[Agent]] = {}

    def machines_of(target: ComputeTarget) -> list[Agent]:
        if target.kind not in found:
            found[target.kind] = find(target)
        return found[target.kind]

    return machines_of


def _now(request: WorkspaceRequest, target: ComputeTarget) -> dict[str, Any]:
    """Return what goes on at a target."""
    agents = agents_of(target)
    held = WorkOrder.objects.on_machine().filter(target=target).defer("spec", "result", "stages")
    running = list(held.select_related("agent", "requested_by").order_by("leased_at")[:MOST_RUNNING_SHOWN])
    links = links_of(running)
    span = request.GET.get("span", "hour")
    span = span if span in SPANS else "hour"
    return {
        "status": status_of_target(target, agents),
        "machines": [(agent, status_of(agent), isolation_tone(agent), isolation_in_words(agent)) for agent in agents],
        "slots": sum(agent.slots for agent in agents if agent.state is AgentState.ONLINE),
        "running": [(order, links.get(order.pk), status_of_work(order)) for order in running],
        "running_count": held.count(),
        "waiting_count": WorkOrder.objects.filter(target=target, state=WorkState.WAITING).count(),
        "usage": _usage(agents, SPANS[span][0]),
        "span": span,
        "spans": [(key, label) for key, (_length, label) in SPANS.items()],
        "span_label": SPANS[span][1],
        "may_manage": may(request.membership, Action.COMPUTE_MANAGE),
    }


def _usage(agents: list[Agent], span: timedelta) -> UsageCharts:
    return usage_charts(
        services.usage_of(agents, span=span, parts=PARTS), services.usage_of(agents, span=span, parts=ROWS)
    )
