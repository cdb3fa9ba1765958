"""Requests and answers of plain ASGI, for what is too frequent to pass Django."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

import orjson
from django.http import Http404
from django.utils.translation import gettext as _

from apps.core.errors import NotFound, PlatformError, StudioError
from apps.core.faults import recognise
from apps.experiments.ingestion.errors import Busy, TokenRefused
from apps.experiments.ingestion.requests import too_large

logger = logging.getLogger(__name__)

Scope = Any
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Handler = Callable[[Scope, Receive], Awaitable[Any]]

# A client that is refused before it has sent everything may never see why, so a little too much is read and dropped.
_DROPPED_BYTES = 32 * 2**20


class ClientGone(Exception):
    """The client went away before it had sent everything."""


def token_of(scope: Scope) -> str:
    """Return the bearer token of a request.

    Raises:
        TokenRefused: it has none.
    """
    kind, _sep, value = header(scope, b"authorization").partition(" ")
    if kind.lower() != "bearer" or not value.strip():
        raise TokenRefused(_("Send the token of the work: “Authorization: Bearer …”."))
    return value.strip()


def header(scope: Scope, name: bytes) -> str:
    """Return a request header's value, or an empty text."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def query_of(scope: Scope) -> dict[str, str]:
    """Return the last value of each name in a request's query."""
    found = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True, errors="replace")
    return {name: values[-1] for name, values in found.items()}


async def read_body(receive: Receive, limit: int) -> bytes:
    """Return a request's body of at most ``limit`` bytes.

    Raises:
        TooLarge: it is longer.
        ClientGone: it never came to its end.
    """
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        body = message.get("body", b"")
        size += len(body)
        if size <= limit:
            parts.append(body)
        elif size > limit + _DROPPED_BYTES:
            raise too_large(limit)
        if not message.get("more_body"):
            break
    if size > limit:
        raise too_large(limit)
    return b"".join(parts)


async def respond(scope: Scope, receive: Receive, send: Send, handler: Handler, as_body: "AsBody") -> None:
    """Answer with what ``handler`` returns, as JSON, or with the error it raises as ``as_body`` words it."""
    try:
        status, body = 200, await handler(scope, receive)
    except ClientGone:
        return
    except Exception as error:
        problem = in_words(error)
        if isinstance(problem, PlatformError) and not isinstance(problem, Busy):
            logger.error("%s at %s", problem.reference, scope["path"], exc_info=error)
        status, body = int(problem.status), as_body(problem)
    await answer(send, status, body, is_problem=status >= 400)


AsBody = Callable[[StudioError], Any]


def in_words(error: Exception) -> StudioError:
    """Return any error as one that speaks."""
    if isinstance(error, Http404):
        return NotFound(_("There is nothing here, or you may not see it."))
    return recognise(error) or PlatformError(_("Something went wrong on our side, so this was not saved. Try again."))


async def answer(send: Send, status: int, body: Any, *, is_problem: bool = False) -> None:
    """Send one JSON answer."""
    data = orjson.dumps(body)
    headers = [
        (b"content-type", b"application/problem+json" if is_problem else b"application/json"),
        (b"content-length", str(len(data)).encode()),
        (b"cache-control", b"no-store"),
    ]
    if status == 401:
        headers.append((b"www-authenticate", b'Bearer realm="work"'))
    if status in {429, 503}:
        headers.append((b"retry-after", b"1"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": data})
