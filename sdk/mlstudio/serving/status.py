"""A small file that tells the runner, outside of the sandbox, how far this server is."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

LARGEST = 4 << 20


class Status:
    """Writes the file, always as a whole.

    Args: path: of the file; None where nobody looks.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._value: dict[str, Any] = {}

    def say(self, state: str, reason: str = "", schema: dict[str, Any] | None = None) -> None:
        """Tell the state: loading, ready, failed, unhealthy or draining.

        Args: reason: in words. schema: what the model takes and gives; said once, kept after that.
        """
        self._value = {**self._value, "state": state, "reason": reason}
        if schema is not None:
            self._value["schema"] = schema
        if self._path is None:
            return
        draft = self._path.with_name(f".{self._path.name}")
        draft.write_text(json.dumps(self._value), encoding="utf-8")
        os.replace(draft, self._path)


def read(path: Path) -> dict[str, Any]:
    """Return what a status file says; nothing where it is not there or not as it should be: a program inside the sandbox
    can write to it what it wants."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            value = json.loads(file.read(LARGEST))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) and isinstance(value.get("state"), str) else {}
