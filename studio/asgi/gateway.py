"""The gateway process: what must not run on the studio's own host name. No Django view is reached from here.

Under the host name of user content it answers for that, under the studio's own names for endpoints, and ``/healthz`` and
``/metrics`` for every name.
"""

import hmac
import os
import re

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")

import django

django.setup()

from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host

from studio.asgi import content
from studio.asgi.health import answer_health
from studio.asgi.lifespan import answer_lifespan
from studio.asgi.scoring import Scoring, takes
from studio.asgi.scoring.metrics import CONTENT_TYPE
from studio.asgi.types import Receive, Scope, Send, header, plain_answer

DEFAULT_PORTS = {"http": 80, "https": 443}

_scoring: Scoring | None = None


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Route one connection."""
    if scope["type"] == "lifespan":
        return await answer_lifespan(receive, send, _start, _stop)
    if scope["type"] == "websocket":
        await receive()
        return await send({"type": "websocket.close", "code": 4404})
    if scope["path"] == "/healthz":
        return await answer_health(scope, receive, send)
    if scope["path"] == "/metrics" and settings.STUDIO.metrics_token and _scoring is not None:
        return await _answer_metrics(scope, send, _scoring)
    host = header(scope, b"host")
    if takes(scope) and _scoring is not None and validate_host(_without_port(host), settings.ALLOWED_HOSTS):
        return await _scoring(scope, receive, send)
    if not settings.STUDIO.isolates_content or not _is_content_host(host):
        return await content.answer_wrong_host(scope, send)
    return await content.answer(scope, receive, send)


async def _answer_metrics(scope: Scope, send: Send, scoring: Scoring) -> None:
    """Answer Prometheus, under whatever name it reaches this."""
    kind, _sep, token = header(scope, b"authorization").partition(" ")
    if kind.lower() != "bearer" or not hmac.compare_digest(token.encode(), settings.STUDIO.metrics_token.encode()):
        challenge = (b"www-authenticate", b'Bearer realm="metrics"')
        return await plain_answer(send, 401, b"Send STUDIO_METRICS_TOKEN as a bearer token.", b"text/plain", challenge)
    return await plain_answer(send, 200, scoring.metrics(), CONTENT_TYPE, (b"cache-control", b"no-store"))


async def _start() -> None:
    """Begin to serve endpoints, in the event loop of this server."""
    global _scoring  # one for each server
    _scoring = Scoring(settings.STUDIO.home)
    await _scoring.start()


async def _stop() -> None:
    if _scoring is not None:
        await _scoring.stop()


def _without_port(host: str) -> str:
    return re.sub(r":\d+$", "", host.lower())


def _is_content_host(host: str) -> bool:
    """Whether a Host header names the content host, its port included, as browsers write it."""
    parts = urlsplit(settings.STUDIO.content_url)
    default = DEFAULT_PORTS[parts.scheme]
    names = {parts.netloc, f"{parts.hostname}:{parts.port or default}"}
    return host.lower() in (names | {parts.hostname} if parts.port in {None, default} else names)
