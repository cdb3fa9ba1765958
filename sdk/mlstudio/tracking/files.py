"""Files that a run's own code gives to the studio: put where the runner looks for them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from mlstudio.tracking.events import warn

CHILDREN = ".children"
"""Folder below a run's files in which those of its children lie, each below its id; the runner knows it too."""


class Files:
    """The folder for such files.

    Args: root: the folder; None outside of a run, where nothing is kept. code: the run's own folder, of which the runner
        takes outputs/ and logs/ anyway; None for a child, which has none.
    """

    def __init__(self, root: str | None, code: str | None) -> None:
        self._root = root
        self._code = Path(code) if code is not None else None

    def of_child(self, run_id: str) -> Files:
        """Return the folder for the files of a child run, at any depth."""
        if self._root is None:
            return Files(None, None)
        top = self._root.partition(f"/{CHILDREN}/")[0]
        return Files(f"{top}/{CHILDREN}/{run_id}", None)

    def place(self, name: str) -> Path | None:
        """Return where a file goes; None, with a word about it, where that cannot be."""
        if self._root is None:
            print(f"File {name}: not kept, as this is no run of the studio")
            return None
        target = Path(self._root) / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            warn(f"The file {name!r} is not kept: {error}.")
            return None
        return target

    def copy(self, source: Path, name: str) -> bool:
        """Put a copy of a file there; return whether it is there now."""
        in_place = self._code / name if self._code is not None else None
        if name.startswith(("outputs/", "logs/")) and in_place and in_place.exists() and in_place.samefile(source):
            return True  # the runner looks here anyway
        target = self.place(name)
        if target is None:
            return False
        try:
            shutil.copyfile(source, target)
        except OSError as error:
            warn(f"The file {name!r} is not kept: {error}.")
            return False
        return True


def checked_path(name: object) -> str:
    """Return the name of a file in a run.

    Raises:
        ValueError: it would lie outside of the run.
    """
    text = str(name).replace(os.sep, "/")
    clean = [part for part in text.split("/") if part not in ("", ".")]
    if not clean or ".." in clean or text.startswith("/"):
        raise ValueError(f"{name!r} is no name for a file of a run; one looks like outputs/model.pkl.")
    return "/".join(clean)
