"""Is every part of the studio in order?"""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from apps.accounts.requests import SignedInRequest
from apps.core import hooks, queue
from apps.core.access import administrator
from apps.core.models import PendingTask
from apps.portal.checks import versions

SHOWN_TASKS = 50


@administrator()
def system(request: SignedInRequest) -> HttpResponse:
    """Show the checks of all apps, tasks that failed for good, and what runs here."""
    checks = [check for group in hooks.system_checks() for check in group]
    context = {
        "checks": checks,
        "failed_tasks": PendingTask.objects.exclude(failed_at=None).order_by("-failed_at")[:SHOWN_TASKS],
        "waiting_tasks": PendingTask.objects.filter(failed_at=None).count(),
        "versions": versions(),
        "studio": settings.STUDIO,
        "storage_place": settings.STUDIO.storage_url.partition("?")[0],
    }
    return render(request, "portal/system.html", context)


@administrator("POST")
def retry_task(request: SignedInRequest, task_id: UUID) -> HttpResponse:
    """Have a failed task run again."""
    queue.retry(get_object_or_404(PendingTask.objects.exclude(failed_at=None), pk=task_id))
    hooks.audit(request.user, "task.retried", summary=str(task_id))
    messages.success(request, _("The task was sent again."))
    return redirect("portal:system")


@administrator("POST")
def discard_task(request: SignedInRequest, task_id: UUID) -> HttpResponse:
    """Give a failed task up."""
    task = get_object_or_404(PendingTask.objects.exclude(failed_at=None), pk=task_id)
    hooks.audit(request.user, "task.discarded", summary=task.name)
    task.delete()
    messages.success(request, _("The task was discarded."))
    return redirect("portal:system")
