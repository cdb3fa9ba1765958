"""Aliases of a workspace."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models.functions import Lower
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.errors import UserError
from apps.core.lists import BulkAction, Empty
from apps.workspaces import services
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.forms import AliasForm
from apps.workspaces.lists import AliasList, EditableAliasList
from apps.workspaces.models import Alias
from apps.workspaces.policies import may
from apps.workspaces.roles import Action
from apps.workspaces.views.answers import chosen_rows, go_to


@workspace_page(get=Action.ALIASES_READ)
def aliases(request: WorkspaceRequest) -> HttpResponseBase:
    """What names in job files mean here."""
    return _alias_list(request).respond(
        "workspaces/aliases.html", {"workspace": request.workspace, "form": AliasForm()}
    )


@workspace_page(post=Action.ALIASES_WRITE)
def new_alias(request: WorkspaceRequest) -> HttpResponse:
    """Say what a name means."""
    form = AliasForm(request.POST)
    if form.is_valid():
        try:
            services.create_alias(actor=request.user, workspace=request.workspace, **form.cleaned_data)
        except UserError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The alias is saved."))
            return go_to(request, reverse("workspaces:aliases", args=[request.workspace.name]))
    context = {"workspace": request.workspace, "form": form}
    return render(request, "workspaces/_new_alias.html", context, status=422)


@workspace_page(get=Action.ALIASES_WRITE, post=Action.ALIASES_WRITE)
def alias(request: WorkspaceRequest, alias_id: UUID) -> HttpResponse:
    """Change an alias."""
    found = _find(request, alias_id)
    form = AliasForm(request.POST) if request.method == "POST" else AliasForm.showing(found)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_alias(actor=request.user, alias=found, changes=form.cleaned_data)
        except UserError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The alias is saved."))
            return redirect("workspaces:aliases", request.workspace.name)
    context = {"workspace": request.workspace, "alias": found, "form": form}
    return render(request, "workspaces/alias.html", context, status=422 if form.errors else 200)


@workspace_page(post=Action.ALIASES_WRITE)
def delete_alias(request: WorkspaceRequest, alias_id: UUID) -> HttpResponse:
    """Forget what a name means."""
    found = _find(request, alias_id)
    services.delete_alias(actor=request.user, alias=found)
    messages.success(request, _("The alias “%(name)s” is deleted.") % {"name": found.name})
    return redirect("workspaces:aliases", request.workspace.name)


@workspace_page(post=Action.ALIASES_WRITE)
@transaction.atomic
def delete_chosen_aliases(request: WorkspaceRequest) -> HttpResponse:
    """Remove the chosen aliases, all or none."""
    chosen = chosen_rows(request, _alias_list(request), "workspace")
    for found in chosen:
        services.delete_alias(actor=request.user, alias=found)
    text = ngettext("%(count)d alias was deleted.", "%(count)d aliases were deleted.", len(chosen))
    messages.success(request, text % {"count": len(chosen)})
    return redirect("workspaces:aliases", request.workspace.name)


def _find(request: WorkspaceRequest, alias_id: UUID) -> Alias:
    return get_object_or_404(Alias.objects.select_related("workspace"), pk=alias_id, workspace=request.workspace)


def _alias_list(request: WorkspaceRequest) -> AliasList:
    name = request.workspace.name
    may_write = may(request.membership, Action.ALIASES_WRITE)
    delete = BulkAction(
        "delete",
        _("Delete"),
        reverse("workspaces:delete-chosen-aliases", args=[name]),
        icon="trash",
        confirm=_("Job files that use these names may no longer run as they are."),
        is_dangerous=True,
    )
    return (EditableAliasList if may_write else AliasList)(
        request,
        Alias.objects.filter(workspace=request.workspace).annotate(name_key=Lower("name")),
        path=reverse("workspaces:aliases", args=[name]),
        scope=str(request.workspace.pk),
        may_share_views=may(request.membership, Action.VIEWS_SHARE),
        bulk_actions=[delete] if may_write else [],
        empty=Empty(
            _("No aliases yet"),
            _("Job files written for Azure ML run unchanged when the names in them mean something here: say what."),
            icon="switch",
            action_label=_("New alias") if may_write else "",
            action_dialog="new-alias" if may_write else "",
        ),
    )
