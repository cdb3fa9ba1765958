"""How long the studio takes to start again, to stop, and how much memory its processes take together.

A real ``manage.py up`` in an empty home folder: the first start prepares the database, the second is measured. Memory is
the proportional set size, in which a page that processes share counts once. Fails where a target is missed.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.launcher.studio import Studio
from tests.launcher.waiting import until

READY_TARGET_S = 10.0
STOP_TARGET_S = 10.0
MEMORY_TARGET_MB = 600
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Measure and print. Returns the exit code."""
    with tempfile.TemporaryDirectory(prefix="studio-bench-") as folder:
        studio = Studio(Path(folder) / "home", is_bare=True)
        try:
            return _measure(studio)
        finally:
            studio.clean_up()


def _measure(studio: Studio) -> int:
    first_s = _timed(studio.start)
    studio.stop()
    ready_s = _timed(studio.start)
    cpu_s = sum(cpu_seconds(pid) for pid in studio.all_pids())
    print(f"first start to READY   {first_s:6.1f} s")
    print(
        f"second start to READY  {ready_s:6.1f} s   target {READY_TARGET_S:.0f} s   ({cpu_s:.1f} s of processor time)"
    )
    until(studio.answers)
    names = {pid: name for name, pid in studio.processes.items()} | {studio.launcher.pid: "launcher"}
    total_mb = 0.0
    for pid in sorted(studio.all_pids()):
        size_mb = pss_mb(pid)
        total_mb += size_mb
        print(f"  {names.get(pid, 'pool of worker'):<16}{size_mb:6.0f} MB")
    print(f"memory of all          {total_mb:6.0f} MB  target {MEMORY_TARGET_MB} MB")
    stop_s = _timed(studio.stop)
    print(f"Ctrl-C to the end      {stop_s:6.1f} s   target {STOP_TARGET_S:.0f} s")
    return int(ready_s > READY_TARGET_S or total_mb > MEMORY_TARGET_MB or stop_s > STOP_TARGET_S)


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process and of those of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:15]) / TICKS_PER_S


def pss_mb(pid: int) -> float:
    """Return the proportional set size of a process in MB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _timed(action: Callable[[], object]) -> float:
    started = time.monotonic()
    action()
    return time.monotonic() - started


if __name__ == "__main__":
    sys.exit(main())
