"""The studio on a disk that fills up: it says so, keeps what it had, and goes on when there is space again."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest
from django.conf import settings

from tests.settings import _free_port_pair as free_port_pair

pytestmark = pytest.mark.processes

STARTS_WITHIN_S = 60.0


@dataclass
class Answer:
    """What a request came back with."""

    status: int
    body: bytes

    @property
    def problem(self) -> dict[str, str]:
        """The body of a refused API call."""
        return dict(json.loads(self.body))


@dataclass
class Studio:
    """A web process whose home folder is a small disk."""

    home: Path
    port: int
    token: str

    def call(self, path: str, payload: dict[str, str] | None = None) -> Answer:
        """Send one request to the API; a payload makes it a POST."""
        request = Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=json.dumps(payload).encode() if payload is not None else None,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        try:
            with urlopen(request, timeout=30) as response:
                return Answer(response.status, response.read())
        except HTTPError as error:
            return Answer(error.code, error.read())

    def fill(self) -> Path:
        """Use up the disk; deleting the returned file frees it again."""
        ballast = self.home / "ballast"
        with ballast.open("wb", buffering=0) as file:
            for size in (1024 * 1024, 4096):
                try:
                    while True:
                        file.write(b"\0" * size)
                except OSError:
                    continue
        return ballast


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "home"
    disk.mkdir(mode=0o700)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m,mode=0700", "tmpfs", disk], capture_output=True, text=True, timeout=30
    )
    if mounted.returncode:
        pytest.skip(f"a small disk to fill up cannot be mounted here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True, timeout=30)


@pytest.fixture
def studio(small_disk: Path) -> Iterator[Studio]:
    port = free_port_pair()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("STUDIO_", "DJANGO_"))}
    environment |= {
        "STUDIO_HOME": str(small_disk),
        "STUDIO_PORT": str(port),
        "STUDIO_URL": f"http://studio.localhost:{port}",
        "DJANGO_SETTINGS_MODULE": "studio.settings",
    }

    def manage(*arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    manage("migrate", "--verbosity=0")
    manage("createcachetable")
    manage("create_user", "ada")
    token = manage("create_token", "ada")
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "studio.asgi.web:application",
        "--port",
        str(port),
        "--log-level=warning",
    ]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment)
    try:
        studio = Studio(small_disk, port, token)
        _until_it_answers(studio)
        yield studio
    finally:
        process.terminate()
        process.wait(timeout=15)


def test_a_full_disk_is_said_and_nothing_is_lost(studio: Studio) -> None:
    assert studio.call("/api/v1/workspaces/", {"name": "before"}).status == 201
    ballast = studio.fill()

    refused = [studio.call("/api/v1/workspaces/", {"name": f"during-{number}"}) for number in range(30)]
    full = [answer for answer in refused if answer.status == 507]
    assert full, f"none of 30 workspaces met the full disk: {[answer.status for answer in refused]}"
    assert {answer.status for answer in refused} <= {201, 507}
    assert "disk is full" in full[0].problem["detail"]
    assert full[0].problem["reference"]

    kept = json.loads(studio.call("/api/v1/workspaces/?page_size=200").body)["results"]
    created = {f"during-{number}" for number, answer in enumerate(refused) if answer.status == 201}
    assert {workspace["name"] for workspace in kept} == {"before"} | created

    ballast.unlink()
    assert studio.call("/api/v1/workspaces/", {"name": "after"}).status == 201


def _until_it_answers(studio: Studio) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while True:
        try:
            if studio.call("/healthz").status == 200:
                return
        except (URLError, ConnectionError):
            pass
        assert time.monotonic() < deadline, f"the web process did not answer within {STARTS_WITHIN_S:.0f} s"
        time.sleep(0.1)
