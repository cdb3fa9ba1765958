"""``python -m mlstudio.components run NAME --input port=folder --output port=folder --parameters file.json``."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from pathlib import Path

from mlstudio.components.core.running import run_guarded


def _port(text: str) -> tuple[str, Path]:
    name, equals, folder = text.partition("=")
    if not (name and equals and folder):
        raise argparse.ArgumentTypeError(f"{text!r} is not PORT=FOLDER.")
    return name, Path(folder)


def main(arguments: list[str]) -> int:
    """Run a component once. Returns: exit code."""
    parser = argparse.ArgumentParser(prog="python -m mlstudio.components", description=__doc__)
    command = parser.add_subparsers(required=True).add_parser("run")
    command.add_argument("name")
    command.add_argument("--input", type=_port, action="append", default=[], metavar="PORT=FOLDER")
    command.add_argument("--output", type=_port, action="append", default=[], metavar="PORT=FOLDER")
    command.add_argument("--parameters", type=Path, metavar="FILE")
    command.add_argument("--error-file", type=Path, metavar="FILE")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    parameters = json.loads(given.parameters.read_text("utf-8")) if given.parameters else {}
    return run_guarded(given.name, dict(given.input), dict(given.output), parameters, given.error_file)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
