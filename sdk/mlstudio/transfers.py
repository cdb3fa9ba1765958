"""Files on their way to the studio and back: in parts, checked, and going on where they were cut off."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
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


class Upload:
    """Sends files from where the studio has left off."""

    def __init__(self, workspace: Workspace, files: dict[str, Path], progress: Progress | None) -> None:
        self._client: Client = workspace.client
        self._base = address_in(workspace, "uploads/")
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
        """Send the rest of a file, and read and hash the next part meanwhile. Returns the SHA-256 of all of it."""
        digest, size, received = hashlib.sha256(), int(file["size"]), int(file["received"])
        ends = [*range(PART_BYTES, received, PART_BYTES), received] if received else []
        ends += [*range(received + PART_BYTES, size, PART_BYTES), size] if not file["sha256"] or received < size else []
        at = 0
        with self._files[file["path"]].open("rb") as source, ThreadPoolExecutor(1) as ahead:

            def read(length: int) -> bytes:
                data = source.read(length)
                if len(data) < length:
                    raise ConfigurationError(f"{file['path']} has changed while it was sent; upload it again.")
                digest.update(data)
                return data

            lengths = [end - start for start, end in zip([0, *ends], ends)]
            coming = ahead.submit(read, lengths[0]) if lengths else None
            for following in [*lengths[1:], None]:
                data = coming.result() if coming is not None else b""
                coming = ahead.submit(read, following) if following is not None else None
                if at >= received:
                    self._send_part(upload, file, data, at)
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


def files_in(path: Path) -> dict[str, Path]:
    """Return the files to send by the paths they get: a file by its name, those of a folder below the folder's name."""
    if path.is_file():
        return {path.name: path}
    if not path.is_dir():
        raise ConfigurationError(f"There is no file or folder {path}.")
    root = path.resolve()
    found = {f"{root.name}/{name}": file for name, file in files_below(root).items()}
    if not found:
        raise ConfigurationError(f"There are no files in {path}.")
    return found


def files_below(root: Path) -> dict[str, Path]:
    """Return the files below a folder by their paths in it, without what systems and tools leave there."""
    return {
        file.relative_to(root).as_posix(): file
        for file in sorted(root.rglob("*"))
        if file.is_file() and not LEFTOVERS.intersection(file.relative_to(root).parts)
    }


def fetch_files(
    workspace: Workspace,
    base: str,
    files: Sequence[dict[str, Any]],
    target: Path,
    overwrite: bool,
    progress: Progress | None,
) -> list[str]:
    """Write files of a version into a folder, each checked against its SHA-256. Returns their paths.

    A file that is there already with the same content is left as it is.

    Args: base: the version's address. files: ``path``, ``size`` and ``sha256`` of each.

    Raises:
        ConfigurationError: another file is in the way, and ``overwrite`` does not allow to replace it.
    """
    written, done, total = [], 0, sum(int(file["size"]) for file in files)
    for file in files:
        parts = PurePosixPath(file["path"]).parts
        if ".." in parts or file["path"].startswith("/"):
            raise StudioError(f"The studio named a file outside the folder: {file['path']}.")
        place = target.joinpath(*parts)
        if not place.exists() or sha256_of(place) != file["sha256"]:
            if place.exists() and not overwrite:
                raise ConfigurationError(f"{place} exists with other content; pass overwrite=True to replace it.")
            _fetch(workspace.client, base, file, place)
        written.append(str(place))
        done += int(file["size"])
        if progress is not None:
            progress(done, total)
    return written


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for chunk in iter(lambda: file.read(2**20), b""):
            digest.update(chunk)
    return digest.hexdigest()


def address_in(workspace: Workspace, path: str) -> str:
    """Return the address of something in a workspace, relative to ``/api/v1/``."""
    return f"workspaces/{quote(workspace.name, safe='')}/{path}"


def _fetch(client: Client, base: str, file: dict[str, Any], place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f".{place.name}.unchecked")
    try:
        client.download(f"{base}files/content/", part, path=file["path"])
        if sha256_of(part) != file["sha256"]:
            raise StudioError(f"{file['path']} arrived damaged; download it again.")
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)
