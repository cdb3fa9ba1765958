"""The list of schedules, and what can be done with several at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models.functions import Lower
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import User
from apps.core import events
from apps.core.errors import UserError
from apps.core.lists import BulkAction, Empty, selected_rows
from apps.schedules import services
from apps.schedules.hooks import page_tabs
from apps.schedules.lists import ScheduleList
from apps.schedules.models import Schedule
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.events import workspace_topic
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

MOST_AT_ONCE = 1000


@dataclass(frozen=True)
class Deed:
    """Something that is done with each of the chosen schedules, and how many it was done with, in words."""

    do: Callable[[User, Schedule], Any]
    words: Callable[[int], str]


DEEDS = {
    "pause": Deed(
        lambda actor, row: services.pause_schedule(actor=actor, schedule=row),
        lambda count: ngettext("%(count)d schedule is paused.", "%(count)d schedules are paused.", count),
    ),
    "resume": Deed(
        lambda actor, row: services.resume_schedule(actor=actor, schedule=row),
        lambda count: ngettext("%(count)d schedule is active.", "%(count)d schedules are active.", count),
    ),
    "delete": Deed(
        lambda actor, row: services.delete_schedule(actor=actor, schedule=row),
        lambda count: ngettext("%(count)d schedule was deleted.", "%(count)d schedules were deleted.", count),
    ),
}


@workspace_page(get=Action.SCHEDULES_READ)
def schedules(request: WorkspaceRequest) -> HttpResponseBase:
    """All schedules of the workspace."""
    cursor = events.last_seq(workspace_topic(request.workspace.pk))  # before the rows are read: no news falls between
    context = {
        "workspace": request.workspace,
        "cursor": cursor,
        "tabs": [tab for answer in page_tabs(request.workspace) for tab in answer],
        "may_write": may(request.membership, Action.SCHEDULES_WRITE),
    }
    return schedule_list(request).respond("schedules/schedules.html", context)


@workspace_page(post=Action.SCHEDULES_WRITE)
def change_schedules(request: WorkspaceRequest, deed: str) -> HttpResponse:
    """Pause, resume or delete the chosen schedules."""
    list_ = schedule_list(request)
    rows = list(selected_rows(request, list_).select_related("workspace")[: MOST_AT_ONCE + 1])
    if len(rows) > MOST_AT_ONCE:
        raise UserError(_("At most %(most)d rows can be changed at once. Choose fewer.") % {"most": MOST_AT_ONCE})
    done, refusals = 0, []
    for row in rows:
        try:
            DEEDS[deed].do(request.user, row)
            done += 1
        except UserError as error:
            refusals.append(f"{row}: {error.message}")
    if done or not refusals:
        messages.success(request, DEEDS[deed].words(done) % {"count": done})
    if refusals:
        more = len(refusals) - 1
        text = ngettext("%(first)s (and %(more)d more)", "%(first)s (and %(more)d more)", more) if more else "%(first)s"
        messages.warning(request, text % {"first": refusals[0], "more": more})
    return redirect(f"{list_.path}?{list_.state.restoring}")


def schedule_list(request: WorkspaceRequest) -> ScheduleList:
    """Return the list of the workspace's schedules, as the page and its bulk actions have it."""
    name = request.workspace.name
    may_write = may(request.membership, Action.SCHEDULES_WRITE)
    actions = [
        BulkAction("pause", _("Pause"), reverse("schedules:pause-schedules", args=[name]), icon="pause"),
        BulkAction("resume", _("Resume"), reverse("schedules:resume-schedules", args=[name]), icon="play"),
        BulkAction(
            "delete",
            _("Delete"),
            reverse("schedules:delete-schedules", args=[name]),
            icon="trash",
            confirm=_("Delete the chosen schedules with their history? What they started stays."),
            is_dangerous=True,
        ),
    ]
    return ScheduleList(
        request,
        Schedule.objects.filter(workspace=request.workspace).annotate(name_key=Lower("name")).defer("seen", "subject"),
        path=reverse("schedules:schedules", args=[name]),
        scope=str(request.workspace.pk),
        may_share_views=may(request.membership, Action.VIEWS_SHARE),
        bulk_actions=actions if may_write else [],
        empty=Empty(
            _("No schedules yet"),
            _(
                "A schedule starts a job or a pipeline again and again: at times of a clock, every few hours, or when data has "
                "changed. Its history says what it started, and why it did not."
            ),
            icon="clock",
            action_label=_("Make the first schedule") if may_write else "",
            action_url=reverse("schedules:new-schedule", args=[name]) if may_write else "",
            snippet=f"studio schedule create --file schedule.yml --workspace {name}" if may_write else "",
        ),
    )
