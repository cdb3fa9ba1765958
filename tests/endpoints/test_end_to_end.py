"""A model behind an endpoint of a real studio: called by key, updated under load, and back by itself after kill -9."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.launcher.studio import PROJECT, Studio
from tests.launcher.waiting import until
from tests.samples.studio import rows, start

pytestmark = pytest.mark.processes

READY_S = 300.0
DEPLOY = """
import io, zipfile
from apps.accounts.models import User
from apps.endpoints import services
from apps.experiments.services import store_snapshot
from apps.workspaces.models import Workspace
admin, workspace = User.objects.get(username="admin"), Workspace.objects.get(name="sample")
packed = io.BytesIO()
with zipfile.ZipFile(packed, "w") as archive:
    archive.writestr("score.py", SCRIPT)
packed.seek(0)
settings = services.Settings(
    snapshot=store_snapshot(workspace, packed), entry_script="score.py", environment="minimal",
    request_settings={"timeout_ms": 30000, "max_queue_wait_ms": 20000},
)
if IS_UPDATE:
    endpoint = services.find_endpoint(workspace, "echo")
    services.update_deployment(actor=admin, deployment=services.find_deployment(endpoint, "blue"), settings=settings)
else:
    endpoint = services.create_endpoint(actor=admin, workspace=workspace, name="echo")
    services.create_deployment(actor=admin, endpoint=endpoint, name="blue", settings=settings)
print("KEY", services.keys_of(actor=admin, endpoint=endpoint).primary)
"""
SCRIPT = "import json\n\n\ndef init():\n    pass\n\n\ndef run(data):\n    return {'revision': NUMBER, 'got': json.loads(data)}\n"


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    studio = start(tmp_path / "home")
    yield studio
    studio.clean_up()


def deploy(studio: Studio, number: int) -> str:
    """Deploy a script, the first time, or roll it out in place of the one before; returns the endpoint's key."""
    code = DEPLOY.replace("SCRIPT", repr(SCRIPT.replace("NUMBER", str(number)))).replace("IS_UPDATE", str(number > 1))
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", code]
    done = subprocess.run(command, cwd=PROJECT, env=studio.variables, capture_output=True, text=True, timeout=120)
    keys = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("KEY")]
    assert keys, done.stderr
    return keys[0]


def servers_of(studio: Studio) -> list[int]:
    """Return the processes that serve in the sandboxes of this studio."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            command = (place / "cmdline").read_bytes().split(b"\0")
            if command[1:3] == [b"-m", b"mlstudio.serving"] and str(studio.home) in (place / "mountinfo").read_text():
                found.append(int(place.name))
        except OSError:
            continue
    return found


def test_called_by_key_updated_without_a_gap_and_back_after_kill_9(studio):
    key = deploy(studio, 1)
    address = f"http://127.0.0.1:{studio.port + 1}/api/v1/endpoints/sample/echo/score"

    def ask(key: str = key) -> httpx.Response:
        headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        return httpx.post(address, content=b"[1, 2]", headers=headers, timeout=60)

    def state() -> tuple[str, int] | None:
        query = """
            SELECT deployment.state, revision.number FROM endpoints_deployment AS deployment
            JOIN endpoints_revision AS revision ON revision.id = deployment.revision_id
        """
        found = rows(studio, query)
        return (found[0][0], found[0][1]) if found else None

    until(lambda: state() == ("Healthy", 1), READY_S, "the first revision to serve")
    until(lambda: ask().status_code == 200, 30, "the gateway to hear of it")
    assert ask().json() == {"revision": 1, "got": [1, 2]}
    assert ask("wrong").status_code == 401

    answers: Counter[tuple[int, int]] = Counter()
    is_over = threading.Event()

    def keep_asking() -> None:
        while not is_over.is_set():
            answer = ask()
            answers[answer.status_code, answer.json().get("revision", 0)] += 1
            time.sleep(0.02)

    asking = threading.Thread(target=keep_asking)
    asking.start()
    try:
        deploy(studio, 2)
        until(lambda: answers[200, 2], READY_S, "the second revision to answer")
        old = "SELECT COUNT(*) FROM endpoints_replica WHERE state != 'ended'"
        until(lambda: rows(studio, old)[0][0] == 1, 120, "the first revision to end")
    finally:
        is_over.set()
        asking.join()
    assert {status for status, _revision in answers} == {200}, "An update drops nothing."
    assert answers[200, 1]

    (server,) = until(lambda: servers_of(studio), 10, "its process")
    os.kill(server, signal.SIGKILL)
    until(lambda: server not in servers_of(studio) and ask().status_code == 200, READY_S, "it to come back")
    assert ask().json()["revision"] == 2
