"""``studio workspace list``, ``show``, ``create`` and ``use``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlstudio.cli.output import show_one, show_rows
from mlstudio.client import Client
from mlstudio.config import LoginStore, choose_server
from mlstudio.errors import ConfigurationError
from mlstudio.workspace import Workspace

FIELDS = ("name", "friendly_name", "description", "tags", "role", "created_at", "id")


def add_commands(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Add the commands of this module."""
    group = commands.add_parser("workspace", help="list, show, create and choose workspaces")
    actions = group.add_subparsers(title="commands", metavar="COMMAND", required=True)

    listing = actions.add_parser("list", parents=parents, help="list the workspaces you are a member of")
    listing.set_defaults(run=_list)

    show = actions.add_parser("show", parents=parents, help="show one workspace")
    show.add_argument("name", nargs="?", default="", help="default: the one of 'studio workspace use'")
    show.set_defaults(run=_show)

    create = actions.add_parser("create", parents=parents, help="create a workspace; you become an owner of it")
    create.add_argument("name", help="2 to 32 letters, digits, hyphens and underscores")
    create.add_argument("--friendly-name", default="", help="the name to show")
    create.add_argument("--description", default="", help="what it is for")
    create.add_argument("--tag", action="append", default=[], metavar="NAME=VALUE", help="a tag; may be repeated")
    create.set_defaults(run=_create)

    use = actions.add_parser(
        "use", parents=parents, help="choose the workspace for commands and scripts",
        description="Remember a workspace for commands that name none. With --folder, also write .azureml/config.json "
        "there, which Workspace.from_config() finds.",
    )  # fmt: skip
    use.add_argument("name")
    use.add_argument("--folder", type=Path, help="a folder of scripts that belong to this workspace")
    use.set_defaults(run=_use)


def _list(options: argparse.Namespace) -> None:
    rows = [workspace.get_details() for workspace in Workspace.list()]
    empty = "You are a member of no workspace yet. Make one with: studio workspace create NAME"
    show_rows(rows, ("name", "friendly_name", "role", "created_at"), options.output, empty)


def _show(options: argparse.Namespace) -> None:
    show_one(Workspace.get(options.name).get_details(), FIELDS, options.output)


def _create(options: argparse.Namespace) -> None:
    tags = _tags(options.tag)
    workspace = Workspace.create(
        options.name, friendly_name=options.friendly_name, description=options.description, tags=tags
    )
    show_one(workspace.get_details(), FIELDS, options.output)


def _use(options: argparse.Namespace) -> None:
    client = Client(*choose_server())
    workspace = Workspace.get(options.name, client=client)
    store = LoginStore()
    login = store.find(client.url)
    if login is None and options.folder is None:
        raise ConfigurationError("There is no login to remember it with. Run studio login, or give --folder.")
    if login is not None:
        store.save(replace(login, workspace=workspace.name))
        print(f"Commands for {client.url} now use the workspace {workspace.name}.")
    if options.folder is not None:
        if not options.folder.is_dir():
            raise ConfigurationError(f"There is no folder {options.folder}.")
        print(f"Wrote {workspace.write_config(str(options.folder))}.")


def _tags(pairs: Sequence[str]) -> dict[str, str]:
    tags = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator or not name:
            raise ConfigurationError(f"A tag is NAME=VALUE, not {pair!r}.")
        tags[name] = value
    return tags
