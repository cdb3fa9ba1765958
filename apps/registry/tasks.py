"""Celery entry points of registered models."""

from uuid import UUID

from celery import shared_task

from apps.registry import services


@shared_task(name="registry.copy_files")
def copy_files(version_id: str) -> None:
    """Copy the files of a new version, or go on with that."""
    services.copy_files(UUID(version_id))


@shared_task(name="registry.watch_copies")
def watch_copies() -> None:
    """Begin again with copies that nobody goes on with."""
    services.watch_copies()


@shared_task(name="registry.free_folders")
def free_folders(folders: list[str]) -> None:
    """Delete files of versions that were deleted."""
    services.free_folders(folders)


@shared_task(name="registry.register_logged")
def register_logged(run_id: str) -> None:
    """Register the models that a run's code asked for."""
    services.register_logged(UUID(run_id))
