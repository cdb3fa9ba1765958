"""What a run uses of the machine, measured every few seconds: processor, memory, disk, network, GPUs."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import time
from pathlib import Path

from mlstudio.runner import processes

MB = 1 << 20
GPU_QUERY = ("nvidia-smi", "--query-gpu=index,utilization.gpu,memory.used", "--format=csv,noheader,nounits")
GPU_TIMEOUT_S = 5


class Meter:
    """Measures a tree of processes and appends what it finds to a file of lines for the studio.

    Args: root: the process whose descendants count. file: where the lines go.
    """

    def __init__(self, root: int, file: Path) -> None:
        self._root = root
        self._file = file
        self._cpu: dict[int, float] = {}
        self._disk: dict[int, tuple[int, int]] = {}
        self._network = _network()
        self._at = time.monotonic()
        self._has_gpus = shutil.which(GPU_QUERY[0]) is not None

    def measure(self) -> None:
        """Append one line; on a full disk, none."""
        at_ms = int(time.time() * 1000)
        rows = [[f"system/{name}", round(value, 3), at_ms] for name, value in self.values().items()]
        with contextlib.suppress(OSError), self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"s": rows}) + "\n")

    def values(self) -> dict[str, float]:
        """Return what is used now. ``cpu_percent``: 100 is one core; rates are per second, since the last time; the network is
        the whole machine's."""
        now = time.monotonic()
        passed = max(now - self._at, 0.001)
        pids = processes.descendants(self._root)
        cpu, disk, network = processes.cpu_seconds(pids), processes.disk_bytes(pids), _network()
        used = sum(max(0.0, value - self._cpu.get(pid, 0.0)) for pid, value in cpu.items())
        read, written = (
            sum(max(0, row[side] - self._disk.get(pid, (0, 0))[side]) for pid, row in disk.items()) for side in (0, 1)
        )
        values = {
            "cpu_percent": 100 * used / passed,
            "memory_mb": processes.memory_bytes(pids) / MB,
            "disk_read_mb_per_s": read / MB / passed,
            "disk_write_mb_per_s": written / MB / passed,
            "network_in_mb_per_s": max(0, network[0] - self._network[0]) / MB / passed,
            "network_out_mb_per_s": max(0, network[1] - self._network[1]) / MB / passed,
            **self._gpus(),
        }
        self._cpu, self._disk, self._network, self._at = cpu, disk, network, now
        return values

    def _gpus(self) -> dict[str, float]:
        if not self._has_gpus:
            return {}
        try:
            answer = subprocess.run(GPU_QUERY, capture_output=True, text=True, timeout=GPU_TIMEOUT_S, check=True)  # noqa: S603
        except (OSError, subprocess.SubprocessError):
            return {}
        found: dict[str, float] = {}
        for row in answer.stdout.splitlines():
            index, busy, memory = (part.strip() for part in row.split(","))
            if busy.isdecimal() and memory.isdecimal():
                found[f"gpu_{index}_percent"] = float(busy)
                found[f"gpu_{index}_memory_mb"] = float(memory)
        return found


def _network() -> tuple[int, int]:
    """Return bytes received and sent by the machine so far, without the loopback."""
    try:
        rows = [line.split(":") for line in Path("/proc/net/dev").read_text().splitlines() if ":" in line]
    except OSError:
        return 0, 0
    counts = [numbers.split() for name, numbers in rows if name.strip() != "lo"]
    return sum(int(row[0]) for row in counts), sum(int(row[8]) for row in counts)
