"""Limits of time, memory and processes, and stopping on request."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from mlstudio.runner import interpreters, memory, processes, processor, sandbox
from mlstudio.runner.folder import WorkFolder
from mlstudio.runner.progress import Progress
from mlstudio.runner.running import Command
from tests.launcher.waiting import until

pytestmark = pytest.mark.processes

EAT = "python -c 'import time; x = bytearray(400 << 20); print(len(x), flush=True); time.sleep(60)'"


def test_a_run_ends_at_its_limit_of_time(machine):
    order = machine.run("trap 'echo asked; exit 0' TERM; sleep 60 & wait", limits={"timeout_s": 1})
    assert order.end["outcome"] == "failed"
    assert order.end["reason"] == "ran longer than its limit of 1 s"
    assert order.log == "asked\n"


@pytest.mark.parametrize("command", [EAT, EAT.replace("time.sleep(60)", "1") + "; sleep 60"])
def test_a_run_that_uses_too_much_memory_is_ended_with_the_numbers(machine, command):
    order = machine.run(command, limits={"memory_mb": 200})
    assert order.end["outcome"] == "failed"
    assert order.end["reason"].startswith("used ")
    assert order.end["reason"].endswith("of 200 MB of memory")


def in_sandbox(tmp_path, kind, command, limits):
    """Run a command in a sandbox of a kind, with limits; returns how it ended, and what it said."""
    folder = WorkFolder(tmp_path / "work")
    folder.logs.mkdir(parents=True)
    sandbox.prepare_run_folder(kind, folder, tmp_path)
    sandbox.make_folders(folder, None)
    where = sandbox.layout(kind, folder, folder.path)
    line = ["/bin/sh", "-c", command.replace("python", str(interpreters.own().path))]
    shown = [folder.run / "home", interpreters.own().prefix]
    argv = sandbox.command_line(kind, folder, where, line, uid=None, processes=None, shown=shown)
    running = Command(folder)
    log = folder.logs / "std.txt"
    running.start(argv, {"PATH": os.environ["PATH"]}, limits, str(log), kind=kind, uid=None, uid_lock=None)
    return running.watch(Progress(folder, 60)), log.read_text()


@pytest.mark.parametrize("kind", ["bubblewrap", "none"])
def test_without_control_groups_a_watchdog_does_the_same(tmp_path, monkeypatch, kind, sandboxed):
    monkeypatch.setattr(memory, "CGROUP", tmp_path / "none")
    ending, _log = in_sandbox(tmp_path, kind, EAT, {"memory_mb": 200})
    assert re.fullmatch(r"used [2-9]\d\d of 200 MB of memory", ending.reason)
    assert ending.signal == signal.SIGKILL
    keeper = WorkFolder(tmp_path / "work").read("keeper.json") or {}
    assert not processes.descendants(keeper["pid"])


SEEN = """
import json, os
print(json.dumps({"cores": sorted(os.sched_getaffinity(0)), "threads": os.environ["OMP_NUM_THREADS"],
                  "mkl": os.environ["MKL_NUM_THREADS"]}))
