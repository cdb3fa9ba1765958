"""Registered models, with the names and calls that scripts for Azure ML already use."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mlstudio.errors import ConfigurationError, StudioError
from mlstudio.transfers import Progress, Upload, address_in, fetch_files, files_in
from mlstudio.workspace import Workspace

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0
LOCAL_COPIES = "azureml-models"

# A letter before a colon is a drive of Windows.
_ELSEWHERE = re.compile(r"(?:runs:/|azureml:|[a-z][a-z0-9+.-]+://)")


class Model:
    """One version of a registered model.

    Attributes: name, id (``name:version``), type (``custom_model``, ``mlflow_model`` or ``triton_model``), framework,
        framework_version, description, stage, state (``Pending``, ``Ready`` or ``Failed``), sha256: text. version, size (bytes),
        file_count: numbers. tags, properties: text by text. aliases: texts. run_id: of the run that made it, or None.
    """

    class Framework:
        """Names for ``model_framework``."""

        CUSTOM = "Custom"
        LIGHTGBM = "LightGBM"
        MLFLOW = "MLflow"
        ONNX = "ONNX"
        PYTORCH = "PyTorch"
        SCIKITLEARN = "ScikitLearn"
        TENSORFLOW = "TensorFlow"
        TRITON = "Triton"
        XGBOOST = "XGBoost"

    def __init__(
        self, workspace: Workspace, name: str | None = None, id: str | None = None, version: int | str | None = None  # noqa: A002
    ) -> None:  # fmt: skip
        """Open a model by name or ``name:version``; the latest version unless told otherwise.

        Raises:
            NotFoundError: there is none.
        """
        text = id or name or ""
        found, _sep, number = text.removeprefix("azureml:").partition(":")
        if not found:
            raise ConfigurationError("Name a model, such as Model(workspace, name='churn').")
        self._fill(workspace, workspace.client.get(f"{_at(workspace, found)}versions/{number or version or 'latest'}/"))

    def _fill(self, workspace: Workspace, data: Mapping[str, Any]) -> None:
        self.workspace = workspace
        self._data = dict(data)
        self.name, self.version = str(data["name"]), int(data["version"])
        self.id = str(data["reference"])
        self.type = str(data["type"])
        self.framework = str(data["framework"])
        self.framework_version = str(data["framework_version"])
        self.description = str(data["description"])
        self.tags: dict[str, str] = dict(data["tags"])
        self.properties: dict[str, str] = dict(data["properties"])
        self.aliases: Sequence[str] = list(data["aliases"])
        self.stage, self.state = str(data["stage"]), str(data["state"])
        self.run_id: str | None = (data.get("run") or {}).get("id")
        self.size, self.file_count = int(data["size"]), int(data["file_count"])
        self.sha256 = str(data["sha256"])
        self.created_time = str(data["created_at"])

    @classmethod
    def _of(cls, workspace: Workspace, data: Mapping[str, Any]) -> Model:
        model = cls.__new__(cls)
        model._fill(workspace, data)
        return model

    @classmethod
    def register(
        cls, workspace: Workspace, model_path: str | os.PathLike[str], model_name: str, tags: Mapping[str, str] | None = None,
        properties: Mapping[str, str] | None = None, description: str | None = None, model_framework: str | None = None,
        model_framework_version: str | None = None, *, type: str | None = None, version: int | None = None,  # noqa: A002
        flavors: Mapping[str, Any] | None = None, stage: str | None = None, wait: bool = True, progress: Progress | None = None,
    ) -> Model:  # fmt: skip
        """Make the next version of a model, of a file or folder of this machine or of a run.

        An upload that was cut off goes on where it stopped when the same files are registered again.

        Args: model_path: a path, or ``runs:/<run>/<path>``, or ``azureml://jobs/<run>/outputs/artifacts/paths/<path>``.
            type, model_framework: found out from the files where they are left out. wait: until the files of a run are copied.
            progress: called with the bytes that have arrived, and with all there are.

        Raises:
            StudioError: no such file or run, or the studio refuses it; the message says why.
        """
        body: dict[str, Any] = {
            "name": model_name, "tags": tags, "properties": properties, "description": description,
            "framework": model_framework, "framework_version": model_framework_version, "type": type, "version": version,
            "flavors": flavors, "stage": stage or None,
        }  # fmt: skip
        body = {name: value for name, value in body.items() if value is not None}
        if _ELSEWHERE.match(str(model_path)):
            body["path"] = str(model_path)
        else:
            body["upload"] = Upload(workspace, files_in(Path(model_path)), progress).run()
        model = cls._of(workspace, workspace.client.post(address_in(workspace, "models/"), body))
        return model.wait_until_ready() if wait else model

    @classmethod
    def list(
        cls, workspace: Workspace, name: str | None = None, tags: Iterable[Any] | None = None, latest: bool = False,
        run_id: str | None = None,
    ) -> Iterator[Model]:  # fmt: skip
        """Yield versions, those of a model the newest first.

        Args: tags: names, or pairs of name and value, all of which a version must have. latest: only the latest of each model.
        """
        wanted = [(tag, None) if isinstance(tag, str) else (str(tag[0]), str(tag[1])) for tag in tags or ()]
        for row in workspace.client.pages(address_in(workspace, "models/"), name=name):
            if row["latest"] is None:
                continue
            versions = [row["latest"]] if latest else workspace.client.pages(f"{_at(workspace, row['name'])}versions/")
            for data in versions:
                has_tags = all(
                    key in data["tags"] and (value is None or data["tags"][key] == value) for key, value in wanted
                )
                if has_tags and run_id in (None, (data["run"] or {}).get("id")):
                    yield cls._of(workspace, data)

    @classmethod
    def get(cls, workspace: Workspace, name: str, version: int | str = "latest") -> Model:
        """Open a model by name, in its latest version or the one that is asked for."""
        return cls(workspace, name, version=version)

    @staticmethod
    def get_model_path(model_name: str, version: int | None = None, _workspace: Workspace | None = None) -> str:
        """Return where a model's file or folder is: in a deployment where it was put, else in a copy that is made here.

        Raises:
            ConfigurationError: this is no deployment with that model, and no workspace was given to fetch it from.
        """
        place = os.environ.get("AZUREML_MODEL_DIR", "")
        if place and Path(place).is_dir():
            return str(_deployed(Path(place), model_name, version))
        if _workspace is None:
            raise ConfigurationError(f"{model_name} is not deployed here; give a workspace, and it is fetched.")
        model = Model(_workspace, model_name, version=version)
        return model.download(Path(LOCAL_COPIES) / model.name / str(model.version), exist_ok=True)

    def files(self) -> Sequence[dict[str, Any]]:
        """Return path, size and SHA-256 of each file, in the order of the paths."""
        found = self.workspace.client.pages(f"{self._base}files/all/", page_size=200)
        return sorted(found, key=lambda file: str(file["path"]))

    def download(
        self, target_dir: str | os.PathLike[str] = ".", exist_ok: bool = False, *, progress: Progress | None = None
    ) -> str:
        """Write the files below a folder, each checked against its SHA-256. Returns the path of the model's file or folder.

        Args: exist_ok: whether files that are there with other content are replaced.

        Raises:
            ConfigurationError: another file is in the way.
        """
        root = str(self._data["root"] or "")
        if "/" in root or root in (".", ".."):
            raise StudioError(f"The studio named a folder that is none: {root!r}.")
        files = self.files()
        target = Path(target_dir) / root
        written = fetch_files(self.workspace, self._base, files, target, exist_ok, progress)
        return written[0] if not root and len(written) == 1 else str(target)

    def wait_until_ready(self, timeout_s: float | None = None) -> Model:
        """Return once its files are copied.

        Raises:
            StudioError: they could not be, or not in time; the message says why.
        """
        end, pause = time.monotonic() + (timeout_s if timeout_s is not None else float("inf")), FIRST_PAUSE_S
        while self.state == "Pending":
            if time.monotonic() > end:
                raise StudioError(f"The files of {self.id} are still being copied.")
            time.sleep(pause)
            pause = min(LONGEST_PAUSE_S, pause * 1.5)
            self.refresh()
        if self.state != "Ready":
            raise StudioError(f"The files of {self.id} could not be copied: {self._data['state_reason']}")
        return self

    def refresh(self) -> Model:
        """Read again what the studio says about it."""
        self._fill(self.workspace, self.workspace.client.get(self._base))
        return self

    def update(
        self, tags: Mapping[str, str] | None = None, description: str | None = None,
        properties: Mapping[str, str] | None = None, stage: str | None = None,
    ) -> None:  # fmt: skip
        """Replace tags or description, add properties, or move it to a stage."""
        changes = {"tags": tags, "description": description, "properties": properties, "stage": stage}
        body = {name: value for name, value in changes.items() if value is not None}
        self._fill(self.workspace, self.workspace.client.patch(self._base, body))

    def add_tags(self, tags: Mapping[str, str]) -> None:
        """Add tags, or change their values."""
        self.update(tags={**self.refresh().tags, **tags})

    def remove_tags(self, tags: Iterable[str]) -> None:
        """Remove tags by their names."""
        gone = {tags} if isinstance(tags, str) else set(tags)
        self.update(tags={name: value for name, value in self.refresh().tags.items() if name not in gone})

    def add_properties(self, properties: Mapping[str, str]) -> None:
        """Add properties, which never change."""
        self.update(properties=properties)

    def set_alias(self, alias: str) -> None:
        """Give this version an alias, such as ``champion``; the version that had it loses it."""
        address = f"{_at(self.workspace, self.name)}aliases/{quote(alias, safe='')}/"
        self.workspace.client.call("PUT", address, {"version": str(self.version)})
        self.refresh()

    def archive(self) -> None:
        """Take this version out of lists, and out of what ``latest`` means."""
        self._fill(self.workspace, self.workspace.client.patch(self._base, {"archived": True}))

    def restore(self) -> None:
        """Bring this version back from the archive."""
        self._fill(self.workspace, self.workspace.client.patch(self._base, {"archived": False}))

    def delete(self) -> None:
        """Delete this version with its files. A version that a deployment uses is refused."""
        self.workspace.client.delete(f"{self._base}?confirm={quote(self.name)}")

    def get_details(self) -> dict[str, Any]:
        """Return everything the studio says about it."""
        return dict(self._data)

    serialize = get_details

    def __repr__(self) -> str:
        return f"Model(name={self.name!r}, version={self.version}, type={self.type!r})"

    @property
    def _base(self) -> str:
        return f"{_at(self.workspace, self.name)}versions/{self.version}/"


def _at(workspace: Workspace, name: str) -> str:
    return address_in(workspace, f"models/{quote(name, safe='')}/")


def _deployed(place: Path, name: str, version: int | None) -> Path:
    """Return the file or folder of a model in ``AZUREML_MODEL_DIR``: the one that is there, else ``<name>/<version>/…``."""
    below = place / name
    if below.is_dir() and any(child.name.isdecimal() for child in below.iterdir()):
        numbers = sorted(int(child.name) for child in below.iterdir() if child.name.isdecimal())
        place = below / str(version or numbers[-1])
        if not place.is_dir():
            raise ConfigurationError(f"{name}:{version} is not deployed here; there is {name}:{numbers[-1]}.")
    children = [child for child in place.iterdir() if not child.name.startswith(".")]
    return children[0] if len(children) == 1 else place
