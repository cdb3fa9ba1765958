"""Celery entry points of schedules."""

from datetime import datetime
from uuid import UUID

from celery import shared_task

from apps.schedules import services


@shared_task(name="schedules.claim_due", acks_late=True)
def claim_due() -> None:
    """Make ticks of all times that have come."""
    services.claim_due()


@shared_task(name="schedules.start_tick", acks_late=True)
def start_tick(tick_id: str) -> None:
    """Start what a tick is for."""
    services.start_tick(UUID(tick_id))


@shared_task(name="schedules.look_at_data", acks_late=True)
def look_at_data(schedule_id: str, at: str) -> None:
    """Look at data that a schedule watches."""
    services.look_at_data(UUID(schedule_id), datetime.fromisoformat(at))


@shared_task(name="schedules.prune", acks_late=True)
def prune() -> None:
    """Remove history that nobody needs any more."""
    services.prune_ticks()
