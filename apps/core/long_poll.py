"""Answers that may take long because there is nothing to say yet.

The view looks once and answers at once; with ``may_wait`` it says that nothing would be lost by asking again. In front of Django
stands ``LongPoll``, which keeps such an answer back and asks the view again when its topic is woken. So while a client waits,
neither a thread nor a database connection is held, and who may call is looked at by the view itself each time.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from channels.layers import get_channel_layer
from django.http import HttpResponseBase

from apps.core import events
from apps.core.feeds import POLL_WITHOUT_LAYER_S, layer_answers

HEADER = "Studio-May-Wait"
BRIEF_S = 1.0
LOOK_S = 5.0
MOST_BYTES = 4 * 1024 * 1024


def may_wait(response: HttpResponseBase, topic: str, seconds: float) -> None:
    """Say that an answer may be kept back for some seconds, until the topic is woken.

    With no more than ``BRIEF_S`` it says something, but nothing new: it is kept back only where it would have been the same
    when the client asked, which keeps a client that asks at once again from asking all the time.
    """
    response.headers[HEADER] = f"{seconds:.3f} {events.group_name(topic)}"


@dataclass
class _Answer:
    start: dict[str, Any]
    body: bytes
    seconds: float
    group: str


class LongPoll:
    """Wraps an ASGI application; for addresses whose views use ``may_wait``."""

    def __init__(self, application: Callable[..., Awaitable[None]]) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = await _body_of(receive)
        if body is None:
            return
        gone = asyncio.create_task(_until_gone(receive))
        try:
            answer = await self._ask(scope, body)
            if answer.seconds:
                answer = await self._wait(scope, body, answer, gone)
        finally:
            gone.cancel()
            await asyncio.wait({gone})
        await send(answer.start)
        await send({"type": "http.response.body", "body": answer.body})

    async def _wait(self, scope: Any, body: bytes, first: _Answer, gone: asyncio.Task[None]) -> _Answer:
        ends_at = time.monotonic() + first.seconds
        is_brief = first.seconds <= BRIEF_S
        answer = first
        async with _waking(first.group) as woken:
            while not gone.done():
                # Also at once: something may have come before the topic was listened to.
                answer = await self._ask(scope, body)
                left = ends_at - time.monotonic()
                if left <= 0 or not answer.seconds or (answer.seconds <= BRIEF_S and not is_brief):
                    break
                await woken(left, gone)
        return answer

    async def _ask(self, scope: Any, body: bytes) -> _Answer:
        """Ask the application once."""
        messages: list[dict[str, Any]] = []
        request = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive() -> dict[str, Any]:
            if (message := next(request, None)) is None:
                await asyncio.Event().wait()  # the client's going is looked after here
                raise AssertionError
            return message

        async def send(message: dict[str, Any]) -> None:
            messages.append(message)

        await self.application({**scope}, receive, send)
        start, *rest = messages
        seconds, group = 0.0, ""
        headers = []
        for name, value in start["headers"]:
            if name.lower() == HEADER.lower().encode():
                text, _space, group = value.decode().partition(" ")
                seconds = float(text)
            else:
                headers.append((name, value))
        return _Answer({**start, "headers": headers}, b"".join(part.get("body", b"") for part in rest), seconds, group)


@asynccontextmanager
async def _waking(group: str) -> AsyncGenerator[Callable[[float, asyncio.Task[None]], Awaitable[None]], None]:
    """Give a function that waits until a group is woken, the client is gone, or it is time to look anyway."""
    layer: Any = get_channel_layer()
    channel = ""
    with suppress(Exception):
        channel = str(await layer.new_channel())
        await layer.group_add(group, channel)
    wake = asyncio.create_task(layer.receive(channel)) if channel else None

    async def wait(left: float, gone: asyncio.Task[None]) -> None:
        nonlocal wake
        if wake is None or wake.done() or not await layer_answers():
            await asyncio.wait({gone}, timeout=min(left, POLL_WITHOUT_LAYER_S))
            return
        await asyncio.wait({wake, gone}, timeout=min(left, LOOK_S), return_when=asyncio.FIRST_COMPLETED)
        if wake.done() and not wake.exception():
            wake = asyncio.create_task(layer.receive(channel))

    try:
        yield wait
    finally:
        with suppress(Exception):
            await layer.group_discard(group, channel)
        if wake is not None:
            wake.cancel()  # which the layer takes for the end of the channel
            await asyncio.wait({wake})


async def _body_of(receive: Any) -> bytes | None:
    """Return a request's body, as far as a view would read it; None for a client that went."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        if len(body) <= MOST_BYTES:  # beyond, Django refuses it anyway
            body += message.get("body", b"")
        if not message.get("more_body"):
            return body


async def _until_gone(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
