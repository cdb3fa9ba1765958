"""Data inputs on a machine: what a command sees of them, kept once for all, and complete whatever is killed."""

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.launcher.waiting import until

pytestmark = pytest.mark.processes

Files = dict[str, bytes]
ADDRESS = "https://example.com/a.csv"


def of(files: Files, **more: Any) -> dict[str, Any]:
    """Return an input as the studio freezes it."""
    listing = "".join(f"{path}\0{hashlib.sha256(content).hexdigest()}\n" for path, content in sorted(files.items()))
    given = {
        "type": "uri_folder", "mode": "ro_mount", "kind": "dataset", "id": "0192", "reference": "iris:2", "path": "azureml:iris",
        "sha256": hashlib.sha256(listing.encode()).hexdigest(), "files": len(files),
        "bytes": sum(map(len, files.values())), "single": "",
    }  # fmt: skip
    return {**given, **more}


def kept(machine: Any) -> list[str]:
    """Return what the machine keeps."""
    root = machine.home / "inputs"
    return sorted(path.name for path in root.iterdir()) if root.is_dir() else []


IRIS = {"a.csv": b"1,2\n", "b/c.csv": b"3,4\n", "b/d e.csv": b"5,6\n"}


def test_a_command_reads_its_inputs_under_paths_that_it_is_told(machine):
    one = {"my file.csv": b"x\n"}
    order = machine.run(
        "find ${{inputs.folder}} -type f | sort; cat ${{inputs.file}}; echo $AZURE_ML_INPUT_folder; "
        "echo ${{inputs.page}}; python -c "
        "'from mlstudio import Run; print(sorted(Run.get_context().input_datasets.items()))'",
        data={"folder": IRIS, "file": one},
        inputs={
            "folder": of(IRIS),
            "file": of(one, type="uri_file", single="my file.csv"),
            "page": of({}, type="uri_file", mode="direct", kind="url", path=ADDRESS, sha256=""),
            "rate": {"type": "number", "value": 0.1},
        },
    )
    assert order.end["outcome"] == "succeeded", order.log
    assert order.log.splitlines() == [
        "/studio/inputs/folder/a.csv",
        "/studio/inputs/folder/b/c.csv",
        "/studio/inputs/folder/b/d e.csv",
        "x",
        "/studio/inputs/folder",
        ADDRESS,
        str([("file", "/studio/inputs/file/my file.csv"), ("folder", "/studio/inputs/folder"), ("page", ADDRESS)]),
    ]
    stages = [stage["name"] for stage in order.end["stages"]]
    assert stages.index("fetch_inputs") < stages.index("run")


@pytest.mark.usefixtures("sandboxed")
def test_a_command_can_neither_write_to_its_inputs_nor_see_those_of_others(machine):
    other = machine.run("true", data={"x": {"s.txt": b"secret"}}, inputs={"x": of({"s.txt": b"secret"})})
    assert other.end["outcome"] == "succeeded"
    order = machine.run(
        "cd ${{inputs.x}}; touch new; echo y > a.csv; rm -f a.csv; chmod 777 . a.csv; mv b c; cat a.csv; "
        f"ls {machine.home} {machine.home}/inputs; ls /studio/inputs",
        data={"x": IRIS},
        inputs={"x": of(IRIS)},
    )
    assert "Read-only file system" in order.log
    assert order.log.endswith("x\n")
    assert "1,2" in order.log
    assert of({"s.txt": b"secret"})["sha256"] not in order.log
    files = machine.home / "inputs" / of(IRIS)["sha256"] / "files"
    assert {str(path.relative_to(files)): path.read_bytes() for path in files.rglob("*") if path.is_file()} == IRIS


def test_two_runs_at_once_fetch_what_both_read_only_once(machine):
    files = {f"{number}.bin": os.urandom(200_000) for number in range(8)}
    orders = [machine.submit("cat ${{inputs.x}}/* | wc -c", data={"x": files}, inputs={"x": of(files)}) for _ in "ab"]
    for order in orders:
        machine.ended(order)
        assert order.log.strip() == "1600000"
    assert sorted(orders[0].fetched + orders[1].fetched) == sorted((name, 200_000) for name in files)


def test_what_may_change_is_fetched_for_each_run_and_goes_with_it(machine):
    for content in (b"old", b"new"):
        order = machine.run(
            "cat ${{inputs.x}}/f", data={"x": {"f": content}}, inputs={"x": of({}, sha256="", kind="datastore")}
        )
        assert order.log == content.decode()
    assert kept(machine) == []
    until(lambda: not list((machine.home / "work").iterdir()), 30, "the folders to be put away")


