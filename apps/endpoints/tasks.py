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
    services.record_readings()


@shared_task(name="endpoints.prune", acks_late=True)
def prune() -> None:
    """Take away what nobody looks at any more."""
    services.prune()


@shared_task(name="endpoints.roll_collected", acks_late=True)
def roll_collected() -> None:
    """Have datasets written of what was collected long enough."""
    services.roll_parts()


@shared_task(name="endpoints.write_collected", acks_late=True)
def write_collected(batch: str) -> None:
    """Write the datasets of one batch."""
    services.write_collected(UUID(batch))


@shared_task(name="endpoints.free_collected", acks_late=True)
def free_collected(keys: list[str]) -> None:
    """Delete files that have become datasets."""
    services.free_collected(keys)


@shared_task(name="endpoints.drop_old_logs", acks_late=True)
def drop_old_logs(run_id: str) -> None:
    """Delete the oldest files of a server's log."""
    services.drop_old_logs(UUID(run_id))
