"""The supervisor over small commands: output, restarts, giving up, stopping, and what a dead launcher leaves behind."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.launcher.waiting import is_running, until

pytestmark = pytest.mark.servers

STAGE = Path(__file__).with_name("stage.py")
# Says its process id, then waits to be told to end; says so when it ends.
WAITER = 'echo "I am $$"; trap "echo ending; exit 0" TERM; while :; do sleep 0.05; done'
STUBBORN = 'echo "I am $$"; trap "" TERM; while :; do sleep 0.05; done'


class Stage:
    """A running supervisor whose output can be waited for."""

    def __init__(self, folder: Path, plan: dict) -> None:
        self.log = folder / "stage.log"
        with self.log.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, str(STAGE), json.dumps(plan)],
                stdout=file,
                stderr=subprocess.STDOUT,
                preexec_fn=_hear_hangups,
            )

    @property
    def output(self) -> str:
        return self.log.read_text()

    def lines(self, name: str) -> list[str]:
        """What one program has printed so far."""
        pairs = (line.partition("│ ")[::2] for line in self.output.splitlines())
        return [text for prefix, text in pairs if prefix.strip() == name]

    def pid(self, name: str) -> int:
        """The process id the program said last."""
        return int(until(lambda: re.findall(r"I am (\d+)", "\n".join(self.lines(name))), what=f"{name} to start")[-1])

    def wait(self) -> int:
        return self.process.wait(timeout=30)


@pytest.fixture
def stage(tmp_path):
    stages = []

    def start(**plan):
        stages.append(Stage(tmp_path, plan))
        return stages[-1]

    yield start
    for one in stages:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


def test_lines_stand_behind_the_name_of_their_process(stage):
    one = stage(greeter={"shell": f"echo hello; echo oops >&2; {WAITER}"})
    until(lambda: {"hello", "oops"} <= set(one.lines("greeter")))


def test_a_crashed_process_is_started_again_and_the_others_go_on(stage):
    one = stage(frail={"shell": WAITER}, steady={"shell": WAITER})
    frail, steady = one.pid("frail"), one.pid("steady")
    os.kill(frail, signal.SIGKILL)
    until(lambda: one.pid("frail") != frail, what="a new process")
    assert "frail was ended by SIGKILL; starting it again" in one.output
    assert one.pid("steady") == steady
    assert is_running(steady)


def test_what_a_killed_process_leaves_in_its_group_is_killed_too(stage):
    one = stage(parent={"shell": f'(echo "I am $(exec sh -c "echo \\$PPID")"; sleep 300) & sleep 300; {WAITER}'})
    child = one.pid("parent")
    parent = until(lambda: _parent_of(child))
    os.kill(parent, signal.SIGKILL)
    until(lambda: not is_running(child), what="the orphan to end")


def test_it_gives_up_on_a_process_that_keeps_crashing_and_says_so(stage):
    one = stage(steady={"shell": WAITER}, broken={"shell": "echo no config; exit 7"})
    steady = one.pid("steady")
    assert one.wait() == 1
    assert "broken ended 5 times within 60 s" in one.output
    assert one.lines("broken").count("no config") == 5
    assert not is_running(steady)


def test_ctrl_c_stops_all_in_order_and_leaves_nothing(stage):
    one = stage(first={"shell": WAITER, "phase": 0}, second={"shell": WAITER, "phase": 1})
    pids = [one.pid("first"), one.pid("second")]
    until(lambda: "READY" in one.output)
    one.process.send_signal(signal.SIGINT)
    assert one.wait() == 0
    assert one.output.index("first   │ ending") < one.output.index("second  │ ending")
    assert not any(is_running(pid) for pid in pids)


def _hear_hangups() -> None:
    """Undo what ``nohup`` hands down: the launcher goes on ignoring a hang-up that was ignored when it started."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_stop_signals_do_the_same(stage, number):
    one = stage(waiter={"shell": WAITER})
    pid = one.pid("waiter")
    one.process.send_signal(number)
    assert one.wait() == 0
    assert not is_running(pid)


def test_a_process_that_ignores_the_request_is_killed_in_time(stage):
    one = stage(stubborn={"shell": STUBBORN})
    pid = one.pid("stubborn")
    one.process.send_signal(signal.SIGTERM)
    assert one.wait() == 0
    assert not is_running(pid)


def test_a_second_ctrl_c_does_not_wait(stage):
    plan = {f"stubborn{number}": {"shell": STUBBORN, "phase": number} for number in range(16)}
    one = stage(**plan)
    pids = [one.pid(name) for name in plan]
    one.process.send_signal(signal.SIGINT)
    until(lambda: _signals_taken(one.process.pid), what="the first signal to be taken")
    one.process.send_signal(signal.SIGINT)
    assert one.wait() == 130  # in peace the sixteen phases would take 32 s, longer than this waits
    assert not any(is_running(pid) for pid in pids)


def test_a_killed_launcher_takes_its_processes_with_it_but_not_those_meant_to_survive(stage, tmp_path):
    log = tmp_path / "survivor.log"
    one = stage(server={"shell": WAITER}, survivor={"shell": WAITER, "log": str(log)})
    server = one.pid("server")
    survivor = int(until(lambda: re.findall(r"I am (\d+)\n", log.read_text() if log.exists() else ""))[0])
    one.process.kill()
    until(lambda: not is_running(server), what="the server to die")
    assert is_running(survivor)
    os.kill(survivor, signal.SIGTERM)
    until(lambda: not is_running(survivor))


def test_control_characters_of_a_process_do_not_reach_the_terminal(stage):
    one = stage(rude={"shell": f"printf 'a\\033[2Jb\\n'; {WAITER}"})
    until(lambda: "a�[2Jb" in one.lines("rude"))
    assert "\x1b" not in one.output


def _parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def _signals_taken(pid: int) -> bool:
    pending = re.search(r"ShdPnd:\s+(\w+)", Path(f"/proc/{pid}/status").read_text())
    return pending is not None and int(pending[1], 16) == 0
