"""What the pages of an endpoint have in common."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core import events
from apps.endpoints import services
from apps.endpoints.errors import EndpointUnknown
from apps.endpoints.models import Deployment, Endpoint
from apps.endpoints.text import status_of_all
from apps.workspaces.access import WorkspaceRequest
from apps.workspaces.events import workspace_topic
from apps.workspaces.policies import may
from apps.workspaces.roles import Action


def find(request: WorkspaceRequest, name: str) -> Endpoint:
    """Return the endpoint of the address.

    Raises:
        Http404: there is none.
    """
    try:
        return services.find_endpoint(request.workspace, name)
    except EndpointUnknown:
        raise Http404 from None


def find_deployment(request: WorkspaceRequest, endpoint_name: str, deployment_name: str) -> Deployment:
    """Return the deployment of the address.

    Raises:
        Http404: there is none.
    """
    found = services.find_deployment(find(request, endpoint_name), deployment_name)
    if found is None:
        raise Http404
    return found


def deployments_of(endpoint: Endpoint) -> list[Deployment]:
    """Return the deployments of an endpoint with what they serve, by name."""
    rows = endpoint.deployments.select_related("revision__model__model", "candidate__model__model").order_by("name")
    found = list(rows)
    for deployment in found:
        deployment.endpoint = endpoint
    return found


def frame(request: WorkspaceRequest, endpoint: Endpoint, tab: str) -> dict[str, Any]:
    """Return what the frame of every tab takes."""
    cursor = events.last_seq(workspace_topic(request.workspace.pk))  # before the rows are read: no news falls between
    deployments = deployments_of(endpoint)
    names = (
        ("endpoint", _("Details")), ("test", _("Test")), ("consume", _("Consume")), ("logs", _("Logs")),
        ("monitoring", _("Monitoring")),
    )  # fmt: skip
    address = [request.workspace.name, endpoint.name]
    return {
        "workspace": request.workspace,
        "endpoint": endpoint,
        "deployments": deployments,
        "status": status_of_all(deployments),
        "cursor": cursor,
        "may_write": may(request.membership, Action.ENDPOINTS_WRITE),
        "may_see_keys": may(request.membership, Action.ENDPOINTS_KEYS),
        "tabs": [
            {"label": label, "url": reverse(f"endpoints:{name}", args=address), "is_current": name == tab}
            for name, label in names
        ],
    }
