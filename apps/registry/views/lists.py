"""The list of models, and what can be done with several at once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models.functions import Lower
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import User
from apps.core import events
from apps.core.errors import UserError
from apps.core.lists import BulkAction, Empty, StudioList, selected_rows
from apps.registry import services
from apps.registry.errors import NotConfirmed
from apps.registry.hooks import uses_of
from apps.registry.lists import ModelList
from apps.registry.models import RegisteredModel
from apps.registry.snippets import registering
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.events import workspace_topic
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

MOST_AT_ONCE = 1000
MOST_USES = 5


@dataclass(frozen=True)
class Deed:
    """Something that is done with each of the chosen rows, and how many it was done with, in words."""

    do: Callable[[User, Any], Any]
    words: Callable[[int], str]


def _delete(actor: User, model: RegisteredModel) -> None:
    """Delete a model, unless something used it: that is asked for by its name, on its own page."""
    uses = uses_of(list(model.versions.values_list("pk", flat=True)), MOST_USES)
    if uses:
        raise NotConfirmed(model.name, uses)
    services.delete_model(actor=actor, model=model, confirm_name=model.name)


MODEL_DEEDS = {
    "archive": Deed(
        lambda actor, model: services.archive_model(actor=actor, model=model),
        lambda count: ngettext("%(count)d model was archived.", "%(count)d models were archived.", count),
    ),
    "restore": Deed(
        lambda actor, model: services.archive_model(actor=actor, model=model, archived=False),
        lambda count: ngettext("%(count)d model is back.", "%(count)d models are back.", count),
    ),
    "delete": Deed(
        _delete, lambda count: ngettext("%(count)d model was deleted.", "%(count)d models were deleted.", count)
    ),
}


@workspace_page(get=Action.MODELS_READ)
def models(request: WorkspaceRequest) -> HttpResponseBase:
    """All models of the workspace."""
    cursor = events.last_seq(workspace_topic(request.workspace.pk))  # before the rows are read: no news falls between
    context = {
        "workspace": request.workspace,
        "cursor": cursor,
        "may_write": may(request.membership, Action.MODELS_WRITE),
        "snippet": registering(request.workspace),
    }
    return model_list(request).respond("registry/models.html", context)


@workspace_page(post=Action.MODELS_WRITE)
def change_models(request: WorkspaceRequest, deed: str) -> HttpResponse:
    """Archive, restore or delete the chosen models."""
    list_ = model_list(request)
    do(request, MODEL_DEEDS[deed], chosen(request, list_, "workspace"))
    return redirect(f"{list_.path}?{list_.state.restoring}")


def model_list(request: WorkspaceRequest) -> ModelList:
    """Return the list of the workspace's models, as the page and its bulk actions have it."""
    name = request.workspace.name
    actions = bulk_actions(
        lambda deed: reverse(f"registry:{deed}-models", args=[name]),
        _("Delete the chosen models with all their versions and files? This cannot be undone."),
    )
    rows = RegisteredModel.objects.filter(workspace=request.workspace).annotate(name_key=Lower("name"))
    return ModelList(
        request,
        rows.defer("latest__manifest"),
        path=reverse("registry:models", args=[name]),
        scope=str(request.workspace.pk),
        may_share_views=may(request.membership, Action.VIEWS_SHARE),
        bulk_actions=actions if may(request.membership, Action.MODELS_WRITE) else [],
        empty=Empty(
            _("No models yet"),
            _(
                "A model keeps the files that training left under a name and a number, with the run, data and code it came "
                "from, so that jobs and endpoints can say which one they use."
            ),
            icon="model",
            template="registry/_first_steps.html",
        ),
    )


def bulk_actions(url: Callable[[str], str], question: str) -> list[BulkAction]:
    """Return what can be done with models and versions alike. Args: url: of a deed. question: before they are deleted."""
    return [
        BulkAction("archive", _("Archive"), url("archive"), icon="archive"),
        BulkAction("restore", _("Restore"), url("restore"), icon="restore"),
        BulkAction("delete", _("Delete"), url("delete"), icon="trash", confirm=question, is_dangerous=True),
    ]


def chosen(request: WorkspaceRequest, list_: StudioList, *related: str) -> list[Any]:
    """Return the rows that were chosen.

    Raises:
        UserError: they are too many.
    """
    rows = list(selected_rows(request, list_).select_related(*related)[: MOST_AT_ONCE + 1])
    if len(rows) > MOST_AT_ONCE:
        raise UserError(_("At most %(most)d rows can be changed at once. Choose fewer.") % {"most": MOST_AT_ONCE})
    return rows


def do(request: WorkspaceRequest, deed: Deed, rows: Iterable[Any]) -> None:
    """Do it with each row by itself; what is refused is told and keeps no other from being done."""
    done, refusals = 0, []
    for row in rows:
        try:
            deed.do(request.user, row)
            done += 1
        except UserError as error:
            refusals.append(str(error.message))
    if done or not refusals:
        messages.success(request, deed.words(done) % {"count": done})
    if refusals:
        more = len(refusals) - 1
        text = ngettext("%(first)s (and %(more)d more)", "%(first)s (and %(more)d more)", more) if more else "%(first)s"
        messages.warning(request, text % {"first": refusals[0], "more": more})
