"""Requests for endpoints that come to the studio's own address, passed on to the gateway.

In production the proxy does this and nothing comes here. Without one, pages can try an endpoint under the address that they came
from: whatever name or tunnel that is, it is the one which the reader's browser reaches, and the content security policy allows no
other. Neither a thread nor a row is held while a model thinks; who may call, the gateway decides by the key.
"""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import quote

import aiohttp
from django.conf import settings
from django.utils.translation import gettext as _
from yarl import URL

from studio.asgi.scoring.refusals import Refused
from studio.asgi.types import Receive, Scope, Send

# What is between two neighbours only.
_HOPS = frozenset(
    {b"connection", b"keep-alive", b"te", b"trailer", b"transfer-encoding", b"upgrade", b"expect", b"cookie"}
)
_HAS_BODY = frozenset({b"content-length", b"transfer-encoding"})
_PIECES_AHEAD = 8
_CONNECT_WITHIN_S = 5
# Longer than any model may take, with its wait for a free replica.
_SILENT_FOR_S = 600
_EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared with, not listened at


class ToGateway:
    """The ASGI application that passes requests on."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, and its answer back; give it up where the client goes away."""
        body = _Body(receive)
        passing = asyncio.ensure_future(self._pass(scope, body, send))
        leaving = asyncio.ensure_future(body.follow())
        await asyncio.wait({passing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        for task in (passing, leaving):
            task.cancel()
        await asyncio.wait({passing, leaving})
        if not passing.cancelled():
            passing.result()

    async def _pass(self, scope: Scope, body: "_Body", send: Send) -> None:
        names = {name for name, _value in scope["headers"]}
        headers = [
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"] if name not in _HOPS
        ]
        data = body if names & _HAS_BODY else None
        has_begun = False
        try:
            async with self._client().request(
                scope["method"], _address(scope), headers=headers, data=data, allow_redirects=False
            ) as answer:
                kept = [(name.lower(), value) for name, value in answer.raw_headers if name.lower() not in _HOPS]
                await send({"type": "http.response.start", "status": answer.status, "headers": kept})
                has_begun = True
                async for chunk in answer.content.iter_any():
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        except (aiohttp.ClientConnectionError, TimeoutError):
            if has_begun:
                raise  # all there is left is to break the answer off
            refusal = Refused(503, "gateway_away", _("The gateway does not answer. Is it running?"), retry_after=5)
            await send({"type": "http.response.start", "status": refusal.status, "headers": refusal.headers()})
            await send({"type": "http.response.body", "body": refusal.body()})

    async def stop(self) -> None:
        """Close the connections to the gateway."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _client(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        if self._session is None or self._loop is not loop:
            self._loop = loop
            timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_WITHIN_S, sock_read=_SILENT_FOR_S)
            # The answer goes back as it came.
            self._session = aiohttp.ClientSession(
                timeout=timeout,
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=["User-Agent"],
            )
        return self._session


class _Body:
    """The body of a request, as it comes."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._pieces: asyncio.Queue[bytes] = asyncio.Queue(_PIECES_AHEAD)

    async def follow(self) -> None:
        """Take what comes, until the client goes away."""
        while (message := await self._receive())["type"] != "http.disconnect":
            if message.get("body"):
                await self._pieces.put(message["body"])
            if not message.get("more_body"):
                await self._pieces.put(b"")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while piece := await self._pieces.get():
            yield piece


def _address(scope: Scope) -> URL:
    """Return where this machine's gateway has what a request is for."""
    studio = settings.STUDIO
    host = "127.0.0.1" if studio.host in _EVERYWHERE else studio.host
    path = quote(scope["path"], safe=":/@!$&'()*+,;=-._~")
    query = scope["query_string"].decode("latin-1")
    return URL(
        f"http://{f'[{host}]' if ':' in host else host}:{studio.gateway_port}{path}{f'?{query}' if query else ''}",
        encoded=True,
    )
