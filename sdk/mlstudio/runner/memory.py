"""Limits of memory: a control group where one can be made, else a look at the processes several times a second."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")
MB = 1 << 20
GB = 1 << 30


@dataclass(frozen=True)
class Group:
    """A control group with a limit of memory. ``path`` is its folder."""

    path: Path

    @property
    def members(self) -> Path:
        """The file that a process writes its number to in order to belong."""
        return self.path / "cgroup.procs"

    def has_killed(self) -> bool:
        """Return whether the kernel ended a process here because the memory was used up."""
        for name in ("memory.events", "memory.oom_control"):
            with contextlib.suppress(OSError, ValueError):
                rows = dict(line.split() for line in (self.path / name).read_text().splitlines())
                return int(rows.get("oom_kill", 0)) > 0
        return False

    def remove(self) -> None:
        """Give the group back; it must be empty."""
        with contextlib.suppress(OSError):
            self.path.rmdir()


def make_group(name: str, limit_mb: int) -> Group | None:
    """Return a new group with this limit; None where this machine lets us make none."""
    for parent, limits in _places():
        path = parent / f"mlstudio-{name}"
        try:
            path.mkdir(exist_ok=True)
        except OSError:
            continue
        try:
            (path / limits[0]).write_text(str(limit_mb * MB))
            held = int((path / limits[0]).read_text()) <= limit_mb * MB
        except (OSError, ValueError):
            held = False
        if not held:
            Group(path).remove()
            continue
        for swap_file, value in limits[1:]:
            with contextlib.suppress(OSError):
                (path / swap_file).write_text(value if value else str(limit_mb * MB))
        return Group(path)
    return None


def describe(used_bytes: float, limit_mb: int) -> str:
    """Return the reason of an end by memory, such as "used 2.1 of 2 GB of memory"."""
    if limit_mb * MB < GB:
        return f"used {max(used_bytes / MB, limit_mb):.0f} of {limit_mb} MB of memory"
    return f"used {max(used_bytes / MB, limit_mb) / 1024:.2g} of {limit_mb / 1024:.3g} GB of memory"


def _places() -> list[tuple[Path, list]]:
    """Return where groups may be made: below our own, in both generations, with the files that hold the limits."""
    found: list[tuple[Path, list]] = []
    try:
        rows = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
    except OSError:
        return found
    for _, controllers, path in rows:
        if "memory" in controllers.split(","):
            found.append(
                (CGROUP / "memory" / path.lstrip("/"), ["memory.limit_in_bytes", ("memory.memsw.limit_in_bytes", "")])
            )
        elif not controllers:
            found.append((CGROUP / path.lstrip("/"), ["memory.max", ("memory.swap.max", "0")]))
    return found
