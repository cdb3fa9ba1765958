"""The Test tab: one request, and what came back. The browser sends it itself, so nothing here waits for a model."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from apps.endpoints.models import Deployment
from apps.endpoints.samples import sample_of, schema_of
from apps.endpoints.views.shared import find, frame
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.roles import Action


@workspace_page(get=Action.ENDPOINTS_READ)
def test(request: WorkspaceRequest, endpoint_name: str) -> HttpResponse:
    """A form made of what the deployments take, which sends requests with a pass of the studio's own."""
    endpoint = find(request, endpoint_name)
    context = frame(request, endpoint, "test")
    # The one that the traffic mostly leads to comes first: its sample is shown where the traffic decides.
    deployments = sorted(context["deployments"], key=lambda one: -endpoint.traffic.get(one.name, 0))
    address = [request.workspace.name, endpoint.name]
    context["props"] = {
        "passUrl": reverse("api-endpoint-pass", args=address),
        "logsUrl": reverse("endpoints:logs", args=address),
        "hasTraffic": bool(endpoint.traffic),
        "deployments": [_shown(deployment) for deployment in deployments],
    }
    return render(request, "endpoints/test.html", context)


def _shown(deployment: Deployment) -> dict[str, Any]:
    """Return what the form is made of for one deployment."""
    revision = deployment.shown_revision
    sample = sample_of(revision)
    return {
        "name": deployment.name,
        "state": str(deployment.get_state_display()),
        "sample": sample.text,
        "isGuessed": sample.is_guessed,
        "schema": schema_of(revision, sample.text) if revision else None,
    }
