"""The file of events: one line of JSON for each thing logged, written at once.

Every line goes to the file in one unbuffered write at its end. That costs a few microseconds, and what was logged is there
whatever happens next: a fork, ``os._exit``, a signal. Several processes may write at the same time; the kernel keeps their
lines whole. A file that cannot be written never ends the user's program: it is warned once.
"""

from __future__ import annotations

import json
import os
import threading
import warnings
from typing import Any

LARGEST_LINE = 1 << 20


class Events:
    """Appends events to the file of a run.

    Args: path: the file; the runner has made it.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        self._warned = threading.Event()

    def write(self, event: dict[str, Any], what: str) -> None:
        """Append an event; ``what`` names it in a warning where it is too long or cannot be written."""
        line = json.dumps(event, separators=(",", ":"), allow_nan=False).encode() + b"\n"
        if len(line) > LARGEST_LINE:
            warn(
                f"{what} was not logged: it takes {len(line) >> 10} KB and at most 1024 KB fit into one call. Split it."
            )
            return
        try:
            written = os.write(self._descriptor, line)
        except OSError as error:
            self._complain(f"{what} was not logged: {error}.")
            return
        if written != len(line):  # the disk is full; a line of its own keeps the next one apart from this half
            self._complain(f"{what} was not logged: the disk is full.")
            with _nothing_more():
                os.write(self._descriptor, b"\n")

    def _complain(self, sentence: str) -> None:
        if not self._warned.is_set():
            self._warned.set()
            warn(sentence)


class _nothing_more:  # noqa: N801 - reads as what it does
    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, *_rest: Any) -> bool:
        return kind is not None and issubclass(kind, OSError)


def warn(sentence: str) -> None:
    """Tell the user about something that does not stop the program."""
    warnings.warn(sentence, RuntimeWarning, stacklevel=4)
