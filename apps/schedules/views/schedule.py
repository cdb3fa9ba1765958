"""The page of a schedule, its history, and what can be done with it."""

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core import events
from apps.core.errors import UserError
from apps.core.lists import Empty
from apps.core.markdown import render_markdown
from apps.schedules import services
from apps.schedules.hooks import Described
from apps.schedules.lists import TickList, reason_of
from apps.schedules.models import Schedule, Tick
from apps.schedules.states import RESUMABLE, ScheduleState
from apps.schedules.text import status_of, status_of_tick
from apps.schedules.triggers import DataTrigger
from apps.schedules.views.shared import find_schedule, lead_to, times_context, trigger_of
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.events import workspace_topic
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

SHOWN_TICKS = 8


@workspace_page(get=Action.SCHEDULES_READ)
def schedule(request: WorkspaceRequest, schedule_name: str) -> HttpResponse:
    """When it starts something and what, and the last times."""
    row = find_schedule(request, schedule_name)
    context = _frame(request, row, "schedule")
    trigger, described = trigger_of(row), _described(row)
    if trigger is not None:
        context |= times_context(trigger)
    context |= {
        "described": described,
        "facts": [fact for fact in described.facts if not fact.is_code],
        "codes": [fact for fact in described.facts if fact.is_code],
        "description": render_markdown(row.description),
        "ticks": [
            (tick, status_of_tick(tick), reason_of(tick)) for tick in row.ticks.order_by("-at", "id")[:SHOWN_TICKS]
        ],
        "watched_url": _page_of_data(row, trigger) if isinstance(trigger, DataTrigger) else "",
    }
    return render(request, "schedules/details.html", context)


@workspace_page(get=Action.SCHEDULES_READ)
def history(request: WorkspaceRequest, schedule_name: str) -> HttpResponseBase:
    """Every time of it that has passed."""
    row = find_schedule(request, schedule_name)
    list_ = TickList(
        request,
        Tick.objects.filter(schedule=row),
        path=reverse("schedules:history", args=[request.workspace.name, row.name]),
        scope=str(row.pk),
        empty=Empty(
            _("Nothing yet"),
            _("Every time of the schedule leaves a line here: what it started, or why it did not."),
            icon="history",
        ),
    )
    return list_.respond("schedules/history.html", _frame(request, row, "history"))


@workspace_page(get=Action.SCHEDULES_READ)
def as_yaml(request: WorkspaceRequest, schedule_name: str) -> HttpResponse:
    """The schedule as a file for Azure ML v2, or why there is none."""
    row = find_schedule(request, schedule_name)
    context = _frame(request, row, "yaml") | {"yaml": "", "problem": ""}
    try:
        context["yaml"] = services.file_of(row)
    except UserError as error:
        context["problem"] = error.message
    return render(request, "schedules/yaml.html", context)


@workspace_page(post=Action.SCHEDULES_WRITE)
def pause(request: WorkspaceRequest, schedule_name: str) -> HttpResponse:
    """Have it start nothing for now."""
    row = services.pause_schedule(actor=request.user, schedule=find_schedule(request, schedule_name))
    messages.success(request, _("“%(name)s” is paused.") % {"name": row})
    return redirect(row)


@workspace_page(post=Action.SCHEDULES_WRITE)
def resume(request: WorkspaceRequest, schedule_name: str) -> HttpResponse:
    """Have it start things again."""
    row = services.resume_schedule(actor=request.user, schedule=find_schedule(request, schedule_name))
    messages.success(request, _("“%(name)s” is active.") % {"name": row})
    return redirect(row)


@workspace_page(post=Action.SCHEDULES_WRITE)
def run_now(request: WorkspaceRequest, schedule_name: str) -> HttpResponse:
    """Start what it starts at once."""
    row = find_schedule(request, schedule_name)
    services.run_now(actor=request.user, schedule=row)
    messages.success(request, _("It is being started; what became of it stands below."))
    return redirect(row)


@workspace_page(post=Action.SCHEDULES_WRITE)
def delete(request: WorkspaceRequest, schedule_name: str) -> HttpResponse:
    """Delete it with its history."""
    row = find_schedule(request, schedule_name)
    services.delete_schedule(actor=request.user, schedule=row)
    messages.success(request, _("“%(name)s” was deleted. What it started stays.") % {"name": row})
    return redirect("schedules:schedules", request.workspace.name)


def _frame(request: WorkspaceRequest, row: Schedule, tab: str) -> dict[str, Any]:
    """Return what every tab needs."""
    lead_to(request)
    return {
        "workspace": request.workspace,
        "schedule": row,
        "status": status_of(row),
        "tab": tab,
        "api": f"/api/v1/workspaces/{quote(row.workspace.name)}/schedules/{quote(row.name)}/",
        "cursor": events.last_seq(workspace_topic(request.workspace.pk)),
        "may_write": may(request.membership, Action.SCHEDULES_WRITE),
        "may_pause": row.state == ScheduleState.ACTIVE,
        "may_resume": row.state in RESUMABLE,
    }


def _described(row: Schedule) -> Described:
    try:
        return services.subject_of(row.subject_kind).describe(row)
    except UserError as error:
        return Described(str(error.message))


def _page_of_data(row: Schedule, trigger: DataTrigger) -> str:
    try:
        return services.watcher_of(trigger.watch).page_of(row.workspace, trigger.path)
    except UserError:
        return ""
