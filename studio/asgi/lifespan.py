"""The server's start and stop."""

from collections.abc import Awaitable, Callable

from studio.asgi.types import Receive, Send


async def _nothing() -> None:
    """Do nothing."""


async def answer_lifespan(
    receive: Receive,
    send: Send,
    start: Callable[[], Awaitable[None]] = _nothing,
    stop: Callable[[], Awaitable[None]] = _nothing,
) -> None:
    """Agree to starting and stopping, after doing what has to be done for each."""
    while True:
        message = await receive()
        is_over = message["type"] == "lifespan.shutdown"
        await (stop if is_over else start)()
        await send({"type": f"{message['type']}.complete"})
        if is_over:
            return
