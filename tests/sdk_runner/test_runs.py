"""Runs from the queue to their end, with a real agent, real runners and a real sandbox."""

import json

import pytest

from tests.launcher.waiting import until

pytestmark = pytest.mark.processes

LOG_10000 = """
from mlstudio import Run
run = Run.get_context()
for number in range(10_000):
    run.log("loss", number / 7)
"""


def end_of(order):
    """Outcome, exit code, signal and reason."""
    return tuple(order.end[name] for name in ("outcome", "exit_code", "signal", "reason"))


def test_a_run_runs_its_code_and_sends_log_and_exit_code(machine):
    order = machine.run("python train.py", {"train.py": "import sys; print('hello'); print('oh', file=sys.stderr)"})
    assert order.log == "hello\noh\n"
    assert order.log_ended == {"user_logs/std_log.txt"}
    assert end_of(order) == ("succeeded", 0, None, "")
    assert [row["name"] for row in order.end["stages"]] == [
        "prepare_environment",
        "fetch_code",
        "run",
        "upload_outputs",
    ]
    assert all(row["started_at"] <= row["ended_at"] for row in order.end["stages"])
    assert order.heartbeats[0]["began"] is False
    assert order.heartbeats[-1]["began"] is True
    until(lambda: not list((machine.home / "work").iterdir()), what="the folder to be put away")


@pytest.mark.parametrize(
    ("command", "end"),
    [
        ("exit 3", ("failed", 3, None, "exit code 3")),
        ("echo one\necho two && false", ("failed", 1, None, "exit code 1")),
        ("kill -9 $$", ("failed", None, 9, "killed by signal 9 (SIGKILL)")),
        ("kill -SEGV $$", ("failed", None, 11, "killed by signal 11 (SIGSEGV)")),
        (
            "sh -c 'kill -9 $$'; exit $?",
            ("failed", 137, None, "exit code 137: its last program was killed by signal 9 (SIGKILL)"),
        ),
        ("no_such_program", ("failed", 127, None, "exit code 127: a program was not found, see the log")),
    ],
)
def test_the_reason_of_an_end_is_in_words(machine, command, end):
    order = machine.run(command)
    assert end_of(order) == end
    assert order.end["error_code"] == "UserError"


def test_the_command_finds_who_it_is_and_nothing_of_the_studio(machine, studio, monkeypatch):
    monkeypatch.setenv("STUDIO_DATABASE_URL", "postgresql://secret")
    order = machine.run("env -0 | tr '\\0' '\\n'; pwd; id -u", variables={"DEPTH": "3", "STUDIO_RUN_ID": "forged"})
    variables = dict(line.split("=", 1) for line in order.log.splitlines() if "=" in line)
    assert variables["STUDIO_RUN_ID"] == "0192-run"
    assert variables["STUDIO_RUN_TOKEN"] == variables["MLFLOW_TRACKING_TOKEN"] == f"run_{order.id}"
    assert variables["MLFLOW_TRACKING_URI"] == f"{studio.url}/mlflow/churn"
    assert variables["AZUREML_RUN_ID"] == "calm_pear"
    assert variables["DEPTH"] == "3"
    assert "secret" not in order.log
    assert not {name for name in variables if name.startswith("PYTEST")}
    assert "work_" not in order.log
    assert "agent_" not in order.log


def test_a_hundred_megabytes_of_output_arrive_byte_for_byte(machine):
    order = machine.submit("python -c \"for n in range(1_600_000): print(f'{n:062d}')\"")
    machine.ended(order, 120)
    log = bytes(order.logs["user_logs/std_log.txt"])
    assert len(log) == 63 * 1_600_000
    assert log[-63:] == b"%062d\n" % 1_599_999


def test_a_line_without_end_is_seen_while_it_grows(machine):
    order = machine.submit("printf 'no line feed'; sleep 60")
    until(lambda: order.log == "no line feed")
    machine.studio.cancel(order)
    machine.ended(order)


def test_writing_to_dev_stderr_and_emptying_the_log_loses_nothing_that_was_seen(machine):
    order = machine.submit("echo first; sleep 1; echo second > /dev/stderr; sleep 1; echo third")
    machine.ended(order)
    assert order.log == "first\nsecond\nthird\n"


def test_logged_values_arrive_exactly_once_and_in_order(machine):
    order = machine.run("python train.py", {"train.py": LOG_10000})
    assert [point[:3] for point in order.points] == [["loss", number / 7, None] for number in range(10_000)]


