"""One request to one server and its answer back."""

import io
import logging
from dataclasses import dataclass

import aiohttp
from django.utils.translation import gettext as _
from yarl import URL

from studio.asgi.scoring.pools import Pool, Upstream
from studio.asgi.scoring.refusals import Refused
from studio.asgi.types import Send

logger = logging.getLogger(__name__)

# What is between two neighbours only, or between the caller and the gateway.
_NOT_SENT = frozenset(
    {b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"te", b"trailer", b"transfer-encoding",
     b"upgrade", b"host", b"content-length", b"authorization", b"cookie", b"azureml-model-deployment", b"x-request-id",
     b"expect"}
)  # fmt: skip
# What a script collected, for the gateway alone.
COLLECTED = "x-studio-collected"
# Cookies would be the studio's own host's.
_NOT_ANSWERED = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "content-length", "set-cookie", "server", "date", "trailer", "upgrade",
     "azureml-model-deployment", "x-request-id", COLLECTED}
)  # fmt: skip
_ALWAYS = [
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"sandbox"),
    (b"cache-control", b"no-store"),
]
CONNECT_WITHIN_S = 5
NOT_CONNECTED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
MOST_TRIES = 3
# Answers up to this size go out in one piece, and can be collected.
WHOLE_BYTES = 2**20


@dataclass
class Request:
    """A request as it is passed on. ``path`` begins with a slash; ``deployment`` is the name of the one that answers."""

    method: str
    path: str
    query: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes
    id: str
    deployment: str

    def url(self, base: str) -> URL:
        """Return the address at a server."""
        query = self.query.decode("latin-1")
        return URL(f"{base}{self.path}{f'?{query}' if query else ''}", encoded=bool(query) or self.path.isascii())

    def sent_headers(self) -> list[tuple[str, str]]:
        """Return the headers for the server."""
        kept = [
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in self.headers if name not in _NOT_SENT
        ]
        return [*kept, ("x-request-id", self.id)]


@dataclass(frozen=True)
class Answered:
    """What was answered. ``body``: None where it was too large to be kept. ``size`` in bytes.

    ``collected``: tables that the script collected itself, packed.
    """

    status: int
    size: int
    body: bytes | None = None
    content_type: str = ""
    collected: str = ""


async def forward(pool: Pool, upstream: Upstream, request: Request, send: Send) -> Answered:
    """Have a request answered; the server, which the caller has acquired, is given back.

    Raises:
        Refused: no server could be reached, it ended meanwhile, or took too long.
    """
    for attempt in range(MOST_TRIES):
        try:
            return await _pass_on(pool, upstream, request, send)
        except NOT_CONNECTED:
            # Nothing was sent yet, so another one may have it.
            pool.avoid(upstream)
        finally:
            pool.release(upstream)
        if attempt < MOST_TRIES - 1:
            upstream = await pool.acquire()
    raise Refused(503, "unreachable", _("The deployment cannot be reached just now. Try again."), retry_after=1)


async def copy_to(pool: Pool, upstream: Upstream, request: Request) -> None:
    """Send a copy of a request; what is answered goes nowhere."""

    async def nowhere(message: object) -> None:
        return None

    try:
        await _pass_on(pool, upstream, request, nowhere)
    except (Refused, aiohttp.ClientError, TimeoutError):
        pass
    finally:
        pool.release(upstream)


async def _pass_on(pool: Pool, upstream: Upstream, request: Request, send: Send) -> Answered:
    timeout_ms = pool.settings["timeout_ms"]
    has_begun = False
    answered = 0
    try:
        async with upstream.session.request(
            request.method,
            request.url(upstream.base),
            data=io.BytesIO(request.body) if len(request.body) > WHOLE_BYTES else request.body or None,
            headers=request.sent_headers(),
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=timeout_ms / 1000, sock_connect=CONNECT_WITHIN_S),
        ) as response:
            status, content_type = response.status, response.headers.get("content-type", "")
            collected = response.headers.get(COLLECTED, "")
            length = response.content_length
            if length is not None and length <= WHOLE_BYTES:
                body = await response.read()
                has_begun = True
                await _begin(send, response, request, len(body))
                await send({"type": "http.response.body", "body": body})
                return Answered(status, len(body), body, content_type, collected)
            has_begun = True
            await _begin(send, response, request, length)
            async for chunk in response.content.iter_any():
                answered += len(chunk)
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
            return Answered(status, answered, collected=collected)
    except NOT_CONNECTED:
        raise
    except TimeoutError:
        if has_begun:
            return Answered(504, answered)  # the client sees an answer that breaks off
        detail = _("The model did not answer within %(timeout)d ms.") % {"timeout": timeout_ms}
        raise Refused(504, "timeout", detail) from None
    except aiohttp.ClientError as error:
        if has_begun:
            return Answered(502, answered)
        logger.info("A replica of %s broke off: %s", pool.name, error)
        raise Refused(502, "broken_off", _("The replica ended before it answered. Try again."), retry_after=1) from None


async def _begin(send: Send, response: aiohttp.ClientResponse, request: Request, length: int | None) -> None:
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1", "replace"))
        for name, value in response.headers.items()
        if name.lower() not in _NOT_ANSWERED
    ]
    own = {name for name, _value in headers}
    headers += [(name, value) for name, value in _ALWAYS if name not in own or name != b"cache-control"]
    headers.append((b"azureml-model-deployment", request.deployment.encode()))
    headers.append((b"x-request-id", request.id.encode()))
    if length is not None:
        headers.append((b"content-length", str(length).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
