"""The trash."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.accounts.requests import SignedInRequest
from apps.core.access import signed_in
from apps.core.lists import Empty
from apps.workspaces import services
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.errors import NotInTrash
from apps.workspaces.forms import ConfirmForm
from apps.workspaces.holdings import holdings_of
from apps.workspaces.lists import TrashList
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action


@signed_in()
def trash(request: SignedInRequest) -> HttpResponseBase:
    """Deleted workspaces of a person: until when they can be restored, and what they hold."""
    days = settings.STUDIO.trash_days
    list_ = TrashList(
        request,
        Workspace.objects.in_trash().of(request.user).with_sort_keys(),
        empty=Empty(
            _("The trash is empty"),
            _("Deleted workspaces stay here for %(days)d days and can be restored as they were.") % {"days": days},
            icon="trash",
        ),
    )
    return list_.respond("workspaces/trash.html", {"days": days})


@workspace_page(in_trash=True, post=Action.WORKSPACE_DELETE)
def restore(request: WorkspaceRequest) -> HttpResponse:
    """Take a workspace out of the trash."""
    workspace = services.restore_workspace(actor=request.user, workspace=request.workspace)
    messages.success(request, _("“%(title)s” is restored.") % {"title": workspace.title})
    return redirect(workspace)


@workspace_page(in_trash=True, get=Action.WORKSPACE_DELETE, post=Action.WORKSPACE_DELETE)
def destroy(request: WorkspaceRequest) -> HttpResponse:
    """Delete a workspace in the trash for good, once its name has been typed."""
    workspace = request.workspace
    if workspace.deleted_at is None:
        raise NotInTrash
    del request.workspace  # the frame must not offer the pages of a workspace that cannot be opened
    form = ConfirmForm(workspace, request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.destroy_now(actor=request.user, workspace=workspace)
        messages.success(request, _("“%(title)s” is being deleted for good.") % {"title": workspace.title})
        return redirect("workspaces:trash")
    context = {"workspace": workspace, "form": form, "holdings": holdings_of(workspace)}
    return render(request, "workspaces/destroy.html", context, status=422 if form.errors else 200)
