"""The shapes of ASGI."""

from collections.abc import Awaitable, Callable
from typing import Any

Scope = Any
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


async def plain_answer(send: Send, status: int, body: bytes, media_type: bytes, *headers: tuple[bytes, bytes]) -> None:
    """Send one small answer."""
    start = {
        "type": "http.response.start",
        "status": status,
        "headers": [(b"content-type", media_type), (b"content-length", str(len(body)).encode()), *headers],
    }
    await send(start)
    await send({"type": "http.response.body", "body": body})


def header(scope: Scope, name: bytes) -> str:
    """Return a request header's value, or an empty text."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")