"""


def test_a_limit_of_cores_is_felt_by_the_program_and_its_libraries_start_no_more_threads(machine):
    order = machine.run("python see.py", {"see.py": SEEN}, limits={"cpus": 0.5}, variables={"MKL_NUM_THREADS": "3"})
    assert order.end["outcome"] == "succeeded", order.log
    seen = json.loads(order.log)
    assert (seen["threads"], seen["mkl"]) == ("1", "3")
    everything = os.sched_getaffinity(0)
    in_a_group = len(seen["cores"]) == len(everything)
    assert in_a_group or len(seen["cores"]) == 1


@pytest.mark.parametrize("kind", ["bubblewrap", "none"])
def test_without_control_groups_a_program_has_some_of_the_cores(tmp_path, monkeypatch, kind, sandboxed):
    monkeypatch.setattr(memory, "CGROUP", tmp_path / "none")
    program = "import os; print(sorted(os.sched_getaffinity(0)))"
    ending, log = in_sandbox(tmp_path, kind, f"exec python -c '{program}'", {"cpus": 0.5})
    assert ending.outcome == "succeeded"
    assert len(json.loads(log)) == 1
    assert set(json.loads(log)) <= os.sched_getaffinity(0)


def test_without_control_groups_cores_are_rounded_up():
    everything = sorted(os.sched_getaffinity(0))
    assert len(processor.choose_cores("one", 1.2)) == min(2, len(everything))
    assert processor.choose_cores("one", len(everything)) == everything


def test_a_control_group_is_told_the_share():
    if (group := processor.make_group(f"test-{os.getpid()}", 0.5)) is None:
        pytest.skip("this machine lets us make no control group of processors")
    try:
        with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as child:
            group.members.write_text(str(child.pid))
            assert str(child.pid) in group.members.read_text().split()
            child.kill()
        files = ("cpu.max", "cpu.cfs_quota_us")
        (told,) = [(group.path / name).read_text().split()[0] for name in files if (group.path / name).exists()]
        assert told == "50000"
    finally:
        group.remove()
    assert not group.path.exists()


def test_sizes_are_said_as_people_say_them():
    assert memory.describe(2.1 * memory.GB, 2048) == "used 2.1 of 2 GB of memory"
    assert memory.describe(0, 2048) == "used 2 of 2 GB of memory"
    assert memory.describe(612 << 20, 512) == "used 612 of 512 MB of memory"


def test_too_many_processes_are_refused_to_the_run_alone(machine):
    command = "python -c 'import os\nfor n in range(100):\n    if os.fork() == 0: os.kill(os.getpid(), 19)'"
    order = machine.run(command, limits={"processes": 20})
    assert order.end["outcome"] == "failed"
    assert "BlockingIOError" in order.log or "its limit is 20" in order.end["reason"]


def test_nothing_of_a_run_outlives_it(machine):
    marker = f"{time.monotonic_ns() % 10**8 + 10**8}"
    daemon = f"import os, time\\nif os.fork() == 0:\\n    os.setsid()\\n    if os.fork() == 0: time.sleep({marker})"
    order = machine.submit(f"python -c $'{daemon}'; sleep 2; echo over")
    until(lambda: marked(marker), what="the daemon")
    machine.ended(order)
    assert order.end["outcome"] == "succeeded"
    assert order.log == "over\n"
    assert not marked(marker)


def marked(marker: str) -> list[int]:
    """The processes with a text in their command line that are nobody's runner."""
    found = []
    for pid in filter(str.isdecimal, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                command = file.read()
        except OSError:
            continue
        if marker.encode() in command and not any(name in command for name in (b"bash", b"bwrap", b"mlstudio.runner")):
            found.append(int(pid))
    return found


def test_a_canceled_run_is_asked_first_and_ends_as_canceled(machine, studio):
    order = machine.submit("trap 'echo good bye; exit 7' TERM; echo up; while true; do sleep 0.1; done")
    until(lambda: order.log == "up\n")
    studio.cancel(order, "canceled by ada")
    machine.ended(order)
    assert (order.end["outcome"], order.end["reason"], order.end["exit_code"]) == ("canceled", "canceled by ada", 7)
    assert order.log.endswith("good bye\n")


def test_a_run_that_does_not_listen_is_killed(machine, studio):
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
    order = machine.submit("python train.py", {"train.py": code})
    until(lambda: order.log == "deaf\n")
    folder = machine.folder(order)
    studio.cancel(order)
    machine.ended(order, 40)
    assert (order.end["outcome"], order.end["signal"]) == ("canceled", signal.SIGKILL)
    until(lambda: not processes.is_alive(folder.read("keeper.json")))


def test_children_of_the_shell_have_time_to_put_things_in_order(machine, studio):
    code = """
import signal, sys, time
def stop(*_):
    time.sleep(1)
    print("saved", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print("up", flush=True)
while True: time.sleep(0.1)
"""
    order = machine.submit("true\npython train.py\ntrue", {"train.py": code})
    until(lambda: order.log == "up\n")
    studio.cancel(order)
    machine.ended(order)
    assert order.log == "up\nsaved\n"


def test_an_order_that_the_studio_gave_up_is_stopped_without_a_word(machine, studio):
    order = machine.submit("echo up; sleep 600")
    until(lambda: order.log == "up\n")
    runner = machine.runner(order)
    studio.over.add(order.id)
    until(lambda: not list((machine.home / "work").iterdir()), 40)
    assert not os.path.exists(f"/proc/{runner}/cwd")
    assert order.end is None
