"""Celery entry points of experiments."""

from uuid import UUID

from celery import shared_task

from apps.experiments import services


@shared_task(name="experiments.watch_waiting", acks_late=True)
def watch_waiting() -> None:
    """Look after runs that wait for their environments."""
    services.watch_waiting()


@shared_task(name="experiments.free_run", acks_late=True)
def free_run(run_id: str) -> None:
    """Take a deleted run's rows and files away."""
    services.free_run(UUID(run_id))


@shared_task(name="experiments.free_snapshots", acks_late=True)
def free_snapshots() -> None:
    """Take code away that no run uses."""
    services.free_snapshots()
