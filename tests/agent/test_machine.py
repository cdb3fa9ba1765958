"""What the agent finds out about a machine."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from mlstudio.agent import isolation, machine


@pytest.fixture
def fake_tools(monkeypatch, tmp_path):
    """A function that puts scripts on the PATH, in place of all else but the shell's own."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def add(name: str, script: str) -> None:
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)

    return add


@pytest.fixture
def cgroup(monkeypatch, tmp_path):
    """A function that writes files of a control group, as a container sees them."""
    monkeypatch.setattr(machine, "CGROUP", tmp_path)

    def write(**files: str) -> None:
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)

    return write


def test_cores_are_those_this_process_may_use(cgroup):
    assert machine.cores() == len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({"cpu_dot_max": "50000 100000"}, 1),
        ({"cpu_dot_max": "max 100000"}, len(os.sched_getaffinity(0))),
        ({"cpu__cpu_dot_cfs_quota_us": "100000", "cpu__cpu_dot_cfs_period_us": "100000"}, 1),
        ({"cpu__cpu_dot_cfs_quota_us": "-1", "cpu__cpu_dot_cfs_period_us": "100000"}, len(os.sched_getaffinity(0))),
    ],
)
def test_a_containers_share_of_the_processor_counts(cgroup, files, cores):
    cgroup(**files)
    assert machine.cores() == cores


def test_memory_is_the_machines(cgroup):
    total, available = machine.memory_mb()
    kib = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal"))
    assert total == int(kib.split()[1]) // 1024
    assert 0 < available <= total


@pytest.mark.parametrize(
    "files",
    [
        {"memory_dot_max": "{0}", "memory_dot_current": "{1}", "memory_dot_stat": "anon 1\ninactive_file {2}"},
        {
            "memory__memory_dot_limit_in_bytes": "{0}",
            "memory__memory_dot_usage_in_bytes": "{1}",
            "memory__memory_dot_stat": "cache 1\ntotal_inactive_file {2}",
        },
    ],
)
def test_a_containers_memory_counts_and_its_file_cache_is_free(cgroup, files):
    mb = 1 << 20
    cgroup(**{name: text.format(64 * mb, 40 * mb, 30 * mb) for name, text in files.items()})
    assert machine.memory_mb() == (64, 54)


def test_gpus_are_listed_with_their_memory(fake_tools):
    assert machine.gpus() == []
    fake_tools("nvidia-smi", 'echo "NVIDIA A100, SXM4, 81920"; echo "Odd One, [N/A]"')
    assert machine.gpus() == [
        {"name": "NVIDIA A100, SXM4", "memory_mb": 81920},
        {"name": "Odd One", "memory_mb": 0},
    ]
    fake_tools("nvidia-smi", 'echo "No devices were found"; exit 6')
    assert machine.gpus() == []


def test_a_sandbox_counts_only_if_it_hides_files_and_processes(fake_tools, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert isolation.probe() == isolation.Isolation("none", "bubblewrap is not installed")
    # One that runs the program and hides nothing.
    fake_tools("bwrap", 'while [ "$1" != "--" ]; do shift; done; shift; PATH=/usr/bin:/bin exec "$@"')
    assert isolation.probe() == isolation.Isolation("none", "bubblewrap runs, but its sandbox hides nothing")
    fake_tools("bwrap", "echo 'bwrap: No permissions to create new namespace' >&2; exit 1")
    assert isolation.probe() == isolation.Isolation("none", "bwrap: No permissions to create new namespace")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may start programs as somebody else")
def test_root_without_a_sandbox_still_has_other_user_ids(fake_tools):
    assert isolation.probe() == isolation.Isolation("uid", "bubblewrap is not installed")


def test_where_bubblewrap_works_it_is_what_runs_will_get():
    trial = ["bwrap", "--ro-bind", "/", "/", "--unshare-pid", "true"]
    if not shutil.which("bwrap") or subprocess.run(trial, timeout=60, check=False).returncode:
        pytest.skip("bubblewrap is not installed, or this machine does not let it work")
    found = isolation.probe()
    assert found.kind == "bubblewrap"
    assert found.detail.startswith("bubblewrap 0.")
