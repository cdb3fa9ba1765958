"""The bodies of requests: read as a whole before a server is bothered with them, within limits of size, time and memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from django.utils.translation import gettext as _

from apps.experiments.ingestion.http import ClientGone
from studio.asgi.scoring.refusals import Refused
from studio.asgi.types import Receive, Scope, header

LARGEST_BODY = 100 * 2**20
# Of all requests together: what would not fit is told to come back, so that the gateway does not die of it.
MOST_HELD = 2**30
BODY_WITHIN_S = 20.0
SLOWEST_BODY = 100_000  # bytes a second, beyond the first seconds
# A client that is refused before it has sent all of its request may never see why, so what is too much is read and dropped.
MOST_DROPPED = 400 * 2**20


class Bodies:
    """What the requests hold that are under way. ``held``: bytes."""

    def __init__(self) -> None:
        self.held = 0

    @asynccontextmanager
    async def read(self, scope: Scope, receive: Receive) -> AsyncIterator[bytes]:
        """Give the body of a request, and let go of it at the end.

        Raises:
            Refused: it is too large, comes too slowly, or there is no room for it. ClientGone: the client went away.
        """
        parts: list[bytes] = []
        try:
            async with asyncio.timeout(BODY_WITHIN_S) as clock:
                await self._receive(scope, receive, parts, clock)
        except BaseException as error:
            self.held -= sum(map(len, parts))
            if isinstance(error, TimeoutError):
                raise Refused(408, "too_slow", _("The request took too long to arrive.")) from None
            raise
        body = parts[0] if len(parts) == 1 else b"".join(parts)
        try:
            yield body
        finally:
            self.held -= len(body)

    async def _receive(self, scope: Scope, receive: Receive, parts: list[bytes], clock: asyncio.Timeout) -> None:
        refusal = _too_large() if _declared(scope) > LARGEST_BODY else None
        if refusal and header(scope, b"expect"):
            raise refusal  # it asks before it sends
        began_at = asyncio.get_running_loop().time()
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            piece: bytes = message.get("body", b"")
            size += len(piece)
            if refusal is None:
                refusal = self._take(piece, size, parts)
            if not message.get("more_body"):
                break
            if size > MOST_DROPPED:
                raise refusal or _too_large()
            clock.reschedule(began_at + BODY_WITHIN_S + size / SLOWEST_BODY)
        if refusal is not None:
            raise refusal

    def _take(self, piece: bytes, size: int, parts: list[bytes]) -> Refused | None:
        """Keep a piece of a body. Returns why the request is refused, if it is; nothing of it is kept then."""
        if size <= LARGEST_BODY and self.held + len(piece) <= MOST_HELD:
            self.held += len(piece)
            parts.append(piece)
            return None
        self.held -= sum(map(len, parts))
        parts.clear()
        if size > LARGEST_BODY:
            return _too_large()
        return Refused(503, "memory_full", _("Too many large requests are under way. Try again."), retry_after=2)


def _too_large() -> Refused:
    detail = _("The request has more than %(limit)d MB.") % {"limit": LARGEST_BODY // 2**20}
    return Refused(413, "too_large", detail)


def _declared(scope: Scope) -> int:
    said = header(scope, b"content-length")
    return int(said) if said.isascii() and said.isdigit() else 0
