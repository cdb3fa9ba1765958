"""What can be done with work from a target's page."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.compute import services
from apps.compute.errors import WorkIsOver
from apps.compute.models import WorkOrder
from apps.compute.views.targets import find_target, queue_of
from apps.core.errors import UserError
from apps.core.lists import selected_rows
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.roles import Action

MOST_AT_ONCE = 500


@workspace_page(post=Action.COMPUTE_MANAGE)
def cancel(request: WorkspaceRequest, order_id: UUID) -> HttpResponse:
    """Cancel work that a machine has."""
    order = get_object_or_404(
        WorkOrder.objects.select_related("target", "workspace"), pk=order_id, workspace=request.workspace
    )
    services.cancel_work(actor=request.user, order=order)
    messages.success(request, _("“%(work)s” is being canceled.") % {"work": order.title})
    return redirect("compute:target", request.workspace.name, order.target_id)


@workspace_page(post=Action.COMPUTE_MANAGE)
@transaction.atomic
def cancel_waiting(request: WorkspaceRequest, target_id: UUID) -> HttpResponse:
    """Cancel the chosen work of a queue."""
    count = 0
    for order in _chosen(request, target_id):
        try:
            services.cancel_work(actor=request.user, order=order)
            count += 1
        except WorkIsOver:
            continue  # it ended while the page was open
    text = ngettext("%(count)d piece of work is canceled.", "%(count)d pieces of work are canceled.", count)
    messages.success(request, text % {"count": count})
    return _back(request, target_id)


@workspace_page(post=Action.COMPUTE_MANAGE)
def put_first(request: WorkspaceRequest, target_id: UUID) -> HttpResponse:
    """Move the chosen work to the front; the order among it stays."""
    return _move(request, target_id, first=True)


@workspace_page(post=Action.COMPUTE_MANAGE)
def put_last(request: WorkspaceRequest, target_id: UUID) -> HttpResponse:
    """Move the chosen work to the end; the order among it stays."""
    return _move(request, target_id, first=False)


def _move(request: WorkspaceRequest, target_id: UUID, *, first: bool) -> HttpResponse:
    count = services.prioritise_work(actor=request.user, orders=_chosen(request, target_id), first=first)
    text = ngettext("%(count)d piece of work is moved.", "%(count)d pieces of work are moved.", count)
    messages.success(request, text % {"count": count})
    return _back(request, target_id)


def _chosen(request: WorkspaceRequest, target_id: UUID) -> list[WorkOrder]:
    list_ = queue_of(request, find_target(request, target_id))
    orders = list(selected_rows(request, list_).select_related("target", "workspace")[: MOST_AT_ONCE + 1])
    if len(orders) > MOST_AT_ONCE:
        raise UserError(_("At most %(most)d can be changed at once. Choose fewer.") % {"most": MOST_AT_ONCE})
    return orders


def _back(request: WorkspaceRequest, target_id: UUID) -> HttpResponse:
    return redirect("compute:target", request.workspace.name, target_id)
