"""What happens to runs when the runner, the agent or the studio goes away in the middle."""

import os
import shutil
import signal
import subprocess
import time

import pytest

from mlstudio.runner import processes
from tests.launcher.waiting import is_running, until
from tests.proxy import Proxy

pytestmark = pytest.mark.processes

COUNT = """
import sys, time
from mlstudio import Run
run = Run.get_context()
for number in range(200):
    run.log("number", number)
    print(number, flush=True)
    time.sleep(0.02)
sys.exit(3)
"""
NUMBERS = "".join(f"{number}\n" for number in range(200))


def assert_nothing_is_missing_or_doubled(order):
    """The whole of ``COUNT`` arrived, once."""
    assert order.log == NUMBERS
    assert [point[1] for point in order.points] == list(range(200))
    assert (order.end["outcome"], order.end["exit_code"]) == ("failed", 3)
    assert order.ends == 1


def until_lines(order, number):
    """Wait until more lines than that have arrived."""
    until(lambda: order.log.count("\n") > number)


def kill_runner(machine, order):
    """Kill the runner of an order, and wait for the next."""
    before = machine.runner(order)
    os.kill(before, signal.SIGKILL)
    until(lambda: machine.runner(order) != before)


def test_a_runner_that_is_killed_again_and_again_loses_nothing(machine):
    order = machine.submit("python train.py", {"train.py": COUNT})
    for lines in (20, 80, 140):
        until_lines(order, lines)
        kill_runner(machine, order)
    machine.ended(order)
    assert_nothing_is_missing_or_doubled(order)
    assert [row["name"] for row in order.end["stages"]].count("run") == 1


def test_the_agent_is_killed_and_the_next_finds_the_runner(machine):
    order = machine.submit("python train.py", {"train.py": COUNT})
    until(lambda: "10\n" in order.log)
    runner = machine.runner(order)
    machine.kill_agent()
    until(lambda: "60\n" in order.log)
    machine.start()
    machine.ended(order)
    assert_nothing_is_missing_or_doubled(order)
    assert order.attempt == 1
    until(lambda: not is_running(runner))
    until(lambda: not list((machine.home / "work").iterdir()))


def test_agent_and_runner_are_killed_and_the_command_ends_alone(machine):
    order = machine.submit("python train.py", {"train.py": COUNT})
    until(lambda: "10\n" in order.log)
    folder = machine.folder(order)
    machine.kill_agent()
    os.kill(machine.runner(order), signal.SIGKILL)
    until(lambda: folder.has("exit.json"))
    assert order.end is None
    machine.start()
    machine.ended(order)
    assert_nothing_is_missing_or_doubled(order)


def test_a_killed_keeper_takes_its_command_along_and_the_reason_says_so(machine):
    order = machine.submit("echo up; sleep 1000")
    until(lambda: order.log == "up\n")
    keeper = machine.folder(order).read("keeper.json")["pid"]
    children = processes.descendants(keeper)
    os.kill(keeper, signal.SIGKILL)
    machine.ended(order)
    assert order.end["error_code"] == "SystemError"
    assert order.end["reason"] == "the process that watched the command was killed"
    assert not [pid for pid in children if is_running(pid)]


def test_while_the_studio_is_away_the_run_goes_on_and_all_is_told_later(machine, studio):
    order = machine.submit("python train.py", {"train.py": COUNT})
    until(lambda: "10\n" in order.log)
    folder = machine.folder(order)
    studio.is_away = True
    until(lambda: folder.has("exit.json"))
    assert "199\n" not in order.log
    studio.is_away = False
    machine.ended(order)
    assert_nothing_is_missing_or_doubled(order)


@pytest.mark.exhaustive
def test_a_network_that_is_away_for_a_minute_costs_nothing(idle, studio):
    with Proxy(int(studio.url.rpartition(":")[2])) as network:
        idle.studio_url = f"http://127.0.0.1:{network.port}"
        order = idle.start().submit("python train.py", {"train.py": COUNT})
        until_lines(order, 10)
        network.stall()
        until(lambda: idle.folder(order).has("exit.json"))
        time.sleep(60)  # longer than any answer is waited for
        network.go_on()
        idle.ended(order, 120)
        assert_nothing_is_missing_or_doubled(order)


def test_lost_answers_double_nothing(machine, studio):
    order = machine.submit("python train.py", {"train.py": COUNT})
    for lines in (10, 50, 90, 130):
        until_lines(order, lines)
        studio.lose_answers = 4
    machine.ended(order, 120)
    assert order.log == NUMBERS
    assert [point[1] for point in order.points] == list(range(200))


