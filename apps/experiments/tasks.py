"""Celery entry points of experiments."""

from uuid import UUID

from celery import shared_task

from apps.experiments import services
from apps.experiments.logs import joining


@shared_task(name="experiments.watch_waiting", acks_late=True)
def watch_waiting() -> None:
    """Look after runs that wait for their environments."""
    services.watch_waiting()


@shared_task(name="experiments.register_outputs", acks_late=True)
def register_outputs(run_id: str) -> None:
    """Register the named outputs of a completed run as datasets and models."""
    services.register_outputs(UUID(run_id))


@shared_task(name="experiments.free_run", acks_late=True)
def free_run(run_id: str) -> None:
    """Take a deleted run's rows and files away."""
    services.free_run(UUID(run_id))


@shared_task(name="experiments.free_snapshots", acks_late=True)
def free_snapshots() -> None:
    """Take code away that no run uses."""
    services.free_snapshots()


@shared_task(name="experiments.pack_metrics", acks_late=True)
def pack_metrics(run_id: str = "") -> None:
    """Move points from the journal into chunks: of one run, or of all whose journal is long or quiet."""
    from apps.experiments.metrics import packer  # NumPy, which only this task needs

    if run_id:
        packer.pack_run(UUID(run_id))
    else:
        packer.pack_what_waits()


@shared_task(name="experiments.join_log_segments", acks_late=True)
def join_log_segments() -> None:
    """Join small segments of logs into files of the store."""
    joining.join_what_waits()
