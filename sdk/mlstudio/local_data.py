"""Local data that a job names: uploaded as a dataset first, and only if it is not one already."""

from __future__ import annotations

import hashlib
import re
from itertools import islice
from pathlib import Path
from urllib.parse import quote

from mlstudio.data import Dataset
from mlstudio.errors import ConfigurationError, NotFoundError
from mlstudio.transfers import Progress, files_below, sha256_of
from mlstudio.workspace import Workspace

LOOKED_AT = 50
LONGEST_NAME = 200
TAGS = {"uploaded-with": "studio job create"}


def as_dataset(workspace: Workspace, path: Path, progress: Progress | None = None) -> tuple[str, bool]:
    """Return ``name:version`` of the dataset that holds a local file or folder, and whether it had to be uploaded.

    The dataset is called as the file or folder is, with ``-local`` behind, so that it never becomes a version of one that people
    keep under its name. A version with the same content is used again.

    Raises:
        ConfigurationError: there is no such file or folder.
    """
    path = path.resolve()
    files = {path.name: path} if path.is_file() else files_below(path)
    if not files:
        raise ConfigurationError(f"There is no file or folder {path}, or nothing in it.")
    name = f"{_plain(path.stem if path.is_file() else path.name)}-local"
    known = _version_of(workspace, name, _digest(files))
    if known is not None:
        return f"{name}:{known}", False
    made = Dataset.upload_files(
        workspace, files, name, kind="file", tags=TAGS, create_new_version=True, progress=progress
    )
    return f"{made.name}:{made.version}", True


def _version_of(workspace: Workspace, name: str, sha256: str) -> int | None:
    """Return the version of a dataset with this content, if one of the latest has it."""
    address = f"workspaces/{quote(workspace.name, safe='')}/datasets/{quote(name, safe='')}/versions/"
    try:
        versions = list(islice(workspace.client.pages(address), LOOKED_AT))
    except NotFoundError:
        return None
    return next((int(version["version"]) for version in versions if version["sha256"] == sha256), None)


def _digest(files: dict[str, Path]) -> str:
    """Return what the studio calls this content: over paths and contents."""
    digest = hashlib.sha256()
    for path, place in sorted(files.items()):
        digest.update(f"{path}\0{sha256_of(place)}\n".encode())
    return digest.hexdigest()


def _plain(name: str) -> str:
    """Return a name with letters, digits, hyphens, underscores and dots alone, as names of datasets are."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")[:LONGEST_NAME] or "data"
