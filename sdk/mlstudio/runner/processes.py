"""Processes by what identifies them for good, their descendants, and what those use."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterable
from pathlib import Path
from typing import Any

PROC = Path("/proc")
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")


def boot_id() -> str:
    """Return the name of the machine's present life; empty where the system does not say."""
    try:
        return (PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def identify(pid: int) -> dict[str, Any]:
    """Return what tells this process from a later one with the same number."""
    return {"pid": pid, "started": _started(pid), "boot_id": boot_id()}


def is_alive(identity: dict[str, Any] | None) -> bool:
    """Return whether the process that :func:`identify` described still runs; a zombie does not."""
    if not identity or identity["boot_id"] != boot_id():
        return False
    fields = _stat(identity["pid"])
    return bool(fields) and fields[0] not in "ZX" and int(fields[19]) == identity["started"]


def descendants(pid: int) -> list[int]:
    """Return the process's children, their children and so on, parents first."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        below = _children(waiting.pop(0))
        found += below
        waiting += below
    return found


def memory_bytes(pids: Iterable[int]) -> int:
    """Return the memory these processes use together; what several share is counted once."""
    return sum(_pss(pid) for pid in pids)


def cpu_seconds(pids: Iterable[int]) -> dict[int, float]:
    """Return the processor time each process has used itself so far."""
    fields = {pid: _stat(pid) for pid in pids}
    return {pid: sum(map(int, row[11:13])) / TICKS_PER_S for pid, row in fields.items() if row}


def disk_bytes(pids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Return the bytes each process has read from disks and written to them so far."""
    found = {}
    for pid in pids:
        try:
            rows = dict(line.split(": ") for line in (PROC / str(pid) / "io").read_text().splitlines())
        except (OSError, ValueError):
            continue
        found[pid] = (int(rows["read_bytes"]), int(rows["write_bytes"]))
    return found


def send(number: signal.Signals, pids: Iterable[int]) -> None:
    """Signal processes; those that ended meanwhile are passed over."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _started(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[19]) if fields else 0


def _stat(pid: int) -> list[str]:
    """Return the fields of ``/proc/PID/stat`` from the state on; none where there is no such process."""
    try:
        return (PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _children(pid: int) -> list[int]:
    try:
        tasks = os.listdir(PROC / str(pid) / "task")
    except OSError:
        return []
    found: list[int] = []
    for task in tasks:
        with contextlib.suppress(OSError):
            found += map(int, (PROC / str(pid) / "task" / task / "children").read_text().split())
    return found


def _pss(pid: int) -> int:
    try:
        for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:  # it ended, or it is somebody else's
        with contextlib.suppress(OSError, ValueError):
            return int((PROC / str(pid) / "statm").read_text().split()[1]) * PAGE_SIZE
    return 0
