"""Collected requests on this machine's disk: appended to files, for each deployment and its settings, until they are handed over.

What was appended outlives this process, however it ends: a file that nobody holds any more is taken over by the next gateway.
Its first line says what it is of; a last line that is not whole is none.
"""

import fcntl
import logging
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from apps.core.ids import uuid7

logger = logging.getLogger(__name__)

CLOSED_AFTER_S = 30.0
CLOSED_FROM_BYTES = 8 * 2**20
# While nobody takes files over, for the database or the store is away, no more than this is kept.
MOST_BYTES = 2**30
OPEN, CLOSED = ".open", ".jsonl"


@dataclass
class _File:
    descriptor: int
    path: Path
    opened_at: float
    size: int


class Spool:
    """The files below a folder. It is called from one thread but for ``closed``, ``read`` and ``drop``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[bytes, _File] = {}
        self._waiting_bytes = 0

    def start(self) -> None:
        """Take over what an earlier process left."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in self._folder.glob(f"*{OPEN}"):
            with suppress(OSError):  # another gateway's, which goes on with it
                descriptor = os.open(path, os.O_RDONLY)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    path.rename(path.with_suffix(CLOSED))
                finally:
                    os.close(descriptor)
        self._waiting_bytes = sum(path.stat().st_size for path in self.closed())

    def append(self, head: Mapping[str, Any], line: Mapping[str, Any]) -> bool:
        """Add a line to the file that begins with ``head``. Returns False where it is not kept: no room is left."""
        if self._waiting_bytes > MOST_BYTES:
            return False
        key = orjson.dumps(head, option=orjson.OPT_SORT_KEYS)
        data = orjson.dumps(line) + b"\n"
        try:
            file = self._open.get(key) or self._begin(key)
            written = os.write(file.descriptor, data)
        except OSError as error:
            logger.warning("A request could not be collected: %s", error)
            return False
        file.size += written
        self._waiting_bytes += written
        if written < len(data):
            self._close(key)  # what is not whole can only be the last line
            return False
        if file.size >= CLOSED_FROM_BYTES:
            self._close(key)
        return True

    def close_old(self, *, everything: bool = False) -> None:
        """Close files that have been open for long, or all."""
        now = time.monotonic()
        for key, file in list(self._open.items()):
            if everything or now - file.opened_at >= CLOSED_AFTER_S:
                self._close(key)

    def sync(self) -> None:
        """Have what was appended outlive the machine's end, too."""
        for file in list(self._open.values()):
            with suppress(OSError):
                os.fdatasync(file.descriptor)

    def closed(self) -> list[Path]:
        """Return the files to be handed over, the oldest first."""
        return sorted(self._folder.glob(f"*{CLOSED}"))

    def drop(self, path: Path) -> None:
        """Remove a file that was handed over."""
        with suppress(FileNotFoundError):
            self._waiting_bytes = max(0, self._waiting_bytes - path.stat().st_size)
            path.unlink()

    def _begin(self, key: bytes) -> _File:
        path = self._folder / f"{uuid7()}{OPEN}"
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        size = os.write(descriptor, key + b"\n")
        file = self._open[key] = _File(descriptor, path, time.monotonic(), size)
        return file

    def _close(self, key: bytes) -> None:
        file = self._open.pop(key)
        with suppress(OSError):
            os.fdatasync(file.descriptor)
        file.path.rename(file.path.with_suffix(CLOSED))
        os.close(file.descriptor)


def read(path: Path) -> tuple[dict[str, Any], bytes]:
    """Return the head of a file, and its whole lines.

    Raises:
        ValueError: it has no head.
    """
    head, _newline, rest = path.read_bytes().partition(b"\n")
    return dict(orjson.loads(head)), rest[: rest.rfind(b"\n") + 1]
