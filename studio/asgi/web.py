"""The web process: plain ASGI paths first, then websockets behind an Origin check, then Django.

Order matters: what must be fast or must answer while the database is busy does not pass Django's middleware.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()

from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from django.urls import re_path

from apps.core.long_poll import LongPoll
from apps.data.uploads.receiving import PartReceiver
from apps.experiments.ingestion import app as ingestion
from apps.tracking import asgi as tracking
from studio.asgi.health import answer_health
from studio.asgi.lifespan import answer_lifespan
from studio.asgi.origin import OriginCheck
from studio.asgi.scoring import takes as is_for_endpoint
from studio.asgi.to_gateway import ToGateway
from studio.asgi.types import Receive, Scope, Send, refuse_unknown_socket
from studio.sockets import socket_patterns

known_or_refused = [*socket_patterns, re_path("", refuse_unknown_socket)]  # type: ignore[arg-type]  # as for consumers
websockets = OriginCheck(AuthMiddlewareStack(URLRouter(known_or_refused)))

long_polls = LongPoll(django_application)
parts = PartReceiver(django_application)
to_gateway = ToGateway()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Route one connection."""
    if scope["type"] == "lifespan":
        return await answer_lifespan(receive, send, stop=to_gateway.stop)
    if scope["type"] == "websocket":
        return await websockets(scope, receive, send)
    if scope["path"] == "/healthz":
        return await answer_health(scope, receive, send)
    if scope["path"] == "/api/v1/agents/lease/":
        return await long_polls(scope, receive, send)
    if ingestion.takes(scope):
        return await ingestion.application(scope, receive, send)
    if tracking.takes(scope):
        return await tracking.application(scope, receive, send)
    if parts.takes(scope):
        return await parts(scope, receive, send)
    if is_for_endpoint(scope):
        return await to_gateway(scope, receive, send)
    return await django_application(scope, receive, send)
