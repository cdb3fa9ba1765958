"""``studio job create``, ``list``, ``show``, ``stream``, ``cancel`` and ``download``."""

from __future__ import annotations

import argparse
import sys
import webbrowser
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from mlstudio import jobs
from mlstudio.cli.output import show_one, show_rows
from mlstudio.config import ConfigurationError, find_config
from mlstudio.errors import StudioError
from mlstudio.workspace import Workspace

COLUMNS = ("name", "display_name", "experiment", "status", "created_at")
FIELDS = (
    "name", "display_name", "experiment", "number", "status", "status_reason", "environment", "compute", "inputs",
    "outputs", "tags",
    "created_at", "started_at", "ended_at", "exit_code", "id",
)  # fmt: skip


def add_commands(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Add the commands of this module."""
    group = commands.add_parser("job", help="submit, watch, cancel and download jobs")
    actions = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--workspace", "-w", default="", help="default: that of the folder's config.json, or of 'studio workspace use'"
    )
    parents = [*parents, common]
    _add_create(actions, parents)

    listing = actions.add_parser("list", parents=parents, help="list jobs, newest first")
    listing.add_argument("--experiment", help="only those of this experiment")
    listing.add_argument("--status", action="append", help="such as Running; may be repeated")
    listing.add_argument("--tag", metavar="NAME[=VALUE]", help="only those with this tag")
    listing.add_argument("--archived", action="store_true", help="also those in the archive")
    listing.add_argument("--max", type=int, default=50, metavar="N", help="how many at most (default: 50)")
    listing.set_defaults(run=_list)

    for name, function, described in (
        ("show", _show, "show one job"),
        ("stream", _stream, "print a job's log as it comes, and end as the job ends"),
        ("cancel", _cancel, "ask for a job's end"),
        ("download", _download, "download a job's files and logs"),
    ):
        command = actions.add_parser(name, parents=parents, help=described)
        command.add_argument("name", nargs="?", default="", help="its name, such as calm_river_8f3k2a, or its id")
        command.add_argument("--name", "-n", dest="named", default="", help=argparse.SUPPRESS)
        command.set_defaults(run=function)
        if name == "show":
            command.add_argument("--web", action="store_true", help="open its page in the browser")
        if name == "download":
            command.add_argument("--output-path", "-p", type=Path, default=Path("."), help="where to (default: here)")
            command.add_argument("--prefix", default="", help="only this folder, such as outputs")


def _add_create(actions: Any, parents: list[argparse.ArgumentParser]) -> None:
    create = actions.add_parser(
        "create", parents=parents, help="submit a job file",
        description="Submit a command job as Azure ML v2 writes it. The code folder is sent without what .amlignore, or "
        "else .gitignore, leaves out.",
    )  # fmt: skip
    create.add_argument("--file", "-f", required=True, type=Path, help="the YAML file")
    create.add_argument(
        "--set", action="append", default=[], metavar="a.b=c", dest="settings", help="change a value; may be repeated"
    )
    create.add_argument("--stream", "-s", action="store_true", help="then print its log, and end as it ends")
    create.add_argument("--web", action="store_true", help="then open its page in the browser")
    create.set_defaults(run=_create)


def _create(options: argparse.Namespace) -> int:
    job = jobs.create(_workspace(options), options.file, settings=_settings(options.settings), notes=sys.stderr)
    for warning in job.data.get("warnings", ()):
        print(f"studio: warning: {warning}", file=sys.stderr)
    if options.web:
        webbrowser.open(job.web_url)
    if options.stream:
        print(f"{job.name}  {job.web_url}", file=sys.stderr)
        return _watched(job)
    show_one(
        {**job.data, "page": job.web_url}, ("name", "experiment", "status", "status_reason", "page"), options.output
    )
    return 0


def _list(options: argparse.Namespace) -> None:
    found = jobs.list_jobs(
        _workspace(options),
        experiment=options.experiment,
        status=options.status,
        tag=options.tag,
        archived="all" if options.archived else None,
    )
    empty = "There are no such jobs. Submit one with: studio job create --file job.yml"
    show_rows(list(islice(found, max(0, options.max))), COLUMNS, options.output, empty)


def _show(options: argparse.Namespace) -> None:
    job = _job(options)
    if options.web:
        webbrowser.open(job.web_url)
    show_one({**_data_of(job), **job.data}, FIELDS, options.output)


def _data_of(job: jobs.Job) -> dict[str, dict[str, str]]:
    """Return what a job reads, as it was resolved, and what became of what it wrote."""
    found: dict[str, dict[str, str]] = {"inputs": {}, "outputs": {}}
    for name, given in job.data["config"].get("inputs", {}).items():
        if "value" in given:
            found["inputs"][name] = given["value"]
    for row in job.data["lineage"]:
        found[f"{row['direction']}s"][row["name"]] = row["problem"] or row["reference"]
    return found


def _stream(options: argparse.Namespace) -> int:
    return _watched(_job(options))


def _cancel(options: argparse.Namespace) -> None:
    job = jobs.cancel(_job(options))
    show_one(job.data, ("name", "status", "status_reason"), options.output)


def _download(options: argparse.Namespace) -> None:
    job = _job(options)
    written = jobs.download(job, options.output_path, prefix=options.prefix)
    rows = [{"path": str(place), "size": place.stat().st_size} for place in written]
    show_rows(rows, ("path", "size"), options.output, f"{job.name} left no files.")


def _watched(job: jobs.Job) -> int:
    """Print a job's log to standard output, and its statuses beside it. Returns what the job ended with."""
    return jobs.stream(job, notes=sys.stderr).exit_status


def _job(options: argparse.Namespace) -> jobs.Job:
    name = options.name or options.named
    if not name:
        raise ConfigurationError("Name a job; 'studio job list' shows them.")
    return jobs.find(_workspace(options), name)


def _workspace(options: argparse.Namespace) -> Workspace:
    """Return the workspace that the command names, else the one of this folder, else the chosen one."""
    if options.workspace:
        return Workspace.get(options.workspace)
    try:
        find_config()
    except StudioError:
        return Workspace.get()
    return Workspace.from_config()


def _settings(given: Sequence[str]) -> list[str]:
    for setting in given:
        if "=" not in setting:
            raise ConfigurationError(f"--set takes a.b=c, not {setting!r}.")
    return list(given)
