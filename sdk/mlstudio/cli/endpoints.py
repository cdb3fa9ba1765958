"""``studio online-endpoint`` and ``studio online-deployment``, with the commands and options of ``az ml``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mlstudio import endpoints
from mlstudio.cli.deployments import add_deployment
from mlstudio.cli.endpoint_options import add_file, add_yes, shared_options, workspace_of
from mlstudio.cli.output import show_one, show_rows
from mlstudio.errors import ConfigurationError
from mlstudio.transfers import address_in

ENDPOINT_FIELDS = (
    "name",
    "auth_mode",
    "traffic",
    "mirror",
    "requests_per_minute",
    "scoring_uri",
    "openapi_uri",
    "description",
    "tags",
    "created_at",
)
ENDPOINT_COLUMNS = ("name", "auth_mode", "traffic", "scoring_uri", "created_at")
KEY_TYPES = ("primary", "secondary")


def add_commands(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Add the commands of endpoints and of their deployments."""
    shared = [*parents, shared_options()]
    _add_endpoint(commands, shared)
    add_deployment(commands, shared)


def _add_endpoint(commands: Any, shared: list[argparse.ArgumentParser]) -> None:
    group = commands.add_parser("online-endpoint", help="make, call and delete real-time endpoints")
    actions = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    create = actions.add_parser("create", parents=shared, help="make an endpoint, of a file or a name")
    add_file(create, "an endpoint file (YAML) as Azure ML v2 has it")
    create.add_argument("--name", "-n", default="", help="the endpoint's name")
    create.add_argument(
        "--auth-mode", choices=("key", "aml_token", "aad_token", "token"), default="", help="default: key"
    )
    create.add_argument("--no-wait", action="store_true", help="nothing takes long; for scripts written for Azure")
    create.set_defaults(run=_create_endpoint)
    actions.add_parser("list", parents=shared, help="list the endpoints").set_defaults(run=_list_endpoints)
    for name, run, text in (
        ("show", _show_endpoint, "show an endpoint"),
        ("get-credentials", _credentials, "print the keys of an endpoint, or a token where it asks for one"),
        ("regenerate-keys", _regenerate_keys, "replace a key; programs that use it are refused at once"),
        ("invoke", _invoke, "send one request, and print the answer"),
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
            command.add_argument("--content-type", default="application/json", help="default: application/json")
        elif name == "regenerate-keys":
            command.add_argument("--key-type", choices=KEY_TYPES, default=KEY_TYPES[0], help="default: primary")
            command.add_argument("--no-wait", action="store_true", help=argparse.SUPPRESS)
        elif name == "delete":
            add_yes(command)
    update = actions.add_parser("update", parents=shared, help="change an endpoint, and who gets the traffic")
    add_file(update, "an endpoint file (YAML), with its traffic")
    update.add_argument("--name", "-n", default="", help="the endpoint's name; default: the one in the file")
    update.add_argument("--traffic", default="", help='such as "blue=90 green=10"')
    update.add_argument("--mirror-traffic", default="", help='copies of requests, such as "green=10"')
    update.add_argument("--no-wait", action="store_true", help=argparse.SUPPRESS)
    update.set_defaults(run=_update_endpoint)


def _create_endpoint(options: argparse.Namespace) -> None:
    if not options.file and not options.name:
        raise ConfigurationError("Give a file with --file, or a name with --name.")
    mode = "token" if options.auth_mode.endswith("token") else options.auth_mode
    made = endpoints.create_endpoint(
        workspace_of(options), options.file, settings=options.settings, name=options.name, auth_mode=mode
    )
    show_one(made, ENDPOINT_FIELDS, options.output)


def _list_endpoints(options: argparse.Namespace) -> None:
    workspace = workspace_of(options)
    rows = list(workspace.client.pages(address_in(workspace, "endpoints/")))
    show_rows(rows, ENDPOINT_COLUMNS, options.output, "There are no endpoints yet.")


def _show_endpoint(options: argparse.Namespace) -> None:
    show_one(endpoints.endpoint_of(workspace_of(options), options.name), ENDPOINT_FIELDS, options.output)


def _credentials(options: argparse.Namespace) -> None:
    workspace = workspace_of(options)
    asks_for_token = endpoints.endpoint_of(workspace, options.name)["auth_mode"] == "token"
    if asks_for_token:
        token = workspace.client.post(address_in(workspace, f"endpoints/{options.name}/token/"))
        show_one(token, ("token", "expires_at", "refresh_after"), options.output)
    else:
        _show_keys(endpoints.keys_of(workspace, options.name), options)


def _regenerate_keys(options: argparse.Namespace) -> None:
    _show_keys(endpoints.regenerate_key(workspace_of(options), options.name, options.key_type), options)


def _show_keys(keys: dict[str, str], options: argparse.Namespace) -> None:
    show_one(keys, ("primary_key", "secondary_key"), options.output)


def _invoke(options: argparse.Namespace) -> int:
    try:
        is_input = str(options.request_file) == "-"
        body = sys.stdin.buffer.read() if is_input else options.request_file.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{options.request_file} cannot be read: {error}.") from None
    answer = endpoints.invoke(
        workspace_of(options), options.name, body, deployment=options.deployment_name, content_type=options.content_type
    )
    if options.output == "json":
        show_one({**answer, "body": answer["body"].decode("utf-8", "replace")}, (), options.output)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(answer["body"])
        if _is_text(answer["content_type"]) and not answer["body"].endswith(b"\n"):
            sys.stdout.buffer.write(b"\n")
        sys.stdout.buffer.flush()
    if answer["status"] < 400:
        return 0
    print(f"studio: the endpoint answered with status {answer['status']}", file=sys.stderr)
    return 1


def _is_text(content_type: str) -> bool:
    return "json" in content_type or content_type.startswith("text/")


def _update_endpoint(options: argparse.Namespace) -> None:
    workspace = workspace_of(options)
    traffic, mirror = _shares(options.traffic), _shares(options.mirror_traffic)
    name = options.name
    if options.file and not name:
        name = endpoints.name_in(workspace, options.file)
    if not name:
        raise ConfigurationError("Say which endpoint with --name.")
    if not options.file and traffic is None and mirror is None:
        raise ConfigurationError("Say what to change with --file, --traffic or --mirror-traffic.")
    made: dict[str, Any] = {}
    if options.file:
        made = endpoints.update_endpoint(workspace, name, options.file, settings=options.settings)
    if traffic is not None or mirror is not None:
        made = endpoints.set_traffic(workspace, name, traffic, mirror)
    show_one(made, ENDPOINT_FIELDS, options.output)


def _shares(text: str) -> dict[str, int] | None:
    """Return percents by name of ``blue=90 green=10``; None where nothing is said."""
    shares = {}
    for part in text.replace(",", " ").split():
        name, _sep, share = part.partition("=")
        if not name or not share.isdecimal():
            raise ConfigurationError(f"{part!r} is no NAME=PERCENT, such as blue=90.")
        shares[name] = int(share)
    return shares or None


def _delete_endpoint(options: argparse.Namespace) -> None:
    workspace = workspace_of(options)
    workspace.client.delete(address_in(workspace, f"endpoints/{options.name}/?confirm={quote(options.name)}"))
    print(f"{options.name} was deleted.")
