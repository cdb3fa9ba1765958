"""What deployments were like over time: read for charts, and written by whoever looks after them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from apps.endpoints.models import Deployment, DeploymentReading, Endpoint, Replica, ScaleEvent
from apps.endpoints.states import ReplicaState


@dataclass
class Reading:
    """The servers of an endpoint in one span; None where nobody looked."""

    at: datetime
    wanted: int | None = None
    ready: int | None = None
    cpu_percent: float | None = None
    memory_mb: float | None = None


def record_readings() -> None:
    """Note how the servers of every deployment are now, in place of what was noted in this minute before."""
    minute = timezone.now().replace(second=0, microsecond=0)
    rows: dict[object, DeploymentReading] = {}
    open_ones = Replica.objects.exclude(state=ReplicaState.ENDED).order_by()
    for replica in open_ones.select_related("deployment"):
        row = rows.setdefault(
            replica.deployment_id,
            DeploymentReading(deployment=replica.deployment, minute=minute, wanted=replica.deployment.instance_count),
        )
        row.ready += replica.state == ReplicaState.READY
        row.cpu_percent += _number(replica.figures.get("cpu_percent"))
        row.memory_mb += _number(replica.figures.get("memory_mb"))
    asleep = Deployment.objects.exclude(pk__in=list(rows)).exclude(revision=None)
    for deployment in asleep:
        rows[deployment.pk] = DeploymentReading(deployment=deployment, minute=minute, wanted=deployment.instance_count)
    DeploymentReading.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["deployment", "minute"],
        update_fields=["wanted", "ready", "cpu_percent", "memory_mb"],
    )


def note_scaled(deployment: Deployment, before: int, reason: str, *, by_load: bool) -> None:
    """Keep why a deployment has another number of servers than before. Within the transaction that changed it."""
    ScaleEvent.objects.create(
        deployment=deployment, before=before, after=deployment.instance_count, reason=reason[:500], by_load=by_load
    )


def readings_of(
    endpoint: Endpoint, *, span: timedelta, parts: int, deployment: Deployment | None = None
) -> list[Reading]:
    """Return the servers of an endpoint, or of one deployment, from ``span`` ago until now, in equal parts, the oldest first.

    Where a part has several minutes it shows the largest of each.
    """
    now = timezone.now()
    width, start = span / parts, now - span
    minutes: dict[datetime, Reading] = {}
    rows = DeploymentReading.objects.filter(deployment__endpoint=endpoint, minute__gte=start, minute__lte=now)
    if deployment is not None:
        rows = rows.filter(deployment=deployment)
    for row in rows.iterator():
        one = minutes.setdefault(row.minute, Reading(row.minute, 0, 0, 0.0, 0.0))
        one.wanted = (one.wanted or 0) + row.wanted
        one.ready = (one.ready or 0) + row.ready
        one.cpu_percent = (one.cpu_percent or 0.0) + row.cpu_percent
        one.memory_mb = (one.memory_mb or 0.0) + row.memory_mb
    found = [Reading(start + width * place) for place in range(parts)]
    for minute, one in minutes.items():
        part = found[min(parts - 1, max(0, (minute - start) // width))]
        for name in ("wanted", "ready", "cpu_percent", "memory_mb"):
            setattr(part, name, max(getattr(part, name) or 0, getattr(one, name)))
    return found


def scale_events_of(endpoint: Endpoint, limit: int) -> QuerySet[ScaleEvent]:
    """Return what made deployments larger or smaller of late, the newest first."""
    rows = ScaleEvent.objects.filter(deployment__endpoint=endpoint).select_related("deployment")
    return rows.order_by("-created_at", "id")[:limit]


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
