"""The websocket that every live page uses."""

import asyncio
import logging
import time
from contextlib import aclosing
from importlib import import_module
from typing import Any, ClassVar

from channels.auth import get_user
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings

from apps.core.access import Access
from apps.core.feeds import CursorTooOld, EventSource, Source, follow

logger = logging.getLogger(__name__)

CLOSE_NOT_ALLOWED = 4403
CLOSE_TRY_AGAIN = 1011
LONGEST_CURSOR = 18


class FeedConsumer(AsyncJsonWebsocketConsumer):
    """Sends a topic's news from the page's cursor on (``?after=<seq>``). Read-only: commands go through the API.

    Subclasses say in ``may_watch`` who may, and in ``source`` what is sent. Before news is sent, both the session and the
    right are looked at again where the last look is ``check_again_s`` ago, or where the news is of a type in
    ``check_again_on``: whoever was removed or signed out stops getting it.

    With ``&heartbeat=1`` there is a sign of life every ``heartbeat_s``. A network that loses everything closes no connection,
    and only so can a page tell a feed without news from one that is dead.
    """

    # Channels would open a channel of its own for each socket, and refuse sockets while the broker is away. The shared
    # reader listens to the channel layer instead, and bridges its absence; no layer has this name.
    channel_layer_alias = "none"

    access: ClassVar[Access]
    check_again_s: ClassVar[float] = 15.0
    check_again_on: ClassVar[frozenset[str]] = frozenset()
    heartbeat_s: ClassVar[float] = 4.0

    async def may_watch(self) -> bool:
        """Whether the user of this connection may have this feed, now."""
        raise NotImplementedError

    async def source(self) -> Source:
        """Return what to send; called once, after ``may_watch``."""
        raise NotImplementedError

    async def connect(self) -> None:
        self.tasks: list[asyncio.Task[None]] = []
        if not self.scope["user"].is_authenticated or not await self.may_watch():
            await self.close(code=CLOSE_NOT_ALLOWED)
            return
        source = await self.source()
        await self.accept()
        self.tasks.append(asyncio.create_task(self._send_all(source)))
        if self._query().get("heartbeat") == "1":
            self.tasks.append(asyncio.create_task(self._beat()))

    async def disconnect(self, code: int) -> None:
        for task in self.tasks:
            task.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        """Take nothing from the browser, whatever it is."""

    def cursor(self) -> int | None:
        """Return the number after which the page wants news, or None where it gave none."""
        after = self._query().get("after", "")
        return int(after) if after.isdecimal() and len(after) <= LONGEST_CURSOR else None

    def _query(self) -> dict[str, str]:
        query = self.scope["query_string"].decode("ascii", "replace")
        return dict(part.split("=", 1) for part in query.split("&") if "=" in part)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self.heartbeat_s)
            await self.send_json({"type": "heartbeat"})

    async def _send_all(self, source: Source) -> None:
        try:
            await self._send_from_cursor(source)
        except Exception as error:
            # A socket that stays open and says nothing would look like one without news; this one is opened again.
            logger.warning("Sending %s to a page failed (%s); the page connects again.", source.topic, error)
            await self.close(code=CLOSE_TRY_AGAIN)

    async def _send_from_cursor(self, source: Source) -> None:
        after = self.cursor()
        while True:
            first, last = await source.bounds()
            if after is None or after > last or after + 1 < first:
                # No cursor, one from another life of this topic, or one whose sequel is gone: say where news begins.
                after = last
                await self.send_json({"type": "reset", "seq": last})
            try:
                return await self._send_after(source, after)
            except CursorTooOld as error:
                after = error.seq
                await self.send_json({"type": "reset", "seq": after})

    async def _send_after(self, source: Source, after: int) -> None:
        """Send until the right is lost."""
        checked_at = time.monotonic()
        async with aclosing(follow(source, after)) as items:
            async for item in items:
                is_about_rights = item.message.get("type") in self.check_again_on
                if is_about_rights or time.monotonic() - checked_at >= self.check_again_s:
                    checked_at = time.monotonic()
                    if not await self._is_still_allowed():
                        await self.close(code=CLOSE_NOT_ALLOWED)
                        return
                await self.send_json(item.message)

    async def _is_still_allowed(self) -> bool:
        session = import_module(settings.SESSION_ENGINE).SessionStore(self.scope["session"].session_key)
        self.scope["user"] = await get_user({"session": session})
        return self.scope["user"].is_authenticated and await self.may_watch()


class TopicConsumer(FeedConsumer):
    """A feed of the event log: subclasses name the topic."""

    async def topic(self) -> str:
        """Return the topic's name."""
        raise NotImplementedError

    async def source(self) -> Source:
        return EventSource(await self.topic())
