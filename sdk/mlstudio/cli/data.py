"""``studio data create``, ``list``, ``show`` and ``download``."""

from __future__ import annotations

import argparse
from typing import Any

from mlstudio.cli.output import show_one, show_rows
from mlstudio.cli.shared import progress_bar, tags_of
from mlstudio.data import Dataset
from mlstudio.errors import ConfigurationError
from mlstudio.workspace import Workspace

FIELDS = (
    "name",
    "kind",
    "version",
    "description",
    "tags",
    "file_count",
    "size",
    "row_count",
    "settings",
    "sha256",
    "created_at",
)
COLUMNS = ("name", "kind", "version", "size", "created_at")


def add_commands(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Add the commands of this module."""
    group = commands.add_parser("data", help="create, list, show and download datasets")
    actions = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("--workspace", "-w", default="", help="default: the one of 'studio workspace use'")
    shared = [*parents, where]

    create = actions.add_parser(
        "create", parents=shared, help="upload a file or folder as a dataset",
        description="Upload a file or a folder as a dataset. Cut off, the same command goes on where it stopped.",
    )  # fmt: skip
    create.add_argument("name", help="the dataset's name")
    create.add_argument("path", help="a file or folder of this machine")
    create.add_argument(
        "--type", choices=("file", "tabular"), default="", help="default: a table where all files look like one"
    )
    create.add_argument("--description", help="where the data is from and what it means")
    create.add_argument("--tag", action="append", default=[], metavar="NAME=VALUE", help="a tag; may be repeated")
    create.add_argument("--next-version", action="store_true", help="make the next version of a dataset that exists")
    create.add_argument("--delimiter", help="of a table; guessed where it is left out; 'tab' for tabs")
    create.add_argument("--encoding", help="of a table; guessed where it is left out")
    create.set_defaults(run=_create)

    listing = actions.add_parser("list", parents=shared, help="list the datasets of a workspace")
    listing.set_defaults(run=_list)

    show = actions.add_parser("show", parents=shared, help="show one version of a dataset")
    show.add_argument("dataset", help="NAME or NAME:VERSION")
    show.set_defaults(run=_show)

    download = actions.add_parser("download", parents=shared, help="write the files of a version into a folder")
    download.add_argument("dataset", help="NAME or NAME:VERSION")
    download.add_argument("--to", default=".", help="the folder (default: this one)")
    download.add_argument("--overwrite", action="store_true", help="replace files that are there with other content")
    download.set_defaults(run=_download)


def _create(options: argparse.Namespace) -> None:
    workspace = Workspace.get(options.workspace)
    settings = {name: getattr(options, name) for name in ("delimiter", "encoding") if getattr(options, name)}
    dataset = Dataset.upload(
        workspace,
        options.path,
        options.name,
        kind=options.type,
        description=options.description,
        tags=tags_of(options.tag) if options.tag else None,
        create_new_version=options.next_version,
        settings=settings,
        progress=progress_bar(),
    )
    show_one(dataset.get_details(), FIELDS, options.output)


def _list(options: argparse.Namespace) -> None:
    datasets = Dataset.list(Workspace.get(options.workspace))
    rows = [{**(dataset.get("latest") or {}), **dataset} for dataset in datasets]
    empty = "There are no datasets yet. Make one with: studio data create NAME FILE_OR_FOLDER"
    show_rows(rows, COLUMNS, options.output, empty)


def _show(options: argparse.Namespace) -> None:
    show_one(_find(options).get_details(), FIELDS, options.output)


def _download(options: argparse.Namespace) -> None:
    paths = _find(options).download(options.to, options.overwrite, progress=progress_bar())
    show_rows([{"path": path} for path in paths], ("path",), options.output, "The dataset has no files.")


def _find(options: argparse.Namespace) -> Dataset:
    name, _sep, version = options.dataset.removeprefix("azureml:").replace("@", ":").partition(":")
    if version and version != "latest" and not version.isdecimal():
        raise ConfigurationError(f"{options.dataset} is no NAME or NAME:VERSION.")
    return Dataset.get_by_name(Workspace.get(options.workspace), name, version or "latest")
