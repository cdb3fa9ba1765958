"""A script behind an endpoint of a real studio: called by key, updated under load, scaled by it, asleep and woken, and back by
itself after kill -9 of any part."""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.endpoints.deployed import READY_S, address_of, deploy, servers_of, wait_for
from tests.launcher.studio import Studio
from tests.launcher.waiting import is_running, until
from tests.samples.studio import rows, start

pytestmark = pytest.mark.processes

SCRIPT = """
import json, time
def init():
    pass
def run(data):
    got = json.loads(data)
    time.sleep(got.get("sleep", 0))
    return {"revision": NUMBER, "got": got}
"""


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    studio = start(tmp_path / "home")
    yield studio
    studio.clean_up()


# The studio itself needs a newer one.
CONFLICT = {"conda_file": {"dependencies": ["pip", {"pip": ["orjson==3.9.*"]}]}}
IMPORTS = """
import orjson
assert orjson.__version__.startswith("3.9.")
"""


def files(number: int) -> dict[str, str]:
    return {"score.py": SCRIPT.replace("NUMBER", str(number))}


class Callers:
    """Several who ask again and again. ``answers`` counts statuses with revisions; 0 where the gateway was not there."""

    def __init__(self, address: str, key: str, count: int) -> None:
        self.answers: Counter[tuple[int, int]] = Counter()
        self._address, self._headers = address, {"authorization": f"Bearer {key}", "content-type": "application/json"}
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask_on) for _number in range(count)]

    def __enter__(self) -> "Callers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def answered(self) -> int:
        return sum(count for (status, _revision), count in self.answers.items() if status == 200)

    def until_more(self, count: int = 20) -> None:
        """Wait for further good answers."""
        before = self.answered()
        until(lambda: self.answered() >= before + count, READY_S, "further answers")

    def _ask_on(self) -> None:
        while not self._over.is_set():
            try:
                answer = httpx.post(self._address, content=b'{"sleep": 0.01}', headers=self._headers, timeout=60)
            except httpx.TransportError:
                self.answers[0, 0] += 1
            else:
                revision = answer.json()["revision"] if answer.status_code == 200 else 0
                self.answers[answer.status_code, revision] += 1
            time.sleep(0.02)


def test_updated_without_a_gap_and_back_after_kill_9_of_replica_gateway_and_worker(studio):
    key = deploy(studio, files(1), count=2)
    address = address_of(studio)

    def ask(key: str = key) -> httpx.Response:
        return httpx.post(address, content=b"{}", headers={"authorization": f"Bearer {key}"}, timeout=60)

    wait_for(studio, 1)
    until(lambda: ask().status_code == 200, 30, "the gateway to hear of it")
    assert ask().json() == {"revision": 1, "got": {}}
    assert ask("wrong").status_code == 401

    with Callers(address, key, 3) as callers:
        deploy(studio, {"score.py": files(2)["score.py"] + IMPORTS}, environment=CONFLICT)
        until(lambda: callers.answers[200, 2], READY_S, "the second revision to answer")
        old = "SELECT COUNT(*) FROM endpoints_replica WHERE state != 'ended'"
        until(lambda: rows(studio, old)[0][0] == 2, 120, "the first revision to end")
        assert {status for status, _revision in callers.answers} == {200}, "An update drops nothing."
        assert callers.answers[200, 1]

        studio.kill("worker")
        callers.until_more()
        assert {status for status, _revision in callers.answers} == {200}, "Who answers needs no worker."

        victim = servers_of(studio)[0]
        os.kill(victim, signal.SIGKILL)
        callers.until_more()
        lost = callers.answers.total() - callers.answered()
        assert lost <= 1, "Only what that replica had at the moment is lost."
        assert {status for status, _revision in callers.answers} <= {200, 502}
        until(lambda: len(set(servers_of(studio)) - {victim}) == 2, READY_S, "another in its place")

        gateway = studio.processes["gateway"]
        os.kill(gateway, signal.SIGKILL)
        until(lambda: not is_running(gateway) and studio.processes.get("gateway", gateway) != gateway, 30)
        callers.until_more()
        assert {status for status, _revision in callers.answers} <= {200, 502, 0}, "It comes back with what it knew."


def test_more_come_with_the_load_and_one_that_sleeps_is_woken(studio):
    scaling = {"min_instances": 0, "max_instances": 2, "target_utilization": 80, "cool_down_s": 4}
    key = deploy(studio, files(1), scaling=scaling, collection={"sampling_rate": 1.0})
    address, headers = address_of(studio), {"authorization": f"Bearer {key}"}
    wait_for(studio, 1)
    body = b'{"sleep": 0.5}'
    with httpx.Client(headers=headers, timeout=90) as client:
        until(lambda: client.post(address, content=b"{}").status_code == 200, 30, "the gateway to hear of it")
        threads = [
            threading.Thread(target=lambda: [client.post(address, content=body) for _time in range(30)])
            for _number in range(3)
        ]
        for thread in threads:
            thread.start()
        until(lambda: len(servers_of(studio)) == 2, 60, "a second replica")
        for thread in threads:
            thread.join()
        until(lambda: not servers_of(studio), 90, "it to sleep")
        changes = rows(studio, "SELECT after, reason FROM endpoints_scaleevent ORDER BY created_at")
        assert max(after for after, _reason in changes) == 2
        assert changes[-1][0] == 0
        assert "asleep" in changes[-1][1]
        studio.kill("worker")
        woken = client.post(address, content=b'{"first": 1}', headers={"x-request-id": "the-first"})
        assert (woken.status_code, woken.json()["got"]) == (200, {"first": 1})
    collected = "SELECT COUNT(*) FROM endpoints_collectedpart"
    until(lambda: rows(studio, collected)[0][0], 90, "what was collected to be handed over")
