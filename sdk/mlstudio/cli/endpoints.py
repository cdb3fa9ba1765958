"""``studio online-endpoint`` and ``studio online-deployment``: create, show, list, invoke, logs, credentials, update, delete."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mlstudio import endpoints
from mlstudio.cli.output import show_one, show_rows
from mlstudio.errors import ConfigurationError, StudioError
from mlstudio.transfers import address_in
from mlstudio.workspace import Workspace

ENDPOINT_FIELDS = (
    "name",
    "auth_mode",
    "traffic",
    "mirror",
    "scoring_uri",
    "openapi_uri",
    "description",
    "tags",
    "created_at",
)
ENDPOINT_COLUMNS = ("name", "auth_mode", "traffic", "scoring_uri", "created_at")
DEPLOYMENT_FIELDS = ("name", "endpoint_name", "state", "reason", "instance_count", "model", "environment", "created_at")
DEPLOYMENT_COLUMNS = ("name", "state", "instance_count", "model", "reason")
LOG = "logs/replica.txt"


def add_commands(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Add the commands of this module."""
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("--workspace", "-w", default="", help="default: the one of 'studio workspace use'")
    shared = [*parents, where]
    _add_endpoint(commands, shared)
    _add_deployment(commands, shared)


def _add_endpoint(commands: Any, shared: list[argparse.ArgumentParser]) -> None:
    group = commands.add_parser("online-endpoint", help="make, call and delete real-time endpoints")
    actions = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    create = actions.add_parser("create", parents=shared, help="make an endpoint, of a file or a name")
    create.add_argument("--file", "-f", help="an endpoint file (YAML) as Azure ML v2 has it")
    create.add_argument("--name", "-n", default="", help="the endpoint's name")
    create.add_argument("--auth-mode", choices=("key", "token"), default="", help="default: key")
    create.set_defaults(run=_create_endpoint)
    actions.add_parser("list", parents=shared, help="list the endpoints").set_defaults(run=_list_endpoints)
    for name, run, text in (
        ("show", _show_endpoint, "show an endpoint"),
        ("get-credentials", _credentials, "print the keys of an endpoint, or a token where it asks for one"),
        ("invoke", _invoke, "send one request, and print the answer"),
        ("update", _update_endpoint, "change who gets the traffic"),
        ("delete", _delete_endpoint, "delete an endpoint with its deployments"),
    ):
        command = actions.add_parser(name, parents=shared, help=text)
        command.add_argument("--name", "-n", required=True, help="the endpoint's name")
        command.set_defaults(run=run)
        if name == "invoke":
            command.add_argument(
                "--request-file", "-r", required=True, type=Path, help="the body; - for standard input"
            )
            command.add_argument("--deployment-name", "-d", default="", help="default: as the traffic decides")
        elif name == "update":
            command.add_argument("--traffic", required=True, help='such as "blue=90 green=10"')
        elif name == "delete":
            command.add_argument("--yes", "-y", action="store_true", required=True, help="really delete it")


def _add_deployment(commands: Any, shared: list[argparse.ArgumentParser]) -> None:
    group = commands.add_parser("online-deployment", help="put models behind endpoints")
    actions = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, text in (("create", "add a deployment, of a file"), ("update", "roll out what a file says now")):
        command = actions.add_parser(name, parents=shared, help=text)
        command.add_argument("--file", "-f", required=True, help="a deployment file (YAML) as Azure ML v2 has it")
        command.add_argument("--endpoint-name", "-e", default="", help="default: the one in the file")
        command.add_argument("--all-traffic", action="store_true", help="all requests go to it")
        command.add_argument("--no-wait", action="store_true", help="do not wait until it is ready")
        command.set_defaults(run=_deploy, is_update=name == "update")
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
        elif name == "delete":
            command.add_argument("--yes", "-y", action="store_true", required=True, help="really delete it")


def _create_endpoint(options: argparse.Namespace) -> None:
    if not options.file and not options.name:
        raise ConfigurationError("Give a file with --file, or a name with --name.")
    made = endpoints.create_endpoint(_workspace(options), options.file, name=options.name, auth_mode=options.auth_mode)
    show_one(made, ENDPOINT_FIELDS, options.output)


def _list_endpoints(options: argparse.Namespace) -> None:
    workspace = _workspace(options)
    rows = list(workspace.client.pages(address_in(workspace, "endpoints/")))
    show_rows(rows, ENDPOINT_COLUMNS, options.output, "There are no endpoints yet.")


def _show_endpoint(options: argparse.Namespace) -> None:
    show_one(endpoints.endpoint_of(_workspace(options), options.name), ENDPOINT_FIELDS, options.output)


