"""Tells readers of what was written, and the packer of long journals. All of it in the server's event loop."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Coroutine, Iterable, Mapping
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async

from apps.core import events, feeds, queue
from apps.experiments.metrics.points import PACK_FROM_POINTS

logger = logging.getLogger(__name__)

TOLD_AFTER_S = 0.1
"""Requests come by the thousand; of what came within this time is told once."""

_waiting: WeakKeyDictionary[asyncio.AbstractEventLoop, set[str]] = WeakKeyDictionary()
_points: defaultdict[UUID, int] = defaultdict(int)
_running: set[asyncio.Task[None]] = set()


def tell(topics: Iterable[str]) -> None:
    """Wake the readers of these topics, soon."""
    waiting = _waiting.setdefault(asyncio.get_running_loop(), set())
    for topic in topics:
        if topic not in waiting:
            waiting.add(topic)
            _start(_wake(topic, waiting))


def count(points: Mapping[UUID, int]) -> None:
    """Note that the journals of runs have grown, and have them packed once they are long."""
    for run_id, number in points.items():
        _points[run_id] += number
        if _points[run_id] >= PACK_FROM_POINTS:
            del _points[run_id]
            _start(_pack(run_id))


def _start(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.create_task(work)
    _running.add(task)  # or it might be collected before it has run
    task.add_done_callback(_running.discard)


async def _wake(topic: str, waiting: set[str]) -> None:
    await asyncio.sleep(TOLD_AFTER_S)
    waiting.discard(topic)
    if await feeds.layer_answers():  # else readers look by themselves, and quickly
        await events.awake(topic)


async def _pack(run_id: UUID) -> None:
    try:
        await database_sync_to_async(queue.enqueue, thread_sensitive=False)("experiments.pack_metrics", run_id)
    except Exception as error:
        logger.warning("Metrics of run %s will be packed later (%s).", run_id, error)
