"""``/healthz``: is this process up, and does its database answer?"""

import asyncio

import orjson
from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection

from studio.asgi.types import Receive, Scope, Send, plain_answer

DEADLINE_S = 5


@sync_to_async
def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    finally:
        connection.close_if_unusable_or_obsolete()
    return True


async def answer_health(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer anybody: 200 where all is well and 503 where the database does not answer in time."""
    if scope["method"] not in {"GET", "HEAD"}:
        return await plain_answer(send, 405, b"", b"text/plain", (b"allow", b"GET, HEAD"))
    try:
        healthy = await asyncio.wait_for(_database_answers(), DEADLINE_S)
    except TimeoutError:
        healthy = False
    body = orjson.dumps({"status": "ok" if healthy else "the database does not answer"})
    return await plain_answer(send, 200 if healthy else 503, body, b"application/json", (b"cache-control", b"no-store"))
