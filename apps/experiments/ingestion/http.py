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
ErrorOf = Callable[[dict[str, Any]], dict[str, Any]] | None

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
        raise TokenRefused(_("Send a token with the request: “Authorization: Bearer …”."))
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


async def respond(
    scope: Scope, receive: Receive, send: Send, handler: Handler, *, error_of: ErrorOf = None, realm: str = "work"
) -> None:
    """Answer with what ``handler`` returns, as JSON, or with the problem it raises.

    Args: error_of: puts a problem document into the words of another dialect; None leaves it as it is.
    """
    try:
        await answer(send, 200, await handler(scope, receive))
    except ClientGone:
        return
    except Exception as error:
        known = in_words(error)
        if isinstance(known, PlatformError) and not isinstance(known, Busy):
            logger.error("%s at %s", known.reference, scope["path"], exc_info=error)
        problem = known.problem()
        headers = [(b"www-authenticate", f'Bearer realm="{realm}"'.encode())] if known.status == 401 else []
        if known.status in {429, 503}:
            headers.append((b"retry-after", b"1"))
        media_type = b"application/json" if error_of else b"application/problem+json"
        await answer(send, int(known.status), error_of(problem) if error_of else problem, media_type, *headers)


def in_words(error: Exception) -> StudioError:
    """Return any error as one that speaks."""
    if isinstance(error, Http404):
        return NotFound(_("There is nothing here, or you may not see it."))
    return recognise(error) or PlatformError(_("Something went wrong on our side, so this was not saved. Try again."))


async def answer(
    send: Send, status: int, body: Any, media_type: bytes = b"application/json", *headers: tuple[bytes, bytes]
) -> None:
    """Send one JSON answer."""
    data = orjson.dumps(body)
    common = [
        (b"content-type", media_type),
        (b"content-length", str(len(data)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": [*common, *headers]})
    await send({"type": "http.response.body", "body": data})
