"""The designer's home, and the page that a draft is drawn on."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db.models.functions import Lower
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core import events
from apps.core.errors import UserError
from apps.core.lists import BulkAction, Empty
from apps.designer import services
from apps.designer.events import draft_topic
from apps.designer.forms import ImportForm
from apps.designer.lists import DraftList
from apps.designer.models import Draft, InferenceLink
from apps.designer.samples import SAMPLES
from apps.designer.services.beginnings import begin
from apps.pipelines.views.shared import Deed, cursor_of, do_with_chosen
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

DEEDS: Final = {
    "archive": Deed(
        lambda actor, row: services.archive_draft(actor=actor, draft=row),
        lambda count: ngettext("%(count)d draft was archived.", "%(count)d drafts were archived.", count),
    ),
    "restore": Deed(
        lambda actor, row: services.archive_draft(actor=actor, draft=row, archived=False),
        lambda count: ngettext("%(count)d draft is back.", "%(count)d drafts are back.", count),
    ),
    "delete": Deed(
        lambda actor, row: services.delete_draft(actor=actor, draft=row),
        lambda count: ngettext("%(count)d draft was deleted.", "%(count)d drafts were deleted.", count),
    ),
}


@workspace_page(get=Action.PIPELINES_READ)
def home(request: WorkspaceRequest) -> HttpResponseBase:
    """What to begin with, and the drafts there are."""
    context = {
        "workspace": request.workspace,
        "cursor": cursor_of(request),
        "may_write": may(request.membership, Action.PIPELINES_WRITE),
        "samples": SAMPLES.values(),
    }
    return draft_list(request).respond("designer/home.html", context)


@workspace_page(post=Action.PIPELINES_WRITE)
def change_drafts(request: WorkspaceRequest, deed: str) -> HttpResponse:
    """Archive, restore or delete the chosen drafts."""
    list_ = draft_list(request)
    do_with_chosen(request, DEEDS[deed], list_, "workspace")
    return redirect(f"{list_.path}?{list_.state.restoring}")


def draft_list(request: WorkspaceRequest) -> DraftList:
    """Return the list of the workspace's drafts, as the page and its bulk actions have it."""
    name = request.workspace.name
    may_write = may(request.membership, Action.PIPELINES_WRITE)
    actions = [
        BulkAction("archive", _("Archive"), reverse("designer:archive-drafts", args=[name]), icon="archive"),
        BulkAction("restore", _("Restore"), reverse("designer:restore-drafts", args=[name]), icon="restore"),
        BulkAction("delete", _("Delete"), reverse("designer:delete-drafts", args=[name]), icon="trash", is_dangerous=True,
                   confirm=_("Delete the chosen drafts with their history, for good? What was submitted from them stays.")),
    ]  # fmt: skip
    text = _(
        "Drag data and components onto a canvas, connect them, and run what you drew. Begin with one of the samples above, or "
        "with nothing."
    )
    return DraftList(
        request,
        Draft.objects.filter(workspace=request.workspace).annotate(name_key=Lower("name")).defer("document"),
        path=reverse("designer:home", args=[name]),
        scope=str(request.workspace.pk),
        may_share_views=may(request.membership, Action.VIEWS_SHARE),
        bulk_actions=actions if may_write else [],
        empty=Empty(_("No drafts yet"), text if may_write else "", icon="designer"),
    )


@workspace_page(post=Action.PIPELINES_WRITE)
def archive(request: WorkspaceRequest, draft_id: UUID, archived: bool) -> HttpResponse:
    """Put a draft away, or bring it back."""
    found = services.find_draft(request.workspace, draft_id)
    services.archive_draft(actor=request.user, draft=found, archived=archived)
    if not archived:
        messages.success(request, _("%(name)s is back.") % {"name": found.name})
        return redirect(found)
    back = reverse("designer:restore-draft", args=[request.workspace.name, found.pk])
    messages.success(request, _("%(name)s is archived.") % {"name": found.name}, extra_tags=f"undo:{back}")
    return redirect("designer:home", request.workspace.name)


@workspace_page(post=Action.PIPELINES_WRITE)
def new(request: WorkspaceRequest) -> HttpResponse:
    """Begin a draft: with a sample (``?sample=``), the pipeline of a run (``?run=``), another draft (``?draft=``), or nothing."""
    try:
        draft = begin(actor=request.user, workspace=request.workspace, **_beginning(request))
    except UserError as error:  # a sample cannot be made here, or a step cannot be drawn
        messages.error(request, str(error))
        return redirect("designer:home", request.workspace.name)
    return redirect(draft)


@workspace_page(get=Action.PIPELINES_WRITE, post=Action.PIPELINES_WRITE)
def import_file(request: WorkspaceRequest) -> HttpResponse:
    """Begin a draft with a pipeline's file."""
    form = ImportForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = {"name": form.cleaned_data["name"], "yaml": form.cleaned_data["job"]}
        try:
            return redirect(begin(actor=request.user, workspace=request.workspace, **said))
        except UserError as error:
            form.refuse(error)
    context = {"workspace": request.workspace, "form": form}
    return render(request, "designer/import.html", context, status=422 if form.errors else 200)


@workspace_page(get=Action.PIPELINES_READ)
def draft(request: WorkspaceRequest, draft_id: UUID) -> HttpResponse:
    """The page that a draft is drawn on."""
    cursor = events.last_seq(draft_topic(draft_id))  # before the draft is read, so that no news falls between
    found = services.find_draft(request.workspace, draft_id)
    context = {
        "workspace": request.workspace,
        "draft": found,
        "props": _props(found, cursor),
        "may_write": may(request.membership, Action.PIPELINES_WRITE),
        "may_deploy": may(request.membership, Action.ENDPOINTS_WRITE),
        "scores": InferenceLink.objects.filter(draft=found).exists(),
    }
    return render(request, "designer/draft.html", context)


def _props(draft: Draft, cursor: int) -> dict[str, Any]:
    """Return what the island ``designer`` begins with; the draft itself it asks the API for."""
    name = draft.workspace.name
    api = f"/api/v1/workspaces/{name}/designer/"
    return {
        "id": str(draft.pk),
        "workspace": name,
        "api": f"{api}drafts/{draft.pk}/",
        "paletteUrl": f"{api}palette/",
        "socket": f"/ws/workspaces/{name}/designer/drafts/{draft.pk}/",
        "cursor": cursor,
        "yamlUrl": reverse("designer:draft-yaml", args=[name, draft.pk]),
        "pythonUrl": reverse("designer:draft-python", args=[name, draft.pk]),
    }


def _beginning(request: WorkspaceRequest) -> dict[str, Any]:
    """Return what was asked to begin with.

    Raises:
        Http404: it is an id of nothing.
    """
    asked = {name: request.GET.get(name, "") for name in ("sample", "run", "draft")}
    given: dict[str, Any] = {name: value for name, value in asked.items() if value}
    try:
        return {name: value if name == "sample" else UUID(value) for name, value in given.items()}
    except ValueError:
        raise Http404 from None
