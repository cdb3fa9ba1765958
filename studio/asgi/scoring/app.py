"""``/api/v1/endpoints/<workspace>/<endpoint>/…`` and ``/api/v1/service/<name>/…``: requests for models.

No Django view is reached from here and no row is read while a request is answered, so that scoring goes on while web or database
is away.
"""

import asyncio
import re
import time
from pathlib import Path
from uuid import uuid4

from django.utils.translation import gettext as _

from apps.core.errors import TooLarge
from apps.experiments.ingestion.http import ClientGone, read_body
from studio.asgi.scoring.counting import Counter, Done
from studio.asgi.scoring.forwarding import Request, copy_to, forward
from studio.asgi.scoring.refusals import Refused
from studio.asgi.scoring.routes import EndpointRoute, Routes
from studio.asgi.types import Receive, Scope, Send, header

_PLACE = re.compile(
    r"/api/v1/(?:endpoints/(?P<workspace>[^/]{1,64})/(?P<name>[^/]{1,64})|service/(?P<alone>[^/]{1,64}))/(?P<rest>.*)",
    re.DOTALL,
)
_REST = re.compile(r"(?:|score|swagger\.json|invocations|ping|version|v2(?:/.*)?)/?")
_USUAL_ID = re.compile(r"[A-Za-z0-9._:+/=-]{1,100}")
BODY_WITHIN_S = 120
LARGEST_BODY = 100 * 2**20


def takes(scope: Scope) -> bool:
    """Whether a request is for an endpoint."""
    path: str = scope["path"]
    return scope["type"] == "http" and path.startswith(("/api/v1/endpoints/", "/api/v1/service/"))


class Scoring:
    """The ASGI application of all endpoints. Args: home: the folder in which the routes are kept."""

    def __init__(self, home: Path) -> None:
        self.routes = Routes(home / "gateway-routes.json")
        self.counter = Counter()

    async def start(self) -> None:
        """Begin to follow the routes; call it once in the event loop that serves."""
        await self.routes.start()
        self.counter.start()

    async def stop(self) -> None:
        """Let go of everything."""
        await self.routes.stop()
        await self.counter.stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request that ``takes`` is true of."""
        request_id = header(scope, b"x-request-id")
        if not _USUAL_ID.fullmatch(request_id):
            request_id = str(uuid4())
        try:
            await self._answer(scope, receive, send, request_id)
        except Refused as refusal:
            await _refuse(send, refusal, request_id)
        except ClientGone:
            return

    async def _answer(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        endpoint, rest = self._find(scope)
        name = endpoint.choose(header(scope, b"azureml-model-deployment"))
        started = time.perf_counter()
        request = Request(scope["method"], f"/{rest}", scope["query_string"], scope["headers"], b"", request_id, name)
        waited, sent, status, answered, problem = 0.0, 0, 499, 0, ""
        try:
            request.body = await _body(receive)
            sent = len(request.body)
            self._mirror(endpoint, request)
            asked = time.perf_counter()
            upstream = await endpoint.pools[name].acquire()
            waited = time.perf_counter() - asked
            status, answered = await forward(endpoint.pools[name], upstream, request, send)
        except Refused as refusal:
            status, problem = refusal.status, refusal.detail
            raise
        finally:
            took = (time.perf_counter() - started) * 1000
            self.counter.add(
                Done(
                    endpoint.deployment_ids[name],
                    request_id,
                    rest,
                    status,
                    took,
                    waited * 1000,
                    sent,
                    answered,
                    problem,
                )
            )

    def _find(self, scope: Scope) -> tuple[EndpointRoute, str]:
        """Return the endpoint of an address, if the caller may call it, and what follows its name.

        Raises:
            Refused: there is no such address, or the key is not the right one.
        """
        place = _PLACE.fullmatch(scope["path"])
        if place is None or not _REST.fullmatch(place["rest"]):
            raise Refused(404, "address_unknown", _("There is nothing here. Requests go to …/score."))
        if place["alone"]:
            found = self.routes.named(place["alone"])
        else:
            one = self.routes.find(place["workspace"], place["name"])
            found = [one] if one else []
        if scope["method"] == "OPTIONS" and found and header(scope, b"access-control-request-method"):
            return found[0], place["rest"]  # a browser asks, without a key, whether it may ask
        kind, _sep, token = header(scope, b"authorization").partition(" ")
        token = token.strip()
        if kind.lower() != "bearer" or not token:
            detail = _("Send the endpoint's key with the request: “Authorization: Bearer …”.")
            raise Refused(401, "key_needed", detail)
        # All are tried, and one that there is not takes as long as one whose key is another: names are told to nobody.
        opened = [endpoint for endpoint in found if endpoint.opens(token)]
        if not opened:
            detail = _(
                "There is no endpoint here that this key or token opens. It may be another one's, or have been replaced."
            )
            raise Refused(401, "key_refused", detail)
        return opened[0], place["rest"]

    def _mirror(self, endpoint: EndpointRoute, request: Request) -> None:
        """Send a copy of a request to the deployment that gets some, if it has a server free for it."""
        name = endpoint.mirror and endpoint.choose_mirror()
        if not name:
            return
        pool = endpoint.pools[name]
        if (upstream := pool.try_acquire()) is not None:
            asyncio.get_running_loop().create_task(copy_to(pool, upstream, request))


async def _body(receive: Receive) -> bytes:
    """Return the body of a request.

    Raises:
        Refused: it is too large, or does not come. ClientGone: the client went away.
    """
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            return await read_body(receive, LARGEST_BODY)
    except TooLarge:
        detail = _("The request has more than %(limit)d MB.") % {"limit": LARGEST_BODY // 2**20}
        raise Refused(413, "too_large", detail) from None
    except TimeoutError:
        detail = _("The request did not come within %(wait)d s.") % {"wait": BODY_WITHIN_S}
        raise Refused(408, "too_slow", detail) from None


async def _refuse(send: Send, refusal: Refused, request_id: str) -> None:
    body = refusal.body()
    headers = [
        *refusal.headers(),
        (b"content-length", str(len(body)).encode()),
        (b"x-request-id", request_id.encode()),
    ]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
