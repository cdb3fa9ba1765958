"""All workspaces, for administrators of the studio. They see none from the inside unless they join, which all owners learn."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from apps.accounts.requests import SignedInRequest
from apps.core.access import administrator
from apps.core.lists import Empty
from apps.workspaces import services
from apps.workspaces.holdings import holdings_of
from apps.workspaces.lists import AllWorkspacesList, state_of, with_first_owners
from apps.workspaces.models import Membership, Workspace
from apps.workspaces.roles import Role


@administrator()
def all_workspaces(request: SignedInRequest) -> HttpResponseBase:
    """Every workspace with its owners, in whatever state."""
    rows = Workspace.objects.with_member_count().with_sort_keys()
    list_ = AllWorkspacesList(
        request,
        with_first_owners(rows),
        empty=Empty(
            _("No workspaces yet"), _("Here is every workspace of the studio, once there is one."), icon="workspace"
        ),
    )
    return list_.respond("workspaces/administration.html")


@administrator()
def one_workspace(request: SignedInRequest, workspace_id: UUID) -> HttpResponse:
    """What an administrator may know of a workspace from the outside."""
    workspace = get_object_or_404(Workspace.objects.with_member_count().select_related("created_by"), pk=workspace_id)
    owners = Membership.objects.filter(workspace=workspace, role=Role.OWNER).select_related("user")
    context = {
        "subject": workspace,
        "state": state_of(workspace),
        "owners": owners.order_by("created_at", "pk")[:50],
        "mine": Membership.objects.filter(workspace=workspace, user=request.user).first(),
        "holdings": holdings_of(workspace),
    }
    return render(request, "workspaces/administration_one.html", context)


@administrator("POST")
def join(request: SignedInRequest, workspace_id: UUID) -> HttpResponse:
    """Make oneself an owner."""
    workspace = get_object_or_404(Workspace, pk=workspace_id)
    services.join_as_owner(actor=request.user, workspace=workspace)
    messages.success(request, _("You are an owner of “%(title)s” now.") % {"title": workspace.title})
    return redirect("workspaces:trash") if workspace.deleted_at else redirect(workspace)
