"""The log: every line with its time and the request it belongs to, whoever wrote it."""

from __future__ import annotations

import io
import os
import sys
import threading
import time
from typing import Any

NO_REQUEST = "00000000-0000-0000-0000-000000000000"
STREAMS = {"stdout": 1, "stderr": 2}
_here = threading.local()


def set_request(request_id: str) -> None:
    """Say which request this thread works for; "" for none."""
    _here.request_id = request_id


def request_id() -> str:
    """Return the request that this thread works for."""
    return getattr(_here, "request_id", "") or NO_REQUEST


def tag(of_request: str = "") -> str:
    """Return what a line begins with: time in UTC, and the request."""
    now = time.time()
    seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))
    return f"{seconds}.{int(now % 1 * 1000):03d}Z {of_request or request_id()} "


class Tagged(io.TextIOBase):
    """Stands in for ``sys.stdout`` and ``sys.stderr``: writes whole lines at once, so that those of threads do not mix."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._begun = threading.local()
        self.buffer = os.fdopen(os.dup(descriptor), "wb", buffering=0)

    encoding = "utf-8"
    errors = "backslashreplace"

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def fileno(self) -> int:
        """Return the descriptor behind it."""
        return self._descriptor

    def write(self, text: str) -> int:
        """Write the lines that are complete; the rest waits for the thread's next words."""
        begun = getattr(self._begun, "text", "") + text
        *lines, self._begun.text = begun.split("\n")
        if lines:
            self._send(lines)
        return len(text)

    def flush(self) -> None:
        """Do nothing: what is a line is out already."""

    def finish(self) -> None:
        """Write what this thread began and did not end with a line break."""
        rest = getattr(self._begun, "text", "")
        if rest:
            self._begun.text = ""
            self._send([rest])

    def _send(self, lines: list[str]) -> None:
        start = tag()
        data = "".join(f"{start}{line}\n" for line in lines).encode("utf-8", "backslashreplace")
        write_all(self._descriptor, data)


def write_all(descriptor: int, data: bytes) -> None:
    """Write it; a log that cannot be written must not stop anybody."""
    try:
        while data:
            data = data[os.write(descriptor, data) :]
    except OSError:
        pass


def take_over() -> None:
    """Put tagged streams in place of the standard ones."""
    for name, descriptor in STREAMS.items():
        stream: Any = Tagged(descriptor)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def finish_lines() -> None:
    """End the lines that this thread began."""
    for name in STREAMS:
        stream = getattr(sys, name)
        if isinstance(stream, Tagged):
            stream.finish()


class Lines:
    """Lines of the server itself, about requests; collected, and written together at the end of a turn of the loop."""

    def __init__(self) -> None:
        self._waiting: list[str] = []
        self._call_soon: Any = None

    def attach(self, call_soon: Any) -> None:
        """Say what runs a function at the end of this turn."""
        self._call_soon = call_soon

    def add(self, of_request: str, text: str) -> None:
        """Add a line, or several in one text."""
        if not self._waiting and self._call_soon is not None:
            self._call_soon(self.write)
        start = tag(of_request)
        self._waiting += [f"{start}{line}\n" for line in text.splitlines()]
        if self._call_soon is None:
            self.write()

    def write(self) -> None:
        """Write what has been collected."""
        data = "".join(self._waiting).encode("utf-8", "backslashreplace")
        self._waiting.clear()
        write_all(STREAMS["stdout"], data)
