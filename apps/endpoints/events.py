"""News of endpoints, for open pages and for gateways."""

from uuid import UUID

from apps.core import events
from apps.workspaces.events import workspace_changed

ROUTES_TOPIC = "endpoint-routes"


def endpoints_changed(workspace_id: UUID) -> None:
    """Tell open pages of a workspace that an endpoint there is no longer as they show it."""
    workspace_changed(workspace_id, "endpoints")


def routes_changed() -> None:
    """Tell gateways that requests go other ways from now on."""
    events.publish(ROUTES_TOPIC, "routes.changed", {})
