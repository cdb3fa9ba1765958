"""HTTP to the studio's API: a kept connection per thread, patience with a server that restarts, nothing done twice."""

from __future__ import annotations

import http.client
import json
import os
import random
import shutil
import ssl
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Union
from urllib.parse import urlencode, urlsplit

from mlstudio import __version__
from mlstudio.config import clean_url
from mlstudio.errors import RequestError, SignInError, StudioError, UnreachableError, from_problem

API = "/api/v1/"
RETRIED_STATUSES = frozenset({429, 502, 503, 504})
REPEATABLE_METHODS = frozenset({"GET", "HEAD", "PUT", "DELETE"})
LONGEST_WAIT_S = 30.0
LARGEST_ANSWER = 256 * 2**20
CHUNK_BYTES = 256 * 1024

Content = Union[bytes, IO[bytes], None]


class Client:
    """Calls the API of one studio as one person. May be used by several threads.

    Args: url: the studio's address, such as ``https://studio.example.com``. token: a personal one, or a run's.
        timeout_s: how long to wait for the server to take or give a piece of data. retries: how often to try again,
            with growing pauses, where the server is away or busy and repeating does no harm.

    Raises:
        StudioError: from every call; its subclasses are in ``mlstudio.errors``.
    """

    def __init__(self, url: str, token: str = "", *, timeout_s: float = 30.0, retries: int = 5) -> None:
        self.url = clean_url(url)
        parts = urlsplit(self.url)
        self.retries = retries
        self._token = token
        self._timeout_s = timeout_s
        self._secure = parts.scheme == "https"
        self._netloc = parts.netloc
        self._port = parts.port or (443 if self._secure else 80)
        # Names under "localhost" mean this machine (RFC 6761), but not every resolver knows them.
        host = parts.hostname or ""
        self._address = "127.0.0.1" if host.endswith(".localhost") else host
        self._kept = threading.local()

    def get(self, path: str, **query: Any) -> Any:
        """Return what is at ``path``, relative to ``/api/v1/``; parameters that are None are left out."""
        return self.call("GET", _with_query(path, query))

    def post(self, path: str, body: Any = None) -> Any:
        """Create or command something. Where the answer is lost the call is repeated, and the studio acts only once."""
        return self.call("POST", path, body, idempotency_key=uuid.uuid4().hex)

    def patch(self, path: str, body: Any) -> Any:
        """Change some fields."""
        return self.call("PATCH", path, body)

    def delete(self, path: str) -> None:
        """Remove something."""
        self.call("DELETE", path)

    def pages(self, path: str, **query: Any) -> Iterator[Any]:
        """Yield every row of a list, asking for further pages as they are needed."""
        page = self.get(path, **query)
        while True:
            yield from page["results"]
            if not page.get("next"):
                return
            # Only the path: a token never follows an address from an answer to another host.
            following = urlsplit(page["next"])
            page = self.call("GET", f"{following.path}?{following.query}")

    def call(self, method: str, path: str, body: Any = None, idempotency_key: str = "") -> Any:
        """Make one request, again where that helps and does no harm. Returns the parsed JSON, or None."""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        content = None if body is None else json.dumps(body).encode()
        return self._result(*self._send(method, path, content, headers, idempotency_key))

    def post_form(self, path: str, fields: Mapping[str, str], files: Mapping[str, Path]) -> Any:
        """Create something from a form with files, which are not read into memory. Repeated as ``post`` is."""
        with tempfile.TemporaryFile() as form:
            content_type = _write_form(form, fields, files)
            headers = {"Content-Type": content_type, "Content-Length": str(form.tell())}
            return self._result(*self._send("POST", path, form, headers, uuid.uuid4().hex))

    def put_bytes(self, path: str, data: bytes) -> Any:
        """Send bytes as they are. Repeated where the answer is lost."""
        return self._result(*self._send("PUT", path, data, {"Content-Type": "application/octet-stream"}))

    def get_bytes(self, path: str, start: int, end: int, /, **query: Any) -> bytes:
        """Return bytes ``start`` up to, not including, ``end`` of a file, or of a log that grows meanwhile."""
        headers = {"Range": f"bytes={start}-{end - 1}"}
        status, received, data = self._send("GET", _with_query(path, query), None, headers)
        if status >= 400:
            self._result(status, received, data)
        return data[start:end] if status == 200 else data

    def ask(
        self, method: str, path: str, data: bytes, headers: Mapping[str, str]
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Make one request and return what is answered, whatever it is: status, headers and body."""
        return self._send(method, path, data, dict(headers))

    def download(self, path: str, target: Path, /, **query: Any) -> None:
        """Write a file of the studio to ``target``, which appears whole or not at all."""
        address = _with_query(path, query)
        draft = target.with_name(f".{target.name}.part")
        for attempt in range(self.retries + 1):
            try:
                self._write_answer(address, draft)
                os.replace(draft, target)
                return
            except (OSError, http.client.HTTPException) as error:
                self.close()
                if attempt == self.retries:
                    raise UnreachableError(f"The studio at {self.url} does not answer: {_reason(error)}.") from error
                time.sleep(_pause(attempt))
            finally:
                draft.unlink(missing_ok=True)

    def _write_answer(self, path: str, draft: Path) -> None:
        target = path if path.startswith("/") else API + path
        connection = self._connection()
        connection.request("GET", target, headers=self._headers())
        response = connection.getresponse()
        if response.status != 200:
            self._result(response.status, response.headers, response.read(LARGEST_ANSWER))
        with draft.open("wb") as file:
            while chunk := response.read(CHUNK_BYTES):
                file.write(chunk)

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": "application/json", "User-Agent": f"mlstudio/{__version__}", "Host": self._netloc}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        return headers

    def _send(
        self, method: str, path: str, content: Content, more: dict[str, str], idempotency_key: str = ""
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Make one request, again where that helps and does no harm. Returns status, headers and body."""
        headers = {**self._headers(), **more}
        if idempotency_key:
            headers["Idempotency-Key"] = idempotency_key
        target = path if path.startswith("/") else API + path
        repeatable = method in REPEATABLE_METHODS or bool(idempotency_key)
        for attempt in range(self.retries + 1):
            last = attempt == self.retries
            try:
                status, received, data = self._once(method, target, content, headers)
            except (OSError, http.client.HTTPException) as error:
                if last or not repeatable or isinstance(error, ssl.SSLCertVerificationError):
                    raise UnreachableError(f"The studio at {self.url} does not answer: {_reason(error)}.") from error
                time.sleep(_pause(attempt))
                continue
            if status in RETRIED_STATUSES and not last and (repeatable or status == 429):
                time.sleep(_pause(attempt, received.get("Retry-After")))
                continue
            return status, received, data
        raise AssertionError("unreachable: the last attempt returns or raises")

    def close(self) -> None:
        """Close this thread's connection."""
        connection = getattr(self._kept, "connection", None)
        if connection is not None:
            connection.close()
            self._kept.connection = None

    def _once(
        self, method: str, target: str, content: Content, headers: dict[str, str]
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        reused = getattr(self._kept, "connection", None) is not None
        try:
            return self._exchange(method, target, content, headers)
        except (ConnectionError, http.client.BadStatusLine):
            self.close()
            # The server may close a kept connection at any moment; nothing of ours has reached anyone then.
            if not reused or method not in REPEATABLE_METHODS:
                raise
            return self._exchange(method, target, content, headers)
        except BaseException:
            self.close()
            raise

    def _connection(self) -> http.client.HTTPConnection:
        connection: http.client.HTTPConnection | None = getattr(self._kept, "connection", None)
        if connection is None:
            kind = _SecureConnection if self._secure else http.client.HTTPConnection
            connection = kind(self._address, self._port, timeout=self._timeout_s)
            self._kept.connection = connection
        return connection

    def _exchange(
        self, method: str, target: str, content: Content, headers: dict[str, str]
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = self._connection()
        if content is not None and not isinstance(content, bytes):
            content.seek(0)
        connection.request(method, target, body=content, headers=headers)
        response = connection.getresponse()
        data = response.read(LARGEST_ANSWER + 1)
        if len(data) > LARGEST_ANSWER:
            self.close()
            raise StudioError(f"The studio's answer to {target} is larger than {LARGEST_ANSWER >> 20} MiB.")
        return response.status, response.headers, data

    def _result(self, status: int, headers: http.client.HTTPMessage, data: bytes) -> Any:
        if 300 <= status < 400:
            place = urlsplit(headers.get("Location") or "")
            there = f"{place.scheme}://{place.netloc}" if place.netloc else "another address"
            raise RequestError(f"The studio is not at {self.url}; it points to {there}. Use that one.", status=status)
        is_json = "json" in (headers.get("Content-Type") or "")
        try:
            parsed = json.loads(data) if data and is_json else None
        except ValueError:
            parsed = None
        if status >= 400:
            error = from_problem(status, parsed)
            raise SignInError(f"{error} Sign in with: studio login") if isinstance(error, SignInError) else error
        if data and parsed is None:
            raise RequestError(f"What answers at {self.url} is not the studio's API.", status=status)
        return parsed


class _SecureConnection(http.client.HTTPSConnection):
    """Checks certificates against the system's authorities, or those that ``SSL_CERT_FILE`` names."""

    def __init__(self, host: str, port: int, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout, context=ssl.create_default_context())


def _pause(attempt: int, retry_after: str | None = None) -> float:
    """Seconds until the next attempt: what the server asked for, else doubling from 0.3 s, spread by chance."""
    if retry_after and retry_after.isdigit():
        return min(float(retry_after), LONGEST_WAIT_S)
    return min(0.3 * 2.0**attempt, LONGEST_WAIT_S) * random.uniform(0.5, 1.0)  # noqa: S311 - nothing secret


def _reason(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message}); SSL_CERT_FILE may name your own authority"
    if isinstance(error, TimeoutError):
        return "it took too long"
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower().rstrip(".")


def _with_query(path: str, query: dict[str, Any]) -> str:
    given = {name: value for name, value in query.items() if value is not None}
    return f"{path}?{urlencode(given, doseq=True)}" if given else path


def _write_form(form: IO[bytes], fields: Mapping[str, str], files: Mapping[str, Path]) -> str:
    """Write a ``multipart/form-data`` body. Returns its content type."""
    boundary = uuid.uuid4().hex
    for name, value in fields.items():
        form.write(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    for name, path in files.items():
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
        form.write(f"{head}Content-Type: application/octet-stream\r\n\r\n".encode())
        with path.open("rb") as source:
            shutil.copyfileobj(source, form)
        form.write(b"\r\n")
    form.write(f"--{boundary}--\r\n".encode())
    return f"multipart/form-data; boundary={boundary}"
