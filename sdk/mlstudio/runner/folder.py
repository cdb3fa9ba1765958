"""The folder of one work order: what agent, runner and keeper leave for each other.

``order.json`` what to do (agent) · ``cancel.json`` and ``over`` what the studio wants (agent) · ``runner.json`` who the
runner is · ``progress.json`` what it has done · ``keeper.json`` and ``exit.json`` the command's process and how it ended
(keeper) · ``end.json`` how the order ended, and whether the studio knows · ``streams.json`` how much of each file was sent.
``reserve`` is space set aside. ``run/`` is the only part that the command sees.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
from pathlib import Path
from typing import Any

RESERVE = "reserve"
RESERVE_BYTES = 1 << 20


class WorkFolder:
    """Reads and writes the files; every write is complete or not there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.run = path / "run"
        self.code = self.run / "code"
        self.events = self.run / "events" / "events.ndjson"
        self.logged_files = self.run / "files"
        self.logs = path / "logs"

    @property
    def name(self) -> str:
        """Order and attempt, as the folder is called."""
        return self.path.name

    def read(self, name: str) -> dict[str, Any] | None:
        """Return what a file holds; None where there is none."""
        try:
            return dict(json.loads((self.path / name).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None

    def write(self, name: str, value: dict[str, Any]) -> None:
        """Put a file in place of the one there is, readable by its owner alone. On a full disk it takes what was set aside.

        Raises:
            OSError: there is no space even so.
        """
        try:
            self._put(name, value)
        except OSError as error:
            if error.errno != errno.ENOSPC or not self.has(RESERVE):
                raise
            (self.path / RESERVE).unlink(missing_ok=True)
            self._put(name, value)

    def set_aside(self) -> None:
        """Keep some space, so that on a full disk it can still be noted how the command ended."""
        (self.path / RESERVE).write_bytes(bytes(RESERVE_BYTES))

    def _put(self, name: str, value: dict[str, Any]) -> None:
        draft = self.path / f".{name}.{os.getpid()}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(value, file)
        os.replace(draft, self.path / name)

    def has(self, name: str) -> bool:
        """Return whether the file exists."""
        return (self.path / name).exists()


def create(home: Path, order: dict[str, Any]) -> WorkFolder:
    """Return the folder of an order, with the order in it; one that exists already is left as it is."""
    work = home / "work"
    work.mkdir(mode=0o700, exist_ok=True)
    folder = WorkFolder(work / f"{order['id']}-{order['attempt']}")
    if not folder.has("order.json"):
        folder.path.mkdir(mode=0o700, exist_ok=True)
        folder.set_aside()
        folder.write("order.json", order)
    return folder


def found(home: Path) -> list[WorkFolder]:
    """Return the folders of all orders that an agent took and has not put away."""
    work = home / "work"
    folders = [WorkFolder(path) for path in sorted(work.iterdir())] if work.is_dir() else []
    return [folder for folder in folders if folder.has("order.json")]


def put_away(folder: WorkFolder) -> None:
    """Remove the folder of an order, and what lies elsewhere because another user had to reach it."""
    if folder.run.is_symlink():
        remove(folder.run.resolve())
    remove(folder.path)


def remove(path: Path) -> None:
    """Remove a folder and all in it, also what a program closed to its owner."""

    def open_up(function: Any, name: str, _error: Any) -> None:
        parent = os.path.dirname(name)
        os.chmod(parent, stat.S_IRWXU)
        if os.path.isdir(name) and not os.path.islink(name):
            os.chmod(name, stat.S_IRWXU)
            shutil.rmtree(name, ignore_errors=True)
        elif function is os.unlink:
            os.unlink(name)

    if path.exists():
        shutil.rmtree(path, onerror=open_up)
