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


async def refuse_socket(receive: Receive, send: Send, code: int) -> None:
    """Refuse a websocket before it is open; the browser sees a handshake that failed with 403."""
    await receive()
    await send({"type": "websocket.close", "code": code})


async def refuse_unknown_socket(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a websocket at an address where there is none."""
    await refuse_socket(receive, send, 4404)


def header(scope: Scope, name: bytes) -> str:
    """Return a request header's value, or an empty text."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")
