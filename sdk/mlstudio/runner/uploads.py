"""Files of a run, to the studio: opened without following links, so that a run can only give away what it may read."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO, Callable
from urllib.parse import quote

from mlstudio.runner.link import Away, Link
from mlstudio.tracking.files import CHILDREN

BLOCK = 1 << 20
LONGEST_PATH = 1000
CHILD_COMES_WITHIN_S = 60.0


@dataclass(frozen=True)
class Found:
    """A file of a run. ``name`` is its path in the run; ``mark`` changes when the file does."""

    name: str
    mark: tuple[int, int]
    size: int


class Uploader:
    """Uploads files and remembers which, on disk, so that none is sent twice.

    Args: roots: folders by the prefix of their files' names, such as ``{"outputs/": …}``; the first that has a name wins.
        memory: file that keeps what was sent. note: takes a sentence about a file that was refused.
    """

    def __init__(self, roots: dict[str, Path], memory: Path, note: Callable[[str], None]) -> None:
        self._roots = roots
        self._memory = memory
        self._note = note
        self._lock = threading.Lock()
        self._missed_at: dict[str, float] = {}
        self._sent: dict[str, tuple[int, int]] = {}
        self.refused: list[str] = []
        if memory.exists():
            rows = (json.loads(line) for line in memory.read_text().splitlines() if line.endswith("}"))
            self._sent = {row["name"]: (row["mark"][0], row["mark"][1]) for row in rows}

    def pending(self, prefix: str = "") -> list[Found]:
        """Return the files whose present state was not sent yet."""
        found: dict[str, Found] = {}
        for root_prefix, root in self._roots.items():
            for each in _walk(root, root_prefix):
                found.setdefault(each.name, each)
        return [
            each for each in found.values() if each.name.startswith(prefix) and self._sent.get(each.name) != each.mark
        ]

    def send(self, name: str, link: Link) -> None:
        """Upload one file as it is now. What is no plain file, or gone, is passed over.

        Raises:
            Away: the studio does not answer; try again.
        """
        with self._lock:
            for prefix, root in self._roots.items():
                descriptor = open_below(root, name[len(prefix) :]) if name.startswith(prefix) else None
                if descriptor is not None:
                    break
            else:
                return
            with os.fdopen(descriptor, "rb") as file:
                state = os.fstat(descriptor)
                digest = hashlib.sha256()
                size = 0
                while data := file.read(BLOCK):
                    digest.update(data)
                    size += len(data)
                file.seek(0)
                headers = {"Content-Length": str(size), "X-Content-SHA256": digest.hexdigest()}
                headers["Content-Type"] = "application/octet-stream"
                # A file that grows meanwhile is sent up to where it was hashed.
                answer = link.send("PUT", address_of(name), _Part(file, size) if size else b"", headers)
            if answer.status == HTTPStatus.NOT_FOUND and name.startswith(f"{CHILDREN}/") and self._may_come(name):
                raise Away("the child run that the file is of is not there yet")
            if answer.status in (400, 422) and _mark(os.fstat(descriptor)) != _mark(state):
                return  # it changed while it was sent, and will be sent again
            if not answer.is_good:
                self._give_up(name, answer.words)
            self._remember(name, _mark(state))

    def _may_come(self, name: str) -> bool:
        """Return whether the studio may still hear of the run of a file: what runs say takes another way than their files."""
        return time.monotonic() - self._missed_at.setdefault(name, time.monotonic()) < CHILD_COMES_WITHIN_S

    def give_up(self, found: Found, reason: object) -> None:
        """Note that a file cannot be sent, and never try again."""
        self._give_up(found.name, f"it cannot be read: {reason}")
        self._remember(found.name, found.mark)

    def _give_up(self, name: str, reason: str) -> None:
        self.refused.append(f"{name}: {reason}")
        self._note(f"The file {name} was not kept: {reason}")

    def _remember(self, name: str, mark: tuple[int, int]) -> None:
        self._sent[name] = mark
        with contextlib.suppress(OSError), self._memory.open("a", encoding="utf-8") as memory:  # on a full disk
            memory.write(json.dumps({"name": name, "mark": mark}) + "\n")


def address_of(name: str) -> str:
    """Return where a file is sent to; one of a child run says of which."""
    if not name.startswith(f"{CHILDREN}/"):
        return f"work/files/{quote(name)}"
    _, run_id, path = f"{name}//".split("/", 2)
    return f"work/files/{quote(path.rstrip('/'))}?run={quote(run_id, safe='')}"


class _Part:
    """The first ``size`` bytes of a file, for the library that sends it."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._left = size

    def read(self, size: int = BLOCK) -> bytes:
        """Return the next piece."""
        data = self._file.read(min(size, self._left))
        self._left -= len(data)
        return data


def _walk(root: Path, prefix: str) -> Iterator[Found]:
    """Yield the plain files below a folder; links are neither followed nor taken."""
    if not root.is_dir() or root.is_symlink():
        return
    for parent, _, files, descriptor in os.fwalk(root, follow_symlinks=False):
        for name in files:
            try:
                state = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
                path = prefix + os.path.relpath(os.path.join(parent, name), root)
                path.encode()
            except (OSError, UnicodeEncodeError):
                continue
            if stat.S_ISREG(state.st_mode) and len(path) <= LONGEST_PATH:
                yield Found(path, _mark(state), state.st_size)


def open_below(root: Path, name: str) -> int | None:
    """Open a plain file below a folder for reading, following no link on the way; None where there is none."""
    parts = name.split("/")
    if not all(part not in ("", ".", "..") for part in parts):
        return None
    try:
        here = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        for part in parts[:-1]:
            try:
                below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=here)
            finally:
                os.close(here)
            here = below
        try:
            descriptor = os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=here)
        finally:
            os.close(here)
    except OSError:
        return None
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    return None


def _mark(state: os.stat_result) -> tuple[int, int]:
    return state.st_mtime_ns, state.st_size
