"""More requests than can be scored at once, and scripts that do not come back."""

import threading
from typing import Any

import pytest

from tests.launcher.waiting import until
from tests.serving.servers import serving

pytestmark = pytest.mark.servers

WAIT = """
import json, os, threading, time
gate = os.environ["GATE"]
def init(): pass
def run(raw):
    asked = json.loads(raw)
    while asked.get("wait") and not os.path.exists(gate):
        time.sleep(0.01)
    if asked.get("stubborn"):
        end = time.monotonic() + asked["stubborn"]
        while time.monotonic() < end:
            try:
                time.sleep(0.1)
            except TimeoutError:
                pass
    if asked.get("loop"):
        while True:
            pass
    return threading.current_thread() is threading.main_thread()
"""


def ask_in_threads(server, count, body, results):
    """Send requests at once."""
    threads = [threading.Thread(target=lambda: results.append(server.ask("/score", body))) for _ in range(count)]
    for each in threads:
        each.start()
    return threads


def test_beyond_the_queue_others_are_told_to_come_again(tmp_path):
    results: list[tuple[int, Any, Any]] = []
    with serving({"score.py": WAIT}, "--max-queue", "2", GATE=str(tmp_path / "gate")) as server:
        threads = ask_in_threads(server, 3, {"wait": True}, results)
        until(
            lambda: (
                server.ask("/-/figures")[1] | {"answered": 0}
                == server.ask("/-/figures")[1] | {"answered": 0, "queued": 2}
            )
        )
        status, body, headers = server.ask("/score", {})
        assert (status, headers["Retry-After"]) == (503, "1")
        assert body["message"] == "1 requests are being scored and 2 wait; try again."
        assert server.ask("/")[0] == 200  # who looks whether it lives does not wait
        (tmp_path / "gate").touch()
        for each in threads:
            each.join()
        assert [status for status, _body, _headers in results] == [200, 200, 200]
        assert server.ask("/score", {})[0] == 200


def test_waiting_too_long_for_a_turn(tmp_path):
    results: list[tuple[int, Any, Any]] = []
    with serving({"score.py": WAIT}, "--queue-wait-ms", "200", GATE=str(tmp_path / "gate")) as server:
        first = ask_in_threads(server, 1, {"wait": True}, results)
        until(lambda: server.ask("/-/figures")[1]["busy"] == 1)
        status, body, headers = server.ask("/score", {})
        assert (status, headers["Retry-After"]) == (503, "1")
        assert "waited 200 ms" in body["message"]
        (tmp_path / "gate").touch()
        first[0].join()
        assert results[0][0] == 200


@pytest.mark.parametrize("body", [{"wait": True}, {"loop": True}])
def test_a_script_that_hangs_is_interrupted_and_the_next_request_served(tmp_path, body):
    with serving({"score.py": WAIT}, "--timeout-ms", "300", GATE=str(tmp_path / "gate")) as server:
        status, answer, headers = server.ask("/score", body)
        assert (status, answer) == (504, {"message": "Scoring timeout after 300 ms"})
        assert headers["x-ms-run-function-failed"] == "True"
        assert server.ask("/score", {})[:2] == (200, True)
        until(lambda: "This is where it was" in server.log)
        assert "in run" in server.log
        assert "workers.py" not in server.log


def test_several_at_once_each_with_its_own_time(tmp_path):
    results: list[tuple[int, Any, Any]] = []
    options = ("--max-concurrent", "3", "--timeout-ms", "1000")
    with serving({"score.py": WAIT}, *options, GATE=str(tmp_path / "gate")) as server:
        threads = ask_in_threads(server, 3, {"loop": True}, results)
        until(lambda: server.ask("/-/figures")[1]["busy"] == 3)
        for each in threads:
            each.join()
        assert [status for status, _body, _headers in results] == [504, 504, 504]
        assert server.ask("/score", {})[0] == 200


@pytest.mark.exhaustive
def test_a_script_that_cannot_be_interrupted_ends_the_replica(tmp_path):
    with serving({"score.py": WAIT}, "--timeout-ms", "300", GATE=str(tmp_path / "gate")) as server:
        assert server.ask("/score", {"stubborn": 60})[0] == 504
        assert server.process.wait(30) == 75
        assert server.status["state"] == "unhealthy"
        assert server.status["reason"] == "run() did not stop 10 s after its 300 ms were over"


def test_while_the_model_is_loaded(tmp_path):
    script = WAIT.replace("def init(): pass", "def init():\n    while not os.path.exists(gate): time.sleep(0.01)\n")
    with serving({"score.py": script}, until_ready=False, GATE=str(tmp_path / "gate")) as server:
        until(lambda: server.status.get("state") == "loading" and server.socket.exists())
        for address in ("/", "/score", "/v2/health/ready", "/v2/models/model", "/swagger.json"):
            assert server.ask(address)[0] == 503, address
        assert server.ask("/score")[2]["Retry-After"] == "1"
        assert server.ask("/v2/health/live")[0] == 200
        (tmp_path / "gate").touch()
        until(lambda: server.status["state"] == "ready")
        assert server.ask("/score", {})[0] == 200


def test_an_end_in_order(tmp_path):
    results: list[tuple[int, Any, Any]] = []
    script = WAIT + "\nimport atexit\natexit.register(lambda: print('goodbye'))\n"
    with serving({"score.py": script}, GATE=str(tmp_path / "gate")) as server:
        threads = ask_in_threads(server, 2, {"wait": True}, results)
        until(lambda: server.ask("/-/figures")[1]["queued"] == 1)
        server.process.terminate()
        until(lambda: server.status["state"] == "draining")
        (tmp_path / "gate").touch()
        for each in threads:
            each.join()
        assert [status for status, _body, _headers in results] == [200, 200]
        assert server.process.wait(20) == 0
        assert "goodbye" in server.log
