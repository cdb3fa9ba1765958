"""Logs of what never ends: sent in files of a limited size, so that the studio can drop the oldest of them."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

from mlstudio.runner import kernel
from mlstudio.runner.link import Link
from mlstudio.runner.streams import GIVEN_BACK_FROM, LARGEST_BATCH, LogStream, Refused


class RotatedLog(LogStream):
    """A log that goes on in another file whenever one is full: ``replica.txt``, ``replica.2.txt``, …

    What was sent is given back to the disk: on this machine nobody reads it again.

    Args: path: what the studio calls the first file. most: bytes in each, but for the rest of its last line.
    """

    def __init__(self, file: Path, path: str, most: int) -> None:
        super().__init__(file, path, is_always_there=True)
        self._most = most

    def send_some(self, link: Link, is_over: bool) -> bool:
        """Send what is new, at most 256 KB and no more than fits into the present file; at the end say so, once."""
        position = self.position
        begin = position.setdefault("begin", 0)
        data = self.read(LARGEST_BATCH)
        if not data and not is_over:
            return False
        is_full = False
        if position["sent"] + len(data) - begin >= self._most:
            line_end = data.find(b"\n", max(0, self._most - (position["sent"] - begin) - 1)) + 1
            is_full = line_end > 0
            data = data[:line_end] if is_full else data
        query = {"path": self._path_of(position.setdefault("number", 1)), "offset": position["sent"] - begin}
        if is_full or not data:
            query["end"] = 1
        answer = link.send("POST", f"work/logs/?{urlencode(query)}", data, {"Content-Type": "application/octet-stream"})
        if not answer.is_good and not (answer.status == 409 and "size" in answer.body):
            raise Refused(answer)
        size = int(answer.body["size"])
        # One that the studio has cut takes no more than its own notice; what would follow goes into the next.
        has_all = is_full and size >= position["sent"] - begin + len(data)
        if has_all or answer.body.get("cut"):
            position.update(sent=position["sent"] + len(data), number=position["number"] + 1)
            position["begin"] = position["sent"]
        else:
            position["sent"] = begin + size  # what it has decides, whatever we remember
        position["ended"] = not data and is_over and answer.is_good
        self._give_back()
        return True

    def _path_of(self, number: int) -> str:
        path = Path(self._path)
        return self._path if number == 1 else str(path.with_name(f"{path.stem}.{number}{path.suffix}"))

    def _give_back(self) -> None:
        given, sent = self.position.get("given", 0), self.position["sent"]
        if sent - given >= GIVEN_BACK_FROM:
            kernel.give_back(self.file, given, sent)
            self.position["given"] = sent
