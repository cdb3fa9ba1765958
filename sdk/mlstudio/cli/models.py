"""``studio model create``, ``list``, ``show``, ``download``, ``update``, ``archive``, ``restore`` and ``delete``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mlstudio.cli.output import show_one, show_rows
from mlstudio.cli.shared import progress_bar, tags_of
from mlstudio.errors import ConfigurationError
from mlstudio.models import Model
from mlstudio.transfers import address_in
from mlstudio.workspace import Workspace

FIELDS = (
    "name", "version", "type", "framework", "framework_version", "description", "tags", "properties", "stage", "aliases", "state",
    "state_reason", "run", "source", "environment", "file_count", "size", "sha256", "created_at",
)  # fmt: skip
COLUMNS = ("name", "version", "type", "framework", "state", "size", "created_at")
TYPES = ("custom_model", "mlflow_model", "triton_model")


def add_commands(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Add the commands of this module."""
    group = commands.add_parser("model", help="register, list, show, download, change and delete models")
    actions = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("--workspace", "-w", default="", help="default: the one of 'studio workspace use'")
    shared = [*parents, where]

    create = actions.add_parser(
        "create", parents=shared, help="register a model: a file or folder of this machine, or of a run",
        description="Register a model, from a model file (YAML) as Azure ML v2 has it, or as the options say; they go before the "
        "file. Cut off, the same command goes on where it stopped.",
    )  # fmt: skip
    create.add_argument("--file", "-f", help="a model file: name, path, type, description, tags …")
    create.add_argument("--name", "-n", help="the model's name; one that exists gets its next version")
    create.add_argument(
        "--path", "-p", help="a file or folder here, runs:/RUN/PATH, or azureml://jobs/RUN/outputs/artifacts/paths/PATH"
    )
    create.add_argument("--version", "-v", type=int, help="default: the next one")
    create.add_argument("--type", "-t", choices=TYPES, help="default: what the files look like")
    create.add_argument("--framework", help="such as ScikitLearn; default: what the files look like")
    create.add_argument("--framework-version", help="such as 1.7.1")
    create.add_argument("--description", "-d", help="what it does and how it was made")
    create.add_argument("--tag", action="append", default=[], metavar="NAME=VALUE", help="a tag; may be repeated")
    create.add_argument("--no-wait", action="store_true", help="do not wait until the files of a run are copied")
    create.set_defaults(run=_create)

    listing = actions.add_parser("list", parents=shared, help="list the models of a workspace, or the versions of one")
    listing.add_argument("--name", "-n", help="the versions of this model")
    listing.add_argument("--tag", action="append", default=[], metavar="NAME[=VALUE]", help="only with this tag")
    listing.set_defaults(run=_list)

    for name, run, text in (
        ("show", _show, "show one version of a model"),
        ("download", _download, "write the files of a version into a folder"),
        ("update", _update, "change tags, description, stage or aliases of a version"),
        ("archive", _archive, "take a model, or one version of it, out of lists"),
        ("restore", _restore, "bring a model, or one version of it, back from the archive"),
        ("delete", _delete, "delete a model with all its versions, or one version of it"),
    ):
        action = actions.add_parser(name, parents=shared, help=text)
        action.add_argument("model", help="NAME or NAME:VERSION")
        action.set_defaults(run=run)
        _add_options(name, action)


def _add_options(name: str, action: argparse.ArgumentParser) -> None:
    if name == "download":
        action.add_argument("--to", default=".", help="the folder (default: this one)")
        action.add_argument("--overwrite", action="store_true", help="replace files that are there with other content")
    elif name == "update":
        action.add_argument("--description", "-d")
        action.add_argument("--tag", action="append", default=[], metavar="NAME=VALUE", help="add a tag, or change it")
        action.add_argument("--remove-tag", action="append", default=[], metavar="NAME")
        action.add_argument("--stage", help="None, Staging, Production or Archived")
        action.add_argument("--alias", action="append", default=[], help="give the version an alias, such as champion")
    elif name == "delete":
        action.add_argument("--yes", "-y", action="store_true", help="do not ask for the model's name")


