"""Data inputs of an order: fetched from the studio, kept on the machine by their content, and shown read-only."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Callable
from urllib.parse import quote

from mlstudio.runner.ending import SYSTEM_ERROR, USER_ERROR, Fault
from mlstudio.runner.folder import WorkFolder
from mlstudio.runner.input_cache import Cache, Entry, close_to_writing
from mlstudio.runner.link import Answer, Away, BrokenOff, Link

DEFAULT_CACHE_MB = 20_000
AT_ONCE = 4
PAUSE_S = 0.5
SAY_S = 1.0
MOST_DAMAGED = 3
MOST_BROKEN_OFF = 5
BLOCK = 1 << 20


@dataclass(frozen=True)
class Fetched:
    """An input on this machine: a folder, of which ``single`` is the only file that counts, if it is not empty.

    ``url``: in place of a folder, an address that the program reads by itself.
    """

    folder: Path | None
    single: str = ""
    url: str = ""

    def seen_at(self, folder: str = "") -> str:
        """Return what a program is told that sees the folder there, or where it is."""
        folder = folder or str(self.folder)
        return self.url or (f"{folder}/{self.single}" if self.single else folder)


class Fetching:
    """How inputs are fetched: what to say on the way, and when to stop.

    Args: folder: of the order. home: where what is kept lies; programs of other users must be able to reach below it where they
        have no sandbox. say: takes how far it is, in words. check: called all the time; raises to stop.
    """

    def __init__(self, folder: WorkFolder, home: Path, say: Callable[[str], None], check: Callable[[], None]) -> None:
        self.folder = folder
        self.say = say
        self.check = check
        most_mb = int(os.environ.get("STUDIO_INPUT_CACHE_MB") or DEFAULT_CACHE_MB)
        self.cache = Cache(home, folder.path.parent, most_mb * 10**6)


def fetch(
    spec_inputs: Mapping[str, dict[str, Any]], link: Link, how: Fetching, own: Path | None = None
) -> dict[str, Fetched]:
    """Have the data among an order's inputs on this machine. What an earlier runner fetched is not fetched again.

    Args: spec_inputs: of the order; literals among them are passed over. own: the folder for what cannot be kept for others,
        because it may change; by default in the order's own.
    Raises:
        Fault: something cannot be had; the message says what and why. Whatever ``how.check`` raises.
    """
    found: dict[str, Fetched] = {}
    for name, given in spec_inputs.items():
        if "kind" not in given:
            continue
        if given["mode"] == "direct" and given["kind"] == "url":
            found[name] = Fetched(None, url=given["path"])
            continue
        keep = given["sha256"]
        folder = _kept(name, given, link, how) if keep else _own(name, link, how, own or how.folder.path / "inputs")
        found[name] = Fetched(folder, given.get("single") or "")
    return found


def show_to_user(fetched: Fetched, place: Path) -> Fetched:
    """Lay an input out anew in a folder that only one user can reach, by links to the same read-only files; return it there."""
    if fetched.folder is None or fetched.folder == place:
        return fetched
    for parent, _folders, files in os.walk(fetched.folder):
        target = place / os.path.relpath(parent, fetched.folder)
        target.mkdir(mode=0o755, parents=True, exist_ok=True)
        for name in files:
            if not (target / name).exists():
                os.link(os.path.join(parent, name), target / name)
    return Fetched(place, fetched.single)


def _kept(name: str, given: dict[str, Any], link: Link, how: Fetching) -> Path:
    entry: Entry = how.cache.entry(given["sha256"])
    size = int(given.get("bytes") or 0)
    with entry.held(how.check):
        entry.use(how.folder.name, size)
        if not entry.is_complete:
            how.cache.make_room(size)
            if size > (free := how.cache.free_bytes()):
                raise Fault(f"the input {name} has {_gb(size)}, and {_gb(free)} are left on this machine's disk")
            _Download(name, link, how, entry.part, size).run()
            entry.finish()
    return entry.files


def _own(name: str, link: Link, how: Fetching, root: Path) -> Path:
    place, part = root / name, root / f".{name}"
    if not place.is_dir():
        _Download(name, link, how, part, 0).run()
        close_to_writing(part)
        part.rename(place)
    return place


class _OneFailed(Exception):
    """Another file could not be had, so the rest is not worth fetching."""


class _Download:
    """Brings the files of one input into a folder, several at once, each from where it was left."""

    def __init__(self, name: str, link: Link, how: Fetching, target: Path, size: int) -> None:
        self._name = name
        self._base = f"work/inputs/{quote(name, safe='')}/"
        self._link = link
        self._how = how
        self._target = target
        self._size = size
        self._done = 0
        self._said_at = 0.0
        self._error: BaseException | None = None
        self._lock = threading.Lock()
        self._local = threading.local()

    def run(self) -> None:
        self._target.mkdir(mode=0o700, parents=True, exist_ok=True)
        with ThreadPoolExecutor(AT_ONCE) as pool, contextlib.suppress(_OneFailed):
            list(pool.map(self._one, self._files()))
        if self._error is not None:
            raise self._error

    def _files(self) -> Iterator[dict[str, Any]]:
        after: str | None = ""
        while after is not None:
            answer = self._page(after)
            if not answer.is_good:
                raise Fault(f"the input {self._name} cannot be read: {answer.words}", USER_ERROR)
            yield from answer.body["files"]
            after = answer.body["next"]

    def _one(self, file: dict[str, Any]) -> None:
        try:
            self._fetch(file)
        except _OneFailed:
            pass
        except BaseException as error:
            self._error = self._error or error

    def _fetch(self, file: dict[str, Any]) -> None:
        place = self._place_of(file["path"])
        place.parent.mkdir(parents=True, exist_ok=True)
        size, wanted = file["size"], file["sha256"]
        for _attempt in range(MOST_DAMAGED):
            digest, here = hashlib.sha256(), 0
            if size is None or not wanted:
                place.unlink(missing_ok=True)  # it may have changed since; half of each would be neither
            elif place.exists():
                here = self._hash(place, digest)
            if size is None or here < size or not place.exists():
                here = self._rest(file, place, digest, here)
            if size in (None, here) and wanted in ("", digest.hexdigest()):
                return
            place.unlink()
            with self._lock:
                self._done -= here
        raise Fault(f"{file['path']} of the input {self._name} does not arrive as it was submitted", SYSTEM_ERROR)

    def _rest(self, file: dict[str, Any], place: Path, digest: Any, start: int) -> int:
        """Fetch a file from ``start`` on. Returns how many bytes there are then."""
        broken_off = 0
        while True:
            with place.open("ab") as target:
                sink = _Sink(target, digest, self._took)
                address = f"{self._base}content/?path={quote(file['path'], safe='')}"
                try:
                    headers = {"Range": f"bytes={start}-"} if start else {}
                    answer = self._own_link().download(address, sink, headers)
                except Away as error:
                    broken_off += isinstance(error, BrokenOff) and not sink.size
                    if isinstance(error, BrokenOff) and (not file["sha256"] or broken_off >= MOST_BROKEN_OFF):
                        raise Fault(
                            f"{file['path']} of the input {self._name} broke off on its way", USER_ERROR
                        ) from error
                    start += sink.size
                    self._pause()
                    continue
            if not answer.is_good:
                raise Fault(f"{file['path']} of the input {self._name} cannot be read: {answer.words}", USER_ERROR)
            return start + sink.size

    def _hash(self, place: Path, digest: Any) -> int:
        size = 0
        with place.open("rb") as file:
            while data := file.read(BLOCK):
                digest.update(data)
                size += len(data)
                self._took(len(data))
        return size

    def _took(self, count: int) -> None:
        """Count bytes, say so now and then, and stop where that is wanted."""
        self._stop_if_wanted()
        with self._lock:
            self._done += count
            is_due = time.monotonic() - self._said_at >= SAY_S
            if is_due:
                self._said_at = time.monotonic()
        if is_due:
            of = f" of {_gb(self._size)}" if self._size else ""
            self._how.say(f"{self._name}: {_gb(self._done)}{of}")

    def _stop_if_wanted(self) -> None:
        self._how.check()
        if self._error is not None:
            raise _OneFailed

    def _place_of(self, path: str) -> Path:
        parts = PurePosixPath(path).parts
        if not parts or path.startswith("/") or ".." in parts or "\0" in path:
            raise Fault(f"the studio names a file of the input {self._name} that would lie elsewhere: {path}")
        return self._target.joinpath(*parts)

    def _page(self, after: str) -> Answer:
        while True:
            self._stop_if_wanted()
            try:
                return self._link.send("GET", f"{self._base}files/?after={quote(after, safe='')}")
            except Away:
                self._pause()

    def _pause(self) -> None:
        self._stop_if_wanted()
        time.sleep(PAUSE_S)

    def _own_link(self) -> Link:
        """Return this thread's connection."""
        if not hasattr(self._local, "link"):
            self._local.link = Link(self._link.server, self._link.token)
        link: Link = self._local.link
        return link


class _Sink:
    """Writes to a file, hashes, and counts."""

    def __init__(self, file: Any, digest: Any, took: Callable[[int], None]) -> None:
        self._file = file
        self._digest = digest
        self._took = took
        self.size = 0

    def write(self, data: bytes) -> int:
        self._file.write(data)
        self._digest.update(data)
        self.size += len(data)
        self._took(len(data))
        return len(data)


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
