"""``studio pipeline-endpoint create``, ``list``, ``show``, ``add``, ``update``, ``invoke``, ``get-credentials`` and the like."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from mlstudio.cli.output import show_one, show_rows
from mlstudio.errors import ConfigurationError
from mlstudio.published import PipelineEndpoint, PublishedPipeline
from mlstudio.workspace import Workspace

FIELDS = ("name", "status", "default_version", "endpoint", "description", "created_at", "updated_at", "id")
COLUMNS = ("name", "status", "default_version", "endpoint", "updated_at")
VERSION_COLUMNS = ("version", "default", "name", "mark", "status", "created_at", "id")


def add_commands(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Add the commands of this module."""
    group = commands.add_parser("pipeline-endpoint", help="publish pipelines, and call them")
    actions = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("--workspace", "-w", default="", help="default: the one of 'studio workspace use'")
    shared = [*parents, where]
    for name, run, text in (
        ("create", _create, "publish the pipeline of a job under a new endpoint"),
        ("add", _add, "publish the pipeline of a job as the next version of an endpoint"),
    ):
        command = actions.add_parser(name, parents=shared, help=text)
        command.add_argument("--name", "-n", required=True, help="the endpoint's name")
        source = command.add_mutually_exclusive_group(required=True)
        source.add_argument("--job", "-j", default="", help="a job that ran the pipeline: its name or id")
        source.add_argument("--published", default="", metavar="ID", help="a published pipeline")
        command.add_argument(
            "--pipeline-name", default="", help="what the pipeline is called (default: as the endpoint)"
        )
        command.add_argument("--mark", default="", help="your own version of it, such as 1.2")
        command.add_argument("--description", "-d", default="")
        if name == "add":
            command.add_argument("--default", action="store_true", help="make it the default version")
        command.set_defaults(run=run)

    listing = actions.add_parser("list", parents=shared, help="list the pipeline endpoints of a workspace")
    listing.add_argument("--all", action="store_true", help="those that are disabled or archived, too")
    listing.set_defaults(run=_list)
    for name, run, text in (
        ("show", _show, "show a pipeline endpoint"),
        ("list-versions", _versions, "list the published pipelines that it collects"),
        ("update", _update, "change default version or description"),
        ("invoke", _invoke, "run its pipeline"),
        ("enable", _enable, "let it be called"),
        ("disable", _disable, "keep it from being called"),
        ("archive", _archive, "take it out of lists, and keep it from being called"),
        ("restore", _restore, "put it back"),
        ("get-credentials", _credentials, "print its keys"),
        ("regenerate-key", _regenerate, "replace one of its keys"),
    ):
        command = actions.add_parser(name, parents=shared, help=text)
        command.add_argument("--name", "-n", required=True, help="the endpoint's name or id")
        command.set_defaults(run=run)
        _add_options(name, command)


def _add_options(name: str, command: argparse.ArgumentParser) -> None:
    if name == "update":
        command.add_argument("--default-version", type=int, metavar="N")
        command.add_argument("--description", "-d")
    elif name == "invoke":
        command.add_argument("--experiment", "-e", default="", help="where the run goes (default: as published)")
        command.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="parameters",
                             help="a parameter; may be repeated")  # fmt: skip
        command.add_argument("--parameters-file", type=Path, help="parameters as a JSON object")
        command.add_argument("--version", "-v", help="default: the default one")
    elif name == "regenerate-key":
        command.add_argument("--key-type", choices=("primary", "secondary"), required=True)


def _create(options: argparse.Namespace) -> None:
    workspace = _workspace(options)
    endpoint = PipelineEndpoint.publish(workspace, options.name, _published(workspace, options), options.description)
    show_one(endpoint.get_details(), FIELDS, options.output)


def _add(options: argparse.Namespace) -> None:
    endpoint = _endpoint(options)
    published = _published(endpoint.workspace, options)
    version = endpoint.add_default(published) if options.default else endpoint.add(published)
    print(f"{published.name} is version {version} of {endpoint.name}.", file=sys.stderr)
    show_one(endpoint.get_details(), FIELDS, options.output)


def _list(options: argparse.Namespace) -> None:
    found = PipelineEndpoint.list(_workspace(options), active_only=not options.all)
    empty = "There is no pipeline endpoint yet. Make one with: studio pipeline-endpoint create --name NAME --job JOB"
    show_rows([endpoint.get_details() for endpoint in found], COLUMNS, options.output, empty)


def _show(options: argparse.Namespace) -> None:
    show_one(_endpoint(options).get_details(), FIELDS, options.output)


def _versions(options: argparse.Namespace) -> None:
    endpoint = _endpoint(options)
    rows = []
    for number, published in endpoint.list_versions().items():
        is_default = "yes" if number == endpoint.get_default_version() else ""
        facts = {"version": number, "default": is_default, "name": published.name, "mark": published.version}
        rows.append({**facts, "status": published.status, "created_at": published.created_time, "id": published.id})
    show_rows(rows, VERSION_COLUMNS, options.output, "It has no version yet.")


def _update(options: argparse.Namespace) -> None:
    endpoint = _endpoint(options)
    changes = {"default_version": options.default_version, "description": options.description}
    wanted = {name: value for name, value in changes.items() if value is not None}
    if not wanted:
        raise ConfigurationError("Say what to change: --default-version or --description.")
    endpoint.update(**wanted)
    show_one(endpoint.get_details(), FIELDS, options.output)


def _invoke(options: argparse.Namespace) -> None:
    job = _endpoint(options).submit(options.experiment, _parameters(options), options.version)
    shown = {**job.data, "page": job.web_url}
    show_one(shown, ("name", "id", "experiment", "status", "page"), options.output)


def _parameters(options: argparse.Namespace) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if options.parameters_file:
        try:
            found = json.loads(options.parameters_file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ConfigurationError(f"{options.parameters_file} cannot be read: {error}.") from None
        if not isinstance(found, dict):
            raise ConfigurationError(f"{options.parameters_file} is no JSON object.")
    for part in options.parameters:
        name, equals, value = part.partition("=")
        if not name or not equals:
            raise ConfigurationError(f"{part!r} is no NAME=VALUE, such as depth=5.")
        found[name] = value
    return found


def _enable(options: argparse.Namespace) -> None:
    _endpoint(options).enable()
    print(f"{options.name} is enabled.")


def _disable(options: argparse.Namespace) -> None:
    _endpoint(options).disable()
    print(f"{options.name} is disabled.")


def _archive(options: argparse.Namespace) -> None:
    _endpoint(options).archive()
    print(f"{options.name} is archived.")


def _restore(options: argparse.Namespace) -> None:
    _endpoint(options).restore()
    print(f"{options.name} is back.")


def _credentials(options: argparse.Namespace) -> None:
    show_one(_endpoint(options).get_keys(), ("primary_key", "secondary_key"), options.output)


def _regenerate(options: argparse.Namespace) -> None:
    show_one(_endpoint(options).regenerate_key(options.key_type), ("primary_key", "secondary_key"), options.output)


def _published(workspace: Workspace, options: argparse.Namespace) -> PublishedPipeline:
    if options.published:
        return PublishedPipeline.get(workspace, options.published)
    name = options.pipeline_name or options.name
    return PublishedPipeline.publish(workspace, options.job, name, options.description, options.mark)


def _endpoint(options: argparse.Namespace) -> PipelineEndpoint:
    return PipelineEndpoint.get(_workspace(options), name=options.name)


def _workspace(options: argparse.Namespace) -> Workspace:
    return Workspace.get(options.workspace)