def _create(options: argparse.Namespace) -> None:
    workspace = Workspace.get(options.workspace)
    said = _model_file(workspace, Path(options.file)) if options.file else {}
    name, path = options.name or said.get("name"), options.path or said.get("path")
    if not name or not path:
        raise ConfigurationError("Say what to register: --file FILE, or --name NAME with --path PATH.")
    model = Model.register(
        workspace, path, name,
        tags={**said.get("tags", {}), **tags_of(options.tag)},
        properties=said.get("properties") or None,
        description=options.description if options.description is not None else said.get("description"),
        model_framework=options.framework,
        model_framework_version=options.framework_version,
        type=options.type or said.get("type"),
        version=options.version or said.get("version"),
        flavors=said.get("flavors") or None,
        stage=said.get("stage"),
        wait=not options.no_wait,
        progress=progress_bar(),
    )  # fmt: skip
    show_one(model.get_details(), FIELDS, options.output)


def _model_file(workspace: Workspace, path: Path) -> dict[str, Any]:
    """Return what a model file says; a path of this machine counts from the file's folder."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}.") from None
    said: dict[str, Any] = workspace.client.post(address_in(workspace, "model-files/read/"), {"file": text})
    for warning in said["warnings"]:
        print(f"studio: {warning}", file=sys.stderr)
    if said["is_local"]:
        said["path"] = str(path.parent / said["path"].removeprefix("file:"))
    return said


def _list(options: argparse.Namespace) -> None:
    tags = [tag.split("=", 1) if "=" in tag else tag for tag in options.tag]
    models = Model.list(Workspace.get(options.workspace), options.name, tags, latest=options.name is None)
    empty = "There are no models yet. Register one with: studio model create --name NAME --path FILE_OR_FOLDER"
    show_rows([model.get_details() for model in models], COLUMNS, options.output, empty)


def _show(options: argparse.Namespace) -> None:
    show_one(_find(options).get_details(), FIELDS, options.output)


def _download(options: argparse.Namespace) -> None:
    print(_find(options).download(options.to, options.overwrite, progress=progress_bar()))


def _update(options: argparse.Namespace) -> None:
    model = _find(options)
    tags = {name: value for name, value in model.tags.items() if name not in options.remove_tag}
    tags |= tags_of(options.tag)
    model.update(tags=tags if tags != model.tags else None, description=options.description, stage=options.stage)
    for alias in options.alias:
        model.set_alias(alias)
    show_one(model.get_details(), FIELDS, options.output)


def _archive(options: argparse.Namespace) -> None:
    _put_away(options, archived=True)


def _restore(options: argparse.Namespace) -> None:
    _put_away(options, archived=False)


def _put_away(options: argparse.Namespace, *, archived: bool) -> None:
    workspace, address, _name = _address(options)
    workspace.client.patch(address, {"archived": archived})
    print(f"{options.model} is {'archived' if archived else 'no longer archived'}.")


def _delete(options: argparse.Namespace) -> None:
    workspace, address, name = _address(options)
    typed = name if options.yes else _asked(name)
    workspace.client.delete(f"{address}?confirm={quote(typed, safe='')}")
    print(f"{options.model} is deleted.")


def _asked(name: str) -> str:
    if not sys.stdin.isatty():
        raise ConfigurationError("Deleting asks for the model's name; --yes says it.")
    return input(f"Write the model's name, {name}, to delete it: ").strip()


def _address(options: argparse.Namespace) -> tuple[Workspace, str, str]:
    """Return the workspace, the address of the model or version that is named, and the model's name."""
    workspace = Workspace.get(options.workspace)
    name, version = _reference(options.model)
    base = address_in(workspace, f"models/{quote(name, safe='')}/")
    return workspace, f"{base}versions/{version}/" if version else base, name


def _find(options: argparse.Namespace) -> Model:
    name, version = _reference(options.model)
    return Model(Workspace.get(options.workspace), name, version=version or None)


def _reference(text: str) -> tuple[str, str]:
    """Return name and version, empty where there is none."""
    name, _sep, version = text.removeprefix("azureml:").replace("@latest", ":latest").partition(":")
    if not name or (version and version != "latest" and not version.isdecimal()):
        raise ConfigurationError(f"{text} is no NAME or NAME:VERSION.")
    return name, version
