"""``studio component create``, ``list``, ``show``, ``update``, ``archive``, ``restore``, ``export`` and ``download``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from mlstudio.cli.output import show_one, show_rows
from mlstudio.cli.shared import tags_of
from mlstudio.errors import ConfigurationError
from mlstudio.registered import Component, set_archived
from mlstudio.workspace import Workspace

FIELDS = ("name", "version", "type", "display_name", "description", "tags", "sha256", "created_at", "archived_at")
COLUMNS = ("name", "version", "type", "display_name", "created_at")


def add_commands(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Add the commands of this module."""
    group = commands.add_parser("component", help="register, list, show, change and download components of pipelines")
    actions = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("--workspace", "-w", default="", help="default: the one of 'studio workspace use'")
    shared = [*parents, where]

    create = actions.add_parser(
        "create", parents=shared, help="register a component, or the next version of one",
        description="Register a component file (YAML) as Azure ML v2 writes it, with its code. Where the latest version does the "
        "same already, nothing happens.",
    )  # fmt: skip
    create.add_argument("--file", "-f", required=True, type=Path, help="the component file")
    create.add_argument("--version", "-v", default="", help="default: as the file says, else the next number")
    create.set_defaults(run=_create)

    listing = actions.add_parser(
        "list", parents=shared, help="list the components of a workspace, or the versions of one"
    )
    listing.add_argument("--name", "-n", default="", help="the versions of this component")
    listing.add_argument("--archived", action="store_true", help="those in the archive, too")
    listing.set_defaults(run=_list)

    for name, run, text in (
        ("show", _show, "show one version of a component"),
        ("update", _update, "change what is said of a version"),
        ("archive", _archive, "keep a component, or one version of it, from new use"),
        ("restore", _restore, "allow new use of a component, or one version of it, again"),
        ("export", _export, "print a version as a component file"),
        ("download", _download, "write component file and code of a version into a folder"),
    ):
        action = actions.add_parser(name, parents=shared, help=text)
        action.add_argument("component", help="NAME, NAME:VERSION or NAME@latest")
        action.set_defaults(run=run)
        if name == "update":
            action.add_argument("--display-name")
            action.add_argument("--description", "-d")
            action.add_argument(
                "--tag", action="append", default=[], metavar="NAME=VALUE", help="add a tag, or change it"
            )
            action.add_argument("--remove-tag", action="append", default=[], metavar="NAME")
        elif name == "download":
            action.add_argument("--to", default=".", help="the folder (default: this one)")


def _create(options: argparse.Namespace) -> None:
    component = Component.create(Workspace.get(options.workspace), options.file, version=options.version)
    for warning in component.warnings:
        print(f"studio: warning: {warning}", file=sys.stderr)
    if not component.is_new:
        print(f"studio: {component.id} does exactly this already.", file=sys.stderr)
    _print(component, options)


def _list(options: argparse.Namespace) -> None:
    found = Component.list(Workspace.get(options.workspace), options.name, archived=options.archived)
    empty = "There is no component yet. Register one with: studio component create --file component.yml"
    show_rows([component.get_details() for component in found], COLUMNS, options.output, empty)


def _show(options: argparse.Namespace) -> None:
    _print(_component(options), options)


def _update(options: argparse.Namespace) -> None:
    component = _component(options)
    changes: dict[str, Any] = {}
    if options.display_name is not None:
        changes["display_name"] = options.display_name
    if options.description is not None:
        changes["description"] = options.description
    if options.tag or options.remove_tag:
        kept = {name: value for name, value in component.tags.items() if name not in options.remove_tag}
        changes["tags"] = {**kept, **tags_of(options.tag)}
    if not changes:
        raise ConfigurationError("Say what to change: --display-name, --description, --tag or --remove-tag.")
    _print(component.update(**changes), options)


def _archive(options: argparse.Namespace) -> None:
    _put_away(options, archived=True)


def _restore(options: argparse.Namespace) -> None:
    _put_away(options, archived=False)


def _put_away(options: argparse.Namespace, *, archived: bool) -> None:
    """Change one version where the command names one, else the whole component."""
    if ":" in options.component.removeprefix("azureml:"):
        component = _component(options)
        name = (component.archive() if archived else component.restore()).id
    else:
        name = set_archived(Workspace.get(options.workspace), options.component.removeprefix("azureml:"), archived)[
            "name"
        ]
    print(f"{name} is {'archived' if archived else 'back'}.")


def _export(options: argparse.Namespace) -> None:
    print(_component(options).yaml(), end="")


def _download(options: argparse.Namespace) -> None:
    print(_component(options).download(options.to))


def _component(options: argparse.Namespace) -> Component:
    return Component.get(Workspace.get(options.workspace), options.component)


def _print(component: Component, options: argparse.Namespace) -> None:
    show_one(component.get_details(), FIELDS, options.output)
