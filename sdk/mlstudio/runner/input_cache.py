"""Inputs that a machine keeps by their content, for all orders that want the same.

``<home>/inputs/<sha256>/`` holds ``files/``, complete and read-only or not there; ``part/``, what has come so far; ``bytes``, how
much it is, and by its time when it was last wanted; ``used/``, one empty file named after each order that reads it; and ``lock``.
An order counts for as long as its folder in ``<home>/work`` is there, so nothing is lost when a runner is killed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

from mlstudio.runner.folder import remove

LOOK_S = 0.1


class Entry:
    """One content. Use it while it is ``held``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files = path / "files"
        self.part = path / "part"

    @property
    def is_complete(self) -> bool:
        """Whether all of it is there."""
        return self.files.is_dir()

    @property
    def bytes(self) -> int:
        """How much it is or will be."""
        try:
            return int((self.path / "bytes").read_text() or 0)
        except (OSError, ValueError):
            return 0

    @property
    def wanted_at(self) -> float:
        """When an order last wanted it."""
        try:
            return (self.path / "bytes").stat().st_mtime
        except OSError:
            return 0.0

    @contextlib.contextmanager
    def held(self, check: Callable[[], None]) -> Iterator[None]:
        """Have it alone; wait for whoever has it. ``check`` is called meanwhile, and may raise."""
        while (descriptor := self._lock()) is None:
            check()
            time.sleep(LOOK_S)
        try:
            yield
        finally:
            os.close(descriptor)

    def use(self, order: str, size: int) -> None:
        """Note that an order reads it."""
        (self.path / "used").mkdir(mode=0o700, exist_ok=True)
        (self.path / "used" / order).touch()
        (self.path / "bytes").write_text(str(size))

    def finish(self) -> None:
        """Let what has come be all of it, closed to writing and open to reading, and safe from a loss of power."""
        close_to_writing(self.part)
        os.sync()
        self.part.rename(self.files)

    def is_used(self, work: Path) -> bool:
        """Whether an order reads it whose folder is still there."""
        try:
            return any((work / name).exists() for name in os.listdir(self.path / "used"))
        except FileNotFoundError:
            return False

    def drop(self, work: Path) -> bool:
        """Remove it unless somebody has it or an order reads it. Returns whether it went."""
        descriptor = self._lock()
        if descriptor is None:
            return False
        try:
            if self.is_used(work):
                return False
            gone = self.path.with_name(f".{self.path.name}.{os.getpid()}")
            self.path.rename(gone)
            remove(gone)
            return True
        finally:
            os.close(descriptor)

    def _lock(self) -> int | None:
        """Return a descriptor that holds the lock while it is open; None while another has it."""
        # Not pathlib's exist_ok, which fails where the folder is dropped while it looks what is there.
        with contextlib.suppress(FileExistsError):
            os.mkdir(self.path, 0o700)
        try:
            descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:
            return None  # it was dropped between the two
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(descriptor).st_ino == (self.path / "lock").stat().st_ino:
                return descriptor
        except (BlockingIOError, FileNotFoundError):
            pass
        os.close(descriptor)  # another has it, or it was dropped and what we hold is the lock of nothing
        return None


class Cache:
    """All contents of a machine.

    Args: home: the folder that ``inputs`` lies in. work: where the folders of orders are. most_bytes: beyond that what was
        wanted least recently goes, unless an order reads it.
    """

    def __init__(self, home: Path, work: Path, most_bytes: int) -> None:
        self._root = home / "inputs"
        self._work = work
        self._most_bytes = most_bytes

    def entry(self, sha256: str) -> Entry:
        """Return the place of a content, whether or not it is there."""
        self._root.mkdir(mode=0o700, exist_ok=True)
        return Entry(self._root / sha256)

    def make_room(self, size: int) -> None:
        """Drop what nobody reads until so many bytes more fit, in the cache and on the disk, or nothing is left to drop."""
        entries = sorted(self._entries(), key=lambda entry: entry.wanted_at)
        total = sum(entry.bytes for entry in entries)
        for entry in entries:
            if total + size <= self._most_bytes and size <= self.free_bytes():
                return
            weight = entry.bytes
            if entry.drop(self._work):
                total -= weight

    def free_bytes(self) -> int:
        """Return how much fits on the disk."""
        return shutil.disk_usage(self._root).free

    def _entries(self) -> list[Entry]:
        found = list(self._root.iterdir())
        for path in found:
            if path.name.startswith("."):  # of somebody killed while dropping it
                remove(path)
        return [Entry(path) for path in found if not path.name.startswith(".")]


def close_to_writing(folder: Path) -> None:
    """Let everybody read what is below a folder, and nobody write to it."""
    for parent, _folders, files in os.walk(folder):
        for name in files:
            os.chmod(os.path.join(parent, name), 0o444)
        # The folder itself is renamed yet, which needs its owner's right to write.
        os.chmod(parent, 0o755 if Path(parent) == folder else 0o555)
