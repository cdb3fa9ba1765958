"""Celery entry points of labeling."""

from uuid import UUID

from celery import shared_task

from apps.labeling.services import filling


@shared_task(name="labeling.fill_project")
def fill_project(project_id: str) -> None:
    """Add items to a project, or go on with that."""
    filling.fill_project(UUID(project_id))
