"""The first page after signing in, and the first steps on that of a workspace."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from apps.accounts.requests import SignedInRequest
from apps.core.access import signed_in
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.models import Membership
from apps.workspaces.roles import Action


@signed_in()
def home(request: SignedInRequest) -> HttpResponse:
    """Lead to the workspace visited last; who has none learns what a workspace is and how to get one."""
    recent = Membership.objects.filter(user=request.user, workspace__deleted_at=None, workspace__archived_at=None)
    membership = recent.select_related("workspace").order_by("-last_visited_at", "-created_at").first()
    if membership:
        return redirect(membership.workspace)
    return render(request, "portal/welcome.html")


@workspace_page(post=Action.WORKSPACE_ENTER)
def close_first_steps(request: WorkspaceRequest) -> HttpResponse:
    """Put the first steps of this workspace away, for this person. “First steps” in the menu brings them back."""
    Membership.objects.filter(pk=request.membership.pk).update(first_steps_closed_at=timezone.now())
    return redirect(request.workspace)
