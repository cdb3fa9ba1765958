"""Celery entry points of compute."""

from celery import shared_task

from apps.compute import services


@shared_task(name="compute.watch_agents")
def watch_agents() -> None:
    """Tell open pages of machines that no longer answer."""
    services.tell_of_silence()
