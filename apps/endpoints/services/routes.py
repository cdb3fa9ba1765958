"""What gateways must know to score: addresses, who may call them, and where requests go. Plain values, so that a gateway can keep
them on disk and go on while the database is away."""

from typing import Any

from apps.core import events
from apps.endpoints.events import ROUTES_TOPIC
from apps.endpoints.models import Deployment, Endpoint, Replica
from apps.endpoints.states import DEFAULT_REQUEST_SETTINGS, LARGEST_BODY_MB, MOST_QUEUED, ReplicaState

# Another number, and gateways make nothing of what they kept on disk before.
ROUTES_FORMAT = 2
# Of a deployment's settings, what gateways keep to.
FOR_GATEWAYS = ("timeout_ms", "max_concurrent", "max_queue_wait_ms")


def routes_version() -> int:
    """Return a number that is another one after every change of the routes."""
    return events.last_seq(ROUTES_TOPIC)


def all_routes() -> dict[str, Any]:
    """Return the routes of all endpoints: ``{"format", "version", "endpoints": […]}``; of keys their hashes.

    Of an endpoint: ``{"id", "workspace", "workspace_id", "name", "auth", "keys", "requests_per_minute" (0: any number),
    "traffic", "mirror", "deployments": {name: …}}``; of a deployment what was set for its requests, how it scales, what is
    collected, why it does not answer if it does not, and ``replicas: [{"id", "address"}]`` that are ready.
    """
    version = routes_version()  # before the rows are read: what changes meanwhile has a later one
    replicas: dict[Any, list[dict[str, str]]] = {}
    ready = Replica.objects.filter(state=ReplicaState.READY).exclude(address="").order_by("created_at", "pk")
    for pk, deployment, revision, address in ready.values_list("pk", "deployment", "revision", "address"):
        replicas.setdefault((deployment, revision), []).append({"id": str(pk), "address": address})
    deployments: dict[Any, dict[str, Any]] = {}
    for row in Deployment.objects.select_related("revision", "candidate").order_by("pk"):
        deployments.setdefault(row.endpoint_id, {})[row.name] = _deployment(row, replicas)
    endpoints = [
        {
            "id": str(endpoint.pk),
            "workspace": endpoint.workspace.name.lower(),
            "name": endpoint.name,
            "workspace_id": str(endpoint.workspace_id),
            "auth": endpoint.auth_mode,
            "requests_per_minute": endpoint.requests_per_minute or 0,
            "keys": [endpoint.primary_hash, endpoint.secondary_hash],
            "traffic": endpoint.traffic,
            "mirror": endpoint.mirror,
            "deployments": deployments.get(endpoint.pk, {}),
        }
        for endpoint in Endpoint.objects.filter(workspace__deleted_at=None).select_related("workspace").order_by("pk")
    ]
    return {"format": ROUTES_FORMAT, "version": version, "endpoints": endpoints}


def _deployment(row: Deployment, replicas: dict[Any, list[dict[str, str]]]) -> dict[str, Any]:
    shown = row.revision or row.candidate
    settings = shown.requests if shown else DEFAULT_REQUEST_SETTINGS
    return {
        "id": str(row.pk),
        **{name: settings[name] for name in FOR_GATEWAYS},
        "max_queue": MOST_QUEUED,
        "max_body_bytes": LARGEST_BODY_MB * 2**20,
        "reason": row.reason,
        "scales": bool(row.scaling),
        # While nothing is there that could answer, requests are held for so long: the first of them has it started.
        "wake_wait_ms": row.scaling["wake_wait_ms"] if row.scaling and row.scaling["min_instances"] == 0 else 0,
        "collection": {**row.collection, "for": str(row.collected_for_id)} if row.collection else {},
        "model": shown.model_name if shown else "",
        # A candidate gets nothing before it has taken over.
        "replicas": replicas.get((row.pk, row.revision_id), []) if row.revision_id else [],
    }
