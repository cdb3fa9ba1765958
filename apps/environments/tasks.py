"""Celery entry points of environments."""

from celery import shared_task

from apps.environments import services


@shared_task(name="environments.start_builds")
def start_builds() -> None:
    """Begin the builds that wait, and see to those whose run is gone."""
    services.start_builds()


@shared_task(name="environments.ensure_curated")
def ensure_curated() -> None:
    """Give every workspace the environments that come with the studio, as they are today."""
    services.ensure_curated_everywhere()
