"""News reaches open pages: through one shared reader, without a gap, also while the channel layer is away."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings as django_settings

from apps.core import events, feeds
from apps.core.feeds import CursorTooOld, EventSource, Item, follow
from apps.core.models import Event, Topic
from tests import services

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.service, pytest.mark.servers]

WITHIN_S = 30.0  # how long a test waits before it gives up; nothing is measured by it


@sync_to_async
def publish(topic: str, count: int = 1) -> None:
    for _ in range(count):
        events.publish(topic, "thing.changed", {})


async def collect(items: AsyncIterator[Item], count: int) -> list[int]:
    """The numbers of the next ``count`` items."""
    async with asyncio.timeout(WITHIN_S):
        return [(await anext(items)).seq for _ in range(count)]


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not condition():
            await asyncio.sleep(0.01)


def reader_of(topic: str) -> feeds.Reader:
    return feeds._readers[asyncio.get_running_loop()][topic]


def watchers_of(topic: str) -> int:
    readers = feeds._readers.get(asyncio.get_running_loop(), {})
    return readers[topic].watchers if topic in readers else 0


@pytest.fixture
def only_wakes(monkeypatch) -> None:
    """Whatever arrives in this test was brought by a wake-up, not by the slow poll."""
    monkeypatch.setattr(feeds, "POLL_S", 3600.0)


async def test_news_comes_as_soon_as_it_is_published(only_wakes):
    async with aclosing(follow(EventSource("a"), 0)) as items:
        first = asyncio.create_task(collect(items, 1))
        await until(lambda: watchers_of("a"))
        await publish("a")
        assert await first == [1]
        await publish("a", 3)
        assert await collect(items, 3) == [2, 3, 4]


async def test_no_wake_up_is_lost_between_two_looks_at_the_layer(only_wakes, monkeypatch):
    monkeypatch.setattr(feeds, "PROBE_S", 0.001)
    async with aclosing(follow(EventSource("a"), 0)) as items:
        for number in range(1, 101):
            await publish("a")
            assert await collect(items, 1) == [number]


async def test_many_watchers_share_one_reader_of_the_database():
    watchers = 40
    await publish("a", 5)
    async with AsyncExitStack() as stack:
        feeds_of_all = [await stack.enter_async_context(aclosing(follow(EventSource("a"), 5))) for _ in range(watchers)]
        tasks = [asyncio.create_task(collect(items, 6)) for items in feeds_of_all]
        await until(lambda: watchers_of("a") == watchers)
        source = CountingSource("a")
        reader_of("a").source = source
        for _ in range(6):
            await publish("a")
        assert await asyncio.gather(*tasks) == [[6, 7, 8, 9, 10, 11]] * watchers
        assert source.reads < watchers, "each of the six brings at most a read or two, however many watch"
        assert reader_of("a").reads < watchers
    assert not watchers_of("a"), "the last watcher ends the reader"


class CountingSource(EventSource):
    """The event log, counting how often it is asked."""

    reads = 0

    async def after(self, seq: int, limit: int) -> list[Item]:
        self.reads += 1
        return await super().after(seq, limit)


async def test_who_is_behind_the_ring_is_served_from_the_database(monkeypatch):
    monkeypatch.setattr(feeds, "RING_ITEMS", 3)
    monkeypatch.setattr(feeds, "PAGE_ITEMS", 4)
    await publish("a", 2)
    async with aclosing(follow(EventSource("a"), 2)) as fast, aclosing(follow(EventSource("a"), 0)) as slow:
        assert await collect(slow, 1) == [1]
        ahead = asyncio.create_task(collect(fast, 10))
        await publish("a", 10)
        assert await ahead == list(range(3, 13))
        assert len(reader_of("a")._ring) == 3
        assert await collect(slow, 11) == list(range(2, 13))


async def test_who_comes_back_with_a_cursor_misses_nothing():
    await publish("a", 4)
    async with aclosing(follow(EventSource("a"), 0)) as items:
        assert await collect(items, 2) == [1, 2]
    await publish("a", 3)
    async with aclosing(follow(EventSource("a"), 2)) as items:
        assert await collect(items, 5) == [3, 4, 5, 6, 7]


async def test_a_cursor_whose_sequel_was_pruned_is_told_where_to_go_on():
    await publish("a", 6)
    await Topic.objects.filter(name="a").aupdate(first_kept_seq=4)
    await Event.objects.filter(topic="a", seq__lt=4).adelete()
    async with aclosing(follow(EventSource("a"), 1)) as items:
        with pytest.raises(CursorTooOld) as told:
            await collect(items, 1)
    assert told.value.seq == 6
    async with aclosing(follow(EventSource("a"), 3)) as items:
        assert await collect(items, 3) == [4, 5, 6]


async def test_topics_never_mix():
    async with aclosing(follow(EventSource("a"), 0)) as of_a, aclosing(follow(EventSource("b"), 0)) as of_b:
        waiting = [asyncio.create_task(collect(of_a, 3)), asyncio.create_task(collect(of_b, 2))]
        for topic in "abaab":
            await publish(topic)
        assert await asyncio.gather(*waiting) == [[1, 2, 3], [1, 2]]


@pytest.fixture
def private_layer(settings, monkeypatch) -> Iterator[Path]:
    """A channel layer whose server is not running yet; gives the socket on which it will be expected."""
    folder = Path(tempfile.mkdtemp(prefix="studio-layer-"))  # pytest's own are too long for sockets
    socket = folder / "layer.sock"
    url = f"unix://{socket}"
    settings.CHANNEL_LAYERS = {
        "default": {**django_settings.CHANNEL_LAYERS["default"], "CONFIG": {"hosts": [url], "prefix": "private"}}
    }
    settings.STUDIO = replace(settings.STUDIO, channel_url=url)
    monkeypatch.setattr(feeds, "PROBE_S", 0.2)
    monkeypatch.setattr(feeds, "POLL_WITHOUT_LAYER_S", 0.05)
    yield socket
    folder.rmdir()


async def test_while_the_channel_layer_is_away_news_is_polled_and_later_brought_again(private_layer, only_wakes):
    loop = asyncio.get_running_loop()
    async with aclosing(follow(EventSource("a"), 0)) as items:
        with ExitStack() as server:
            await loop.run_in_executor(None, server.enter_context, services.redis(private_layer))
            await publish("a")
            assert await collect(items, 1) == [1]
            await loop.run_in_executor(None, server.close)
        await until(lambda: not private_layer.exists())
        for number in (2, 3):  # nothing wakes anybody now
            await publish("a")
            assert await collect(items, 1) == [number]
        with ExitStack() as server:
            await loop.run_in_executor(None, server.enter_context, services.redis(private_layer))
            await until_woken(items, after=3)
            await loop.run_in_executor(None, server.close)


async def until_woken(items: AsyncIterator[Item], after: int) -> None:
    """Wait until the reader has stopped polling, which it does only when its layer is there; then news must be brought."""
    reads = -1
    async with asyncio.timeout(WITHIN_S):
        while reads != reader_of("a").reads:
            reads = reader_of("a").reads
            await asyncio.sleep(1.0)
    await publish("a")
    assert await collect(items, 1) == [after + 1]
