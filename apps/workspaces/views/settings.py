"""The general settings of a workspace: details, archive, the way into the trash, and how programs connect."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.core.errors import UserError
from apps.core.markdown import render_markdown
from apps.workspaces import services
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.connect import config_of, snippets_of
from apps.workspaces.errors import EditConflict
from apps.workspaces.forms import ConfirmForm, EditForm
from apps.workspaces.holdings import holdings_of
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action
from apps.workspaces.tags import format_tags


@workspace_page(get=Action.WORKSPACE_ENTER, post=Action.WORKSPACE_EDIT)
def general(request: WorkspaceRequest) -> HttpResponse:
    """Show the general settings, and save changed details."""
    if request.method != "POST":
        return _general(request, EditForm.showing(request.workspace))
    form = EditForm(request.POST)
    if not form.is_valid():
        return _general(request, form, status=422)
    expected = form.cleaned_data["updated_at"]
    try:
        services.edit_workspace(
            actor=request.user, workspace=request.workspace, changes=form.changes(), expected=expected
        )
    except EditConflict:
        return _conflict(request, form)
    except UserError as error:
        form.refuse(error)
        return _general(request, form, status=422)
    messages.success(request, _("Saved."))
    return redirect("workspaces:settings", request.workspace.name)


@workspace_page(post=Action.WORKSPACE_ARCHIVE)
def archive(request: WorkspaceRequest) -> HttpResponse:
    """Archive the workspace, or take it out again: the form says which."""
    archived = request.POST.get("archived") == "1"
    services.set_archived(actor=request.user, workspace=request.workspace, archived=archived)
    text = _("“%(title)s” is archived.") if archived else _("“%(title)s” is back in the lists.")
    messages.success(request, text % {"title": request.workspace.title})
    return redirect("workspaces:settings", request.workspace.name)


@workspace_page(get=Action.WORKSPACE_DELETE, post=Action.WORKSPACE_DELETE)
def delete(request: WorkspaceRequest) -> HttpResponse:
    """Move the workspace to the trash, once its name has been typed."""
    form = ConfirmForm(request.workspace, request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.delete_workspace(actor=request.user, workspace=request.workspace)
        messages.success(request, _("“%(title)s” is in the trash.") % {"title": request.workspace.title})
        return redirect("workspaces:trash")
    context = {
        "workspace": request.workspace,
        "form": form,
        "holdings": holdings_of(request.workspace),
        "trash_days": settings.STUDIO.trash_days,
    }
    return render(request, "workspaces/delete.html", context, status=422 if form.errors else 200)


@workspace_page(get=Action.WORKSPACE_ENTER)
def config(request: WorkspaceRequest) -> HttpResponse:
    """Download ``config.json``, by which programs find the workspace."""
    answer = JsonResponse(config_of(request.workspace), json_dumps_params={"indent": 4})
    answer["Content-Disposition"] = 'attachment; filename="config.json"'
    return answer


def _conflict(request: WorkspaceRequest, form: EditForm) -> HttpResponse:
    """Show what was sent beside what is saved by now; sent once more, it replaces that knowingly."""
    saved = Workspace.objects.get(pk=request.workspace.pk)
    theirs = {"friendly_name": saved.friendly_name, "description": saved.description, "tags": format_tags(saved.tags)}
    changes = form.changes()
    rivals = [
        {"label": form.fields[name].label, "value": theirs[name]}
        for name in theirs
        if changes[name] != getattr(saved, name)
    ]
    again = EditForm({**request.POST.dict(), "updated_at": saved.updated_at.isoformat()})
    return _general(request, again, rivals=rivals, status=409)


def _general(request: WorkspaceRequest, form: EditForm, *, rivals: Any = (), status: int = 200) -> HttpResponse:
    workspace = request.workspace
    context = {
        "workspace": workspace,
        "form": form,
        "rivals": rivals,
        "description": render_markdown(workspace.description),
        "snippets": snippets_of(workspace),
    }
    return render(request, "workspaces/general.html", context, status=status)
