"""``/api/v1/endpoints/<workspace>/<endpoint>/…`` and ``/api/v1/service/<name>/…``: requests for models.

No Django view is reached from here and no row is read while a request is answered, so that scoring goes on while web or database
is away.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

from django.utils.translation import gettext as _

from apps.experiments.ingestion.http import ClientGone
from studio.asgi.scoring import metrics
from studio.asgi.scoring.bodies import Bodies
from studio.asgi.scoring.collecting import Collector
from studio.asgi.scoring.counting import Counter, Done
from studio.asgi.scoring.forwarding import Answered, Request, copy_to, forward
from studio.asgi.scoring.loads import Loads
from studio.asgi.scoring.refusals import Refused
from studio.asgi.scoring.routes import EndpointRoute, Routes
from studio.asgi.types import Receive, Scope, Send, header, plain_answer

_PLACE = re.compile(
    r"/api/v1/(?:endpoints/(?P<workspace>[^/]{1,64})/(?P<name>[^/]{1,64})|service/(?P<alone>[^/]{1,64}))/(?P<rest>.*)",
    re.DOTALL,
)
_REST = re.compile(r"(?:|score|swagger\.json|invocations|ping|version|metrics|v2(?:/.*)?)/?")
_METRICS = re.compile(r"metrics/?")
_USUAL_ID = re.compile(r"[A-Za-z0-9._:+/=-]{1,100}")
_GONE = 499  # as proxies write down that the client went away before there was an answer


def takes(scope: Scope) -> bool:
    """Whether a request is for an endpoint."""
    path: str = scope["path"]
    return scope["type"] == "http" and path.startswith(("/api/v1/endpoints/", "/api/v1/service/"))


class Scoring:
    """The ASGI application of all endpoints. Args: home: the folder in which routes and collected requests are kept."""

    def __init__(self, home: Path) -> None:
        gateway = uuid4().hex
        self.loads = Loads(gateway, lambda: self.routes.pools)
        self.routes = Routes(home / "gateway-routes.json", self.loads.wake)
        self.counter = Counter(gateway)
        self.collector = Collector(home / "collected")
        self._bodies = Bodies()

    async def start(self) -> None:
        """Begin to follow the routes; call it once in the event loop that serves."""
        await self.routes.start()
        self.counter.start()
        self.loads.start()
        self.collector.start()

    async def stop(self) -> None:
        """Let go of everything."""
        await self.routes.stop()
        await self.loads.stop()
        await self.counter.stop()
        await self.collector.stop()

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

    def metrics(self) -> bytes:
        """Return the metrics of all endpoints, as Prometheus reads them."""
        return metrics.render(self.routes.endpoints, self.counter)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        endpoint, rest, caller = self._find(scope)
        if caller and _METRICS.fullmatch(rest):
            await plain_answer(send, 200, metrics.render([endpoint], self.counter), metrics.CONTENT_TYPE)
            return
        name = endpoint.choose(header(scope, b"azureml-model-deployment"))
        pool = endpoint.pools[name]
        started = time.perf_counter()
        request = Request(scope["method"], f"/{rest}", scope["query_string"], scope["headers"], b"", request_id, name)
        waited, answered, problem = 0.0, Answered(_GONE, 0), ""
        try:
            endpoint.quota.take(caller)
            async with self._bodies.read(scope, receive) as request.body, _while_there(receive):
                self._mirror(endpoint, request)
                asked = time.perf_counter()
                upstream = await pool.acquire()
                waited = time.perf_counter() - asked
                answered = await forward(pool, upstream, request, send)
        except Refused as refusal:
            answered, problem = Answered(refusal.status, 0), refusal.detail
            raise
        finally:
            took_ms = (time.perf_counter() - started) * 1000
            self.counter.add(
                Done(
                    endpoint.deployment_ids[name],
                    request_id,
                    rest,
                    answered.status,
                    took_ms,
                    waited * 1000,
                    len(request.body),
                    answered.size,
                    problem,
                )
            )
        self.collector.take(endpoint, request, answered, took_ms)

    def _find(self, scope: Scope) -> tuple[EndpointRoute, str, str]:
        """Return the endpoint of an address, if the caller may call it; what follows its name; and with which key.

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
            return found[0], place["rest"], ""  # a browser asks, without a key, whether it may ask
        kind, _sep, token = header(scope, b"authorization").partition(" ")
        token = token.strip()
        if kind.lower() != "bearer" or not token:
            detail = _("Send the endpoint's key with the request: “Authorization: Bearer …”.")
            raise Refused(401, "key_needed", detail)
        # All are tried, and one that there is not takes as long as one whose key is another: names are told to nobody.
        opened = [(endpoint, caller) for endpoint in found if (caller := endpoint.caller(token))]
        if not opened:
            detail = _(
                "There is no endpoint here that this key or token opens. It may be another one's, or have been replaced."
            )
            raise Refused(401, "key_refused", detail)
        endpoint, caller = opened[0]
        return endpoint, place["rest"], caller

    def _mirror(self, endpoint: EndpointRoute, request: Request) -> None:
        """Send a copy of a request to the deployment that gets some, if it has a server free for it."""
        name = endpoint.mirror and endpoint.choose_mirror()
        if not name:
            return
        pool = endpoint.pools[name]
        if (upstream := pool.try_acquire()) is not None:
            asyncio.get_running_loop().create_task(copy_to(pool, upstream, request))


@asynccontextmanager
async def _while_there(receive: Receive) -> AsyncIterator[None]:
    """End what is done within as soon as the client goes away: nobody is there to be answered, and others wait.

    Raises:
        ClientGone: it did.
    """
    task = asyncio.current_task()
    is_gone = False

    async def follow() -> None:
        nonlocal is_gone
        while (await receive())["type"] != "http.disconnect":
            continue
        is_gone = True
        if task is not None:
            task.cancel()

    following = asyncio.get_running_loop().create_task(follow())
    try:
        yield
    except asyncio.CancelledError:
        if not is_gone or task is None:
            raise
        task.uncancel()
        raise ClientGone from None
    finally:
        following.cancel()


async def _refuse(send: Send, refusal: Refused, request_id: str) -> None:
    body = refusal.body()
    headers = [
        *refusal.headers(),
        (b"content-length", str(len(body)).encode()),
        (b"x-request-id", request_id.encode()),
    ]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
