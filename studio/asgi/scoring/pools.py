"""The servers of a deployment as this gateway knows them: how many requests each has, and who waits for one."""

import asyncio
import time
from collections import deque
from typing import Any

import aiohttp
from django.utils.translation import gettext as _

from studio.asgi.scoring.refusals import Refused

# A server that could not be reached is passed over for so long; by then the routes know better.
AVOIDED_FOR_S = 1.0


class Upstream:
    """One server, and the connections to it."""

    def __init__(self, replica_id: str, address: str) -> None:
        self.id = replica_id
        self.address = address
        self.busy = 0
        self.avoided_until = 0.0
        self.is_gone = False
        self.session = aiohttp.ClientSession(
            base_url="http://replica",
            connector=aiohttp.UnixConnector(path=address.removeprefix("unix:"), limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
        )

    async def leave(self) -> None:
        """Take no more requests; close the connections once none is under way."""
        self.is_gone = True
        if not self.busy:
            await self.session.close()


class Pool:
    """The servers of one deployment. Hands each request to the one that has the fewest; those beyond the limit wait in line."""

    def __init__(self) -> None:
        self.name = ""
        self.settings: dict[str, Any] = {}
        self._upstreams: dict[tuple[str, str], Upstream] = {}
        self._waiting: deque[asyncio.Future[Upstream]] = deque()

    def update(self, name: str, route: dict[str, Any]) -> None:
        """Take over what the routes say now. Connections to servers that stay are kept."""
        self.name, self.settings = name, route
        known = {(replica["id"], replica["address"]) for replica in route["replicas"]}
        for place in known - self._upstreams.keys():
            self._upstreams[place] = Upstream(*place)
        for place in self._upstreams.keys() - known:
            asyncio.get_running_loop().create_task(self._upstreams.pop(place).leave())
        self._serve_waiting()

    async def close(self) -> None:
        """Close all connections."""
        for upstream in self._upstreams.values():
            await upstream.session.close()
        self._upstreams.clear()

    async def acquire(self) -> Upstream:
        """Return the server for one request, as soon as one is free. Give it back with ``release``.

        Raises:
            Refused: there is none, too many wait already, or none became free in time.
        """
        if not self._waiting and (free := self._free()) is not None:
            free.busy += 1
            return free
        if not self._upstreams:
            raise self._not_ready()
        if len(self._waiting) >= self.settings["max_queue"]:
            raise Refused(503, "queue_full", _("Too many requests wait for this deployment. Try again."), retry_after=1)
        loop = asyncio.get_running_loop()
        ticket: asyncio.Future[Upstream] = loop.create_future()
        self._waiting.append(ticket)
        expiry = loop.call_later(self.settings["max_queue_wait_ms"] / 1000, self._expire, ticket)
        try:
            return await ticket
        except asyncio.CancelledError:
            if ticket.done() and not ticket.cancelled() and ticket.exception() is None:
                self.release(ticket.result())
            raise
        finally:
            expiry.cancel()

    def try_acquire(self) -> Upstream | None:
        """Return a free server, for a request that must not keep others waiting; None where there is none."""
        free = None if self._waiting else self._free()
        if free is not None:
            free.busy += 1
        return free

    def release(self, upstream: Upstream) -> None:
        """Give a server back after a request."""
        upstream.busy -= 1
        if upstream.is_gone and not upstream.busy:
            asyncio.get_running_loop().create_task(upstream.session.close())
        self._serve_waiting()

    def avoid(self, upstream: Upstream) -> None:
        """Pass over a server that could not be reached."""
        upstream.avoided_until = time.monotonic() + AVOIDED_FOR_S

    def _free(self) -> Upstream | None:
        limit = self.settings["max_concurrent"]
        best: Upstream | None = None
        for upstream in self._upstreams.values():
            if upstream.busy < limit and (best is None or upstream.busy < best.busy):
                if upstream.avoided_until and upstream.avoided_until > time.monotonic():
                    continue
                best = upstream
        return best

    def _serve_waiting(self) -> None:
        while self._waiting:
            if self._waiting[0].done():
                self._waiting.popleft()
                continue
            if not self._upstreams:
                self._waiting.popleft().set_exception(self._not_ready())
                continue
            if (free := self._free()) is None:
                return
            free.busy += 1
            self._waiting.popleft().set_result(free)

    def _expire(self, ticket: "asyncio.Future[Upstream]") -> None:
        if not ticket.done():
            words = _("No replica of this deployment was free within %(wait)d ms. Try again.")
            detail = words % {"wait": self.settings["max_queue_wait_ms"]}
            ticket.set_exception(Refused(503, "busy", detail, retry_after=1))

    def _not_ready(self) -> Refused:
        reason = self.settings.get("reason") or _("it is starting")
        detail = _("The deployment “%(name)s” has no replica that is ready: %(reason)s.")
        return Refused(503, "not_ready", detail % {"name": self.name, "reason": reason.rstrip(".")}, retry_after=5)
