"""One launcher per home folder."""

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from studio.launcher.errors import CannotStart


@dataclass(frozen=True)
class Holder:
    """Who runs the studio of a home folder, as written into its lock file."""

    pid: int
    since: str
    address: str


def hold_home(home: Path, address: str) -> int:
    """Take a home folder for as long as this process lives; the kernel lets go of it however the process ends.

    Args:
        home: the folder; it exists.
        address: where visitors will find this studio, to be told to whoever tries to start a second one.

    Returns:
        The descriptor of the locked file.

    Raises:
        CannotStart: another launcher holds it; the message says which.
    """
    descriptor = os.open(home / "launcher.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        content = os.pread(descriptor, 4096, 0)
        os.close(descriptor)
        raise CannotStart(_describe(home, content)) from None
    holder = Holder(os.getpid(), datetime.now().astimezone().strftime("%d %B %Y, %H:%M:%S"), address)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(asdict(holder)).encode(), 0)
    return descriptor


def _describe(home: Path, content: bytes) -> str:
    try:
        holder = Holder(**json.loads(content))
    except (ValueError, TypeError):  # taken this very moment, not yet written
        return f"The studio in {home} is being started by another process. Set STUDIO_HOME to start a second studio."
    return (
        f"The studio in {home} is already running at {holder.address} (process {holder.pid}, since {holder.since}). "
        f"Stop it with Ctrl-C in its terminal or with 'kill {holder.pid}', or set STUDIO_HOME to start a second studio."
    )
