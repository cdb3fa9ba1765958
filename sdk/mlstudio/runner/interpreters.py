"""The Python interpreters there are on this machine. None is ever downloaded."""

from __future__ import annotations

import glob
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

TRIAL_TIMEOUT_S = 20
LOWEST = (3, 9)  # what our own package needs, which every run can import
QUESTION = """import json, os, sys
print(json.dumps([sys.version_info[:3], os.path.realpath(sys.executable), os.path.realpath(sys.base_prefix)]))"""


@dataclass(frozen=True)
class Interpreter:
    """An interpreter. ``version``: such as "3.11.7"; ``path``: the program; ``prefix``: the folder it lives in."""

    version: str
    path: Path
    prefix: Path

    @property
    def series(self) -> str:
        """Major and minor version, such as "3.11"."""
        return ".".join(self.version.split(".")[:2])


class NoInterpreter(Exception):
    """This machine has no interpreter of the wanted version."""


def own() -> Interpreter:
    """Return the interpreter that runs the agent, without its virtual environment."""
    version = ".".join(map(str, sys.version_info[:3]))
    return Interpreter(version, Path(os.path.realpath(sys.executable)), Path(os.path.realpath(sys.base_prefix)))


def find(wanted: str) -> Interpreter:
    """Return the newest interpreter of a version such as "3.11" or "3.11.7"; "" means any, and then our own.

    Raises:
        NoInterpreter: there is none; the message says which there are.
    """
    if not wanted or own().series == wanted or own().version == wanted:
        return own()
    series = ".".join(wanted.split(".")[:2])
    candidates = [found for path in _programs(series) if (found := _ask(path)) is not None]
    matching = [each for each in candidates if each.version == wanted or each.series == wanted]
    if matching:
        return max(matching, key=lambda each: tuple(map(int, each.version.split("."))))
    raise NoInterpreter(
        f"Python {wanted} is not installed on this machine; it has {', '.join(series_here())}. "
        "Choose one of these, or ask an administrator to install the other."
    )


def _programs(series: str = "3.*") -> list[str]:
    folders = [*os.environ.get("PATH", "").split(os.pathsep), "/usr/bin", "/usr/local/bin"]
    places = [f"{folder}/python{series}" for folder in folders if folder]
    home = os.path.expanduser("~")
    places += [f"{home}/.pyenv/versions/{series}*/bin/python{series}", f"/opt/python*/bin/python{series}"]
    of_uv = os.environ.get("UV_PYTHON_INSTALL_DIR") or f"{home}/.local/share/uv/python"
    places += [f"{of_uv}/*/bin/python{series}"]
    found = [path for place in places for path in sorted(glob.glob(place))]
    return [path for path in dict.fromkeys(found) if re.fullmatch(r".*/python3\.\d+", path) and "/shims/" not in path]


def series_here() -> list[str]:
    """Return the versions that environments can have on this machine, such as "3.11", the oldest first."""
    answers = [_ask(path) for path in _programs()]
    found = {tuple(map(int, each.series.split("."))) for each in [own(), *answers] if each is not None}
    return [".".join(map(str, series)) for series in sorted(found) if series >= LOWEST]


def _ask(path: str) -> Interpreter | None:
    """Return what a program says of itself; None where it does not work."""
    try:
        answer = subprocess.run(  # noqa: S603
            [path, "-I", "-S", "-c", QUESTION], capture_output=True, text=True, timeout=TRIAL_TIMEOUT_S, check=True
        )
        version, program, prefix = json.loads(answer.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return Interpreter(".".join(map(str, version)), Path(program), Path(prefix))
