"""The files of a datastore, whatever kind it is of. A new kind is a class here, and a line in ``_KINDS``."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from apps.core.storage import StoredEntry, get_store
from apps.core.storage.errors import InvalidKey
from apps.core.storage.keys import fault_in_path, shown
from apps.data.models import Datastore
from apps.data.states import DatastoreKind

LONGEST_PATH_BYTES = 700
MOST_COUNTED = 20_000


@dataclass
class Folder:
    """A folder within a listing; ``files`` and ``size`` are of all that lies beneath it, as far as was counted."""

    name: str
    path: str
    files: int = 0
    size: int = 0


@dataclass(frozen=True)
class Listing:
    """What lies directly in a folder. ``is_cut``: there was too much to look at all of it."""

    folders: list[Folder]
    files: list[StoredEntry]
    is_cut: bool


class DatastoreFiles(Protocol):
    """Files under paths relative to the datastore. All methods raise ``FileMissing`` for a file that is not there."""

    def key(self, path: str) -> str:
        """Return what a file is called in the studio's own storage."""

    def list(self, folder: str) -> Iterator[StoredEntry]:
        """Give all files beneath a folder, sorted by path; the keys of the entries are paths."""

    def open(self, path: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Read bytes from ``start`` up to, not including, ``end``."""

    def size(self, path: str) -> int:
        """Return a file's size in bytes."""

    def path_of(self, path: str) -> Path | None:
        """Return where a file lies on this machine, if it does."""

    def delete_folder(self, folder: str) -> None:
        """Delete all that lies beneath a folder."""


class WorkspaceFiles:
    """The part of the studio's own storage that belongs to one workspace."""

    def __init__(self, datastore: Datastore) -> None:
        self._prefix = prefix_of(datastore.workspace_id)

    def key(self, path: str) -> str:
        return f"{self._prefix}/{_sound(path)}"

    def list(self, folder: str) -> Iterator[StoredEntry]:
        stem = f"{self._prefix}/"
        for entry in get_store().list(self.key(folder) if folder else self._prefix):
            yield StoredEntry(entry.key.removeprefix(stem), entry.size, entry.modified)

    def open(self, path: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        return get_store().open(self.key(path), start, end)

    def size(self, path: str) -> int:
        return get_store().size(self.key(path))

    def path_of(self, path: str) -> Path | None:
        return get_store().path_of(self.key(path))

    def delete_folder(self, folder: str) -> None:
        get_store().delete_prefix(self.key(folder))


_KINDS: dict[str, type[WorkspaceFiles]] = {DatastoreKind.WORKSPACE: WorkspaceFiles}


def files_of(datastore: Datastore) -> DatastoreFiles:
    """Return the files of a datastore."""
    return _KINDS[datastore.kind](datastore)


def prefix_of(workspace_id: object) -> str:
    """Return where the default datastore of a workspace lies in the studio's storage."""
    return f"data/{workspace_id}"


def browse(datastore: Datastore, folder: str = "") -> Listing:
    """Return what lies directly in a folder of a datastore; nothing where there is no such folder.

    Raises:
        InvalidKey: it is no path.
    """
    folders: dict[str, Folder] = {}
    files: list[StoredEntry] = []
    stem = f"{folder}/" if folder else ""
    for number, entry in enumerate(files_of(datastore).list(folder)):
        if number >= MOST_COUNTED:
            return Listing([*folders.values()], files, is_cut=True)
        name, slash, _rest = entry.key.removeprefix(stem).partition("/")
        if not slash:
            files.append(entry)
            continue
        found = folders.setdefault(name, Folder(name, f"{stem}{name}"))
        found.files += 1
        found.size += entry.size
    return Listing([*folders.values()], files, is_cut=False)


def _sound(path: str) -> str:
    fault = fault_in_path(path, max_bytes=LONGEST_PATH_BYTES + 100)
    if fault is not None:
        raise InvalidKey(f"“{shown(path)}”: {fault}.")
    return path
