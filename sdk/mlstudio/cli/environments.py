"""``studio environment list``, ``show`` and ``create``."""

from __future__ import annotations

import argparse
import re
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mlstudio.cli.output import show_one, show_rows
from mlstudio.errors import ConfigurationError, StudioError
from mlstudio.workspace import Workspace

CONDA_FILE = re.compile(r"^conda_file:[ \t]*['\"]?([^'\"#\s{\[][^'\"#\n]*?)['\"]?[ \t]*(?:#.*)?$", re.MULTILINE)
LARGEST_FILE = 200_000
ASK_EVERY_S = 2.0
COLUMNS = ("name", "version", "state", "python", "packages", "origin")
FIELDS = ("name", "version", "state", "reason", "python", "requirements", "packages", "variables", "created_at")


def add_commands(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Add the commands of this module."""
    group = commands.add_parser("environment", help="list, show and create environments")
    actions = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("--workspace", "-w", default="", help="default: the one of 'studio workspace use'")
    parents = [*parents, where]

    listing = actions.add_parser("list", parents=parents, help="list the environments of a workspace")
    listing.add_argument("--archived", action="store_true", help="those in the archive, too")
    listing.set_defaults(run=_list)

    show = actions.add_parser("show", parents=parents, help="show an environment, and how far its build is")
    show.add_argument("environment", help="NAME, NAME:VERSION or NAME@latest")
    show.add_argument("--lock", action="store_true", help="print every package with its version and hashes, for pip")
    show.set_defaults(run=_show)

    create = actions.add_parser(
        "create", parents=parents, help="create an environment, or the next version of one",
        description="Create an environment from a requirements.txt, a conda file or an environment YAML of Azure ML. Where "
        "the latest version says the same already, nothing happens.",
    )  # fmt: skip
    create.add_argument("--file", "-f", type=Path, required=True, help="requirements, conda file or YAML")
    create.add_argument("--name", default="", help="default: the name in the file")
    create.add_argument("--python", default="", help="such as 3.11 (default: what the file wants)")
    create.add_argument("--wait", action="store_true", help="wait until it is built; exit code 1 if that fails")
    create.set_defaults(run=_create)


def _list(options: argparse.Namespace) -> None:
    workspace = Workspace.get(options.workspace)
    query = {"archived": "all"} if options.archived else {}
    found = workspace.client.pages(_address(workspace), **query)
    rows = [{**row, **_summary(row["latest"], row)} for row in found if row["latest"]]
    empty = "There is no environment yet. Make one with: studio environment create --file requirements.txt --name NAME"
    show_rows(sorted(rows, key=lambda row: str(row["name"]).lower()), COLUMNS, options.output, empty)


def _show(options: argparse.Namespace) -> None:
    workspace = Workspace.get(options.workspace)
    name, version = _taken_apart(options.environment)
    found = workspace.client.get(f"{_address(workspace, name)}versions/{quote(version, safe='')}/")
    if options.lock:
        if not found["build"]["digest"]:
            raise StudioError(f"There is no lock: {found['build']['reason']}.")
        print(found["lock"], end="")
        return
    _print(found, options.output)


def _create(options: argparse.Namespace) -> None:
    source = _text_of(options.file)
    workspace = Workspace.get(options.workspace)
    body = {"name": options.name, "source": source, "python": options.python, "conda_file": ""}
    if named := CONDA_FILE.search(source):
        body["conda_file"] = _text_of(_beside(options.file, named.group(1).strip()))
    made = workspace.client.post(_address(workspace), body)
    for warning in made["warnings"]:
        print(f"studio: {warning}", file=sys.stderr)
    if options.wait:
        made = _when_built(workspace, made)
    _print(made, options.output)
    if options.wait and made["build"]["state"] == "Failed":
        raise StudioError(" ".join([made["build"]["reason"], *made["build"]["hints"]]))


def _when_built(workspace: Workspace, version: dict[str, Any]) -> dict[str, Any]:
    said = ""
    while version["build"]["state"] in {"Queued", "Running"}:
        if version["build"]["state"] != said and sys.stderr.isatty():
            said = version["build"]["state"]
            print(f"studio: {version['build']['reason']}", file=sys.stderr)
        time.sleep(ASK_EVERY_S)
        version = workspace.client.get(f"{_address(workspace, version['name'])}versions/{version['version']}/")
    return version


def _print(version: dict[str, Any], output: str) -> None:
    show_one({**version, **(_summary(version, {}) if output != "json" else {})}, FIELDS, output)


def _summary(version: dict[str, Any], environment: dict[str, Any]) -> dict[str, Any]:
    """Return a version's facts by the names of columns."""
    build = version["build"]
    kinds = {"is_curated": "curated", "is_anonymous": "made for a job"}
    return {
        "version": version["version"],
        "state": build["state"],
        "reason": build["reason"],
        "python": version["recipe"]["python"],
        "requirements": ", ".join(version["recipe"]["requirements"]),
        "packages": build["package_count"] if build["digest"] else "",
        "origin": next((word for key, word in kinds.items() if environment.get(key)), "custom" if environment else ""),
    }


def _address(workspace: Workspace, name: str = "") -> str:
    base = f"workspaces/{quote(workspace.name, safe='')}/environments/"
    return f"{base}{quote(name, safe='')}/" if name else base


def _taken_apart(reference: str) -> tuple[str, str]:
    """Return name and version of a reference."""
    name, _at, label = reference.removeprefix("azureml:").partition("@")
    name, _colon, version = name.partition(":")
    if not name or label not in {"", "latest"}:
        raise ConfigurationError(f"An environment is NAME, NAME:VERSION or NAME@latest, not {reference!r}.")
    return name, version or "latest"


def _beside(file: Path, named: str) -> Path:
    """Return the conda file that a definition names. It must lie beside it or below: a file from others names no other."""
    folder = file.resolve().parent
    path = (folder / named).resolve()
    if folder not in path.parents:
        raise ConfigurationError(f"{file} names the conda file {named}, which is not in its folder. Put it there.")
    return path


def _text_of(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from None
    if len(data) > LARGEST_FILE:
        raise ConfigurationError(f"{path} is larger than {LARGEST_FILE} bytes; is it the right file?")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path} is not text.") from None
