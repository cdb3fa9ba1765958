"""Which endpoints there are and where their requests go: from the database, kept in memory and on disk."""

import asyncio
import hmac
import logging
import os
import random
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.utils.translation import gettext as _

from apps.core import events
from apps.core.crypto import token_hash
from apps.endpoints import tokens
from apps.endpoints.events import ROUTES_TOPIC
from apps.endpoints.services.routes import ROUTES_FORMAT, all_routes, routes_version
from studio.asgi.scoring.pools import Pool
from studio.asgi.scoring.quotas import Quota
from studio.asgi.scoring.refusals import Refused

logger = logging.getLogger(__name__)

POLL_S = 2.0


class EndpointRoute:
    """One endpoint as the gateway knows it."""

    def __init__(self, said: dict[str, Any], pools: dict[str, Pool], quota: Quota) -> None:
        self.id: str = said["id"]
        self.name: str = said["name"]
        self.workspace: str = said["workspace"]
        self.workspace_id: str = said["workspace_id"]
        self.auth: str = said["auth"]
        self.keys: list[str] = said["keys"]
        self.quota = quota
        self.pools = {name: pools[route["id"]] for name, route in said["deployments"].items()}
        self.deployment_ids = {name: route["id"] for name, route in said["deployments"].items()}
        self.traffic: list[tuple[str, int]] = [
            (name, share) for name, share in said["traffic"].items() if share and name in self.pools
        ]
        self.mirror: list[tuple[str, int]] = [
            (name, share) for name, share in said["mirror"].items() if share and name in self.pools
        ]

    def caller(self, token: str) -> str:
        """Return who has a key or token that opens this endpoint: ``primary``, ``secondary``, ``token`` for all that have one, or
        ``studio``; empty where it does not. Takes as long for a wrong key as for a right one."""
        if self.auth == "key":
            digest = token_hash(token)
            first, second = (hmac.compare_digest(digest, key) for key in self.keys)
            if first or second:
                return "primary" if first else "secondary"
        kind = tokens.kind_of(token, self.id)
        if kind == tokens.TEST:
            return "studio"
        return "token" if kind and self.auth != "key" else ""

    def choose(self, wanted: str) -> str:
        """Return the name of the deployment for a request.

        Args: wanted: the one that the request names; empty where the traffic decides.

        Raises:
            Refused: there is no such deployment, or none that receives requests.
        """
        if wanted:
            if wanted not in self.pools:
                detail = _("This endpoint has no deployment “%(name)s”.") % {"name": wanted[:80]}
                raise Refused(404, "deployment_unknown", detail)
            return wanted
        if not self.traffic:
            detail = _("No deployment of this endpoint receives traffic. Set the traffic, or name a deployment.")
            raise Refused(503, "no_traffic", detail, retry_after=30)
        return _draw(self.traffic)

    def choose_mirror(self) -> str:
        """Return the deployment that gets a copy of this request; mostly none."""
        for name, share in self.mirror:
            if random.random() * 100 < share:  # noqa: S311
                return name
        return ""


class Routes:
    """Follows the routes of all endpoints. ``pools``: by the ids of deployments.

    Args: kept: the file that holds what was last known. wake: called when a request waits for a deployment that sleeps.
    """

    def __init__(self, kept: Path, wake: Callable[[], None]) -> None:
        self.pools: dict[str, Pool] = {}
        self._kept = kept
        self._wake = wake
        self._version = -1
        self._quotas: dict[str, Quota] = {}
        self._by_place: dict[tuple[str, str], EndpointRoute] = {}
        self._by_name: dict[str, list[EndpointRoute]] = {}
        self._woken = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._looked = asyncio.Event()

    async def start(self) -> None:
        """Take over what was last known, and begin to follow what changes."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            kept = orjson.loads(self._kept.read_bytes())
            if kept["format"] == ROUTES_FORMAT:
                self._take(kept)
        self._version = -1  # the database may have been replaced since
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._follow()), loop.create_task(self._listen())]

    async def stop(self) -> None:
        """End following, and close all connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        for pool in self.pools.values():
            await pool.close()

    @property
    def endpoints(self) -> Iterable[EndpointRoute]:
        """All endpoints."""
        return self._by_place.values()

    def find(self, workspace: str, name: str) -> EndpointRoute | None:
        """Return an endpoint by the names in its address."""
        return self._by_place.get((workspace.lower(), name))

    def named(self, name: str) -> list[EndpointRoute]:
        """Return the endpoints of this name in all workspaces, for addresses that name none."""
        return self._by_name.get(name, [])

    async def refresh(self) -> None:
        """Look at once whether something changed."""
        version = await database_sync_to_async(routes_version, thread_sensitive=False)()
        if version == self._version:
            return
        said = await database_sync_to_async(all_routes, thread_sensitive=False)()
        self._take(said)
        await asyncio.to_thread(self._keep, said)

    def _take(self, said: dict[str, Any]) -> None:
        by_place: dict[tuple[str, str], EndpointRoute] = {}
        by_name: dict[str, list[EndpointRoute]] = {}
        pools: dict[str, Pool] = {}
        quotas: dict[str, Quota] = {}
        for endpoint in said["endpoints"]:
            for name, route in endpoint["deployments"].items():
                pool = pools[route["id"]] = self.pools.get(route["id"]) or Pool(self._wake)
                pool.update(name, route)
            quota = quotas[endpoint["id"]] = self._quotas.get(endpoint["id"]) or Quota()
            quota.per_minute = endpoint["requests_per_minute"]
            made = EndpointRoute(endpoint, pools, quota)
            by_place[endpoint["workspace"], endpoint["name"]] = made
            by_name.setdefault(endpoint["name"], []).append(made)
        for deployment_id in self.pools.keys() - pools.keys():
            gone = self.pools[deployment_id]
            gone.update("", {**gone.settings, "replicas": [], "wake_wait_ms": 0})
        self.pools, self._quotas = pools, quotas
        self._by_place, self._by_name = by_place, by_name
        self._version = said["version"]

    def _keep(self, said: dict[str, Any]) -> None:
        draft = self._kept.with_name(f".{self._kept.name}.{os.getpid()}")
        try:
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(orjson.dumps(said))
            draft.replace(self._kept)
        except OSError as error:
            logger.warning("The routes could not be kept on disk: %s", error)

    async def _follow(self) -> None:
        was_away = False
        while True:
            try:
                await self.refresh()
                was_away = False
            except Exception as error:
                if not was_away:
                    logger.warning("The routes cannot be read (%s); the last known ones stay in force.", error)
                was_away = True
            self._woken.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), POLL_S)

    async def _listen(self) -> None:
        """Have the look come at once where something changed; a lost message is healed by the next look."""
        layer = get_channel_layer()
        while True:
            try:
                channel = await layer.new_channel()
                await layer.group_add(events.group_name(ROUTES_TOPIC), channel)
                while True:
                    await layer.receive(channel)
                    self._woken.set()
            except Exception:
                await asyncio.sleep(POLL_S)


def _draw(traffic: list[tuple[str, int]]) -> str:
    point = random.random() * sum(share for _name, share in traffic)  # noqa: S311
    for name, share in traffic:
        point -= share
        if point < 0:
            return name
    return traffic[-1][0]