def test_an_order_whose_lease_was_never_heard_of_is_given_out_again(idle, studio):
    studio.lose_answers = 2
    idle.start()
    order = idle.run("echo once")
    assert order.log == "once\n"
    assert order.attempt == 1


def test_when_the_studio_stops_runs_end_as_canceled_with_all_they_said(machine):
    order = machine.submit("trap 'echo good bye; exit 1' TERM; echo up; while true; do sleep 0.1; done")
    deaf = machine.submit("trap '' TERM; echo up; while true; do sleep 0.1; done; true")
    until(lambda: order.log == deaf.log == "up\n")
    started = time.monotonic()
    machine.agent.send_signal(signal.SIGTERM)
    assert machine.agent.wait(timeout=20) == 0
    assert time.monotonic() - started < 7  # the launcher kills an agent that takes longer
    for each in (order, deaf):
        assert (each.end["outcome"], each.end["reason"]) == ("canceled", "the studio was stopped")
        assert each.log_ended == {"user_logs/std_log.txt"}
    assert order.log.endswith("good bye\n")
    assert not list((machine.home / "work").iterdir())


def test_a_run_that_could_not_be_told_about_at_the_stop_is_told_about_at_the_next_start(machine, studio):
    order = machine.submit("echo up; sleep 1000")
    until(lambda: order.log == "up\n")
    folder = machine.folder(order)
    keeper = folder.read("keeper.json")
    studio.is_away = True
    machine.agent.send_signal(signal.SIGTERM)
    assert machine.agent.wait(timeout=20) == 0
    assert not processes.is_alive(keeper)
    assert order.end is None
    studio.is_away = False
    machine.start()
    machine.ended(order)
    assert machine.ended(order).end["reason"] == "the studio was stopped"


def test_without_a_studio_agent_and_runner_end_themselves_and_keep_what_they_could_not_tell(idle, studio):
    idle.start(STUDIO_RUNNER_GRACE_S="3")
    order = idle.submit("echo up; sleep 1; echo later; sleep 1000")
    until(lambda: order.log == "up\n")
    folder = idle.folder(order)
    keeper = folder.read("keeper.json")
    studio.is_away = True
    until(lambda: not processes.is_alive(keeper), 40, "the command to be stopped")
    until(lambda: not processes.is_alive(folder.read("runner.json")), 40, "the runner to end")
    assert idle.agent.wait(timeout=40) == 0
    studio.is_away = False
    idle.start()
    idle.ended(order)
    assert order.log == "up\nlater\n"
    assert order.end["reason"] == "no studio answered for 3 s"


def test_a_studio_that_moved_hears_of_runs_that_began_before(machine, studio):
    order = machine.submit("python train.py", {"train.py": COUNT})
    until(lambda: "10\n" in order.log)
    machine.kill_agent()
    with type(studio)() as moved:
        studio.is_away = True
        moved.orders = studio.orders
        machine.studio, machine.studio_url = moved, moved.url
        machine.start()
        machine.ended(order)
    assert_nothing_is_missing_or_doubled(order)


@pytest.fixture
def small_disk(idle, tmp_path):
    """A machine whose agent has 64 MB for everything."""
    disk = tmp_path / "small"
    disk.mkdir()
    options = ["mount", "-t", "tmpfs", "-o", "size=64m,mode=0711", "tmpfs", str(disk)]
    if subprocess.run(options, capture_output=True, check=False, timeout=30).returncode:
        pytest.skip("a small disk to fill up cannot be mounted here")
    shutil.copytree(idle.home, disk / "agent")
    idle.home, idle.token_file = disk / "agent", disk / "agent/token"
    yield idle
    idle.clean_up()
    subprocess.run(["umount", "--lazy", str(disk)], check=True, timeout=30)


def test_a_run_that_fills_the_disk_of_its_machine_ends_as_failed_and_the_next_one_runs(small_disk):
    fill = """
import sys
from mlstudio import Run
Run.get_context().log("before", 1)
print("begun", flush=True)
with open("outputs/large.bin", "wb", buffering=0) as file:
    while True:
        file.write(bytes(1 << 20))
"""
    order = small_disk.start().run("python fill.py", {"fill.py": fill})
    assert (order.end["outcome"], order.end["exit_code"]) == ("failed", 1)
    assert order.log.startswith("begun\n")
    assert order.points[0][:2] == ["before", 1]
    until(lambda: not list((small_disk.home / "work").iterdir()), 60, "the folder of the run to go")
    assert small_disk.run("echo again").log == "again\n"
