"""Facts about this machine. Inside a container the container's limits count, not the machine's."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

MB = 1 << 20
GPU_QUERY = ("nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader,nounits")
GPU_QUERY_TIMEOUT_S = 10
CGROUP = Path("/sys/fs/cgroup")
PROC = Path("/proc")


def fixed_facts() -> dict[str, Any]:
    """Return what does not change while the agent runs: names, cores, total memory (MB), GPUs."""
    return {
        "hostname": socket.gethostname(),
        "system": f"{platform.system()} {platform.release()} ({platform.machine()})",
        "python_version": platform.python_version(),
        "boot_id": _text(PROC / "sys/kernel/random/boot_id"),
        "cores": cores(),
        "memory_total_mb": memory_mb()[0],
        "gpus": gpus(),
    }


def changing_facts(home: Path) -> dict[str, Any]:
    """Return what may differ at each heartbeat: free memory and disk (MB), load. ``home`` says which disk is meant."""
    disk = shutil.disk_usage(home)
    return {
        "memory_available_mb": memory_mb()[1],
        "disk_total_mb": disk.total // MB,
        "disk_free_mb": disk.free // MB,
        "load": round(os.getloadavg()[0], 2),
    }


def cores() -> int:
    """Return how many cores programs started here may use."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota, period = (_text(CGROUP / "cpu.max") or "max 0").split()
    if quota == "max":
        quota, period = _text(CGROUP / "cpu/cpu.cfs_quota_us") or "-1", _text(CGROUP / "cpu/cpu.cfs_period_us") or "0"
    if int(quota) > 0 and int(period) > 0:
        allowed = min(allowed, max(1, -(-int(quota) // int(period))))
    return allowed


def memory_mb() -> tuple[int, int]:
    """Return total and available memory in MB, both 0 where the system does not say."""
    lines = (line.split() for line in _text(PROC / "meminfo").splitlines())
    sizes = {words[0].rstrip(":"): int(words[1]) // 1024 for words in lines if len(words) > 1}
    total, available = sizes.get("MemTotal", 0), sizes.get("MemAvailable", 0)
    for limit_file, used_file, stat_file, cache_key in (
        ("memory.max", "memory.current", "memory.stat", "inactive_file"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat", "total_inactive_file"),
    ):
        limit, used = _text(CGROUP / limit_file), _text(CGROUP / used_file)
        if limit.isdecimal() and used.isdecimal() and int(limit) // MB < total:
            statistics = dict(line.split(None, 1) for line in _text(CGROUP / stat_file).splitlines())
            working_set = int(used) - int(statistics.get(cache_key, 0))
            total = int(limit) // MB
            available = min(available, max(0, total - working_set // MB))
    return total, available


def gpus() -> list[dict[str, Any]]:
    """Return name and memory (MB) of each NVIDIA GPU; none where ``nvidia-smi`` is missing or fails."""
    if shutil.which(GPU_QUERY[0]) is None:
        return []
    try:
        answer = subprocess.run(GPU_QUERY, capture_output=True, text=True, timeout=GPU_QUERY_TIMEOUT_S, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return []
    rows = (line.rsplit(",", 1) for line in answer.stdout.splitlines() if "," in line)
    return [{"name": name.strip(), "memory_mb": int(size) if size.strip().isdecimal() else 0} for name, size in rows]


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
