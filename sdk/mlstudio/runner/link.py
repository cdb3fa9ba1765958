"""HTTP from runner and agent to the studio: raw bytes, one kept connection, and no patience of its own."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import ssl
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from mlstudio import __version__

API = "/api/v1/"
TIMEOUT_S = 30.0
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})


class Body(Protocol):
    """Something that is sent piece by piece."""

    def read(self, size: int = ...) -> bytes:
        """Return the next piece, at most so long; empty at the end."""


class Target(Protocol):
    """Something that takes what is downloaded."""

    def write(self, data: bytes, /) -> int:
        """Take the next piece."""


class Away(Exception):
    """The studio does not answer, or not now. Trying again later is all there is to do."""


class BrokenOff(Away):
    """Only the beginning of an answer came."""


@dataclass(frozen=True)
class Answer:
    """What the studio answered. ``body`` is the parsed JSON; empty where there was none."""

    status: int
    body: dict[str, Any]

    @property
    def is_good(self) -> bool:
        """Whether it did what was asked."""
        return self.status < 300

    @property
    def words(self) -> str:
        """The studio's own sentence about what went wrong."""
        return str(self.body.get("detail") or self.body.get("title") or f"HTTP status {self.status}")


class Link:
    """A connection of one thread to one studio.

    Args: server: address of the studio. token: whose calls these are.
    """

    def __init__(self, server: str, token: str, timeout_s: float = TIMEOUT_S) -> None:
        parts = urlsplit(server)
        self.server = server
        self.token = token
        self._secure = parts.scheme == "https"
        self._netloc = parts.netloc
        host = parts.hostname or ""
        self._host = "127.0.0.1" if host.endswith(".localhost") else host
        self._port = parts.port or (443 if self._secure else 80)
        self._timeout_s = timeout_s
        self._connection: http.client.HTTPConnection | None = None

    def post(self, path: str, value: dict[str, Any]) -> Answer:
        """Send JSON."""
        return self.send("POST", path, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def send(self, method: str, path: str, body: bytes | Body = b"", headers: dict[str, str] | None = None) -> Answer:
        """Make one request. A file as body needs its ``Content-Length`` in the headers.

        Raises:
            Away: there was no answer, or only that the studio is busy.
        """
        with self._answer(method, path, body, headers) as response:
            data = response.read()
        parsed: Any = {}
        if data and "json" in (response.headers.get("Content-Type") or ""):
            with contextlib.suppress(ValueError):
                parsed = json.loads(data)
        answer = Answer(response.status, parsed if isinstance(parsed, dict) else {})
        if answer.status in BUSY:
            raise Away(f"the studio answered: {answer.words}")
        return answer

    def download(self, path: str, target: Target, headers: dict[str, str] | None = None) -> Answer:
        """Write what is at ``path`` to a file. Headers: such as ``Range``.

        Raises:
            Away: there was no answer, only half of it, or the studio is busy.
        """
        with self._answer("GET", path, b"", headers) as response:
            is_file = response.status in (200, 206)
            rest = b""
            while True:
                try:
                    data = response.read(1 << 20) if is_file else b""
                    if not data and is_file and response.length:  # which the library does not mind
                        raise http.client.IncompleteRead(b"", response.length)
                    if not data:
                        rest = b"" if is_file else response.read()
                        break
                except (OSError, http.client.HTTPException) as error:
                    self.close()
                    raise BrokenOff(f"the studio's answer broke off: {error}") from error
                try:
                    target.write(data)
                except BaseException:
                    self.close()  # the rest of the answer is not wanted, and would stand before the next
                    raise
        if response.status in BUSY:
            raise Away(f"the studio answered HTTP status {response.status}")
        with contextlib.suppress(ValueError):
            return Answer(response.status, dict(json.loads(rest)) if rest else {})
        return Answer(response.status, {})

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def interrupt(self) -> None:
        """Make a call that waits in another thread fail at once."""
        connection = self._connection
        if connection is not None and connection.sock is not None:
            with contextlib.suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    def _answer(
        self, method: str, path: str, body: bytes | Body, headers: dict[str, str] | None
    ) -> http.client.HTTPResponse:
        sent = {"Authorization": f"Bearer {self.token}", "User-Agent": f"mlstudio/{__version__}", "Host": self._netloc}
        sent.update(headers or {})
        reused = self._connection is not None
        while True:
            try:
                connection = self._connection = self._connection or self._open()
                connection.request(method, API + path, body=body, headers=sent)
                return connection.getresponse()
            except (OSError, http.client.HTTPException) as error:
                self.close()
                # The server may close a kept connection at any time; all calls of runners may be made twice.
                if (
                    reused
                    and isinstance(body, bytes)
                    and isinstance(error, (ConnectionError, http.client.BadStatusLine))
                ):
                    reused = False
                    continue
                raise Away(f"the studio does not answer: {str(error) or type(error).__name__}") from error

    def _open(self) -> http.client.HTTPConnection:
        if self._secure:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout_s, context=context)
        return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout_s)
