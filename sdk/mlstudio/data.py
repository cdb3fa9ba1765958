"""Datasets, with the names and calls that scripts for Azure ML already use."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mlstudio.transfers import Progress, Upload, address_in, fetch_files, files_in
from mlstudio.workspace import Workspace


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
        base = address_in(workspace, f"datasets/{quote(name, safe='')}/")
        client = workspace.client
        return cls(workspace, client.get(f"{base}versions/{version}/"), client.get(base))

    @classmethod
    def list(cls, workspace: Workspace) -> Iterator[dict[str, Any]]:
        """Yield what the studio says about each dataset of a workspace."""
        yield from workspace.client.pages(address_in(workspace, "datasets/"))

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
        return cls.upload_files(
            workspace, files_in(Path(path)), name, kind=kind, description=description, tags=tags,
            create_new_version=create_new_version, settings=settings, progress=progress,
        )  # fmt: skip

    @classmethod
    def upload_files(
        cls, workspace: Workspace, files: dict[str, Path], name: str, *, kind: str = "", description: str | None = None,
        tags: dict[str, str] | None = None, create_new_version: bool = False, settings: dict[str, Any] | None = None,
        progress: Progress | None = None,
    ) -> Dataset:  # fmt: skip
        """Make a dataset of files of this machine, by the paths that they shall have in it; the rest is as in ``upload``."""
        upload = Upload(workspace, files, progress).run()
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
        made = workspace.client.post(address_in(workspace, "datasets/"), body)
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
        return fetch_files(self.workspace, self._base, self.files(), Path(target_path), overwrite, progress)

    def get_details(self) -> dict[str, Any]:
        """Return everything the studio says about it."""
        return dict(self._data)

    def __repr__(self) -> str:
        return f"Dataset(name={self.name!r}, version={self.version}, kind={self.kind!r})"

    @property
    def _base(self) -> str:
        return address_in(self.workspace, f"datasets/{quote(self.name, safe='')}/versions/{self.version}/")


def _kind_of(files: dict[str, Path]) -> str:
    tables = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")
    return "tabular" if all(name.lower().endswith(tables) for name in files) else "file"
