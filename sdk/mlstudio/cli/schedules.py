"""``studio schedule create``, ``list``, ``show``, ``enable``, ``disable``, ``run``, ``history``, ``export`` and
``delete``."""

from __future__ import annotations

import argparse
import sys
from itertools import islice
from typing import Any

from mlstudio.cli.output import show_one, show_rows
from mlstudio.errors import ConfigurationError
from mlstudio.schedules import Schedule
from mlstudio.workspace import Workspace

COLUMNS = ("name", "state", "when", "starts", "next_at", "last_at", "last_state")
FIELDS = (
    "name", "display_name", "description", "tags", "state", "state_reason", "problem", "when", "starts", "missed", "overlap",
    "owner", "next_at", "last_at", "last_state", "created_at",
)  # fmt: skip
TICK_COLUMNS = ("at", "state", "started_label", "reason")


def add_commands(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Add the commands of this module."""
    group = commands.add_parser("schedule", help="start jobs and pipelines again and again")
    actions = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("--workspace", "-w", default="", help="default: the one of 'studio workspace use'")
    shared = [*parents, where]

    create = actions.add_parser(
        "create", parents=shared, help="make the schedule that a file describes, or change the one of its name",
        description="Make a schedule from a schedule file (YAML) as Azure ML v2 has it. The job file that it names goes along, "
        "with its code and local data.",
    )  # fmt: skip
    create.add_argument("--file", "-f", required=True, help="the YAML file: name, trigger, create_job …")
    create.add_argument(
        "--set", action="append", default=[], metavar="a.b=c", dest="settings", help="change a value; may be repeated"
    )
    create.set_defaults(run=_create)

    listing = actions.add_parser("list", parents=shared, help="list the schedules of a workspace")
    listing.add_argument("--active", action="store_true", help="only those that start things now")
    listing.set_defaults(run=_list)

    for name, run, text in (
        ("show", _show, "show one schedule"),
        ("enable", _enable, "have a schedule start things again"),
        ("disable", _disable, "have a schedule start nothing until it is enabled"),
        ("run", _run, "start what a schedule starts at once"),
        ("history", _history, "list what a schedule started, and why it did not"),
        ("export", _export, "write a schedule as a file for Azure ML v2 to standard output"),
        ("delete", _delete, "delete a schedule with its history; what it started stays"),
    ):
        action = actions.add_parser(name, parents=shared, help=text)
        action.add_argument("name", nargs="?", default="", help="the schedule's name")
        action.add_argument("--name", "-n", dest="named", default="", help=argparse.SUPPRESS)
        action.set_defaults(run=run)
        if name == "history":
            action.add_argument("--max", type=int, default=50, metavar="N", help="how many at most (default: 50)")


def _create(options: argparse.Namespace) -> None:
    for setting in options.settings:
        if "=" not in setting:
            raise ConfigurationError(f"--set takes a.b=c, not {setting!r}.")
    workspace = Workspace.get(options.workspace)
    _print(Schedule.create_from_file(workspace, options.file, settings=options.settings, notes=sys.stderr), options)


def _list(options: argparse.Namespace) -> None:
    rows = [_row(found) for found in Schedule.list(Workspace.get(options.workspace), active_only=options.active)]
    empty = "There are no schedules yet. Make one with: studio schedule create --file schedule.yml"
    show_rows(rows, COLUMNS, options.output, empty)


def _show(options: argparse.Namespace) -> None:
    _print(_find(options), options)


def _enable(options: argparse.Namespace) -> None:
    schedule = _find(options)
    schedule.enable()
    _print(schedule, options)


def _disable(options: argparse.Namespace) -> None:
    schedule = _find(options)
    schedule.disable()
    _print(schedule, options)


def _run(options: argparse.Namespace) -> None:
    schedule = _find(options)
    schedule.run_now()
    print(f"{schedule.name} is being started; 'studio schedule history {schedule.name}' says what became of it.")


def _history(options: argparse.Namespace) -> None:
    rows = list(islice(_find(options).history(), max(0, options.max)))
    show_rows(rows, TICK_COLUMNS, options.output, "None of its times has come yet.")


def _export(options: argparse.Namespace) -> None:
    print(_find(options).yaml(), end="")


def _delete(options: argparse.Namespace) -> None:
    schedule = _find(options)
    schedule.delete()
    print(f"{schedule.name} is deleted.")


def _print(schedule: Schedule, options: argparse.Namespace) -> None:
    data = schedule.get_details()
    show_one(data if options.output == "json" else {**data, **_row(schedule)}, FIELDS, options.output)


def _row(schedule: Schedule) -> dict[str, Any]:
    data = schedule.get_details()
    return {**data, "starts": data["starts"]["label"], "owner": (data["owner"] or {}).get("username", "")}


def _find(options: argparse.Namespace) -> Schedule:
    name = options.name or options.named
    if not name:
        raise ConfigurationError("Name a schedule; 'studio schedule list' shows them.")
    return Schedule.get(Workspace.get(options.workspace), name)
