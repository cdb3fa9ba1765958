"""The list of endpoints."""

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core import events
from apps.core.lists import Empty
from apps.endpoints.lists import EndpointList
from apps.endpoints.models import Endpoint
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.events import workspace_topic
from apps.workspaces.policies import may
from apps.workspaces.roles import Action


@workspace_page(get=Action.ENDPOINTS_READ)
def endpoints(request: WorkspaceRequest) -> HttpResponseBase:
    """All endpoints of the workspace."""
    cursor = events.last_seq(workspace_topic(request.workspace.pk))  # before the rows are read: no news falls between
    may_write = may(request.membership, Action.ENDPOINTS_WRITE)
    rows = Endpoint.objects.filter(workspace=request.workspace)
    list_ = EndpointList(
        request,
        rows.prefetch_related("deployments__revision", "deployments__candidate"),
        scope=str(request.workspace.pk),
        may_share_views=may(request.membership, Action.VIEWS_SHARE),
        empty=Empty(
            _("No endpoints yet"),
            _(
                "An endpoint is an address at which a model answers: with a key, from any program. Begin with a model of yours."
            ),
            icon="endpoint",
            action_label=_("Deploy a model") if may_write else "",
            action_url=reverse("endpoints:deploy", args=[request.workspace.name]) if may_write else "",
        ),
    )
    return list_.respond("endpoints/endpoints.html", {"workspace": request.workspace, "cursor": cursor})
