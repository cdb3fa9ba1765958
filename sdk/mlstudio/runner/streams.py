"""Files that grow, sent to the studio as they grow: logs by byte offset, metrics by whole lines.

What was sent is noted on disk, and the studio passes over what it has, so nothing is doubled or lost when a runner or the
studio ends in between.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import stat
from pathlib import Path
from typing import Any, Callable
from urllib.parse import urlencode

from mlstudio.runner import kernel
from mlstudio.runner.folder import WorkFolder
from mlstudio.runner.link import Answer, Link

logger = logging.getLogger("mlstudio.runner")

LARGEST_BATCH = 256 << 10
LARGEST_LINE = 1 << 20
GIVEN_BACK_FROM = 1 << 20
FILE_LINE = b'{"f":'


class Stream:
    """One growing file. ``key`` names it in ``streams.json``; ``source`` and ``path`` say what it is to the studio."""

    def __init__(self, file: Path, key: str) -> None:
        self.file = file
        self.key = key
        self.position: dict[str, Any] = {"sent": 0, "batch": 0, "ended": False}
        self._descriptor: int | None = None

    def send_some(self, link: Link, is_over: bool) -> bool:
        """Send a batch; return whether anything changed. ``is_over``: the file grows no more."""
        raise NotImplementedError

    def read(self, size: int) -> bytes:
        """Return what follows in the file, at most ``size`` bytes. A file that is not there yet is empty."""
        if self._descriptor is None:
            try:
                self._descriptor = os.open(self.file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            except OSError:
                return b""
            if not stat.S_ISREG(os.fstat(self._descriptor).st_mode):
                raise RuntimeError(f"{self.file} is no plain file")
        return os.pread(self._descriptor, size, self.position["sent"])


class LogStream(Stream):
    """A log. Once the studio takes no more of it, what is written is given back to the disk unread.

    Args: path: what the studio calls it. is_always_there: whether the studio shall have it even if nobody writes to it.
    """

    def __init__(self, file: Path, path: str, is_always_there: bool = False) -> None:
        super().__init__(file, path)
        self._path = path
        self._is_always_there = is_always_there

    def send_some(self, link: Link, is_over: bool) -> bool:
        """Send what is new, at most 256 KB; at the end say so, once."""
        position = self.position
        if "cut" in position:
            self._give_back()
        data = b"" if "cut" in position else self.read(LARGEST_BATCH)
        if not data and not is_over:
            return False
        if not data and not position["sent"] and not self._is_always_there:
            position["ended"] = True
            return False
        query: dict[str, Any] = {"path": self._path, "offset": position["sent"]}
        if not data:
            query["end"] = 1
        answer = link.send("POST", f"work/logs/?{urlencode(query)}", data, {"Content-Type": "application/octet-stream"})
        if not answer.is_good and not (answer.status == 409 and "size" in answer.body):
            raise Refused(answer)
        if data or not answer.is_good:
            position["sent"] = int(answer.body["size"])  # what it has decides, whatever we remember
        position["ended"] = not data and answer.is_good
        if answer.body.get("cut"):
            position["cut"] = self.file.stat().st_size
        return True

    def _give_back(self) -> None:
        size = self.file.stat().st_size
        if size - self.position["cut"] >= GIVEN_BACK_FROM:
            kernel.give_back(self.file, self.position["cut"], size)
            self.position["cut"] = size


class LineStream(Stream):
    """Lines of JSON, as the SDK in the run writes them (``source`` "events") or we do ("system").

    Args: note: takes a sentence about lines that were refused. uploads: takes the paths of files to be uploaded now.
    """

    def __init__(
        self, file: Path, source: str, note: Callable[[str], None], uploads: Callable[[str], None] | None = None
    ) -> None:
        super().__init__(file, source)
        self._note = note
        self._uploads = uploads

    def send_some(self, link: Link, is_over: bool) -> bool:
        """Send whole lines, at most 256 KB unless one is longer; the same again where the answer was lost."""
        position = self.position
        data = self.read(position["batch"] or LARGEST_BATCH)
        if not position["batch"]:
            data = self._whole_lines(data)
            if not data:
                position["ended"] = is_over  # half a line may be left, of a program that was killed while it wrote
                return False
            if data.startswith(FILE_LINE):  # for us, not for the studio
                line = data[: data.find(b"\n") + 1]
                self._upload(line)
                position["sent"] += len(line)
                return True
            position["batch"] = data.find(b"\n" + FILE_LINE) + 1 or len(data)
            return True  # how long the batch is must be on disk before it is sent
        answer = link.send(
            "POST",
            f"work/metrics/?{urlencode({'source': self.key, 'offset': position['sent']})}",
            data,
            {"Content-Type": "application/x-ndjson"},
        )
        if answer.status in (401, 404):
            raise Refused(answer)
        if not answer.is_good:
            self._note(f"The studio refused some metrics: {answer.words}.")
        for line in answer.body.get("refused") or []:
            self._note(f"The studio refused a logged value (line {line.get('line')}): {line.get('reason')}.")
        position["sent"] += position["batch"]
        position["batch"] = 0
        return True

    def _whole_lines(self, data: bytes) -> bytes:
        end = data.rfind(b"\n") + 1
        if not end and len(data) == LARGEST_BATCH:
            data = self.read(LARGEST_LINE + 1)
            end = data.find(b"\n") + 1
            if not end and len(data) > LARGEST_LINE:
                raise RuntimeError(f"a line of {self.key} is longer than 1 MiB")
        return data[:end]

    def _upload(self, line: bytes) -> None:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            path = json.loads(line)["f"]
            if self._uploads is not None and isinstance(path, str):
                self._uploads(path)


class Refused(Exception):
    """The studio does not want this, and will not want it later either."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.words)
        self.answer = answer


class Streams:
    """All files that are sent while they grow, and how far each has got."""

    def __init__(self, folder: WorkFolder, streams: list[Stream]) -> None:
        self._folder = folder
        self.all = streams
        kept = folder.read("streams.json") or {}
        for stream in streams:
            stream.position.update(kept.get(stream.key, {}))

    def send_some(self, link: Link, is_over: bool = False) -> bool:
        """Send a batch of each; return whether there was anything to do.

        Raises:
            Away: the studio does not answer. Refused: it does not want it.
        """
        busy = [stream for stream in self.all if not stream.position["ended"]]
        changed = False
        for stream in busy:
            before = dict(stream.position)
            try:
                changed = stream.send_some(link, is_over) or changed
            finally:
                if stream.position != before:
                    self._keep()
        return changed

    def _keep(self) -> None:
        try:
            self._folder.write("streams.json", {each.key: each.position for each in self.all})
        except OSError as error:  # the disk is full: a next runner would send again what the studio passes over
            logger.warning("What was sent cannot be noted: %s", error)

    @property
    def are_done(self) -> bool:
        """Whether everything was sent, and the studio knows that nothing follows."""
        return all(stream.position["ended"] for stream in self.all)
