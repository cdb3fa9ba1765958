"""Replicas as an agent runs them: started in a sandbox, told about, drained, killed, found again."""

import os
import signal
import threading
from typing import Any

import pytest

from mlstudio.runner import processes
from tests.launcher.waiting import is_running, until
from tests.serving.replicas import ask, place, ready, state_of

pytestmark = pytest.mark.processes

DOUBLE = """
import json, os, signal, time
def init():
    print("loaded", flush=True)
def run(raw):
    asked = json.loads(raw)
    if "sleep" in asked:
        time.sleep(asked["sleep"])
    if "exit" in asked:
        os._exit(asked["exit"])
    if "hoard" in asked:
        global kept
        kept = [bytearray(1 << 20) for _ in range(asked["hoard"])]
        for each in kept:
            each[::4096] = b"x" * len(each[::4096])
        time.sleep(30)
    if "env" in asked:
        return os.environ.get(asked["env"])
    return {"doubled": [2 * each for each in asked["data"]]}
"""


def test_a_replica_answers_and_tells_the_studio(machine):
    order = place(machine, {"score.py": DOUBLE}, variables={"COLOUR": "green"})
    path = ready(order)
    assert ask(path, "/score", {"data": [1, 2]})[:2] == (200, {"doubled": [2, 4]})
    assert ask(path, "/score", {"env": "COLOUR"})[1] == "green"
    assert order.reports[0]["state"] == "loading"
    assert order.reports[-1]["schema"]["swagger2"]["info"]["title"] == "churn"
    until(lambda: b"POST /score 200" in order.logs.get("logs/replica.txt", b""))
    assert b"loaded" in order.logs["logs/replica.txt"]
    assert len(path) < 100
    until(lambda: order.reports[-1]["figures"]["memory_mb"] > 0)


READS = """
import os
def init():
    global text, folder
    folder = os.environ["AZUREML_MODEL_DIR"]
    with open(os.path.join(folder, "model", "deep", "weights.txt")) as file:
        text = file.read()
def run(raw):
    try:
        open(os.path.join(folder, "model", "deep", "weights.txt"), "w")
    except OSError:
        return [text, "read-only"]
"""


def test_a_script_finds_its_model_and_cannot_change_it(machine):
    content = b"0.5"
    given: dict[str, Any] = {"type": "custom_model", "mode": "download", "kind": "model", "root": "model"}
    given |= {"reference": "churn:3", "path": "azureml:churn:3", "sha256": "", "files": 1, "bytes": 3, "single": ""}
    data = {"churn": {"deep/weights.txt": content}}
    order = place(machine, {"score.py": READS}, data, inputs={"churn": given})
    assert ask(ready(order), "/score", {})[1] == ["0.5", "read-only"]


def test_draining_finishes_what_was_begun(machine):
    order = place(machine, {"score.py": DOUBLE})
    path = ready(order)
    answers = []
    asking = threading.Thread(target=lambda: answers.append(ask(path, "/score", {"data": [3], "sleep": 2})))
    asking.start()
    until(lambda: ask(path, "/-/figures")[1]["busy"] == 1)
    machine.studio.cancel(order, "the deployment was updated")
    machine.ended(order)
    asking.join()
    assert answers[0][:2] == (200, {"doubled": [6]})
    assert answers[0][2]["Connection"] == "close"
    assert order.end
    assert (order.end["outcome"], order.end["reason"]) == ("canceled", "the deployment was updated")
    assert state_of(order) == "draining"
    assert not os.path.exists(path)


def test_the_studio_asks_for_a_drain_in_an_answer(machine):
    order = place(machine, {"score.py": DOUBLE})
    ready(order)
    order.drain = True
    machine.ended(order)
    assert order.end
    assert order.end["outcome"] == "canceled"


def test_a_script_that_ends_its_process(machine):
    order = place(machine, {"score.py": DOUBLE})
    path = ready(order)
    with pytest.raises(OSError):
        ask(path, "/score", {"exit": 7})
    machine.ended(order)
    assert order.end
    assert (order.end["outcome"], order.end["exit_code"]) == ("failed", 7)
    assert order.end["reason"] == "the script ended the server's process with exit code 7"


def test_a_process_killed_from_outside(machine):
    order = place(machine, {"score.py": DOUBLE})
    ready(order)
    keeper = machine.folder(order).read("keeper.json")["pid"]
    os.kill(processes.descendants(keeper)[-1], signal.SIGKILL)
    machine.ended(order)
    assert order.end
    assert (order.end["outcome"], order.end["signal"]) == ("failed", 9)
    assert "SIGKILL" in order.end["reason"]


def test_a_script_that_cannot_be_loaded(machine):
    order = place(machine, {"score.py": "import json\nimport not_there\n"})
    machine.ended(order)
    assert order.end
    assert order.end["outcome"] == "failed"
    assert order.end["reason"].startswith("score.py, line 2: import not_there: ModuleNotFoundError")
    assert b"Traceback" in order.logs["logs/replica.txt"]


def test_a_sample_that_the_script_cannot_score(machine):
    order = place(machine, {"score.py": DOUBLE}, sample={"wrong": 1})
    machine.ended(order)
    assert order.end
    assert "score.py, line 19" in order.end["reason"]
    assert "KeyError: 'data'" in order.end["reason"]
    assert "ready" not in [each["state"] for each in order.reports]


def test_more_memory_than_allowed(machine):
    order = place(machine, {"score.py": DOUBLE}, limits={"memory_mb": 200})
    path = ready(order)
    with pytest.raises(OSError):
        ask(path, "/score", {"hoard": 400})
    machine.ended(order)
    assert order.end
    assert order.end["outcome"] == "failed"
    assert "of 200 MB of memory" in order.end["reason"]


def test_runner_and_agent_are_killed_and_the_server_lives_on(machine):
    order = place(machine, {"score.py": DOUBLE})
    path = ready(order)
    runner = machine.runner(order)
    machine.kill_agent()
    os.kill(runner, signal.SIGKILL)
    until(lambda: not is_running(runner))
    assert ask(path, "/score", {"data": [4]})[0] == 200
    reports = len(order.reports)
    machine.start()
    until(lambda: len(order.reports) > reports and state_of(order) == "ready")
    assert order.reports[-1]["schema"]["swagger2"]
    assert ask(path, "/score", {"data": [5]})[1] == {"doubled": [10]}
    machine.studio.cancel(order)
    machine.ended(order)
    assert order.end
    assert order.end["outcome"] == "canceled"


def test_a_studio_that_stops_ends_replicas(machine):
    order = place(machine, {"score.py": DOUBLE})
    path = ready(order)
    machine.agent.terminate()
    machine.agent.wait(10)
    assert order.end
    assert (order.end["outcome"], order.end["reason"]) == ("canceled", "the studio was stopped")
    assert not os.path.exists(path)
