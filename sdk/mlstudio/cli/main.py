"""Reads the command line and runs one command; every error is one sentence on standard error and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from mlstudio import __version__
from mlstudio.cli import (
    account,
    components,
    data,
    endpoints,
    environments,
    jobs,
    models,
    pipeline_endpoints,
    schedules,
    workspaces,
)
from mlstudio.errors import StudioError

DESCRIPTION = """\
Work with Open ML Studio from a terminal.

Sign in once with a personal access token (in the studio: your name, Account, Tokens):

  studio login --url https://studio.example.com
  studio workspace list
  studio workspace use my-workspace
  studio job create --file job.yml --stream"""

EPILOG = """\
environment:
  STUDIO_URL      the studio's address, before the one of the latest login
  STUDIO_TOKEN    a token for that address, for automation
  SSL_CERT_FILE   certificates of your own authority, for studios that use one

exit codes:
  0  done                        3  a setting or file here is wrong
  1  the studio refused          4  not signed in, or the token is no longer accepted
  2  the command is wrong        5  the studio does not answer

'studio job stream' and '--stream' end with the exit code of the job's own command: 0 when it is completed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line (default: that of this process). Returns the exit code."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    # A default in the parsers would overwrite, after the command's name, what was said before it.
    options.output = getattr(options, "output", "table")
    try:
        code = options.run(options)
        sys.stdout.flush()
    except StudioError as error:
        print(f"studio: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader, such as head, has seen enough. What is still buffered must not raise again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return int(code or 0)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; each sets ``run``, the function that carries it out."""
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--output", "-o", choices=("table", "json"), help="table (the default) or json")
    parser = argparse.ArgumentParser(
        prog="studio", description=DESCRIPTION, epilog=EPILOG, parents=[common],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"studio {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    parents: list[argparse.ArgumentParser] = [common]
    account.add_commands(commands, parents)
    workspaces.add_commands(commands, parents)
    jobs.add_commands(commands, parents)
    data.add_commands(commands, parents)
    models.add_commands(commands, parents)
    components.add_commands(commands, parents)
    pipeline_endpoints.add_commands(commands, parents)
    endpoints.add_commands(commands, parents)
    environments.add_commands(commands, parents)
    schedules.add_commands(commands, parents)
    return parser
