"""Registered components: steps that pipelines share.

from mlstudio import Component, Workspace

workspace = Workspace.from_config()
train = Component.create(workspace, "train.yml")
print(train.id, train.is_new)
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mlstudio.errors import ConfigurationError, StudioError
from mlstudio.job_files import send_code
from mlstudio.transfers import address_in
from mlstudio.workspace import Workspace

MOST_ROUNDS = 24


class Component:
    """One version of a registered component.

    Attributes: name, version, id (``name:version``), type, display_name, description, sha256, created_time (ISO 8601): text.
        tags: text by text. definition: what it does. warnings: sentences about what of its file was read differently.
        archived: whether it is for no new use. is_new: whether ``create`` made it, or found that it was there.
    """

    def __init__(self, workspace: Workspace, data: Mapping[str, Any]) -> None:
        self.workspace = workspace
        self._take(data)

    def _take(self, data: Mapping[str, Any]) -> None:
        self._data = dict(data)
        self.name, self.version = str(data["name"]), str(data["version"])
        self.id, self.type = str(data["reference"]), str(data["type"])
        self.display_name, self.description = str(data["display_name"]), str(data["description"])
        self.tags: dict[str, str] = dict(data["tags"])
        self.sha256, self.created_time = str(data["sha256"]), str(data["created_at"])
        self.definition: dict[str, Any] = dict(data.get("definition") or {})
        self.warnings: list[str] = list(data.get("warnings") or ())
        self.archived = data["archived_at"] is not None
        self.is_new = bool(data.get("is_new"))

    @classmethod
    def create(cls, workspace: Workspace, file: str | Path, *, version: str = "") -> Component:
        """Register a component file as Azure ML v2 writes it, with the code and the files that it names.

        What does the same as the latest version is that version.

        Args: version: in place of the one in the file; without either, the next number.

        Raises:
            StudioError: a file is not there, or the studio refuses the component; the message names the field and its line.
        """
        path = Path(file)
        body: dict[str, Any] = {"component": _text_of(path), "files": {}, "version": version}
        client, base = workspace.client, address_in(workspace, "components/")
        needs = client.post(f"{base}-/check/", body)
        for _round in range(MOST_ROUNDS):  # a file that it names may name others
            missing = [name for name in needs["files"] if name not in body["files"]]
            if not missing:
                break
            body["files"].update((name, _text_of(path.parent / name)) for name in missing)
            needs = client.post(f"{base}-/check/", body)
        body["codes"] = {
            need["key"]: send_code(
                workspace, path.parent / need["code"], [path.parent / one for one in need["includes"]]
            )
            for need in needs["codes"]
        }
        return cls(workspace, client.post(base, body))

    @classmethod
    def get(cls, workspace: Workspace, name: str, version: str = "latest") -> Component:
        """Open a component by ``name``, ``name:version`` or ``name@latest``.

        Raises:
            NotFoundError: there is none; the message says which there are.
        """
        plain, _at, _label = name.removeprefix("azureml:").partition("@")
        plain, _colon, number = plain.partition(":")
        if not plain:
            raise ConfigurationError("Name a component, such as train or train:1.")
        return cls(
            workspace, workspace.client.get(f"{_place(workspace, plain)}versions/{quote(number or version, safe='')}/")
        )

    @classmethod
    def list(cls, workspace: Workspace, name: str = "", *, archived: bool = False) -> Iterator[Component]:
        """Yield components in their latest versions, or all versions of one. Args: archived: those in the archive, too."""
        query = {"archived": "all"} if archived else {}
        if name:
            rows = workspace.client.pages(f"{_place(workspace, name)}versions/", **query)
        else:
            found = workspace.client.pages(address_in(workspace, "components/"), **query)
            rows = (row["latest"] for row in found if row["latest"])
        for row in rows:
            yield cls(workspace, row)

    def update(self, **changes: Any) -> Component:
        """Change ``display_name``, ``description`` or ``tags``, which are replaced."""
        self._take(self.workspace.client.patch(self._address, changes))
        return self

    def archive(self) -> Component:
        """Keep this version from new use."""
        return self.update(archived=True)

    def restore(self) -> Component:
        """Allow new use again."""
        return self.update(archived=False)

    def yaml(self) -> str:
        """Return it as a component file."""
        return self.workspace.client.get_bytes(f"{self._address}yaml/", 0, 2**20).decode()

    def download(self, target_dir: str | Path = ".") -> Path:
        """Write ``<name>/component.yml`` and the code, into ``<name>/code``. Returns the folder.

        Raises:
            ConfigurationError: a folder of this name is there already.
        """
        folder = Path(target_dir) / self.name
        if folder.exists():
            raise ConfigurationError(f"{folder} is there already.")
        text = self.yaml()
        folder.mkdir(parents=True)
        (folder / "component.yml").write_text(text, encoding="utf-8")
        if self._data["has_code"]:
            packed = folder / "code.zip"
            self.workspace.client.download(f"{self._address}code/zip/", packed)
            with zipfile.ZipFile(packed) as archive:
                _unpack(archive, folder / "code")
            packed.unlink()
        return folder

    def __call__(self, **inputs: Any) -> Any:
        """Make a step of the pipeline that is being built (see ``mlstudio.pipelines``)."""
        from mlstudio.pipelines import load_component

        return load_component(f"azureml:{self.id}")(**inputs)

    def get_details(self) -> dict[str, Any]:
        """Return everything the studio says about it."""
        return dict(self._data)

    @property
    def _address(self) -> str:
        return f"{_place(self.workspace, self.name)}versions/{quote(self.version, safe='')}/"

    def __repr__(self) -> str:
        return f"Component(id={self.id!r}, type={self.type!r})"


def set_archived(workspace: Workspace, name: str, archived: bool) -> dict[str, Any]:
    """Keep all versions of a component from new use, or allow it again."""
    return dict(workspace.client.patch(_place(workspace, name), {"archived": archived}))


def _place(workspace: Workspace, name: str) -> str:
    return address_in(workspace, f"components/{quote(name, safe='')}/")


def _unpack(archive: zipfile.ZipFile, folder: Path) -> None:
    """Write the files of a zip below a folder; none of them may lead out of it."""
    root = folder.resolve()
    for info in archive.infolist():
        if root not in (root / info.filename).resolve().parents:
            raise StudioError(f"The studio named a file that lies elsewhere: {info.filename!r}.")
    archive.extractall(folder)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}.") from None
