"""Limits of processor time: a control group where one can be made, else some of the cores."""

from __future__ import annotations

import math
import os
import zlib
from pathlib import Path

from mlstudio.runner import memory

PERIOD_US = 100_000
# What the libraries that compute in threads of their own ask for.
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


def make_group(name: str, cpus: float) -> memory.Group | None:
    """Return a control group with so many cores' time; None where this machine lets us make none."""
    quota = max(1000, round(cpus * PERIOD_US))
    for parent, limit_file, text in _places(quota):
        path = parent / f"mlstudio-{name}"
        was_there = path.is_dir()  # the one that limits memory, where the controllers share their groups
        try:
            path.mkdir(exist_ok=True)
            (path / limit_file).write_text(text)
            if (path / limit_file).read_text().split()[0] == str(quota):
                return memory.Group(path)
        except (OSError, IndexError):
            pass
        if not was_there:
            memory.Group(path).remove()
    return None


def choose_cores(name: str, cpus: float) -> list[int]:
    """Return the cores for a program that may use so many, rounded up; programs of other names begin at other ones."""
    allowed = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if not allowed:
        return []
    first = zlib.crc32(name.encode()) % len(allowed)
    return sorted((allowed[first:] + allowed[:first])[: math.ceil(cpus)])


def threads(cpus: float) -> dict[str, str]:
    """Return the variables that have libraries start no more threads than there are cores for them."""
    return dict.fromkeys(THREAD_VARIABLES, str(math.ceil(cpus)))


def _places(quota: int) -> list[tuple[Path, str, str]]:
    """Return where groups may be made: below our own, in both generations, with the file of the limit and what it takes."""
    found = []
    try:
        rows = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
    except OSError:
        return []
    for _, controllers, path in rows:
        if "cpu" in controllers.split(","):
            # Both controllers of processors are mounted together, or each by itself.
            folders = dict.fromkeys((controllers, "cpu"))
            found += [(memory.CGROUP / each / path.lstrip("/"), "cpu.cfs_quota_us", str(quota)) for each in folders]
        elif not controllers:
            found.append((memory.CGROUP / path.lstrip("/"), "cpu.max", f"{quota} {PERIOD_US}"))
    return found
