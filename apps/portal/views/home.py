"""The first page after signing in."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from apps.accounts.requests import SignedInRequest
from apps.core.access import signed_in
from apps.workspaces.models import Membership


@signed_in()
def home(request: SignedInRequest) -> HttpResponse:
    """Lead to the workspace visited last; who has none learns what a workspace is and how to get one."""
    recent = Membership.objects.filter(user=request.user, workspace__deleted_at=None, workspace__archived_at=None)
    membership = recent.select_related("workspace").order_by("-last_visited_at", "-created_at").first()
    if membership:
        return redirect(membership.workspace)
    return render(request, "portal/welcome.html")
