"""Celery entry points of pipelines."""

from uuid import UUID

from celery import shared_task

from apps.pipelines import services


@shared_task(name="pipelines.advance", acks_late=True)
def advance(run_id: str) -> None:
    """Reuse and start what is ready in a pipeline run."""
    services.advance(UUID(run_id))


@shared_task(name="pipelines.stop", acks_late=True)
def stop(run_id: str) -> None:
    """Ask the steps to end that still run in a pipeline which cannot be completed."""
    services.stop_steps(UUID(run_id))


@shared_task(name="pipelines.watch", acks_late=True)
def watch() -> None:
    """Bring steps and their runs together where a process died in between."""
    services.watch()
