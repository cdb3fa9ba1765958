"""Celery entry points of the core."""

from celery import shared_task

from apps.core import housekeeping, queue


@shared_task(name="core.resend_waiting_tasks")
def resend_waiting_tasks() -> None:
    """Send tasks whose message was lost, or whose time has come."""
    queue.resend_waiting()


@shared_task(name="core.prune")
def prune() -> None:
    """Remove events, kept answers and ended sessions that nobody needs any more."""
    housekeeping.prune()