def test_a_runner_that_is_killed_while_it_fetches_goes_on_where_it_was(machine):
    files = {"big.bin": os.urandom(30_000_000), "small.bin": b"1"}
    machine.studio.stalls, machine.studio.input_bytes = True, 10_000_000
    order = machine.submit("sha256sum < ${{inputs.x}}/big.bin", data={"x": files}, inputs={"x": of(files)})
    part = machine.home / "inputs" / of(files)["sha256"] / "part" / "big.bin"
    until(lambda: part.exists() and part.stat().st_size > 1_000_000, 30, "part of the file")
    runner = machine.runner(order)
    os.kill(runner, signal.SIGKILL)
    machine.kill_agent()
    machine.studio.input_bytes = None
    machine.start()
    machine.ended(order)
    assert order.log.split()[0] == hashlib.sha256(files["big.bin"]).hexdigest()
    assert order.end["outcome"] == "succeeded"


def test_what_was_left_damaged_is_fetched_again(machine):
    part = machine.home / "inputs" / of({"g": b"good"})["sha256"] / "part"
    part.mkdir(parents=True)
    (part / "g").write_bytes(b"bad!")  # as a machine may leave it that lost its power
    order = machine.run("cat ${{inputs.x}}/g", data={"x": {"g": b"good"}}, inputs={"x": of({"g": b"good"})})
    assert order.log == "good"


def test_canceling_while_inputs_are_fetched_ends_the_run_at_once(machine):
    machine.studio.input_bytes = 0
    order = machine.submit("true", data={"x": IRIS}, inputs={"x": of(IRIS)})
    until(lambda: order.fetched, 30, "the first file")
    machine.studio.cancel(order)
    machine.ended(order, 20)
    assert order.end["outcome"] == "canceled", order.end["reason"]


def test_the_least_recently_wanted_goes_when_the_cache_is_full_but_never_what_is_read(idle):
    idle.start(STUDIO_INPUT_CACHE_MB="2")
    big = {name: {"f": name.encode() * 900_000} for name in "abc"}

    def reads(name: str, command: str = "true") -> Any:
        return idle.submit(command, data={"x": big[name]}, inputs={"x": of(big[name])})

    long = reads("a", "echo up; until test -e /studio/code/go; do sleep 0.1; done; wc -c < ${{inputs.x}}/f")
    until(lambda: "up" in long.log, 30, "the long run")
    idle.ended(reads("b"))
    until(lambda: len(list((idle.home / "work").iterdir())) == 1, 30, "the folder of b to be put away")
    idle.ended(reads("c"))
    assert kept(idle) == sorted(of(big[name])["sha256"] for name in "ac")
    (idle.folder(long).code / "go").touch()
    idle.ended(long)
    assert long.log.endswith("900000\n")


def test_what_the_studio_does_not_give_out_ends_the_run_in_its_words(machine):
    order = machine.run("true", data={"x": {}}, inputs={"x": of(IRIS), "y": of({}, sha256="0")})
    assert order.end["outcome"] == "failed"
    assert order.end["error_code"] == "UserError"
    assert "the input y cannot be read: No data of that name." in order.end["reason"]


def test_what_is_larger_than_the_disk_is_refused_in_words(machine):
    order = machine.run("true", data={"x": IRIS}, inputs={"x": of(IRIS, bytes=10**15)})
    assert order.end["outcome"] == "failed"
    assert "the input x has 1000000.0 GB" in order.end["reason"]


def test_two_processes_drop_and_want_the_same_without_losing_it(tmp_path):
    """One drops what nobody reads, over and over; the other wants it, over and over, and always has it whole."""
    script = """
import sys, pathlib, time
sys.path.insert(0, {sdk!r})
from mlstudio.runner.input_cache import Cache
home = pathlib.Path({home!r})
cache = Cache(home, home / "work", 0)
if sys.argv[1] == "drop":
    while not (home / "stop").exists():
        cache.entry("x").drop(home / "work")
        time.sleep(0.005)  # else it has the lock nearly always, and the other waits for luck
for number in range(50):
    order = home / "work" / str(number)
    order.mkdir()
    entry = cache.entry("x")
    with entry.held(lambda: None):
        entry.use(order.name, 1)
        if not entry.is_complete:
            entry.part.mkdir()
            (entry.part / "f").write_text("whole")
            entry.part.rename(entry.files)
    assert (entry.files / "f").read_text() == "whole"
    order.rmdir()
(home / "stop").touch()
"""
    (tmp_path / "work").mkdir()
    (tmp_path / "inputs").mkdir()
    sdk = str(Path(__file__).resolve().parents[2] / "sdk")
    code = script.format(sdk=sdk, home=str(tmp_path))
    dropping = subprocess.Popen([sys.executable, "-c", code, "drop"])
    try:
        done = subprocess.run(
            [sys.executable, "-c", code, "want"], capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
    finally:
        (tmp_path / "stop").touch()
        dropping.kill()
        dropping.wait()
