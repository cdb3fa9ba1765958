"""Requests of HTTP/1.1 from bytes, strictly: what two servers could read differently is refused, not guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

LARGEST_HEAD = 32 << 10
MOST_HEADERS = 100
LARGEST_CHUNK_LINE = 256
LARGEST_TRAILER = 4 << 10
METHOD = re.compile(r"[A-Z]{1,20}\Z")
NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
TARGET = re.compile(r"/[\x21-\x7e]*\Z")
CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,12})(?:[ \t]*;[^\r\n]*)?\Z")
ONCE = frozenset({"content-length", "transfer-encoding", "host", "content-type", "authorization"})
_names: dict[bytes, str] = {}  # headers' names come again and again


class Malformed(Exception):
    """A request that is refused before anybody looks at what it asks. ``status``: of the answer."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass
class Head:
    """The first part of a request. ``length``: of its body in bytes, None where it comes in chunks."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    length: int | None
    is_kept_open: bool
    awaits_continue: bool


def parse_head(data: bytes) -> Head:
    """Read the request line and headers, without the empty line behind them.

    Raises:
        Malformed: it is no request that can be understood in one way only.
    """
    if CONTROL.search(data) or data.count(b"\n") != data.count(b"\r\n") or data.count(b"\r") != data.count(b"\n"):
        raise Malformed(400, "The request's head holds control characters.")
    first, *lines = data.split(b"\r\n")
    parts = first.decode("latin-1").split(" ")
    if len(parts) != 3 or not METHOD.match(parts[0]) or parts[2] not in ("HTTP/1.1", "HTTP/1.0"):
        raise Malformed(400, "The request line is not one of HTTP/1.1.")
    method, target, version = parts
    if not TARGET.match(target):
        raise Malformed(400, "The request's target is not a path.")
    headers = _headers(lines)
    is_newer = version == "HTTP/1.1"
    if is_newer and "host" not in headers:
        raise Malformed(400, "The request has no Host header.")
    connection = headers.get("connection", "").lower()
    path, _, query = target.partition("?")
    return Head(
        method=method,
        path=unquote(path) if "%" in path else path,
        query=query,
        headers=headers,
        length=_length(headers, is_newer),
        is_kept_open=is_newer and "close" not in connection,
        awaits_continue=is_newer and headers.get("expect", "").lower() == "100-continue",
    )


def _headers(lines: list[bytes]) -> dict[str, str]:
    if len(lines) > MOST_HEADERS:
        raise Malformed(431, f"The request has more than {MOST_HEADERS} headers.")
    headers: dict[str, str] = {}
    for line in lines:
        raw_name, colon, value = line.partition(b":")
        name = _names.get(raw_name) or _name(raw_name)
        if not colon:
            raise Malformed(400, "A header has no colon.")
        text = value.decode("latin-1").strip(" \t")
        if name in headers:
            if name in ONCE:
                raise Malformed(400, f"The header {name} is there twice.")
            text = f"{headers[name]}, {text}"
        headers[name] = text
    return headers


def _name(raw: bytes) -> str:
    text = raw.decode("latin-1")
    if not NAME.match(text):
        raise Malformed(400, "A header's name holds characters that it may not.")
    if len(_names) < 1000:
        _names[raw] = text.lower()
    return text.lower()


def _length(headers: dict[str, str], is_newer: bool) -> int | None:
    coding, length = headers.get("transfer-encoding"), headers.get("content-length")
    if coding is not None:
        if length is not None or not is_newer:
            raise Malformed(400, "The length of the body is given in two ways.")
        if coding.lower() != "chunked":
            raise Malformed(501, "The only transfer encoding understood here is chunked.")
        return None
    if length is None:
        return 0
    if not (length.isascii() and length.isdigit() and len(length) <= 15):
        raise Malformed(400, "Content-Length is not a number.")
    return int(length)


class Chunks:
    """Puts a body together that comes in chunks.

    Args: largest: the most bytes that it may have.
    """

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._left = 0
        self._stage = "size"
        self._trailer = 0
        self.body = bytearray()

    def feed(self, buffer: bytearray) -> bool:
        """Take from the buffer what belongs to the body; return whether that is complete.

        Raises:
            Malformed: a chunk has no proper size or end, or the body is too large.
        """
        while True:
            if self._stage == "data":
                taken = min(self._left, len(buffer))
                self.body += buffer[:taken]
                del buffer[:taken]
                self._left -= taken
                if self._left:
                    return False
                self._stage = "end"
            line = self._line(buffer)
            if line is None:
                return False
            if self._stage == "end":
                if line:
                    raise Malformed(400, "A chunk is longer than it says.")
                self._stage = "size"
            elif self._stage == "size":
                self._begin(line)
            elif not line:
                return True
            else:
                self._trailer += len(line)
                if self._trailer > LARGEST_TRAILER:
                    raise Malformed(431, "The trailer of the body is too long.")

    def _begin(self, line: bytes) -> None:
        found = CHUNK_SIZE.match(line)
        if not found:
            raise Malformed(400, "The size of a chunk is not a number.")
        self._left = int(found.group(1), 16)
        if len(self.body) + self._left > self._largest:
            raise too_large(self._largest)
        self._stage = "data" if self._left else "trailer"

    @staticmethod
    def _line(buffer: bytearray) -> bytes | None:
        end = buffer.find(b"\n", 0, LARGEST_CHUNK_LINE)
        if end < 0:
            if len(buffer) >= LARGEST_CHUNK_LINE:
                raise Malformed(400, "The size of a chunk is not a number.")
            return None
        line = bytes(buffer[: end + 1])
        del buffer[: end + 1]
        if not line.endswith(b"\r\n") or line.count(b"\r") != 1 or CONTROL.search(line):
            raise Malformed(400, "A line of a chunk does not end as it must.")
        return line[:-2]


def too_large(largest: int) -> Malformed:
    """Return the refusal of a body with more bytes than ``largest``."""
    size = f"{largest >> 20} MB" if largest >= 1 << 20 else f"{largest} bytes"
    return Malformed(413, f"The body is larger than {size}, the most that is taken here.")
