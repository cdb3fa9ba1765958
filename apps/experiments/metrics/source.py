"""News of a run's metrics for the websocket: the rows of its journal."""

from uuid import UUID

import orjson
from channels.db import database_sync_to_async

from apps.core.feeds import Item
from apps.experiments.ingestion.series import metrics_topic
from apps.experiments.metrics.query import cursor_of, packed_to
from apps.experiments.models import MetricJournal


class MetricSource:
    """Implements ``Source``. An item's number is its row's in the journal.

    Rows go once they are packed. Whoever has not seen them by then is told to load afresh, by an item that says so.
    """

    ring_items = 200  # of up to 1,000 points each
    page_items = 50

    def __init__(self, run_id: UUID) -> None:
        self.run_id = run_id
        self.topic = metrics_topic(run_id)

    async def bounds(self) -> tuple[int, int]:
        found: tuple[int, int] = await database_sync_to_async(self._bounds, thread_sensitive=False)()
        return found

    async def after(self, seq: int, limit: int) -> list[Item]:
        found: list[Item] = await database_sync_to_async(self._after, thread_sensitive=False)(seq, limit)
        return found

    def _bounds(self) -> tuple[int, int]:
        return packed_to(self.run_id) + 1, cursor_of(self.run_id)

    def _after(self, seq: int, limit: int) -> list[Item]:
        rows = list(MetricJournal.objects.filter(run_id=self.run_id, pk__gt=seq).order_by("pk")[:limit])
        packed = packed_to(self.run_id)  # after the rows, or what is packed in between would be missing from both
        if packed > seq:
            rows = [row for row in rows if row.pk > packed]
            return [Item(packed, {"type": "reset", "seq": packed}), *map(_item, rows)][:limit]
        return [_item(row) for row in rows]


def _item(row: MetricJournal) -> Item:
    # The points stay bytes: a thousand of them as objects would take ten times the memory, for each row in the ring.
    return Item(row.pk, {"seq": row.pk, "type": "metrics", "data": {"points": orjson.Fragment(bytes(row.payload))}})
