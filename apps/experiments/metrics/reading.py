"""Metrics as readers see them: the chunks with the journal's tail over them, so that a client reads what it wrote."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from apps.experiments.metrics import points
from apps.experiments.metrics.packing import Series, merged, series_of, unpack
from apps.experiments.metrics.query import PACKED, packed_to
from apps.experiments.models import MetricChunk, MetricJournal, RunMark

_ATTEMPTS = 5


def read_series(run_id: UUID, names: Collection[str]) -> tuple[int, dict[str, Series]]:
    """Return the series of these names, each in order and without doubles, and the cursor from which news follows.

    A series that does not exist is empty.
    """
    for _attempt in range(_ATTEMPTS):
        mark = packed_to(run_id)
        # The journal before the chunks: what is packed meanwhile is then seen in both, and counts once.
        newest, tails = _read_tail(run_id, set(names))
        parts: dict[str, list[Series]] = defaultdict(list)
        chunks = MetricChunk.objects.filter(run_id=run_id, name__in=set(names)).order_by("name", "number")
        for name, data in chunks.values_list("name", "data"):
            parts[name].append(unpack(bytes(data)))
        if packed_to(run_id) == mark:  # else the chunks may hold more than the cursor says
            break
    return max(newest, mark), {name: merged([*parts[name], series_of(tails[name])]) for name in names}


def read_one_of_many(run_ids: Collection[UUID], name: str) -> dict[UUID, Series]:
    """Return one series of many runs, by run, in few queries; runs without it are left out."""
    for _attempt in range(_ATTEMPTS):
        marks = _packed_to(run_ids)
        parts: dict[UUID, list[Series]] = defaultdict(list)
        tails: dict[UUID, list[tuple[int, int, float]]] = defaultdict(list)
        for run_id, payload in MetricJournal.objects.filter(run__in=run_ids).values_list("run", "payload"):
            for one, step, at_ms, value in points.load(bytes(payload)):
                if one == name:
                    tails[run_id].append((step or 0, at_ms, value))
        chunks = MetricChunk.objects.filter(run__in=run_ids, name=name).order_by("run", "number")
        for run_id, data in chunks.values_list("run", "data"):
            parts[run_id].append(unpack(bytes(data)))
        if _packed_to(run_ids) == marks:
            break
    return {run_id: merged([*parts[run_id], series_of(tails[run_id])]) for run_id in {*parts, *tails}}


def _packed_to(run_ids: Collection[UUID]) -> dict[UUID, int]:
    return dict(RunMark.objects.filter(run__in=run_ids, name=PACKED).values_list("run", "position"))


def _read_tail(run_id: UUID, names: set[str]) -> tuple[int, dict[str, list[tuple[int, int, float]]]]:
    tails: dict[str, list[tuple[int, int, float]]] = defaultdict(list)
    newest = 0
    journal = MetricJournal.objects.filter(run_id=run_id).order_by("id")
    for newest, payload in journal.values_list("id", "payload"):  # noqa: B007 - the last one counts
        for name, step, at_ms, value in points.load(bytes(payload)):
            if name in names:
                tails[name].append((step or 0, at_ms, value))
    return newest, tails
