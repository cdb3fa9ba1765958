"""How work ended, in the words of a person."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlstudio.runner.uploads import open_below

ERROR_FILE = "error.json"
LONGEST_ERROR_FILE = 64 << 10
LONGEST_REASON = 2000

USER_ERROR, SYSTEM_ERROR = "UserError", "SystemError"


@dataclass
class Ending:
    """The end of an order, as the studio is told."""

    outcome: str
    exit_code: int | None = None
    signal: int | None = None
    error_code: str = ""
    reason: str = ""
    result: dict[str, Any] = field(default_factory=dict)


class Fault(Exception):
    """The order cannot go on. ``code`` says whose fault it is; the message is the reason."""

    def __init__(self, reason: str, code: str = SYSTEM_ERROR) -> None:
        super().__init__(reason)
        self.code = code


class Stopped(Exception):
    """The order shall stop; the message is the reason."""


def of_command(exit_code: int | None, number: int | None) -> Ending:
    """Return how a command ended that nobody stopped."""
    if exit_code == 0:
        return Ending("succeeded", exit_code=0)
    if number is not None:
        return Ending("failed", signal=number, error_code=USER_ERROR, reason=f"killed by signal {named(number)}")
    reason = f"exit code {exit_code}"
    # A shell says so of the last program in it; it was not killed itself.
    inner = (exit_code or 0) - 128
    if inner in {each.value for each in signal.Signals}:
        reason += f": its last program was killed by signal {named(inner)}"
    elif exit_code == 127:
        reason += ": a program was not found, see the log"
    return Ending("failed", exit_code=exit_code, error_code=USER_ERROR, reason=reason)


def said_of_itself(files: Path) -> str:
    """Return why a command says it failed, in one line; "" where it says nothing.

    Args: files: what ``STUDIO_RUN_FILES`` is outside of the sandbox; a command says it there, in ``error.json``, with ``message``
        and perhaps ``hint`` and ``code``.
    """
    descriptor = open_below(files, ERROR_FILE)
    if descriptor is None:
        return ""
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(LONGEST_ERROR_FILE)
    try:
        known = json.loads(content)
    except ValueError:
        return ""
    if not isinstance(known, dict) or not known.get("message"):
        return ""
    code = f"Error {known['code']}:" if known.get("code") else ""
    words = " ".join(str(part) for part in (code, known["message"], known.get("hint")) if part)
    return " ".join(words.split())[:LONGEST_REASON]


def named(number: int) -> str:
    """Return a signal's number and name."""
    try:
        return f"{number} ({signal.Signals(number).name})"
    except ValueError:
        return str(number)
