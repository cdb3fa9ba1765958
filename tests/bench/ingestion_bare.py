"""The ceiling for ``tests.bench.ingestion``: an ASGI application that reads metrics and writes each as a row, and no more.

It has no tokens, no runs, no summaries and no doubles; requests that wait together are committed together.
"""

import asyncio
import os
import queue
import sqlite3
import threading
from typing import Any

import orjson

REQUESTS_AT_ONCE = 64
_jobs: queue.SimpleQueue[tuple[list[Any], asyncio.AbstractEventLoop, "asyncio.Future[None]"]] = queue.SimpleQueue()


def _write() -> None:
    connection = sqlite3.connect(os.environ["BENCH_DATABASE"], isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA mmap_size=134217728;PRAGMA cache_size=-16000;"
        "CREATE TABLE metric (run TEXT, name TEXT, step INTEGER, at INTEGER, value REAL);"
        "CREATE INDEX by_name ON metric (run, name, step);"
    )
    while True:
        group = [_jobs.get()]
        while len(group) < REQUESTS_AT_ONCE and not _jobs.empty():
            group.append(_jobs.get())
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO metric VALUES (?, ?, ?, ?, ?)", [row for rows, *_job in group for row in rows]
        )
        connection.execute("COMMIT")
        for _rows, loop, done in group:
            loop.call_soon_threadsafe(done.set_result, None)


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Take one request."""
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                threading.Thread(target=_write, daemon=True).start()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    said = orjson.loads(body)
    metrics = said.get("metrics") or [said]
    rows = [(said["run_id"], one["key"], one["step"], one["timestamp"], one["value"]) for one in metrics]
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()
    _jobs.put((rows, loop, done))
    await done
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"{}"})
