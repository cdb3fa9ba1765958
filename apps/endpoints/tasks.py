"""Celery entry points of endpoints."""

from uuid import UUID

from celery import shared_task

from apps.endpoints import services


@shared_task(name="endpoints.reconcile", acks_late=True)
def reconcile(deployment_id: str) -> None:
    """Bring the servers of one deployment to what it shall be."""
    services.reconcile(UUID(deployment_id))


@shared_task(name="endpoints.watch", acks_late=True)
def watch() -> None:
    """Look after all deployments."""
    services.reconcile_all()


@shared_task(name="endpoints.prune", acks_late=True)
def prune() -> None:
    """Take away what nobody looks at any more."""
    services.prune()
