"""The processes of ``compose.yaml``, started with its commands and settings on PostgreSQL, Redis and S3.

No container engine is needed: the image's stages are carried out in a folder, and what Compose would give each service is
taken from the compose file. The names of its services become ports of this machine.
"""

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import httpx
import psycopg
import pytest
from cryptography.fernet import Fernet
from moto.server import ThreadedMotoServer

from tests import services
from tests.docker.deployment import command_of, compose, environment_of, example
from tests.docker.image import Image, build

pytestmark = pytest.mark.processes

READY_WITHIN_S = 90
STOPPED_WITHIN_S = 30
URL = "https://studio.example.com"
AS_BY_THE_PROXY = {"Host": "studio.example.com", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}


class Deployment:
    """A studio of separate processes, all run by an account without rights."""

    def __init__(
        self, image: Image, folder: Path, replaced: dict[str, str], values: dict[str, str], database: str
    ) -> None:
        self.image = image
        self.database = database
        self.ports = {"8000": str(services.free_port()), "8001": str(services.free_port())}
        self._folder = folder
        # The proxy is not there, so who would go through it goes to the web process at once.
        self._replaced = {**replaced, "0.0.0.0": "127.0.0.1", URL: f"http://127.0.0.1:{self.ports['8000']}"}
        self._values = values
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, service: str) -> None:
        """Start a service's command as its container would."""
        self._processes[service] = subprocess.Popen(
            self.command(command_of(service, self._values)), stdout=(self._folder / f"{service}.log").open("wb"),
            stderr=subprocess.STDOUT, start_new_session=True, **self._as_in_the_container(service),
        )  # fmt: skip

    def run(self, service: str, command: list[str]) -> str:
        """Run a command beside a service, as ``docker compose exec`` would; returns what it printed."""
        done = subprocess.run(
            self.command(command),
            capture_output=True,
            text=True,
            timeout=READY_WITHIN_S,
            **self._as_in_the_container(service),
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return str(done.stdout + done.stderr)

    def stop(self, service: str) -> int:
        """Send SIGTERM, as Compose does, and return the exit code."""
        process = self._processes[service]
        process.send_signal(signal.SIGTERM)
        return process.wait(STOPPED_WITHIN_S)

    def end(self) -> None:
        """End whatever still runs."""
        for process in self._processes.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(STOPPED_WITHIN_S)

    def has_succeeded(self, service: str) -> bool:
        """Whether it has ended, and well."""
        return self._processes[service].poll() == 0

    def is_healthy(self, port: str) -> bool:
        """Whether the server on this port of its container says that all is well."""
        answer = self.get(port, "/healthz")
        return answer is not None and answer.status_code == 200

    def log(self, service: str) -> str:
        """What a service has printed."""
        return (self._folder / f"{service}.log").read_text(errors="replace")

    def wait_for(self, service: str, what: Callable[[], bool]) -> None:
        """Wait until something is so; fails with the service's output when it ends, or takes too long."""
        deadline = time.monotonic() + READY_WITHIN_S
        while not what():
            assert self._processes[service].poll() in {None, 0}, f"{service} ended:\n{self.log(service)}"
            assert time.monotonic() < deadline, f"{service} is not ready:\n{self.log(service)}"
            time.sleep(0.2)

    def get(self, port: str, path: str, **headers: str) -> httpx.Response | None:
        """Ask as the reverse proxy does; None while nobody listens."""
        try:
            address = f"http://127.0.0.1:{self.ports[port]}{path}"
            return httpx.get(address, headers={**AS_BY_THE_PROXY, **headers}, timeout=20)
        except httpx.TransportError:
            return None

    def command(self, words: list[str]) -> list[str]:
        """Put this machine's programs, addresses and ports in place of the container's."""
        program = self.image.packages / "bin" / words[0]
        words = [str(program) if program.exists() else words[0], *words[1:]]
        return [self.ports.get(word, self._replaced.get(word, word)) for word in words]

    def _as_in_the_container(self, service: str) -> dict:
        home = self._folder / f"home-{service}"
        home.mkdir(mode=0o700, exist_ok=True)
        account = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(home, nobody.pw_uid, nobody.pw_gid)
            account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        variables = environment_of(service, self._values)
        for name, value in variables.items():
            for old in set(self._replaced) - {URL}:
                variables[name] = variables[name].replace(old, self._replaced[old]) if old in value else variables[name]
        path = f"{self.image.packages / 'bin'}{os.pathsep}/usr/bin:/bin"
        of_the_image = {
            "PATH": path,
            "STUDIO_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "studio.settings",
            "HOME": "/nonexistent",
        }
        return {"cwd": self.image.app, "env": {**variables, **of_the_image}, "stdin": subprocess.DEVNULL, **account}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that everybody may enter; those that pytest makes are for their owner alone."""
    made = Path(tempfile.mkdtemp(prefix="studio-image-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def image(folder: Path) -> Image:
    """The image, built in a folder."""
    return build(folder)


@pytest.fixture(scope="module")
def deployment(image: Image, folder: Path) -> Iterator[Deployment]:
    """All services, up and answering."""
    if services.postgresql_bin() is None:
        pytest.skip("PostgreSQL is not installed")
    with ExitStack() as stack:
        database = stack.enter_context(services.postgresql())
        values = {**example(), "STUDIO_URL": URL, "STUDIO_SECRET_KEY": "k" * 64, "S3_SECRET_KEY": "s" * 32}
        values |= {"VALKEY_PASSWORD": "v" * 32, "STUDIO_ENCRYPTION_KEYS": Fernet.generate_key().decode()}
        values["POSTGRES_PASSWORD"] = urlsplit(database).password or ""
        broker = stack.enter_context(services.redis(password=values["VALKEY_PASSWORD"]))
        replaced = {
            "@postgresql:5432/studio": f"@127.0.0.1:{urlsplit(database).port}/postgres",
            "@valkey:6379": f"@127.0.0.1:{urlsplit(broker).port}",
            "/var/lib/studio/agent/token": str(folder / "home-migrate" / "agent" / "token"),
            "/var/lib/studio/work": str(folder / "home-agent" / "work"),
            "http://s3:7070": stack.enter_context(_bucket("studio", values)),
        }
        studio = Deployment(image, folder, replaced, values, database)
        stack.callback(studio.end)
        studio.start("migrate")
        studio.wait_for("migrate", lambda: studio.has_succeeded("migrate"))
        for service in ("web", "gateway", "worker", "beat"):
            studio.start(service)
        studio.wait_for("web", lambda: studio.is_healthy("8000"))
        studio.wait_for("gateway", lambda: studio.is_healthy("8001"))
        yield studio


@contextmanager
def _bucket(name: str, values: dict[str, str]) -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        keys = {"aws_access_key_id": values["S3_ACCESS_KEY"], "aws_secret_access_key": values["S3_SECRET_KEY"]}
        boto3.client("s3", endpoint_url=url, region_name="us-east-1", **keys).create_bucket(Bucket=name)
        yield url
    finally:
        server.stop()


def test_the_site_is_served_under_its_public_name(deployment):
    page = deployment.get("8000", "/sign-in/")
    assert page.status_code == 200, deployment.log("web")
    assert page.headers["Strict-Transport-Security"]
    assert "__Host-studio-csrf" in page.headers["Set-Cookie"]
    assert "Secure" in page.headers["Set-Cookie"]
    built = re.findall(r'"(/static/[^"]+\.(?:js|css))"', page.text)
    assert built
    assert all(deployment.get("8000", path).status_code == 200 for path in built)


def test_a_page_asked_for_elsewhere_leads_to_the_public_name(deployment):
    answer = deployment.get("8000", "/sign-in/", Host="127.0.0.1")
    assert answer.is_redirect
    assert answer.headers["Location"] == f"{URL}/sign-in/"


def test_the_api_answers_strangers_in_its_own_words(deployment):
    answer = deployment.get("8000", "/api/v1/me/")
    assert answer.status_code == 401, deployment.log("web")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_the_health_checks_of_the_compose_file_pass(deployment):
    for service in ("gateway", "worker"):
        kind, *check = compose()["services"][service]["healthcheck"]["test"]
        text = [word.replace("$$", "$").replace("8001", deployment.ports["8001"]) for word in check]
        deployment.run(service, ["sh", "-c", *text] if kind == "CMD-SHELL" else text)


def test_work_that_falls_due_is_enqueued_by_beat_and_done_by_the_worker(deployment):
    with psycopg.connect(deployment.database, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO core_pendingtask (id, created_at, updated_at, name, arguments, send_at, attempts, last_error)"
            " VALUES (gen_random_uuid(), now(), now(), 'core.prune', '[]', now(), 0, '')"
        )

        def done() -> bool:
            return connection.execute("SELECT count(*) FROM core_pendingtask WHERE name = 'core.prune'").fetchone() == (
                0,
            )

        deployment.wait_for("worker", done)


def test_the_agent_signs_in_with_the_token_that_was_left_for_it(deployment):
    deployment.start("agent")
    deployment.wait_for("agent", lambda: "Connected to" in deployment.log("agent"))
    assert deployment.stop("agent") == 0


def test_files_go_to_the_bucket(deployment):
    code = (
        "from apps.core.storage import get_store; store = get_store(); store.write('check/a.txt', [b'kept']);"
        "print(b''.join(store.open('check/a.txt')))"
    )
    assert "b'kept'" in deployment.run("web", ["python", "manage.py", "shell", "--no-imports", "-c", code])


def test_processes_end_when_they_are_told_to(deployment):
    """The last test: it takes the deployment down."""
    for service in ("beat", "worker", "gateway", "web"):
        # uvicorn closes in good order and then ends by the signal it was sent.
        assert deployment.stop(service) in {0, -signal.SIGTERM}, deployment.log(service)
