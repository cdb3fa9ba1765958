"""What a deployment was at other times: how each revision differs from the one before, and the way back to one of them."""

import itertools
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.core.errors import UserError
from apps.endpoints import services
from apps.endpoints.differences import code_difference, differences
from apps.endpoints.files import write_deployment
from apps.endpoints.models import Deployment, Revision
from apps.endpoints.states import RevisionState
from apps.endpoints.text import REVISION_TONES, sentence
from apps.endpoints.views.shared import find_deployment
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

MOST_REVISIONS = 30


@workspace_page(get=Action.ENDPOINTS_READ)
def revisions(request: WorkspaceRequest, endpoint_name: str, deployment_name: str) -> HttpResponse:
    """The latest revisions, the newest first."""
    deployment = find_deployment(request, endpoint_name, deployment_name)
    rows = deployment.revisions.select_related("created_by", "snapshot", "model__model__workspace").order_by("-number")
    found = list(rows[: MOST_REVISIONS + 1])
    older = {row.number: before for row, before in itertools.pairwise(found)}
    context = {
        "workspace": request.workspace,
        "endpoint": deployment.endpoint,
        "deployment": deployment,
        "cards": [_card(deployment, row, older.get(row.number)) for row in found[:MOST_REVISIONS]],
        "may_write": may(request.membership, Action.ENDPOINTS_WRITE),
    }
    return render(request, "endpoints/revisions.html", context)


@workspace_page(post=Action.ENDPOINTS_WRITE)
def roll_back(request: WorkspaceRequest, endpoint_name: str, deployment_name: str) -> HttpResponse:
    """Roll out once more what an earlier revision was."""
    deployment = find_deployment(request, endpoint_name, deployment_name)
    number = request.POST.get("number", "")
    rows = deployment.revisions.select_related("model__model__workspace", "snapshot")
    row = (
        rows.filter(number=int(number)).first() if number.isascii() and number.isdecimal() and len(number) < 9 else None
    )
    try:
        if row is None:
            raise UserError(_("There is no such revision."))
        services.update_deployment(actor=request.user, deployment=deployment, settings=services.settings_of(row))
    except UserError as error:
        messages.error(request, str(error.message))
        return redirect("endpoints:revisions", request.workspace.name, endpoint_name, deployment_name)
    words = _("Revision %(number)d is being rolled out once more. Until it is ready, what serves goes on serving.")
    messages.success(request, words % {"number": row.number})
    return redirect(deployment.endpoint)


@workspace_page(get=Action.ENDPOINTS_READ)
def deployment_file(request: WorkspaceRequest, endpoint_name: str, deployment_name: str) -> HttpResponse:
    """The deployment as the file that would make it, to be shown in a dialog."""
    deployment = find_deployment(request, endpoint_name, deployment_name)
    return render(request, "endpoints/_yaml.html", {"code": write_deployment(deployment)})


def _card(deployment: Deployment, row: Revision, before: Revision | None) -> dict[str, Any]:
    return {
        "revision": row,
        "tone": REVISION_TONES[RevisionState(row.state)],
        "reason": sentence(row.reason),
        "is_current": row.pk in {deployment.revision_id, deployment.candidate_id},
        "before": before,
        "differences": differences(before, row) if before else [],
        "code": code_difference(before.snapshot, row.snapshot) if before else [],
    }
