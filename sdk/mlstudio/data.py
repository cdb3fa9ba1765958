"""Datasets, with the names and calls that scripts for Azure ML already use."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from mlstudio.client import Client
from mlstudio.errors import ConfigurationError, RequestError, StudioError
from mlstudio.workspace import Workspace

PART_BYTES = 64 * 2**20
PATIENCE = 8
LEFTOVERS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini", ".git", "__pycache__", ".ipynb_checkpoints"})

# Called with how many bytes have come, and how many there are.
Progress = Callable[[int, int], None]


class Dataset:
    """One version of a dataset.

    Attributes: name, kind (``file`` or ``tabular``), description, sha256: text. version, size (bytes), file_count: numbers.
        tags: text by text. settings: how a table is read. row_count: None where nobody counted.
    """

    def __init__(self, workspace: Workspace, data: dict[str, Any], dataset: dict[str, Any]) -> None:
        self.workspace = workspace
        self.name = str(data["name"])
        self.kind = str(data["kind"])
        self.version = int(data["version"])
        self.sha256 = str(data["sha256"])
        self.size = int(data["size"])
        self.file_count = int(data["file_count"])
        self.row_count: int | None = data.get("row_count")
        self.settings: dict[str, Any] = dict(data.get("settings") or {})
        self.description = str(dataset.get("description") or "")
        self.tags: dict[str, str] = dict(dataset.get("tags") or {})
        self._data = {**data, "description": self.description, "tags": self.tags}

    @classmethod
    def get_by_name(cls, workspace: Workspace, name: str, version: int | str = "latest") -> Dataset:
        """Open a dataset by name, in its latest version or the one that is asked for.

        Raises:
            NotFoundError: there is none.
        """
        base = _address(workspace, f"datasets/{quote(name, safe='')}/")
        client = workspace.client
        return cls(workspace, client.get(f"{base}versions/{version}/"), client.get(base))

    @classmethod
    def list(cls, workspace: Workspace) -> Iterator[dict[str, Any]]:
        """Yield what the studio says about each dataset of a workspace."""
        yield from workspace.client.pages(_address(workspace, "datasets/"))

    @classmethod
    def upload(
        cls, workspace: Workspace, path: str | os.PathLike[str], name: str, *, kind: str = "", description: str | None = None,
        tags: dict[str, str] | None = None, create_new_version: bool = False, settings: dict[str, Any] | None = None,
        progress: Progress | None = None,
    ) -> Dataset:  # fmt: skip
        """Make a dataset of a file or folder of this machine, or the next version of one.

        An upload that was cut off goes on where it stopped when the same files are uploaded again.

        Args: kind: ``file`` or ``tabular``; by default a table where all files look like one by their names.
            settings: how a table is read (``delimiter``, ``encoding`` …); what is left out is guessed.
            progress: called with the bytes that have arrived, and with all there are.

        Raises:
            StudioError: no such file, a name that exists (see ``create_new_version``), or files that make no table.
        """
        files = _files_in(Path(path))
        upload = _Upload(workspace, files, progress).run()
        body: dict[str, Any] = {
            "name": name,
            "kind": kind or _kind_of(files),
            "upload": upload,
            "next_version": create_new_version,
            "settings": settings or {},
        }
        if description is not None:
            body["description"] = description
        if tags is not None:
            body["tags"] = tags
        made = workspace.client.post(_address(workspace, "datasets/"), body)
        return cls.get_by_name(workspace, made["name"], made["version"])

    def files(self) -> Sequence[dict[str, Any]]:
        """Return path, size and SHA-256 of each file, in the order of the paths."""
        found = self.workspace.client.pages(f"{self._base}files/", page_size=200)
        return sorted(found, key=lambda file: str(file["path"]))

    def download(
        self, target_path: str | os.PathLike[str] = ".", overwrite: bool = False, *, progress: Progress | None = None
    ) -> Sequence[str]:
        """Write the files into a folder, each checked against its SHA-256. Returns their paths.

        A file that is there already with the same content is left as it is.

        Raises:
            ConfigurationError: another file is in the way, and ``overwrite`` does not allow to replace it.
        """
        target, written, done = Path(target_path), [], 0
        for file in self.files():
            place = target.joinpath(*PurePosixPath(file["path"]).parts)
            if ".." in place.parts[len(target.parts) :]:
                raise StudioError(f"The studio named a file outside the folder: {file['path']}.")
            if not place.exists() or _sha256(place) != file["sha256"]:
                if place.exists() and not overwrite:
                    raise ConfigurationError(f"{place} exists with other content; pass overwrite=True to replace it.")
                self._fetch(file, place)
            written.append(str(place))
            done += int(file["size"])
            if progress is not None:
                progress(done, self.size)
        return written

    def get_details(self) -> dict[str, Any]:
        """Return everything the studio says about it."""
        return dict(self._data)

    def __repr__(self) -> str:
        return f"Dataset(name={self.name!r}, version={self.version}, kind={self.kind!r})"

    @property
    def _base(self) -> str:
        return _address(self.workspace, f"datasets/{quote(self.name, safe='')}/versions/{self.version}/")

    def _fetch(self, file: dict[str, Any], place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_name(f".{place.name}.unchecked")
        try:
            self.workspace.client.download(f"{self._base}files/content/", part, path=file["path"])
            if _sha256(part) != file["sha256"]:
                raise StudioError(f"{file['path']} arrived damaged; download it again.")
            part.replace(place)
        finally:
            part.unlink(missing_ok=True)


class _Upload:
    """Sends files from where the studio has left off."""

    def __init__(self, workspace: Workspace, files: dict[str, Path], progress: Progress | None) -> None:
        self._client: Client = workspace.client
        self._base = _address(workspace, "uploads/")
        self._files = files
        self._progress = progress
        self._total = sum(path.stat().st_size for path in files.values())
        self._arrived: dict[str, int] = {}

    def run(self) -> str:
        """Send what is missing. Returns the id of the complete upload."""
        announced = [
            {"path": name, "size": path.stat().st_size, "modified_ms": path.stat().st_mtime_ns // 10**6}
            for name, path in self._files.items()
        ]
        upload = str(self._client.post(self._base, {"files": announced})["id"])
        known = list(self._client.pages(f"{self._base}{upload}/files/", page_size=200))
        self._arrived = {file["path"]: file["received"] for file in known}
        hashes = [{"id": file["id"], "sha256": self._send(upload, file)} for file in known]
        self._client.post(f"{self._base}{upload}/complete/", {"files": hashes})
        return upload

    def _send(self, upload: str, file: dict[str, Any]) -> str:
        """Send the rest of a file. Returns the SHA-256 of all of it."""
        digest, size = hashlib.sha256(), int(file["size"])
        at, received, is_there = 0, int(file["received"]), bool(file["sha256"])
        with self._files[file["path"]].open("rb") as source:
            while at < received or not is_there:
                room = (received if at < received else size) - at
                data = source.read(min(PART_BYTES, room))
                if len(data) < min(PART_BYTES, room):
                    raise ConfigurationError(f"{file['path']} has changed while it was sent; upload it again.")
                digest.update(data)
                if at >= received:
                    self._send_part(upload, file, data, at)
                    is_there = at + len(data) >= size
                at += len(data)
                self._tell(file["path"], max(at, received))
        return digest.hexdigest()

    def _send_part(self, upload: str, file: dict[str, Any], data: bytes, at: int) -> None:
        address = f"{self._base}{upload}/files/{file['id']}/?offset={at}"
        for attempt in range(PATIENCE):
            try:
                self._client.put_bytes(address, data)
                return
            except RequestError as error:
                if error.code == "upload_offset" and self._received(upload, file) == at + len(data):
                    return  # it had arrived; only the answer was lost
                if attempt == PATIENCE - 1 or error.code != "upload_busy":
                    raise
            time.sleep(min(10.0, 0.5 * 2**attempt))

    def _received(self, upload: str, file: dict[str, Any]) -> int:
        known = self._client.pages(f"{self._base}{upload}/files/", page_size=200)
        return next((int(one["received"]) for one in known if one["id"] == file["id"]), -1)

    def _tell(self, path: str, received: int) -> None:
        self._arrived[path] = received
        if self._progress is not None:
            self._progress(sum(self._arrived.values()), self._total)


def _files_in(path: Path) -> dict[str, Path]:
    """Return the files to send by the paths they get: a file by its name, those of a folder below the folder's name."""
    if path.is_file():
        return {path.name: path}
    if not path.is_dir():
        raise ConfigurationError(f"There is no file or folder {path}.")
    root = path.resolve()
    found = {
        f"{root.name}/{file.relative_to(root).as_posix()}": file
        for file in sorted(root.rglob("*"))
        if file.is_file() and not LEFTOVERS.intersection(file.relative_to(root).parts)
    }
    if not found:
        raise ConfigurationError(f"There are no files in {path}.")
    return found


def _kind_of(files: dict[str, Path]) -> str:
    tables = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")
    return "tabular" if all(name.lower().endswith(tables) for name in files) else "file"


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for chunk in iter(lambda: file.read(2**20), b""):
            digest.update(chunk)
    return digest.hexdigest()


def _address(workspace: Workspace, path: str) -> str:
    return f"workspaces/{quote(workspace.name, safe='')}/{path}"
