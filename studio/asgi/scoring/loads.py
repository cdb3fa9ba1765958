"""What this gateway tells of the load of deployments that scale by it, and that a request waits for one that sleeps."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from uuid import UUID

from channels.db import database_sync_to_async

from apps.endpoints.autoscaling import Load
from apps.endpoints.services import record_loads
from studio.asgi.scoring.pools import Pool

logger = logging.getLogger(__name__)

EVERY_S = 2.0


class Loads:
    """Tells loads every two seconds, and at once where a request waits for a deployment that sleeps.

    It goes to the database and from there to the reconciler, by no web process. While the database is away it is told again and
    again, and the requests wait.

    Args: gateway: what this one is called. pools: gives those of all deployments, by their ids.
    """

    def __init__(self, gateway: str, pools: Callable[[], Mapping[str, Pool]]) -> None:
        self._gateway = gateway
        self._pools = pools
        self._urgent = asyncio.Event()
        self._told: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to tell."""
        self._task = asyncio.get_running_loop().create_task(self._tell_now_and_then())

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    def wake(self) -> None:
        """Have it told at once."""
        self._urgent.set()

    async def tell(self) -> None:
        """Tell the loads; of what has none, once."""
        loads: dict[str, Load] = {}
        for deployment_id, pool in self._pools().items():
            if pool.settings["scales"]:
                load = pool.take_load()
                if load.busy > 0 or load.waiting or deployment_id in self._told:
                    loads[deployment_id] = load
        if not loads:
            return
        by_id = {UUID(deployment_id): load for deployment_id, load in loads.items()}
        try:
            await database_sync_to_async(record_loads, thread_sensitive=False)(self._gateway, by_id)
        except Exception as error:
            logger.warning("The loads of deployments could not be told (%s).", error)
            self._told.update(loads)
            return
        self._told = {deployment_id for deployment_id, load in loads.items() if load.busy > 0}

    async def _tell_now_and_then(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._urgent.wait(), EVERY_S)
            self._urgent.clear()
            await self.tell()
