"""What the launcher prints: every process's lines behind its name, and the launcher's own."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

NAME_WIDTH = 8
COLOURS = {"valkey": 35, "web": 36, "gateway": 34, "worker": 32, "beat": 33, "agent": 95, "prepare": 37, "studio": 1}
# A line longer than this is printed in pieces, so that a process cannot make the launcher keep all it says in memory.
LONGEST_LINE = 16_384
# What a visitor sends may end up in a log; it must not be able to move the cursor or set colours in this terminal.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Output:
    """Prints lines behind names. In colour only on a terminal, and where ``NO_COLOR`` is not set."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._coloured = stream.isatty() and not os.environ.get("NO_COLOR")

    def line(self, name: str, text: str) -> None:
        """Print one line that a process wrote."""
        prefix = f"{name:<{NAME_WIDTH}}│"
        if self._coloured:
            prefix = f"\x1b[{COLOURS.get(name, 37)}m{prefix}\x1b[0m"
        self._write(f"{prefix} {_CONTROL.sub('�', text)}\n")

    def say(self, text: str) -> None:
        """Print a line of the launcher's own."""
        self.line("studio", text)

    def announce(self, text: str) -> None:
        """Print a line without a name before it, for people and programs that wait for it."""
        self._write(f"\x1b[1;32m{text}\x1b[0m\n" if self._coloured else f"{text}\n")

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            pass  # the terminal is gone; the studio goes on, or is told to stop by SIGHUP


class Lines:
    """Cuts what a process writes into lines."""

    def __init__(self, emit: Callable[[str], None]) -> None:
        self._emit = emit
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Take the next bytes and emit the lines they complete."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            lines.append(self._rest)
            self._rest = b""
        for line in lines:
            self._emit(line.decode(errors="replace").rstrip("\r"))

    def close(self) -> None:
        """Emit what is left of an unfinished last line."""
        if self._rest:
            self.feed(b"\n")


class LogFollower:
    """Reads what is appended to a log file from now on. The file may not be there yet."""

    def __init__(self, path: Path, emit: Callable[[str], None]) -> None:
        self._path = path
        self._lines = Lines(emit)
        self._offset = path.stat().st_size if path.exists() else 0

    def poll(self) -> None:
        """Emit the lines that came since the last call."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                data = file.read(1 << 20)
        except OSError:
            return
        self._offset += len(data)
        self._lines.feed(data)
