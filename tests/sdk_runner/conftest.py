"""Agents as real processes, a studio for them, and runs to be given to them."""

import hashlib
import io
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mlstudio.agent import isolation
from mlstudio.runner import processes, sandbox
from mlstudio.runner.folder import WorkFolder, found, remove
from tests.launcher.waiting import until
from tests.sdk_runner.studio import AGENT_TOKEN, Order, Studio

SDK = Path(__file__).resolve().parents[2] / "sdk"
ENDS_S = 60.0


class Machine:
    """A machine with an agent, for one studio."""

    def __init__(self, studio: Studio, home: Path) -> None:
        self.studio = studio
        self.studio_url = studio.url
        self.home = home
        home.mkdir(mode=0o700)
        self.token_file = home / "token"
        self.token_file.write_text(AGENT_TOKEN)
        self.token_file.chmod(0o600)
        self.log_file = home / "agent.log"
        self.variables: dict[str, str] = {}
        self.python = sys.executable
        self.agent: subprocess.Popen[bytes] | None = None

    def start(self, **variables: str) -> "Machine":
        """Start the agent."""
        self.variables.update(variables)
        command = [self.python, "-m", "mlstudio.agent", "--server", self.studio_url, "--home", str(self.home)]
        command += ["--token-file", str(self.token_file), "--slots", "4"]
        with self.log_file.open("ab") as log:
            environment = {**os.environ, "PYTHONPATH": str(SDK), **self.variables}
            self.agent = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        return self

    def run(self, command: str, files: dict[str, str] | None = None, **spec: Any) -> Order:
        """Give it a run, and wait for its end."""
        return self.ended(self.submit(command, files, **spec))

    def submit(
        self,
        command: str,
        files: dict[str, str] | None = None,
        data: dict[str, dict[str, bytes]] | None = None,
        **spec: Any,
    ) -> Order:
        """Give it a run. Args: data: files by the inputs that the spec names."""
        content = zipped(files) if files is not None else b""
        code = {"zip_sha256": hashlib.sha256(content).hexdigest(), "size": len(content)} if content else None
        run = {
            "id": "0192-run",
            "name": "calm_pear",
            "workspace": "churn",
            "experiment": "first",
            "display_name": "Calm",
        }
        full = {"version": 1, "run": run, "command": command, "code": code, "environment": None, "variables": {}}
        return self.studio.place("run", {**full, "log": "user_logs/std_log.txt", **spec}, content, data)

    def ended(self, order: Order, within_s: float = ENDS_S) -> Order:
        """Wait until the studio knows how an order ended."""
        until(lambda: order.end is not None, within_s, f"the end; the log is {order.log[-2000:]!r}")
        return order

    def folder(self, order: Order) -> WorkFolder:
        """The folder of an order, while it goes on."""
        return until(lambda: next((each for each in found(self.home) if each.name.startswith(order.id)), None))

    def runner(self, order: Order) -> int:
        """The process id of the runner."""
        return int(until(lambda: self.folder(order).read("runner.json"))["pid"])

    def kill_agent(self) -> None:
        """Kill the agent, and nothing else."""
        assert self.agent is not None
        self.agent.kill()
        self.agent.wait()

    def clean_up(self) -> None:
        """Leave nothing behind."""
        if self.agent is not None and self.agent.poll() is None:
            self.kill_agent()
        for folder in found(self.home):
            for name in ("runner.json", "keeper.json"):
                who = folder.read(name)
                if who is not None and processes.is_alive(who):
                    processes.send(signal.SIGKILL, [who["pid"], *processes.descendants(who["pid"])])
        subprocess.run(["chmod", "-R", "u+w", str(self.home)], check=False, timeout=60)
        remove(sandbox.open_home(self.home))


def zipped(files: dict[str, str]) -> bytes:
    """Return a zip of text files by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


@pytest.fixture
def studio() -> Iterator[Studio]:
    """A studio with an empty queue."""
    with Studio() as server:
        yield server


@pytest.fixture
def idle(studio: Studio, tmp_path: Path) -> Iterator[Machine]:
    """A machine whose agent was not started yet."""
    machine = Machine(studio, tmp_path / "agent")
    yield machine
    machine.clean_up()


@pytest.fixture
def machine(idle: Machine) -> Machine:
    """A machine with its agent."""
    return idle.start()


@pytest.fixture(scope="session")
def sandboxed() -> None:
    """Skip where this machine has no sandbox."""
    if isolation.probe().kind != "bubblewrap" or not shutil.which("bwrap"):
        pytest.skip("bubblewrap does not work on this machine")
