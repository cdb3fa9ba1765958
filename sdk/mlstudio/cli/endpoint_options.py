"""Options that the commands of endpoints and of their deployments share."""

from __future__ import annotations

import argparse
from typing import Any

from mlstudio.workspace import Workspace

LOCAL = (
    "There is no local deployment: the studio serves on its own machines. To try a script on this one, run "
    "python -m mlstudio.serving --entry-script score.py --port 5001"
)


class _Refuse(argparse.Action):
    """An option that others have and that means nothing here. Args: message: the sentence to end with."""

    def __init__(self, *args: Any, message: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._message = message

    def __call__(self, parser: argparse.ArgumentParser, *args: Any, **kwargs: Any) -> None:
        parser.error(self._message)


def shared_options() -> argparse.ArgumentParser:
    """Return the options that every command has."""
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("--workspace", "-w", default="", help="default: the one of 'studio workspace use'")
    where.add_argument("--local", action=_Refuse, nargs=0, message=LOCAL, help=argparse.SUPPRESS)
    return where


def add_file(command: argparse.ArgumentParser, text: str, *, is_needed: bool = False) -> None:
    """Add ``--file`` and ``--set``. Args: text: what the file is."""
    command.add_argument("--file", "-f", required=is_needed, help=text)
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="a.b=c",
        dest="settings",
        help="change a value of the file; may be repeated",
    )


def add_yes(command: argparse.ArgumentParser) -> None:
    """Add what a command that deletes asks for."""
    command.add_argument("--yes", "-y", action="store_true", required=True, help="really delete it")
    command.add_argument("--no-wait", action="store_true", help=argparse.SUPPRESS)


def workspace_of(options: argparse.Namespace) -> Workspace:
    """Return the workspace that is meant."""
    return Workspace.get(options.workspace)
