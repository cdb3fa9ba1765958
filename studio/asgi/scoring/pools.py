"""The servers of a deployment as this gateway knows them: how many requests each has, and who waits for one."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any
from uuid import UUID

import aiohttp
from django.utils.translation import gettext as _

from apps.endpoints.autoscaling import Load
from apps.endpoints.tokens import DOOR_HEADER, door_token
from studio.asgi.scoring.refusals import Refused

# A server that could not be reached is passed over for so long; by then the routes know better.
AVOIDED_FOR_S = 1.0
# What a script collected comes as a header of its answer.
MOST_HEADER_BYTES = 64 << 10
UNIX, TCP = "unix:", "tcp:"


class Upstream:
    """One server, and the connections to it. Args: address: ``unix:/…``, or ``tcp:host:port`` on another machine."""

    def __init__(self, replica_id: str, address: str) -> None:
        self.id = replica_id
        self.address = address
        self.busy = 0
        self.avoided_until = 0.0
        self.is_gone = False
        is_far = address.startswith(TCP)
        self.base = f"http://{address.removeprefix(TCP)}" if is_far else "http://replica"
        connector: aiohttp.BaseConnector = (
            aiohttp.TCPConnector(limit=0) if is_far else aiohttp.UnixConnector(path=address.removeprefix(UNIX), limit=0)
        )
        self.session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            max_field_size=MOST_HEADER_BYTES,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
            headers={DOOR_HEADER: door_token(UUID(replica_id))} if is_far else None,
        )
        # It would send a GET again whose connection broke; but that may have been begun, and scripts do things.
        self.session._retry_connection = False

    async def leave(self) -> None:
        """Take no more requests; close the connections once none is under way."""
        self.is_gone = True
        if not self.busy:
            await self.session.close()


class Pool:
    """The servers of one deployment. Hands each request to the one that has the fewest; those beyond the limit wait in line.

    ``present``: the requests that it has, of which ``waiting`` are in line.

    Args: wake: called when a request waits for a deployment that sleeps.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self.name = ""
        self.settings: dict[str, Any] = {}
        self.present = 0
        self._wake = wake
        self._upstreams: dict[tuple[str, str], Upstream] = {}
        self._line: deque[asyncio.Future[Upstream]] = deque()
        self.waiting = 0
        # Requests times seconds since the load was last taken, for its average.
        self._busy_s = 0.0
        self._taken_at = self._counted_at = time.monotonic()

    @property
    def replicas(self) -> int:
        """How many servers are ready."""
        return len(self._upstreams)

    def take_load(self) -> Load:
        """Return how busy this was since the last time it was asked."""
        self._count(0)
        elapsed = max(self._counted_at - self._taken_at, 0.001)
        load = Load(self._busy_s / elapsed, self.waiting)
        self._busy_s, self._taken_at = 0.0, self._counted_at
        return load

    def update(self, name: str, route: dict[str, Any]) -> None:
        """Take over what the routes say now. Connections to servers that stay are kept."""
        self.name, self.settings = name, route
        known = {(replica["id"], replica["address"]) for replica in route["replicas"]}
        for place in known - self._upstreams.keys():
            self._upstreams[place] = Upstream(*place)
        for place in self._upstreams.keys() - known:
            asyncio.get_running_loop().create_task(self._upstreams.pop(place).leave())
        self._serve_line()

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
        self._serve_line()
        if (free := self.try_acquire()) is not None:
            return free
        wait_ms = self.settings["max_queue_wait_ms"]
        sleeps = not self._upstreams
        if sleeps:
            if not self.settings["wake_wait_ms"]:
                raise self._not_ready()
            wait_ms = self.settings["wake_wait_ms"]
        if self.waiting >= self.settings["max_queue"]:
            raise Refused(503, "queue_full", _("Too many requests wait for this deployment. Try again."), retry_after=1)
        loop = asyncio.get_running_loop()
        ticket: asyncio.Future[Upstream] = loop.create_future()
        self._line.append(ticket)
        expiry = loop.call_later(wait_ms / 1000, self._expire, ticket, wait_ms)
        self.waiting += 1
        self._count(1)
        if sleeps:
            self._wake()
        try:
            return await ticket
        except BaseException:
            if ticket.done() and not ticket.cancelled() and ticket.exception() is None:
                self.release(ticket.result())
            else:
                self._count(-1)
            raise
        finally:
            self.waiting -= 1
            expiry.cancel()

    def try_acquire(self) -> Upstream | None:
        """Return a free server, for a request that must not keep others waiting; None where there is none."""
        free = None if self._line else self._free()
        if free is not None:
            self._count(1)
            free.busy += 1
        return free

    def release(self, upstream: Upstream) -> None:
        """Give a server back after a request."""
        self._count(-1)
        upstream.busy -= 1
        if upstream.is_gone and not upstream.busy:
            asyncio.get_running_loop().create_task(upstream.session.close())
        self._serve_line()

    def avoid(self, upstream: Upstream) -> None:
        """Pass over a server that could not be reached."""
        upstream.avoided_until = time.monotonic() + AVOIDED_FOR_S
        asyncio.get_running_loop().call_later(AVOIDED_FOR_S, self._serve_line)

    def _count(self, change: int) -> None:
        now = time.monotonic()
        self._busy_s += self.present * (now - self._counted_at)
        self._counted_at = now
        self.present += change

    def _free(self) -> Upstream | None:
        limit = self.settings["max_concurrent"]
        best: Upstream | None = None
        for upstream in self._upstreams.values():
            if upstream.busy < limit and (best is None or upstream.busy < best.busy):
                if upstream.avoided_until and upstream.avoided_until > time.monotonic():
                    continue
                best = upstream
        return best

    def _serve_line(self) -> None:
        while self._line:
            if self._line[0].done():
                self._line.popleft()
            elif not self._upstreams and not self.settings["wake_wait_ms"]:
                self._line.popleft().set_exception(self._not_ready())
            elif (free := self._free()) is not None:
                free.busy += 1
                self._line.popleft().set_result(free)
            else:
                return

    def _expire(self, ticket: "asyncio.Future[Upstream]", wait_ms: int) -> None:
        if ticket.done():
            return
        if not self._upstreams:
            ticket.set_exception(self._not_ready())
            return
        words = _("No replica of this deployment was free within %(wait)d ms. Try again.")
        ticket.set_exception(Refused(503, "busy", words % {"wait": wait_ms}, retry_after=1))

    def _not_ready(self) -> Refused:
        reason = self.settings.get("reason") or _("it is starting")
        detail = _("The deployment “%(name)s” has no replica that is ready: %(reason)s.")
        return Refused(503, "not_ready", detail % {"name": self.name, "reason": reason.rstrip(".")}, retry_after=5)
