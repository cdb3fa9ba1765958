"""One reader per process and topic feeds all who watch it.

A reader follows a source (here the event log; logs and metrics have sources of their own), keeps the newest items in a ring,
and wakes its watchers. A watcher whose cursor lies within the ring is served from memory; only one behind it reads the
source itself. A message on the channel layer makes the reader look at once; a slow poll heals a lost message, a quicker one
bridges the time in which the channel layer is away. So a page that reconnects with its cursor never has a gap.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import redis.asyncio
from channels.layers import get_channel_layer
from django.conf import settings

from apps.core import events
from apps.core.models import Event, Topic

logger = logging.getLogger(__name__)

RING_ITEMS = 1000
PAGE_ITEMS = 500
POLL_S = 10.0
POLL_WITHOUT_LAYER_S = 0.5
PROBE_S = 2.0
STOP_AGAIN_S = 1.0


class CursorTooOld(Exception):
    """What follows the cursor is no longer kept; the page must load afresh and go on from ``seq``."""

    def __init__(self, seq: int) -> None:
        super().__init__(seq)
        self.seq = seq


@dataclass(frozen=True)
class Item:
    """One piece of news: its number on the topic, and what is sent for it."""

    seq: int
    message: dict[str, Any]


class Source(Protocol):
    """Where a topic's items are kept.

    One whose items are large says with ``ring_items`` how many of them are kept in memory, and with ``page_items`` how many are
    read at once.
    """

    topic: str

    async def bounds(self) -> tuple[int, int]:
        """Return the numbers of the first and the last item that are kept; (1, 0) for an empty topic."""

    async def after(self, seq: int, limit: int) -> list[Item]:
        """Return up to ``limit`` items that follow ``seq``, in order."""


class EventSource:
    """The event log as a source."""

    def __init__(self, topic: str) -> None:
        self.topic = topic

    async def bounds(self) -> tuple[int, int]:
        row = await Topic.objects.filter(name=self.topic).afirst()
        return (row.first_kept_seq, row.last_seq) if row else (1, 0)

    async def after(self, seq: int, limit: int) -> list[Item]:
        rows = Event.objects.filter(topic=self.topic, seq__gt=seq).order_by("seq")[:limit]
        return [Item(row.seq, events.as_message(row)) async for row in rows]


class Reader:
    """Follows one source for all watchers in this process. Use ``follow``; it starts and stops readers."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.watchers = 0
        self.reads = 0
        self._ring: deque[Item] = deque(maxlen=getattr(source, "ring_items", RING_ITEMS))
        self._page_items: int = getattr(source, "page_items", PAGE_ITEMS)
        self._last = 0
        self._news = asyncio.Condition()
        self._ready = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._channel = ""
        self._wake: asyncio.Task[Any] | None = None

    def start(self) -> None:
        """Begin to read in the background."""
        self._task = asyncio.create_task(self._run(), name=f"reader {self.source.topic}")

    async def stop(self) -> None:
        """End reading."""
        while self._task and not self._task.done():
            # A query under way may take a cancellation for its own and end well, so once may not be enough.
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=STOP_AGAIN_S)

    async def items_after(self, seq: int) -> list[Item]:
        """Wait until there is something after ``seq`` and return it.

        Raises:
            CursorTooOld: items after ``seq`` have been pruned.
        """
        await self._ready.wait()
        async with self._news:
            await self._news.wait_for(lambda: self._last > seq)
            if self._ring and self._ring[0].seq <= seq + 1:
                return [item for item in self._ring if item.seq > seq]
        first, last = await self.source.bounds()
        if seq + 1 < first:
            raise CursorTooOld(last)
        return await self.source.after(seq, self._page_items)

    async def _run(self) -> None:
        layer = get_channel_layer()
        try:
            while True:
                try:
                    if not self._ready.is_set():
                        _, self._last = await self.source.bounds()
                        self._ready.set()
                    await self._subscribe(layer)
                    await self._read()
                    await self._wait(layer)
                except Exception as error:
                    logger.warning("Reading %s failed (%s); trying again.", self.source.topic, error)
                    await asyncio.sleep(POLL_WITHOUT_LAYER_S)
        finally:
            await self._unsubscribe(layer)

    async def _subscribe(self, layer: Any) -> None:
        """Have wake-ups brought to a channel of our own; where that fails, it is tried again with the next poll."""
        if not self._channel:
            with suppress(Exception):
                channel = await layer.new_channel()
                await layer.group_add(events.group_name(self.source.topic), channel)
                self._channel = str(channel)

    async def _unsubscribe(self, layer: Any) -> None:
        channel, self._channel = self._channel, ""
        if channel:
            with suppress(Exception):
                await layer.group_discard(events.group_name(self.source.topic), channel)
        if self._wake:
            self._wake.cancel()  # which the layer takes for the end of the channel
            await asyncio.wait({self._wake})
            self._wake = None

    async def _read(self) -> None:
        fresh: list[Item] | None = None
        while fresh is None or len(fresh) == self._page_items:
            self.reads += 1
            fresh = await self.source.after(self._last, self._page_items)
            if not fresh:
                return
            async with self._news:
                self._ring.extend(fresh)
                self._last = fresh[-1].seq
                self._news.notify_all()

    async def _wait(self, layer: Any) -> None:
        """Return when there may be news: a wake-up came, the slow poll is due, or the channel layer is away."""
        waited = 0.0
        while self._channel and waited < POLL_S and await layer_answers():
            # One receive waits across all of these. Were it cancelled each time, a wake-up between two would be lost.
            self._wake = self._wake or asyncio.create_task(layer.receive(self._channel))
            await asyncio.wait({self._wake}, timeout=PROBE_S)
            if self._wake.done():
                wake, self._wake = self._wake, None
                if wake.exception():
                    await self._unsubscribe(layer)
                return
            waited += PROBE_S
        if waited < POLL_S:
            await asyncio.sleep(POLL_WITHOUT_LAYER_S)


_readers: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, Reader]] = WeakKeyDictionary()


async def follow(source: Source, after: int) -> AsyncGenerator[Item, None]:
    """Yield every item after the cursor ``after``, for as long as the caller listens.

    Raises:
        CursorTooOld: items after the cursor have been pruned.
    """
    readers = _readers.setdefault(asyncio.get_running_loop(), {})
    reader = readers.get(source.topic)
    if reader is None:
        reader = readers[source.topic] = Reader(source)
        reader.start()
    reader.watchers += 1
    try:
        while True:
            for item in await reader.items_after(after):
                after = item.seq
                yield item
    finally:
        reader.watchers -= 1
        if not reader.watchers and readers.get(source.topic) is reader:
            del readers[source.topic]
            await reader.stop()


_layer_seen: dict[str, tuple[float, bool]] = {}


async def layer_answers() -> bool:
    """Whether the channel layer's server is there; asked at most every ``PROBE_S`` seconds in a process.

    A layer without a server, as tests use it, always answers.
    """
    if "redis" not in settings.CHANNEL_LAYERS["default"]["BACKEND"]:
        return True
    address = settings.STUDIO.channel_url
    asked_at, answer = _layer_seen.get(address, (float("-inf"), False))
    if time.monotonic() - asked_at < PROBE_S:
        return answer
    try:
        async with redis.asyncio.Redis.from_url(address, socket_connect_timeout=1, socket_timeout=1) as client:
            answer = bool(await client.ping())
    except (redis.RedisError, OSError):
        answer = False
    _layer_seen[address] = (time.monotonic(), answer)
    return answer
