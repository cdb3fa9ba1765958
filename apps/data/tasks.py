"""Celery entry points of data."""

from uuid import UUID

from celery import shared_task

from apps.data import services


@shared_task(name="data.free_files")
def free_files(datastore_id: str, folder: str, drafts: list[str]) -> None:
    """Delete files that nothing refers to any more."""
    services.free_files(UUID(datastore_id), folder, drafts)


@shared_task(name="data.prune_uploads")
def prune_uploads() -> None:
    """Give up uploads that nobody goes on with."""
    services.prune_uploads()
