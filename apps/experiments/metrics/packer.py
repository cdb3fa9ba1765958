"""Moves points from the journal into chunks, in the background.

Readers read the journal first and the chunks after it, and count equal points once; so what moves between the two looks is
seen at least once, and never twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max, Sum
from django.utils import timezone

from apps.experiments.metrics import points
from apps.experiments.metrics.packing import CHUNK_POINTS, Series, merged, pack, series_of, unpack
from apps.experiments.metrics.query import PACKED
from apps.experiments.models import MetricChunk, MetricJournal, MetricSummary, Run, RunMark

POINTS_AT_ONCE = 50_000
PACK_QUIET_AFTER = timedelta(seconds=60)
_NAMES_AT_ONCE = 500


def pack_what_waits() -> int:
    """Pack every run whose journal is long, or has been quiet for a while. Returns how many runs."""
    quiet = timezone.now() - PACK_QUIET_AFTER
    waiting = MetricJournal.objects.values("run_id").annotate(total=Sum("points"), newest=Max("created_at"))
    chosen = [row["run_id"] for row in waiting if row["total"] >= points.PACK_FROM_POINTS or row["newest"] < quiet]
    for run_id in chosen:
        pack_run(run_id)
    return len(chosen)


def pack_run(run_id: UUID) -> int:
    """Pack all of a run's journal, a part at a time. Returns how many rows of it. Harmless when run twice, or at once."""
    packed = 0
    while rows := list(_next_rows(run_id)):
        if not _pack_rows(run_id, rows):
            break
        packed += len(rows)
    return packed


def _next_rows(run_id: UUID) -> Iterator[MetricJournal]:
    total = 0
    for row in MetricJournal.objects.filter(run_id=run_id).order_by("id").iterator(chunk_size=200):
        yield row
        total += row.points
        if total >= POINTS_AT_ONCE:
            return


def _pack_rows(run_id: UUID, rows: list[MetricJournal]) -> bool:
    """Move the points of these rows. Returns False where another packer has been quicker, or the run is gone."""
    by_name: dict[str, list[tuple[int, int, float]]] = defaultdict(list)
    for row in rows:
        for name, step, at_ms, value in points.load(bytes(row.payload)):
            by_name[name].append((step or 0, at_ms, value))
    fresh = {name: series_of(found) for name, found in by_name.items()}  # before the lock, behind which writers wait
    with transaction.atomic():
        if not Run.objects.select_for_update(no_key=True).filter(pk=run_id).values_list("pk").first():
            return False
        moved = MetricJournal.objects.filter(run_id=run_id, id__gte=rows[0].pk, id__lte=rows[-1].pk)
        if moved.count() != len(rows):
            return False
        names = sorted(fresh)
        for start in range(0, len(names), _NAMES_AT_ONCE):
            part = names[start : start + _NAMES_AT_ONCE]
            doubles = _add(run_id, {name: fresh[name] for name in part})
            for name in part:
                if lost := doubles[name] + len(by_name[name]) - len(fresh[name]):
                    MetricSummary.objects.filter(run_id=run_id, name=name).update(count=F("count") - lost)
        RunMark.objects.update_or_create(run_id=run_id, name=PACKED, defaults={"position": rows[-1].pk})
        moved.delete()
    return True


def _add(run_id: UUID, fresh: dict[str, Series]) -> dict[str, int]:
    """Add points to the chunks of their series. Returns for each series how many of them were there already."""
    chunks: dict[str, list[MetricChunk]] = defaultdict(list)
    known = MetricChunk.objects.filter(run_id=run_id, name__in=list(fresh)).defer("data").order_by("number")
    for chunk in known:
        chunks[chunk.name].append(chunk)
    lasts = _data_of(found[-1] for found in chunks.values())
    gone: list[int] = []
    made: list[MetricChunk] = []
    doubles: dict[str, int] = {}
    for name, series in fresh.items():
        taken, parts = _touched(chunks[name], series, lasts)
        gone += [chunk.pk for chunk in taken]
        whole = merged([*parts, series])
        doubles[name] = sum(len(part) for part in parts) + len(series) - len(whole)
        number = taken[0].number if taken else len(chunks[name])
        made += _chunks_of(run_id, name, number, whole)
    MetricChunk.objects.filter(pk__in=gone).delete()
    MetricChunk.objects.bulk_create(made, batch_size=50)
    return doubles


def _touched(
    chunks: list[MetricChunk], series: Series, lasts: dict[int, Series]
) -> tuple[list[MetricChunk], list[Series]]:
    """Return the chunks, from the end on, that must be written anew: a last one with room, and those that overlap."""
    taken: list[MetricChunk] = []
    parts: list[Series] = []
    for chunk in reversed(chunks):
        has_room = chunk is chunks[-1] and chunk.count < CHUNK_POINTS
        if not has_room and chunk.last_step < series.first[0]:
            break
        part = lasts.get(chunk.pk) or _data_of([chunk])[chunk.pk]
        if not has_room and part.last < series.first:
            break
        taken.insert(0, chunk)
        parts.insert(0, part)
    return taken, parts


def _data_of(chunks: Iterable[MetricChunk]) -> dict[int, Series]:
    found = MetricChunk.objects.filter(pk__in=[chunk.pk for chunk in chunks]).values_list("pk", "data")
    return {pk: unpack(bytes(data)) for pk, data in found}


def _chunks_of(run_id: UUID, name: str, number: int, series: Series) -> Iterator[MetricChunk]:
    for start in range(0, len(series), CHUNK_POINTS):
        part = series.part(start, start + CHUNK_POINTS)
        yield MetricChunk(
            run_id=run_id,
            name=name,
            number=number + start // CHUNK_POINTS,
            count=len(part),
            first_step=part.first[0],
            last_step=part.last[0],
            data=pack(part),
        )
