"""Connections: requests are read one after another from each, and answered in that order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from time import monotonic

from mlstudio.serving.answers import Answer, failure
from mlstudio.serving.parser import LARGEST_HEAD, Chunks, Head, Malformed, parse_head, too_large

HEAD_WITHIN_S = 10.0
BODY_WITHIN_S = 20.0
SLOWEST_BODY = 100_000  # bytes a second, beyond the first seconds
IDLE_S = 300.0
LINGER_S = 2.0
READ_AHEAD = 256 << 10
BODILESS = (204, 304)
REASONS = {each.value: each.phrase for each in HTTPStatus}


@dataclass
class Request:
    """A request as a whole. ``forget``: called when nobody waits for the answer any more."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    began_at: float = 0.0
    request_id: str = ""
    forget: Callable[[], object] | None = None


Respond = Callable[[Answer], None]
Handler = Callable[[Request, Respond], None]


class Connections:
    """What all connections of a server share: who answers, the limits, and whether the server is about to end."""

    def __init__(self, handler: Handler, largest_body: int) -> None:
        self.handler = handler
        self.largest_body = largest_body
        self.is_draining = False
        self.open: set[Connection] = set()
        self._dated_at = 0.0
        self._date = ""

    def make(self) -> Connection:
        """Return what a new connection is to talk to."""
        return Connection(self)

    def date(self) -> str:
        """Return the value of the header Date."""
        now = monotonic()
        if now - self._dated_at > 1.0:
            self._dated_at, self._date = now, formatdate(usegmt=True)
        return self._date

    def sweep(self) -> None:
        """Close what has waited for too long; to be called about once a second."""
        now = monotonic()
        for connection in [each for each in self.open if each.deadline < now]:
            connection.is_overdue()

    @property
    def busy(self) -> int:
        """How many requests are being answered."""
        return sum(each.request is not None for each in self.open)


class Connection(asyncio.Protocol):
    """One connection."""

    def __init__(self, shared: Connections) -> None:
        self._shared = shared
        self._transport: asyncio.Transport
        self._buffer = bytearray()
        self._head: Head | None = None
        self._chunks: Chunks | None = None
        self._began_at = 0.0
        self._is_lingering = False
        self.request: Request | None = None
        self.deadline = 0.0

    # --- What the loop calls -----------------------------------------------------------------------------------------
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._shared.open.add(self)
        self.deadline = monotonic() + IDLE_S

    def connection_lost(self, _error: Exception | None) -> None:
        """End, also when the other side only says that it sends no more; an answer that is being made goes nowhere."""
        self._shared.open.discard(self)
        request, self.request = self.request, None
        if request is not None and request.forget is not None:
            request.forget()

    def data_received(self, data: bytes) -> None:
        """Take bytes; what belongs to a later request waits."""
        if self._is_lingering:
            return
        if not self._buffer and self._head is None and self.request is None:
            self._began_at = monotonic()
            self.deadline = self._began_at + HEAD_WITHIN_S
        self._buffer += data
        if self.request is None:
            self._advance()
        elif len(self._buffer) > READ_AHEAD:
            self._transport.pause_reading()

    def is_overdue(self) -> None:
        """Give up waiting for the other side."""
        if self._is_lingering or (not self._buffer and self._head is None):
            self._transport.close()
        else:
            self._refuse(Malformed(408, "The request took too long to arrive."))

    # --- One request -------------------------------------------------------------------------------------------------
    def _advance(self) -> None:
        try:
            if self._head is None and not self._read_head():
                return
            body = self._read_body()
        except Malformed as refusal:
            self._refuse(refusal)
            return
        if body is None:
            return
        head, self._head, self._chunks = self._head, None, None
        assert head is not None
        self.deadline = float("inf")
        self.request = request = Request(head.method, head.path, head.query, head.headers, body, self._began_at)
        is_kept_open = head.is_kept_open

        def respond(answer: Answer) -> None:
            self._respond(request, answer, is_kept_open)

        self._shared.handler(request, respond)

    def _read_head(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n", 0, LARGEST_HEAD)
        if end < 0:
            if len(self._buffer) >= LARGEST_HEAD:
                raise Malformed(431, f"The request's head is larger than {LARGEST_HEAD >> 10} KB.")
            return False
        self._head = head = parse_head(bytes(self._buffer[:end]))
        del self._buffer[: end + 4]
        if head.length is None:
            self._chunks = Chunks(self._shared.largest_body)
        elif head.length > self._shared.largest_body:
            raise too_large(self._shared.largest_body)
        if head.awaits_continue:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return True

    def _read_body(self) -> bytes | None:
        """Return the body once it is there. The slower it comes the sooner it is late."""
        assert self._head is not None
        if self._chunks is not None:
            if self._chunks.feed(self._buffer):
                return bytes(self._chunks.body)
            arrived = len(self._chunks.body)
        else:
            length = self._head.length or 0
            if len(self._buffer) >= length:
                body = bytes(self._buffer[:length])
                del self._buffer[:length]
                return body
            arrived = len(self._buffer)
        self.deadline = self._began_at + BODY_WITHIN_S + arrived / SLOWEST_BODY
        return None

    def _respond(self, request: Request, answer: Answer, is_kept_open: bool) -> None:
        if self.request is not request or self._transport.is_closing():
            return
        self.request = None
        is_kept_open = is_kept_open and not self._shared.is_draining and not answer.closes
        self._transport.write(self._as_bytes(answer, is_kept_open, request.method == "HEAD"))
        if not is_kept_open:
            self._transport.close()
            return
        now = monotonic()
        self.deadline = now + IDLE_S
        if self._buffer:
            self._began_at = now
            self.deadline = now + HEAD_WITHIN_S
            self._transport.resume_reading()
            # Not at once: many requests sent ahead must not let one answer wait inside another.
            asyncio.get_running_loop().call_soon(self._go_on)

    def _go_on(self) -> None:
        if self.request is None and not self._transport.is_closing():
            self._advance()

    def _as_bytes(self, answer: Answer, is_kept_open: bool, is_head: bool) -> bytes:
        lines = [f"HTTP/1.1 {answer.status} {REASONS.get(answer.status, 'Status')}"]
        lines += [f"{name}: {value}" for name, value in answer.headers]
        lines += [f"Content-Length: {len(answer.body)}"] if answer.status not in BODILESS else []
        lines += [f"Date: {self._shared.date()}"]
        lines += ["\r\n" if is_kept_open else "Connection: close\r\n\r\n"]
        head = "\r\n".join(lines).encode("latin-1", "replace")
        return head if is_head or answer.status in BODILESS else head + answer.body

    def _refuse(self, refusal: Malformed) -> None:
        """Answer what is no proper request, and read on for a moment so that the answer is not lost with the connection."""
        answer = failure(refusal.status, str(refusal))
        self._transport.write(self._as_bytes(answer, False, False))
        self._buffer.clear()
        self._head = self._chunks = None
        self._is_lingering = True
        self.deadline = monotonic() + LINGER_S
        if self._transport.can_write_eof():
            self._transport.write_eof()