def test_what_is_logged_by_several_processes_that_die_is_all_there(machine):
    code = """
import os, signal
from mlstudio import Run
run = Run.get_context()
for worker in range(4):
    if os.fork() == 0:
        for number in range(500):
            Run.get_context().log(f"loss_{worker}", number)
        os._exit(0) if worker % 2 else os.kill(os.getpid(), signal.SIGKILL)
for worker in range(4):
    os.wait()
"""
    order = machine.run("python train.py", {"train.py": code})
    for worker in range(4):
        assert [value for name, value, *_ in order.points if name == f"loss_{worker}"] == list(range(500))


def test_outputs_and_logs_are_kept_and_nothing_else(machine):
    command = """
mkdir -p outputs/deep logs; echo model > outputs/deep/model.txt; echo log > logs/a.txt; echo scratch > scratch.txt
printf '' > outputs/empty; ln -s /etc/hostname outputs/link; mkfifo outputs/pipe; echo result > ${{outputs.report}}/r.txt
"""
    order = machine.run(command, outputs={"report": {"type": "uri_folder"}})
    assert order.end["outcome"] == "succeeded", order.log
    assert order.files == {
        "outputs/deep/model.txt": b"model\n",
        "outputs/empty": b"",
        "outputs/report/r.txt": b"result\n",
        "logs/a.txt": b"log\n",
    }
    assert sorted(order.puts) == sorted(order.files)


def test_outputs_are_kept_of_a_run_that_fails(machine):
    order = machine.run("echo half > outputs/model.txt; exit 3")
    assert order.files == {"outputs/model.txt": b"half\n"}
    assert order.end["exit_code"] == 3


def test_a_file_is_uploaded_while_the_run_goes_on_and_logs_again_when_they_change(machine):
    code = """
import time
from mlstudio import Run
open("notes.txt", "w").write("now")
Run.get_context().upload_file("outputs/notes.txt", "notes.txt")
with open("logs/live.txt", "w") as file:
    for number in range(1000):
        print(number, file=file, flush=True)
        time.sleep(0.1)
"""
    order = machine.submit("python train.py", {"train.py": code})
    until(lambda: order.files.get("outputs/notes.txt") == b"now")
    until(lambda: order.puts.count("logs/live.txt") >= 2)
    assert order.end is None
    machine.studio.cancel(order)
    machine.ended(order)
    assert order.puts.count("outputs/notes.txt") == 1


def test_an_output_that_the_studio_refuses_fails_the_run_with_its_words(machine, studio):
    studio.refuse_files = "The workspace has no space left."
    order = machine.run("echo model > outputs/model.txt")
    assert order.end["outcome"] == "failed"
    assert order.end["error_code"] == "SystemError"
    assert "was not kept: outputs/model.txt: The workspace has no space left." in order.end["reason"]


def test_what_the_run_uses_of_the_machine_is_measured(machine):
    order = machine.submit("python -c 'x = bytearray(200 << 20)\nwhile True: pass'")
    until(lambda: len(order.system) >= 2, 60)
    machine.studio.cancel(order)
    machine.ended(order)
    names = {name for line in order.system for name, *_ in line["s"]}
    assert {"system/cpu_percent", "system/memory_mb"} <= names
    last = {name: value for name, value, _at in order.system[1]["s"]}
    assert last["system/memory_mb"] > 200
    assert last["system/cpu_percent"] > 1


def test_code_that_is_not_what_was_submitted_is_not_run(machine):
    order = machine.submit("echo ran", {"a.txt": "a"})
    order.spec["code"]["zip_sha256"] = "0" * 64
    machine.ended(order)
    assert order.end["reason"] == "the code that arrived is not the code that was submitted"
    assert "ran" not in order.log
    assert json.dumps(order.end["stages"]).count("fetch_code") == 1


def test_files_of_child_runs_are_sent_as_theirs(machine):
    script = """
from mlstudio import Run
child = Run.get_context().child_run().child_run()
open("a.txt", "w").write("a")
child.upload_file("outputs/a.txt", "a.txt")
child.complete()
print(child.id)
"""
    order = machine.run("python train.py", {"train.py": script})
    assert order.end["outcome"] == "succeeded", order.log
    assert order.files[f"{order.log.strip()}:outputs/a.txt"] == b"a"
    assert [next(iter(line)) for line in order.lines] == ["c", "c", "e"]
