"""Metrics as readers see them: the chunks with the journal's tail over them, so that a client reads what it wrote."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from apps.experiments.metrics import points
from apps.experiments.metrics.packing import Series, merged, series_of, unpack
from apps.experiments.models import MetricChunk, MetricJournal


def read_series(run_id: UUID, names: Collection[str]) -> dict[str, Series]:
    """Return the series of these names, each in order and without doubles; one that does not exist is empty."""
    wanted = set(names)
    tails: dict[str, list[tuple[int, int, float]]] = defaultdict(list)
    # The journal before the chunks: what is packed meanwhile is then seen in both, and counts once.
    for payload in MetricJournal.objects.filter(run_id=run_id).order_by("id").values_list("payload", flat=True):
        for name, step, at_ms, value in points.load(bytes(payload)):
            if name in wanted:
                tails[name].append((step or 0, at_ms, value))
    parts: dict[str, list[Series]] = defaultdict(list)
    chunks = MetricChunk.objects.filter(run_id=run_id, name__in=wanted).order_by("name", "number")
    for name, data in chunks.values_list("name", "data"):
        parts[name].append(unpack(bytes(data)))
    return {name: merged([*parts[name], series_of(tails[name])]) for name in names}
