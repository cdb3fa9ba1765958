"""Celery entry points of workspaces."""

from uuid import UUID

from celery import shared_task

from apps.workspaces import services


@shared_task(name="workspaces.destroy")
def destroy(workspace_id: str) -> None:
    """Remove one workspace from the trash for good."""
    services.destroy(workspace_id=UUID(workspace_id))


@shared_task(name="workspaces.destroy_over_due")
def destroy_over_due() -> None:
    """Remove every workspace whose time in the trash is over."""
    services.destroy_over_due()
