"""What gateways counted: stored in batches, and read for charts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from django.db import transaction
from django.utils import timezone

from apps.endpoints.models import Deployment, Endpoint, RequestFigures, RequestRecord
from apps.endpoints.models.figures import BINS_MS


@dataclass
class Minute:
    """The requests of one span. ``histogram`` as in ``RequestFigures``."""

    at: datetime
    count: int = 0
    failed: int = 0
    refused: int = 0
    total_ms: float = 0.0
    histogram: list[int] = field(default_factory=lambda: [0] * (len(BINS_MS) + 1))

    def percentile(self, share: float) -> float | None:
        """Return below how many milliseconds that share of the requests took, within the bin it falls into; None for none."""
        wanted = share * sum(self.histogram)
        if not wanted:
            return None
        before = 0
        ends = [0.0, *map(float, BINS_MS), BINS_MS[-1] * 2.0]
        for (low, high), count in zip(pairwise(ends), self.histogram, strict=True):
            if before + count >= wanted:
                return low + (high - low) * (wanted - before) / count
            before += count
        return ends[-1]


@transaction.atomic
def store_figures(figures: Sequence[RequestFigures], records: Sequence[RequestRecord]) -> None:
    """Store what a gateway counted. Harmless when repeated: a row holds all that it counted of a minute.

    What belongs to a deployment that was deleted meanwhile is passed over.
    """
    ids = {row.deployment_id for row in figures} | {row.deployment_id for row in records}
    known = set(Deployment.objects.filter(pk__in=ids).values_list("pk", flat=True))
    RequestFigures.objects.bulk_create(
        [row for row in figures if row.deployment_id in known],
        update_conflicts=True,
        unique_fields=["deployment", "minute", "gateway"],
        update_fields=["count", "failed", "refused", "total_ms", "histogram"],
    )
    RequestRecord.objects.bulk_create([row for row in records if row.deployment_id in known], ignore_conflicts=True)


def minutes_of(
    endpoint: Endpoint, *, span: timedelta, parts: int, deployment: Deployment | None = None
) -> list[Minute]:
    """Return the requests to an endpoint, or one deployment, from ``span`` ago until now, in equal spans, the oldest first."""
    now = timezone.now()
    width = span / parts
    start = now - span
    found = [Minute(start + width * place) for place in range(parts)]
    rows = RequestFigures.objects.filter(deployment__endpoint=endpoint, minute__gte=start, minute__lte=now)
    if deployment is not None:
        rows = rows.filter(deployment=deployment)
    for row in rows.iterator():
        add(found[min(parts - 1, max(0, (row.minute - start) // width))], row)
    return found


def total_of(minutes: Iterable[Minute]) -> Minute:
    """Return several spans as one."""
    total = Minute(timezone.now())
    for minute in minutes:
        add(total, minute)
    return total


def add(minute: Minute, row: Minute | RequestFigures) -> None:
    """Add what one row counted to a span."""
    minute.count += row.count
    minute.failed += row.failed
    minute.refused += row.refused
    minute.total_ms += row.total_ms
    minute.histogram = [one + other for one, other in zip(minute.histogram, row.histogram, strict=True)]
