"""The gateway process: what must not run on the studio's own host name. No Django view is reached from here.

It answers for one host name, that of user content, and ``/healthz`` for every name.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")

import django

django.setup()

from urllib.parse import urlsplit

from django.conf import settings

from studio.asgi import content
from studio.asgi.health import answer_health
from studio.asgi.lifespan import answer_lifespan
from studio.asgi.types import Receive, Scope, Send, header

DEFAULT_PORTS = {"http": 80, "https": 443}


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Route one connection."""
    if scope["type"] == "lifespan":
        return await answer_lifespan(receive, send)
    if scope["type"] == "websocket":
        await receive()
        return await send({"type": "websocket.close", "code": 4404})
    if scope["path"] == "/healthz":
        return await answer_health(scope, receive, send)
    if not settings.STUDIO.isolates_content or not _is_content_host(header(scope, b"host")):
        return await content.answer_wrong_host(scope, send)
    return await content.answer(scope, receive, send)


def _is_content_host(host: str) -> bool:
    """Whether a Host header names the content host, its port included, as browsers write it."""
    parts = urlsplit(settings.STUDIO.content_url)
    default = DEFAULT_PORTS[parts.scheme]
    names = {parts.netloc, f"{parts.hostname}:{parts.port or default}"}
    return host.lower() in (names | {parts.hostname} if parts.port in {None, default} else names)
