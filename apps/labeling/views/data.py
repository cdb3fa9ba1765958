"""What was said of each item, and its review."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.errors import UserError
from apps.core.lists import BulkAction, Empty, selected_rows
from apps.labeling.data_list import ItemList
from apps.labeling.models import LabelingProject
from apps.labeling.services import answers, exporting, projects
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

MOST_AT_ONCE = 1000


@workspace_page(get=Action.LABELING_INSPECT)
def data(request: WorkspaceRequest, project_name: str) -> HttpResponseBase:
    """The items of a project."""
    project = projects.find_project(request.workspace, project_name)
    has_coco = "coco" in exporting.formats_of(project)
    context = {"workspace": request.workspace, "project": project, "has_coco": has_coco}
    return _list(request, project).respond("labeling/data.html", context)


@workspace_page(post=Action.LABELING_REVIEW)
def review(request: WorkspaceRequest, project_name: str, approve: bool) -> HttpResponse:
    """Approve the chosen items, or send them back."""
    project = projects.find_project(request.workspace, project_name)
    list_ = _list(request, project)
    numbers = list(
        selected_rows(request, list_).order_by("number").values_list("number", flat=True)[: MOST_AT_ONCE + 1]
    )
    if len(numbers) > MOST_AT_ONCE:
        raise UserError(_("At most %(most)d rows can be changed at once. Choose fewer.") % {"most": MOST_AT_ONCE})
    done, refusal = 0, ""
    for number in numbers:
        try:
            answers.review_items(actor=request.user, project=project, numbers=[number], approve=approve)
            done += 1
        except UserError:
            refusal = refusal or _("Item %(number)d has no answer that could be approved.") % {"number": number}
    if done:
        words = (
            ngettext("%(count)d item was approved.", "%(count)d items were approved.", done)
            if approve
            else ngettext("%(count)d item is in the queue again.", "%(count)d items are in the queue again.", done)
        )
        messages.success(request, words % {"count": done})
    if refusal:
        messages.warning(request, refusal)
    return redirect(f"{list_.path}?{list_.state.restoring}")


def _list(request: WorkspaceRequest, project: LabelingProject) -> ItemList:
    arguments = [request.workspace.name, project.name]
    approve, reject = (reverse(f"labeling:{name}", args=arguments) for name in ("approve", "reject"))
    actions = [
        BulkAction("approve", _("Approve"), approve, icon="check"),
        BulkAction(
            "reject",
            _("Send back"),
            reject,
            icon="refresh",
            confirm=_("Send the chosen items back to the queue? Whoever answered sees that they came back."),
        ),
    ]
    return ItemList(
        request,
        project.items.prefetch_related("answers__labeler", "project__labels", "project__workspace"),
        scope=str(project.pk),
        path=reverse("labeling:data", args=arguments),
        bulk_actions=actions if may(request.membership, Action.LABELING_REVIEW) else [],
        empty=Empty(_("No items yet"), _("They arrive from the dataset while the project initializes."), icon="label"),
    )
