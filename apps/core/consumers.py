"""The websocket that every live page uses."""

import asyncio
import time
from typing import Any, ClassVar

from channels.generic.websocket import AsyncJsonWebsocketConsumer

from apps.core.access import Access
from apps.core.feeds import CursorTooOld, EventSource, Source, follow

CLOSE_NOT_ALLOWED = 4403
CHECK_AGAIN_S = 15.0


class FeedConsumer(AsyncJsonWebsocketConsumer):
    """Sends a topic's news from the page's cursor on (``?after=<seq>``). Read-only: commands go through the API.

    Subclasses say in ``may_watch`` who may, and in ``source`` what is sent. The right is checked again while the socket is
    open, so that a member who was removed stops getting news.
    """

    access: ClassVar[Access]

    async def may_watch(self) -> bool:
        """Whether the user of this connection may have this feed, now."""
        raise NotImplementedError

    async def source(self) -> Source:
        """Return what to send; called once, after ``may_watch``."""
        raise NotImplementedError

    async def connect(self) -> None:
        self.pump: asyncio.Task[None] | None = None
        if not self.scope["user"].is_authenticated or not await self.may_watch():
            await self.close(code=CLOSE_NOT_ALLOWED)
            return
        source = await self.source()
        await self.accept()
        self.pump = asyncio.create_task(self._send_all(source))

    async def disconnect(self, code: int) -> None:
        if self.pump:
            self.pump.cancel()

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """Take nothing from the browser."""

    def cursor(self) -> int | None:
        """Return the number after which the page wants news, or None where it gave none."""
        query = self.scope["query_string"].decode("ascii", "replace")
        values = dict(part.split("=", 1) for part in query.split("&") if "=" in part)
        return int(values["after"]) if values.get("after", "").isdecimal() else None

    async def _send_all(self, source: Source) -> None:
        after = self.cursor()
        while True:
            first, last = await source.bounds()
            if after is None or after > last or after + 1 < first:
                # No cursor, one from another life of this topic, or one whose sequel is gone: say where news begins.
                after = last
                await self.send_json({"type": "reset", "seq": last})
            try:
                await self._send_from(source, after)
            except CursorTooOld as error:
                after = error.seq
                await self.send_json({"type": "reset", "seq": after})

    async def _send_from(self, source: Source, after: int) -> None:
        checked_at = time.monotonic()
        async for item in follow(source, after):
            if time.monotonic() - checked_at > CHECK_AGAIN_S:
                checked_at = time.monotonic()
                if not await self.may_watch():
                    await self.close(code=CLOSE_NOT_ALLOWED)
                    return
            await self.send_json(item.message)


class TopicConsumer(FeedConsumer):
    """A feed of the event log: subclasses name the topic."""

    async def topic(self) -> str:
        """Return the topic's name."""
        raise NotImplementedError

    async def source(self) -> Source:
        return EventSource(await self.topic())
