"""What the gateway counts of its requests, written to the database in batches."""

import asyncio
import logging
import time
from bisect import bisect_left
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from channels.db import database_sync_to_async

from apps.endpoints.models import RequestFigures, RequestRecord
from apps.endpoints.models.figures import BINS_MS
from apps.endpoints.services.traffic import store_figures

logger = logging.getLogger(__name__)

FLUSH_S = 5.0
MOST_RECORDS = 5000
# So many requests in a second are kept one by one: of those that went well, and of those that did not.
KEPT_GOOD, KEPT_BAD = 5, 50


@dataclass
class _Counts:
    count: int = 0
    failed: int = 0
    refused: int = 0
    total_ms: float = 0.0
    histogram: list[int] = field(default_factory=lambda: [0] * (len(BINS_MS) + 1))


@dataclass
class Totals:
    """The requests to a deployment since this gateway started. ``by_status``: how many were answered with which status."""

    by_status: dict[int, int] = field(default_factory=dict)
    total_ms: float = 0.0
    histogram: list[int] = field(default_factory=lambda: [0] * (len(BINS_MS) + 1))


@dataclass(frozen=True)
class Done:
    """A request that was answered. Times in ms, sizes in bytes; ``problem`` in words."""

    deployment_id: str
    request_id: str
    path: str
    status: int
    took_ms: float
    waited_ms: float
    sent_bytes: int
    answered_bytes: int
    problem: str = ""


class Counter:
    """Counts requests, and stores what it counted every few seconds. While the database is away it keeps it.

    ``totals``: by the ids of deployments. Args: gateway: what this one is called.
    """

    def __init__(self, gateway: str) -> None:
        self.totals: dict[str, Totals] = {}
        self._gateway = gateway
        self._counts: dict[tuple[str, int], _Counts] = {}
        self._records: deque[RequestRecord] = deque(maxlen=MOST_RECORDS)
        self._second = 0
        self._kept = [0, 0]
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to store."""
        self._task = asyncio.get_running_loop().create_task(self._store_now_and_then())

    async def stop(self) -> None:
        """Store the rest."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        await self.store()

    def add(self, done: Done) -> None:
        """Count one request."""
        now = time.time()
        place = (done.deployment_id, int(now // 60))
        counts = self._counts.get(place)
        if counts is None:
            counts = self._counts[place] = _Counts()
        counts.count += 1
        counts.failed += done.status >= 500
        counts.refused += 400 <= done.status < 500
        counts.total_ms += done.took_ms
        place_of_time = bisect_left(BINS_MS, done.took_ms)
        counts.histogram[place_of_time] += 1
        totals = self.totals.setdefault(done.deployment_id, Totals())
        totals.by_status[done.status] = totals.by_status.get(done.status, 0) + 1
        totals.total_ms += done.took_ms
        totals.histogram[place_of_time] += 1
        if int(now) != self._second:
            self._second, self._kept = int(now), [0, 0]
        is_bad = done.status >= 400
        self._kept[is_bad] += 1
        if self._kept[is_bad] <= (KEPT_BAD if is_bad else KEPT_GOOD):
            self._records.append(_record(done, now))

    async def store(self) -> None:
        """Write what was counted; it stays where that fails."""
        if not self._counts and not self._records:
            return
        counted = dict(self._counts)
        records = list(self._records)
        figures = [
            RequestFigures(
                deployment_id=UUID(deployment),
                minute=datetime.fromtimestamp(minute * 60, UTC),
                gateway=self._gateway,
                count=counts.count,
                failed=counts.failed,
                refused=counts.refused,
                total_ms=counts.total_ms,
                histogram=list(counts.histogram),
            )
            for (deployment, minute), counts in counted.items()
        ]
        try:
            await database_sync_to_async(store_figures, thread_sensitive=False)(figures, records)
        except Exception as error:
            logger.warning("What was counted could not be stored (%s); it is kept.", error)
            return
        present = int(time.time() // 60)
        for place in counted:
            if place[1] < present:
                del self._counts[place]
        for _number in records:
            if self._records:
                self._records.popleft()

    async def _store_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_S)
            await self.store()


def _record(done: Done, now: float) -> RequestRecord:
    return RequestRecord(
        deployment_id=UUID(done.deployment_id),
        at=datetime.fromtimestamp(now, UTC),
        request_id=done.request_id,
        path=done.path[:200],
        status=done.status,
        took_ms=done.took_ms,
        waited_ms=done.waited_ms,
        sent_bytes=done.sent_bytes,
        answered_bytes=done.answered_bytes,
        problem=done.problem[:500],
    )
