"""Sampled requests and their answers, where a deployment collects them: to the spool, and from there to the studio's storage."""

import asyncio
import base64
import logging
import random
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from channels.db import database_sync_to_async

from apps.core.storage import get_store
from apps.endpoints.services import part_key, take_part
from studio.asgi.scoring import spool
from studio.asgi.scoring.forwarding import WHOLE_BYTES, Answered, Request
from studio.asgi.scoring.routes import EndpointRoute
from studio.asgi.scoring.spool import Spool

logger = logging.getLogger(__name__)

EVERY_S = 1.0
RETRY_S = 15.0
CALLS = ("/score", "/invocations")


class Collector:
    """Collects requests that were answered well. ``dropped``: those for which there was no room. Args: folder: of the spool."""

    def __init__(self, folder: Path) -> None:
        self.dropped = 0
        self._spool = Spool(folder)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to hand over; what an earlier gateway left is the first."""
        self._spool.start()
        self._task = asyncio.get_running_loop().create_task(self._hand_over_now_and_then())

    async def stop(self) -> None:
        """Close all files; the next gateway hands over what remains."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        self._spool.close_old(everything=True)

    def take(self, endpoint: EndpointRoute, request: Request, answered: Answered, took_ms: float) -> None:
        """Collect a request and its answer, if the deployment wants that of this one."""
        settings: dict[str, Any] = endpoint.pools[request.deployment].settings
        wanted: dict[str, Any] = settings["collection"]
        if not wanted or not 200 <= answered.status < 300 or random.random() >= wanted["sampling_rate"]:  # noqa: S311
            return
        if not request.path.rstrip("/").endswith((*CALLS, "/infer")):
            return
        head = {
            "workspace": endpoint.workspace_id,
            "deployment": endpoint.deployment_ids[request.deployment],
            "name": f"{endpoint.name}-{request.deployment}",
            "settings": {name: value for name, value in wanted.items() if name != "for"},
            "for": wanted["for"],
        }
        line: dict[str, Any] = {
            "id": request.id,
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "ms": round(took_ms, 3),
            "model": settings["model"],
        }
        tables = _tables(answered.collected)
        if wanted["inputs"]:
            line["input"] = tables.get("input") or _text(request.body)
        if wanted["outputs"]:
            line["output"] = tables.get("output") or _text(answered.body)
        if not self._spool.append(head, line):
            self.dropped += 1

    async def hand_over(self) -> None:
        """Bring what is closed to the studio's storage.

        Raises:
            Exception: storage or database are away; the files stay.
        """
        for path in self._spool.closed():
            await database_sync_to_async(_hand_over, thread_sensitive=False)(path)
            self._spool.drop(path)

    async def _hand_over_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            await asyncio.to_thread(self._spool.sync)
            self._spool.close_old()
            try:
                await self.hand_over()
            except Exception as error:
                logger.warning("Collected requests could not be handed over (%s); they are kept.", error)
                await asyncio.sleep(RETRY_S)


def _hand_over(path: Path) -> None:
    """Store one file. Harmless when repeated: its name is its id."""
    try:
        head, lines = spool.read(path)
        times = [datetime.fromisoformat(orjson.loads(line)["at"]) for line in lines.splitlines()]
    except FileNotFoundError:
        return  # another gateway of this machine was at it, too
    except (ValueError, KeyError):
        logger.exception("What was collected in %s cannot be read.", path)
        path.rename(path.with_suffix(".damaged"))
        return
    if not times:
        return
    part_id, workspace_id = UUID(path.stem), UUID(head["workspace"])
    stored = get_store().write(part_key(workspace_id, part_id), [lines])
    take_part(
        part_id,
        head,
        size=stored.size,
        row_count=len(times),
        first_at=min(times),
        last_at=max(times),
    )


def _tables(packed: str) -> dict[str, str]:
    """Return what a script collected itself, by side; nothing where that cannot be read."""
    if not packed:
        return {}
    try:
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(base64.b64decode(packed), WHOLE_BYTES)
        tables = orjson.loads(text)
    except (ValueError, zlib.error):
        return {}
    return {side: rows for side, rows in tables.items() if isinstance(rows, str)} if isinstance(tables, dict) else {}


def _text(body: bytes | None) -> str | None:
    """Return what can be kept of a body: text that is not too long. Pictures and sounds are none."""
    if body is None or len(body) > WHOLE_BYTES:
        return None
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None
