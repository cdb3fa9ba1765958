"""What services of deployments share."""

from apps.core import queue
from apps.endpoints.events import endpoints_changed, routes_changed
from apps.endpoints.models import Deployment


def locked_deployment(deployment: Deployment) -> Deployment:
    """Return a deployment as it is now, and keep others from changing it until the transaction ends."""
    rows = Deployment.objects.select_for_update(of=("self",)).select_related(
        "endpoint__workspace", "revision", "candidate"
    )
    return rows.get(pk=deployment.pk)


def title_of(deployment: Deployment) -> str:
    """Return what records call a deployment."""
    return f"{deployment.endpoint.name}/{deployment.name}"


def tell(deployment: Deployment) -> None:
    """Have its servers looked after, and pages and gateways hear that it changed."""
    queue.enqueue("endpoints.reconcile", deployment.pk)
    endpoints_changed(deployment.endpoint.workspace_id)
    routes_changed()
