"""The server's start and stop."""

from studio.asgi.types import Receive, Send


async def answer_lifespan(receive: Receive, send: Send) -> None:
    """Agree to starting and stopping; nothing has to be done for either."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
