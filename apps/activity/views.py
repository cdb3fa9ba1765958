"""Pages of the audit log and of notifications."""

import json
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.requests import SignedInRequest
from apps.activity import events, services
from apps.activity.lists import ActivityList, NotificationList, StudioActivityList
from apps.activity.models import AuditRecord, Notification
from apps.core.access import administrator, signed_in
from apps.core.lists import BulkAction, Empty, selected_rows
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.roles import Action, role_allows

LATEST = 10


@workspace_page(get=Action.ACTIVITY_READ)
def workspace_activity(request: WorkspaceRequest) -> HttpResponseBase:
    """What happened in a workspace."""
    list_ = ActivityList(
        request,
        AuditRecord.objects.filter(workspace_id=request.workspace.pk),
        scope=str(request.workspace.pk),
        may_share_views=role_allows(request.membership.role, Action.VIEWS_SHARE),
        empty=Empty(
            _("Nothing has happened yet"),
            _("Who changes what in this workspace is recorded here, for good. Members and settings come first."),
            icon="history",
        ),
    )
    return list_.respond("activity/workspace.html", {"workspace": request.workspace})


@administrator()
def studio_activity(request: HttpRequest) -> HttpResponseBase:
    """What happened anywhere in the studio."""
    list_ = StudioActivityList(
        request,
        AuditRecord.objects.with_workspace(),
        empty=Empty(
            _("Nothing has happened yet"), _("Who changes what in the studio is recorded here."), icon="history"
        ),
    )
    return list_.respond("activity/studio.html")


@signed_in()
def notifications(request: SignedInRequest) -> HttpResponseBase:
    """All of a person's notifications."""
    return _notification_list(request).respond("activity/notifications.html")


@signed_in("POST")
def read_chosen(request: SignedInRequest) -> HttpResponse:
    """Mark the chosen notifications as read."""
    chosen = selected_rows(request, _notification_list(request))
    services.mark_read(user=request.user, ids=chosen.values_list("pk", flat=True))
    return redirect(f"{reverse('activity:notifications')}?{request.GET.urlencode()}")


@signed_in("POST")
def read_all(request: SignedInRequest) -> HttpResponse:
    """Mark all notifications as read."""
    services.mark_read(user=request.user)
    messages.success(request, _("All notifications are read."))
    return redirect("activity:notifications")


@signed_in("GET", "POST")
def latest(request: SignedInRequest) -> HttpResponse:
    """What the bell opens. The browser posts back what it has shown, which marks it as read."""
    if request.method == "POST":
        shown = [UUID(value) for value in request.POST.getlist("id") if _is_uuid(value)]
        left = services.mark_read(user=request.user, ids=shown)
        # This window need not wait for the news of it, which may not come while the channel layer is away.
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({f"studio:{events.READ}": {"unread": left}})})
    rows = list(Notification.objects.visible_to(request.user).order_by("-created_at", "-id")[:LATEST])
    unread = [row for row in rows if row.is_unread]
    return render(request, "activity/_latest.html", {"notifications": rows, "unread": unread})


@signed_in()
def open_notification(request: SignedInRequest, notification_id: UUID) -> HttpResponse:
    """Mark a notification as read and go to the page it tells of."""
    row = get_object_or_404(Notification.objects.visible_to(request.user), pk=notification_id)
    services.mark_read(user=request.user, ids=[row.pk])
    return redirect(row.url or "activity:notifications")


def _notification_list(request: SignedInRequest) -> NotificationList:
    return NotificationList(
        request,
        Notification.objects.visible_to(request.user),
        path=reverse("activity:notifications"),
        bulk_actions=[BulkAction("read", _("Mark as read"), reverse("activity:read-chosen"), icon="check")],
        empty=Empty(
            _("No news yet"),
            _("What concerns you is announced here: a job of yours that ended, a workspace you were added to."),
            icon="bell",
        ),
    )


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
