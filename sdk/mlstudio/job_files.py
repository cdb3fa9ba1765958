"""Job files on their way to the studio: what must come along, and where it was put."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from mlstudio.errors import ConfigurationError
from mlstudio.local_data import as_dataset
from mlstudio.packing import git_properties, pack
from mlstudio.workspace import Workspace

# Files that name others, at most: pipelines in pipelines.
MOST_ROUNDS = 24


def address(workspace: Workspace) -> str:
    """Return where job files go."""
    return f"workspaces/{quote(workspace.name)}/jobs/"


def prepared(
    workspace: Workspace, text: str, folder: Path, settings: Sequence[str], notes: IO[str] | None
) -> tuple[dict[str, str], Path | None]:
    """Return the form that submits a job file, and the folder whose zip goes with it. Uploads what else is needed: local data,
    and code where there are several folders of it.

    Args: folder: where what it names lies. notes: where is said what was uploaded.
    Raises:
        StudioError: a file is not there, or the studio refuses something; the message names the field.
    """
    fields, needs = _asked(workspace, text, folder, settings)
    code = folder / needs["code"] if needs["code"] else None
    datasets: dict[str, str] = {}
    for place in dict.fromkeys((*needs["data"].values(), *needs.get("uploads", ()))):
        datasets[place], is_new = as_dataset(workspace, folder / place)
        if notes is not None:
            words = "uploaded as" if is_new else "unchanged, is"
            print(f"{place}: {words} the dataset {datasets[place]}", file=notes)
    fields["set"] += [f"inputs.{name}.path=azureml:{datasets[place]}" for name, place in needs["data"].items()]
    if needs.get("uploads"):
        fields["uploads"] = {place: datasets[place] for place in needs["uploads"]}
    if needs.get("codes"):
        fields["codes"] = {
            key: send_code(workspace, folder / first, [folder / place for place in more])
            for key, (first, *more) in needs["codes"].items()
        }
    has_code = code or fields.get("codes")
    fields["properties"] = git_properties(code if code and code.is_dir() else folder) if has_code else {}
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}, code


def check_text(workspace: Workspace, text: str, folder: Path, *, settings: Sequence[str] = ()) -> list[str]:
    """Return what of a job file the studio would read differently from how it is written. Nothing is submitted.

    Raises:
        StudioError: it is no such file; the message names the field.
    """
    fields, _needed = _asked(workspace, text, folder, settings)
    warnings: list[str] = workspace.client.post(f"{address(workspace)}check/", fields)["warnings"]
    return warnings


def send_code(workspace: Workspace, code: Path, includes: Sequence[Path] = ()) -> str:
    """Send a folder of code, without what is ignored, and return the id under which the studio has it.

    Args: includes: files and folders that shall lie in it, too, under their own names.
    """
    with tempfile.TemporaryDirectory(prefix="studio-code-") as folder:
        packed = Path(folder) / "code.zip"
        if not pack(packed, code, includes):
            raise ConfigurationError(f"There is nothing in {code}, which the job names as its code.")
        answer = workspace.client.post_form(f"workspaces/{quote(workspace.name)}/snapshots/", {}, {"code": packed})
        return str(answer["id"])


def _asked(
    workspace: Workspace, text: str, folder: Path, settings: Sequence[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what is sent with a job file, with the texts of the files that it names, and what the studio needs beside that."""
    check = f"{address(workspace)}check/"
    fields: dict[str, Any] = {"job": text, "set": list(settings), "files": {}}
    needs: dict[str, Any] = workspace.client.post(check, fields)["needs"]
    for _round in range(MOST_ROUNDS):
        missing = [name for name in needs["files"] if name not in fields["files"]]
        if not missing:
            break
        fields["files"].update((name, _text_of(folder / name)) for name in missing)
        needs = workspace.client.post(check, fields)["needs"]
    return fields, needs


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}, which the job names, cannot be read: {error}.") from None
