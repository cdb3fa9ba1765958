"""How much of the machines was in use: sampled by the reconciler, thinned with age, summed up for pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, Sum
from django.utils import timezone

from apps.compute.models import Agent, UsageSample, WorkOrder
from apps.compute.states import AgentState

SAMPLE_S = 10
KEPT_FINELY = timedelta(hours=24)
THIN_MINUTES = 10
KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Usage:
    """How machines were used within a span of time, on average: slots in numbers, processor and memory as shares from 0 to 1.

    None where nothing is known.
    """

    at: datetime
    slots_used: float | None = None
    slots_total: float | None = None
    processor: float | None = None
    memory: float | None = None


def sample_usage(*, now: datetime | None = None) -> int:
    """Note how the machines that answer are used now, once in ``SAMPLE_S`` seconds; returns how many were noted."""
    now = now or timezone.now()
    at = datetime.fromtimestamp(now.timestamp() // SAMPLE_S * SAMPLE_S, tz=now.tzinfo)
    if UsageSample.objects.filter(at=at).exists():
        return 0
    held = WorkOrder.objects.on_machine().values("agent").annotate(used=Sum("slots"))
    used = dict(held.values_list("agent", "used"))
    samples = [
        UsageSample(
            agent=agent,
            at=at,
            slots_total=agent.slots,
            slots_used=used.get(agent.pk, 0),
            cores=agent.cores,
            load=agent.load,
            memory_total_mb=agent.memory_total_mb,
            memory_used_mb=agent.memory_used_mb,
        )
        for agent in Agent.objects.in_state([AgentState.ONLINE], now)
    ]
    return len(UsageSample.objects.bulk_create(samples, ignore_conflicts=True))


def prune_usage() -> int:
    """Keep one sample in ``THIN_MINUTES`` minutes of what is older than a day, and none of what is older than ``KEPT``."""
    now = timezone.now()
    kept = Q(at__minute__in=range(0, 60, THIN_MINUTES), at__second=0, at__gte=now - KEPT)
    deleted, _by_model = UsageSample.objects.filter(~kept, at__lt=now - KEPT_FINELY).delete()
    return deleted


def usage_of(agents: Iterable[Agent], *, span: timedelta, parts: int) -> list[Usage]:
    """Return how machines together were used from ``span`` ago until now, in ``parts`` equal spans, the oldest first."""
    now = timezone.now()
    start = now - span
    width = span / parts
    sums: list[list[UsageSample]] = [[] for _ in range(parts)]
    for sample in UsageSample.objects.filter(agent__in=agents, at__gte=start, at__lte=now):
        sums[min(parts - 1, (sample.at - start) // width)].append(sample)
    return [_together(start + width * (place + 1), samples) for place, samples in enumerate(sums)]


def _together(at: datetime, samples: list[UsageSample]) -> Usage:
    if not samples:
        return Usage(at)
    moments = len({sample.at for sample in samples})
    cores = sum(sample.cores for sample in samples)
    memory = sum(sample.memory_total_mb for sample in samples)
    return Usage(
        at,
        slots_used=sum(sample.slots_used for sample in samples) / moments,
        slots_total=sum(sample.slots_total for sample in samples) / moments,
        processor=min(1.0, sum(sample.load for sample in samples) / cores) if cores else None,
        memory=sum(sample.memory_used_mb for sample in samples) / memory if memory else None,
    )
