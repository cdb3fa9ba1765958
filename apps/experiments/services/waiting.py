"""Runs that wait for their environment."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.experiments.events import run_changed
from apps.experiments.hooks import ResolvedEnvironment
from apps.experiments.models import Run
from apps.experiments.services import timeline
from apps.experiments.services.lifecycle import fail_waiting
from apps.experiments.services.placing import place_command
from apps.experiments.services.submit import state_of_environment
from apps.experiments.states import RunStatus


def environment_became_ready(version_id: UUID) -> int:
    """Put the runs that waited for a version of an environment into their queues. Returns how many. Harmless when repeated."""
    environment = state_of_environment(version_id)
    if environment is None or not environment.is_ready:
        return 0
    return sum(_go_on(run_id, environment) for run_id in _waiting_for(version_id))


def environment_failed(version_id: UUID, reason: str) -> int:
    """Fail the runs that waited for a version of an environment. Returns how many. Harmless when repeated."""
    waiting = _waiting_for(version_id)
    for run_id in waiting:
        fail_waiting(run_id, _("the environment could not be built: %(reason)s") % {"reason": reason})
    return len(waiting)


def watch_waiting() -> int:
    """Look after all runs that wait for environments: say how far these are, and start what missed their news.

    A run whose submit and whose environment's end crossed has been seen by neither. Returns how many waited.
    """
    waiting = Run.objects.filter(status=RunStatus.PREPARING).exclude(environment_version=None)
    versions = waiting.order_by().values_list("environment_version", flat=True).distinct()
    return sum(_look_after(version) for version in list(versions) if version)


def _look_after(version_id: UUID) -> int:
    environment = state_of_environment(version_id)
    if environment is None:
        return environment_failed(version_id, _("it was deleted"))
    if environment.has_failed:
        return environment_failed(version_id, environment.reason)
    if environment.is_ready:
        return environment_became_ready(version_id)
    waiting = _waiting_for(version_id)
    for run_id in waiting:
        _say(run_id, environment.reason[:2000])
    return len(waiting)


def _say(run_id: UUID, reason: str) -> None:
    with transaction.atomic():
        row = Run.objects.select_for_update().filter(pk=run_id, status=RunStatus.PREPARING).first()
        if row is not None and row.status_reason != reason:
            row.status_reason = reason
            row.save(update_fields=["status_reason"])
            run_changed(row)


def _go_on(run_id: UUID, environment: ResolvedEnvironment) -> bool:
    with transaction.atomic():
        rows = Run.objects.select_for_update(of=("self",)).select_related("workspace", "target")
        row = rows.filter(pk=run_id, status=RunStatus.PREPARING).first()
        if row is None:
            return False
        if row.target is None:
            fail_waiting(run_id, _("its compute target was deleted"))
            return False
        row.stages = timeline.closed(row.stages, timezone.now())
        row.save(update_fields=["stages"])
        place_command(row, environment)
        return True


def _waiting_for(version_id: UUID) -> list[UUID]:
    rows = Run.objects.filter(status=RunStatus.PREPARING, environment_version=version_id)
    return list(rows.order_by("created_at").values_list("pk", flat=True))