def _credentials(options: argparse.Namespace) -> None:
    workspace = _workspace(options)
    asks_for_token = endpoints.endpoint_of(workspace, options.name)["auth_mode"] == "token"
    if asks_for_token:
        token = workspace.client.post(address_in(workspace, f"endpoints/{options.name}/token/"))
        show_one(token, ("token", "expires_at", "refresh_after"), options.output)
    else:
        keys = workspace.client.get(address_in(workspace, f"endpoints/{options.name}/keys/"))
        show_one(keys, ("primary_key", "secondary_key"), options.output)


def _invoke(options: argparse.Namespace) -> int:
    try:
        body = (
            sys.stdin.read() if str(options.request_file) == "-" else options.request_file.read_text(encoding="utf-8")
        )
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{options.request_file} cannot be read: {error}.") from None
    answer = endpoints.invoke(_workspace(options), options.name, body, deployment=options.deployment_name)
    if options.output == "json":
        show_one(answer, (), options.output)
    else:
        print(answer["body"])
    if answer["status"] < 400:
        return 0
    print(f"studio: the endpoint answered with status {answer['status']}", file=sys.stderr)
    return 1


def _update_endpoint(options: argparse.Namespace) -> None:
    shares = {}
    for part in options.traffic.replace(",", " ").split():
        name, _sep, share = part.partition("=")
        if not name or not share.isdecimal():
            raise ConfigurationError(f"{part!r} is no NAME=PERCENT, such as blue=90.")
        shares[name] = int(share)
    show_one(endpoints.set_traffic(_workspace(options), options.name, shares), ENDPOINT_FIELDS, options.output)


def _delete_endpoint(options: argparse.Namespace) -> None:
    workspace = _workspace(options)
    workspace.client.delete(address_in(workspace, f"endpoints/{options.name}/?confirm={quote(options.name)}"))
    print(f"{options.name} was deleted.")


def _deploy(options: argparse.Namespace) -> None:
    workspace = _workspace(options)
    made = endpoints.create_deployment(
        workspace,
        options.file,
        endpoint=options.endpoint_name,
        all_traffic=options.all_traffic,
        update=options.is_update,
    )
    if not options.no_wait:
        made = endpoints.wait_for_deployment(workspace, made["endpoint_name"], made["name"])
    show_one(_with_revision(made), DEPLOYMENT_FIELDS, options.output)


def _list_deployments(options: argparse.Namespace) -> None:
    workspace = _workspace(options)
    address = address_in(workspace, f"endpoints/{options.endpoint_name}/deployments/")
    rows = [_with_revision(row) for row in workspace.client.pages(address)]
    show_rows(rows, DEPLOYMENT_COLUMNS, options.output, "This endpoint has no deployment yet.")


def _show_deployment(options: argparse.Namespace) -> None:
    found = endpoints.deployment_of(_workspace(options), options.endpoint_name, options.name)
    show_one(_with_revision(found), DEPLOYMENT_FIELDS, options.output)


def _logs(options: argparse.Namespace) -> None:
    workspace = _workspace(options)
    base = f"endpoints/{options.endpoint_name}/"
    newest = next(workspace.client.pages(address_in(workspace, f"{base}deployments/{options.name}/replicas/")), None)
    if newest is None:
        raise StudioError(f"{options.name} has no replica yet, so there is no log.")
    address = address_in(workspace, f"{base}replicas/{newest['id']}/logs/")
    logs = workspace.client.get(address)["items"]
    size = next((log["size"] for log in logs if log["path"] == LOG), 0)
    text = (
        workspace.client.get_bytes(f"{address}content/", 0, size, path=LOG).decode("utf-8", "replace") if size else ""
    )
    lines = text.splitlines()
    print("\n".join(lines[max(0, len(lines) - options.lines) :]))


def _delete_deployment(options: argparse.Namespace) -> None:
    workspace = _workspace(options)
    base = f"endpoints/{options.endpoint_name}/deployments/{options.name}/"
    workspace.client.delete(address_in(workspace, f"{base}?confirm={quote(options.name)}"))
    print(f"{options.name} was deleted.")


def _with_revision(deployment: dict[str, Any]) -> dict[str, Any]:
    """Return a deployment with what it serves, or shall serve, beside its own fields."""
    shown = deployment["revision"] or deployment["candidate"] or {}
    return {**deployment, "model": shown.get("model"), "environment": shown.get("environment")}


def _workspace(options: argparse.Namespace) -> Workspace:
    return Workspace.get(options.workspace)
