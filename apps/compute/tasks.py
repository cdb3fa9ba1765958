"""Celery entry points of compute."""

from celery import shared_task

from apps.compute import services


@shared_task(name="compute.watch_agents")
def watch_agents() -> None:
    """Tell open pages of machines that no longer answer."""
    services.tell_of_silence()


@shared_task(name="compute.watch_work")
def watch_work() -> None:
    """Give back leases that ran out, note silence, end what was lost, and note how much is in use."""
    services.watch_work()
    services.sample_usage()


@shared_task(name="compute.prune")
def prune() -> None:
    """Thin what is known of the machines' past."""
    services.prune_usage()
