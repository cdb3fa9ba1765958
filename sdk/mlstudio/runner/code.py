"""Fetching the code of a run: a zip that is checked before anything of it is written."""

from __future__ import annotations

import hashlib
import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

MOST_FILES = 20_000
MOST_BYTES = 4 << 30


class CodeError(Exception):
    """The code cannot be unpacked; the message says why."""


def check(path: Path, expected: dict[str, Any]) -> None:
    """See that a file is the one that was submitted.

    Raises:
        CodeError: it is not.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while data := file.read(1 << 20):
            digest.update(data)
    if digest.hexdigest() != expected["zip_sha256"]:
        raise CodeError("the code that arrived is not the code that was submitted")


def unpack(path: Path, target: Path, folder: str = "") -> None:
    """Unpack a zip into a folder: plain files and folders below it, and nothing else.

    Args: folder: the one in the zip that all lies in, and that is left out.
    Raises:
        CodeError: it is no zip, or holds what could end up elsewhere or fill the disk.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_entries(entries)
            for entry in entries:
                place = target.joinpath(*PurePosixPath(entry.filename).parts[1 if folder else 0 :])
                if entry.is_dir():
                    place.mkdir(parents=True, exist_ok=True)
                    continue
                place.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(entry) as source, place.open("wb") as file:
                    shutil.copyfileobj(source, file, 1 << 20)
                place.chmod(0o755 if (entry.external_attr >> 16) & 0o111 else 0o644)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as error:
        raise CodeError(f"the code cannot be unpacked: {error}") from error


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise CodeError("the code is too large to be unpacked")
    for entry in entries:
        name = PurePosixPath(entry.filename)
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if name.is_absolute() or ".." in name.parts or "\\" in entry.filename or "\0" in entry.filename:
            raise CodeError(f"the code holds a file that would not stay in its folder: {entry.filename!r}")
        if kind and not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
            raise CodeError(f"the code holds something that is neither file nor folder: {entry.filename!r}")
