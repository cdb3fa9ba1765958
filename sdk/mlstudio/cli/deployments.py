"""``studio online-deployment``: put models behind endpoints, with the commands and options of ``az ml``."""

from __future__ import annotations

import argparse
from typing import Any
from urllib.parse import quote

from mlstudio import endpoints
from mlstudio.cli.endpoint_options import add_file, add_yes, workspace_of
from mlstudio.cli.output import show_one, show_rows
from mlstudio.errors import ConfigurationError, StudioError
from mlstudio.transfers import address_in
from mlstudio.workspace import Workspace

DEPLOYMENT_FIELDS = (
    "name",
    "endpoint_name",
    "state",
    "reason",
    "instance_count",
    "scaling",
    "collection",
    "model",
    "environment",
    "created_at",
)
DEPLOYMENT_COLUMNS = ("name", "state", "instance_count", "model", "reason")
LOG = "logs/replica.txt"
SERVER, STORAGE = "inference-server", "storage-initializer"


def add_deployment(commands: Any, shared: list[argparse.ArgumentParser]) -> None:
    """Add the commands of deployments."""
    group = commands.add_parser("online-deployment", help="put models behind endpoints")
    actions = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, text in (("create", "add a deployment, of a file"), ("update", "roll out what a file says now")):
        command = actions.add_parser(name, parents=shared, help=text)
        add_file(command, "a deployment file (YAML) as Azure ML v2 has it", is_needed=name == "create")
        command.add_argument("--name", "-n", default="", help="default: the one in the file")
        command.add_argument("--endpoint-name", "-e", default="", help="default: the one in the file")
        command.add_argument("--all-traffic", action="store_true", help="all requests go to it")
        command.add_argument("--no-wait", action="store_true", help="do not wait until it is ready")
        command.add_argument("--skip-script-validation", action="store_true", help=argparse.SUPPRESS)
        command.set_defaults(run=_deploy, is_update=name == "update")
        if name == "update":
            command.add_argument(
                "--instance-count", type=int, help="without a file: only change how many replicas there are"
            )
    listing = actions.add_parser("list", parents=shared, help="list the deployments of an endpoint")
    listing.add_argument("--endpoint-name", "-e", required=True, help="the endpoint's name")
    listing.set_defaults(run=_list_deployments)
    for name, run, text in (
        ("show", _show_deployment, "show a deployment"),
        ("get-logs", _logs, "print the log of its newest replica"),
        ("delete", _delete_deployment, "delete a deployment"),
    ):
        command = actions.add_parser(name, parents=shared, help=text)
        command.add_argument("--name", "-n", required=True, help="the deployment's name")
        command.add_argument("--endpoint-name", "-e", required=True, help="the endpoint's name")
        command.set_defaults(run=run)
        if name == "get-logs":
            command.add_argument("--lines", "-l", type=int, default=100, help="how many, from the end (default: 100)")
            command.add_argument(
                "--container",
                "-c",
                choices=(SERVER, STORAGE),
                default=SERVER,
                help="what the server writes, or its machine",
            )
        elif name == "delete":
            add_yes(command)


def _deploy(options: argparse.Namespace) -> None:
    workspace = workspace_of(options)
    if options.file is None:
        made = _change_count(workspace, options)
    else:
        made = endpoints.create_deployment(
            workspace,
            options.file,
            endpoint=options.endpoint_name,
            name=options.name,
            settings=options.settings,
            all_traffic=options.all_traffic,
            update=options.is_update,
        )
    if not options.no_wait:
        made = endpoints.wait_for_deployment(workspace, made["endpoint_name"], made["name"])
    show_one(_with_revision(made), DEPLOYMENT_FIELDS, options.output)


def _change_count(workspace: Workspace, options: argparse.Namespace) -> dict[str, Any]:
    if not options.name or not options.endpoint_name or options.instance_count is None:
        raise ConfigurationError("Give a file with --file, or --name, --endpoint-name and --instance-count.")
    count = options.instance_count
    return endpoints.update_deployment(workspace, options.endpoint_name, options.name, instance_count=count)


def _list_deployments(options: argparse.Namespace) -> None:
    workspace = workspace_of(options)
    address = address_in(workspace, f"endpoints/{options.endpoint_name}/deployments/")
    rows = [_with_revision(row) for row in workspace.client.pages(address)]
    show_rows(rows, DEPLOYMENT_COLUMNS, options.output, "This endpoint has no deployment yet.")


def _show_deployment(options: argparse.Namespace) -> None:
    found = endpoints.deployment_of(workspace_of(options), options.endpoint_name, options.name)
    show_one(_with_revision(found), DEPLOYMENT_FIELDS, options.output)


def _logs(options: argparse.Namespace) -> None:
    workspace = workspace_of(options)
    base = f"endpoints/{options.endpoint_name}/"
    newest = next(workspace.client.pages(address_in(workspace, f"{base}deployments/{options.name}/replicas/")), None)
    if newest is None:
        raise StudioError(f"{options.name} has no replica yet, so there is no log.")
    address = address_in(workspace, f"{base}replicas/{newest['id']}/logs/")
    logs = workspace.client.get(address)["items"]
    # Beside what the server writes there is what its machine says while it fetches environment, code and model.
    path, size = next(
        ((log["path"], log["size"]) for log in logs if (log["path"] == LOG) == (options.container == SERVER)), ("", 0)
    )
    text = (
        workspace.client.get_bytes(f"{address}content/", 0, size, path=path).decode("utf-8", "replace") if size else ""
    )
    lines = text.splitlines()
    print("\n".join(lines[max(0, len(lines) - options.lines) :]))


def _delete_deployment(options: argparse.Namespace) -> None:
    workspace = workspace_of(options)
    base = f"endpoints/{options.endpoint_name}/deployments/{options.name}/"
    workspace.client.delete(address_in(workspace, f"{base}?confirm={quote(options.name)}"))
    print(f"{options.name} was deleted.")


def _with_revision(deployment: dict[str, Any]) -> dict[str, Any]:
    """Return a deployment with what it serves, or shall serve, beside its own fields."""
    shown = deployment["revision"] or deployment["candidate"] or {}
    return {**deployment, "model": shown.get("model"), "environment": shown.get("environment")}
