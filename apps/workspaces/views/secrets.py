"""Secrets of a workspace: their names, and forms to set them. No page shows a value."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models.functions import Lower
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters

from apps.core.errors import UserError
from apps.core.lists import BulkAction, Empty
from apps.workspaces import services
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.forms import ReplaceSecretForm, SecretForm
from apps.workspaces.lists import EditableSecretList, SecretList
from apps.workspaces.models import Secret
from apps.workspaces.policies import may
from apps.workspaces.roles import Action
from apps.workspaces.views.answers import chosen_rows, go_to


@workspace_page(get=Action.SECRETS_LIST)
def secrets(request: WorkspaceRequest) -> HttpResponseBase:
    """The names of all secrets."""
    return _secret_list(request).respond(
        "workspaces/secrets.html", {"workspace": request.workspace, "form": SecretForm()}
    )


@sensitive_post_parameters("value")
@workspace_page(post=Action.SECRETS_WRITE)
def new_secret(request: WorkspaceRequest) -> HttpResponse:
    """Store a secret under a name that is free. To replace one by mistake, people would have to open it."""
    form = SecretForm(request.POST)
    if form.is_valid():
        try:
            services.create_secret(actor=request.user, workspace=request.workspace, **form.cleaned_data)
        except UserError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The secret “%(name)s” is stored.") % {"name": form.cleaned_data["name"]})
            return go_to(request, reverse("workspaces:secrets", args=[request.workspace.name]))
    context = {"workspace": request.workspace, "form": form.without_value()}
    return render(request, "workspaces/_new_secret.html", context, status=422)


@sensitive_post_parameters("value")
@workspace_page(get=Action.SECRETS_WRITE, post=Action.SECRETS_WRITE)
def secret(request: WorkspaceRequest, secret_id: UUID) -> HttpResponse:
    """Replace a secret's value."""
    found = _find(request, secret_id)
    form = ReplaceSecretForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        value = form.cleaned_data["value"]
        try:
            services.set_secret(actor=request.user, workspace=request.workspace, name=found.name, value=value)
        except UserError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The value of “%(name)s” is replaced.") % {"name": found.name})
            return redirect("workspaces:secrets", request.workspace.name)
    if form.errors:
        form = form.without_value()
    context = {"workspace": request.workspace, "secret": found, "form": form}
    return render(request, "workspaces/secret.html", context, status=422 if form.errors else 200)


@workspace_page(post=Action.SECRETS_WRITE)
def delete_secret(request: WorkspaceRequest, secret_id: UUID) -> HttpResponse:
    """Remove a secret at once."""
    found = _find(request, secret_id)
    services.delete_secret(actor=request.user, secret=found)
    messages.success(request, _("The secret “%(name)s” is deleted.") % {"name": found.name})
    return redirect("workspaces:secrets", request.workspace.name)


@workspace_page(post=Action.SECRETS_WRITE)
@transaction.atomic
def delete_chosen_secrets(request: WorkspaceRequest) -> HttpResponse:
    """Remove the chosen secrets, all or none."""
    chosen = chosen_rows(request, _secret_list(request), "workspace")
    for found in chosen:
        services.delete_secret(actor=request.user, secret=found)
    text = ngettext("%(count)d secret was deleted.", "%(count)d secrets were deleted.", len(chosen))
    messages.success(request, text % {"count": len(chosen)})
    return redirect("workspaces:secrets", request.workspace.name)


def _find(request: WorkspaceRequest, secret_id: UUID) -> Secret:
    return get_object_or_404(
        Secret.objects.select_related("workspace", "set_by"), pk=secret_id, workspace=request.workspace
    )


def _secret_list(request: WorkspaceRequest) -> SecretList:
    name = request.workspace.name
    may_write = may(request.membership, Action.SECRETS_WRITE)
    delete = BulkAction(
        "delete",
        _("Delete"),
        reverse("workspaces:delete-chosen-secrets", args=[name]),
        icon="trash",
        confirm=_("Jobs that ask for these secrets will fail. The values cannot be brought back."),
        is_dangerous=True,
    )
    return (EditableSecretList if may_write else SecretList)(
        request,
        Secret.objects.filter(workspace=request.workspace).defer("encrypted_value").annotate(name_key=Lower("name")),
        path=reverse("workspaces:secrets", args=[name]),
        scope=str(request.workspace.pk),
        may_share_views=may(request.membership, Action.VIEWS_SHARE),
        bulk_actions=[delete] if may_write else [],
        empty=Empty(
            _("No secrets yet"),
            _(
                "Passwords and keys that jobs need are kept here, encrypted. People can set them, only jobs can read them."
            ),
            icon="key",
            action_label=_("New secret") if may_write else "",
            action_dialog="new-secret" if may_write else "",
        ),
    )
