"""One agent per home folder, and a note there that says which; the launcher reads it to adopt a running agent."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Any

NAME = "agent.lock"


def hold_home(home: Path, note: dict[str, Any]) -> int | None:
    """Take the folder for as long as this process lives, and leave a note about it.

    Returns: the descriptor of the locked file; None where another agent holds it.
    """
    descriptor = os.open(home / NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(note).encode(), 0)
    return descriptor


def holder(home: Path) -> dict[str, Any] | None:
    """Return the note of the agent that holds the folder; None where none does. Empty while it is being written."""
    try:
        descriptor = os.open(home / NAME, os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        try:
            return dict(json.loads(os.pread(descriptor, 4096, 0)))
        except ValueError:
            return {}
    finally:
        os.close(descriptor)
    return None
