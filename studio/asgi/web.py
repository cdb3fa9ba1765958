"""The web process: plain ASGI paths first, then websockets behind an Origin check, then Django.

Order matters: what must be fast or must answer while the database is busy does not pass Django's middleware.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()

from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter

from studio.asgi.health import answer_health
from studio.asgi.origin import OriginCheck
from studio.asgi.types import Receive, Scope, Send
from studio.sockets import socket_patterns

websockets = OriginCheck(AuthMiddlewareStack(URLRouter(socket_patterns)))


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Route one connection."""
    if scope["type"] == "lifespan":
        return await _lifespan(receive, send)
    if scope["type"] == "websocket":
        return await websockets(scope, receive, send)
    if scope["path"] == "/healthz":
        return await answer_health(scope, receive, send)
    return await django_application(scope, receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
