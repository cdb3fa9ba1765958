"""A real ``manage.py up`` in a home folder of its own, as a user would start it."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

from mlstudio.runner import folder, processes
from tests.launcher import migrated
from tests.launcher.waiting import is_running, until
from tests.settings import _free_port_pair

PROJECT = Path(__file__).resolve().parents[2]
START_S = 120.0
ENDS_S = 20.0
STARTS_AGAIN_S = 60.0


class Studio:
    """A studio in ``home``; ``start`` runs the launcher, as often as wanted. Addresses are on free ports.

    Args: home: may be empty. is_bare: whether the first start is that of a user's, through all migrations. variables: of its
        environment.
    """

    def __init__(self, home: Path, *, is_bare: bool = False, **variables: str) -> None:
        self.home = home
        self.is_bare = is_bare
        self.port = _free_port_pair()
        self.log = home.parent / f"{home.name}.log"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("STUDIO_")}
        kept.pop("DJANGO_SETTINGS_MODULE", None)
        self.variables = {**kept, "STUDIO_HOME": str(home), "STUDIO_PORT": str(self.port), **variables}
        self._launcher: subprocess.Popen[bytes] | None = None

    def launch(self) -> "subprocess.Popen[bytes]":
        """Run the launcher, without waiting."""
        if not self.is_bare:
            migrated.put_into(self.home)
        with self.log.open("wb") as file:
            command = [sys.executable, "manage.py", "up"]
            self._launcher = subprocess.Popen(
                command, cwd=PROJECT, env=self.variables, stdout=file, stderr=subprocess.STDOUT, start_new_session=True
            )
        return self._launcher

    def start(self) -> None:
        """Run the launcher and wait until it is ready."""
        launcher = self.launch()
        until(lambda: "\nREADY " in self.output or launcher.poll() is not None, START_S, "READY")
        assert launcher.poll() is None, f"The launcher ended with {launcher.returncode}:\n{self.output}"

    @property
    def launcher(self) -> "subprocess.Popen[bytes]":
        """The launcher that was started last."""
        assert self._launcher is not None, "It was never started."
        return self._launcher

    @property
    def output(self) -> str:
        """What the present launcher has printed."""
        return self.log.read_text()

    @property
    def processes(self) -> dict[str, int]:
        """The ids of the running processes by name."""
        found: dict[str, int] = {}
        for pid in _children(self.launcher.pid):
            title = _title(pid)
            found |= {name: pid for name, pattern in TITLES.items() if re.search(pattern, title)}
        agent = self.agent()
        return {**found, "agent": agent} if agent else found

    def kill(self, part: str) -> None:
        """End a part by kill -9, once it runs: others that were killed before may have taken it along."""
        os.kill(until(lambda: self.processes.get(part), STARTS_AGAIN_S, f"a running {part}"), signal.SIGKILL)

    def agent(self) -> int | None:
        """The id of the agent, whoever is its parent."""
        try:
            pid = int(json.loads((self.home / "agent" / "agent.lock").read_text())["pid"])
        except (OSError, ValueError):
            return None
        return pid if is_running(pid) else None

    def all_pids(self) -> set[int]:
        """The launcher, its descendants and the agent."""
        found, waiting = set(), [self.launcher.pid, *filter(None, [self.agent()])]
        while waiting:
            pid = waiting.pop()
            found.add(pid)
            waiting += _children(pid)
        return found

    def answers(self, port: int | None = None) -> bool:
        """Whether ``/healthz`` of the web (or of what listens on ``port``) says that all is well."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port or self.port}/healthz", timeout=10) as response:
                return bool(response.status == 200)
        except OSError:
            return False

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Ask the launcher to stop, once; return its exit code."""
        self.launcher.send_signal(number)
        return self.launcher.wait(timeout=ENDS_S)

    def clean_up(self) -> None:
        """Leave nothing behind, whatever state a failed test left."""
        if self._launcher is None:
            return
        pids = self.all_pids() | self._left_of_runs()
        if self.launcher.poll() is None:
            self.launcher.kill()
            self.launcher.wait()
        for pid in pids - {self.launcher.pid}:
            if is_running(pid):
                os.kill(pid, signal.SIGKILL)

    def _left_of_runs(self) -> set[int]:
        """The runners and keepers of an agent that was killed, and what they started; they outlive it on purpose."""
        known = [
            each.read(name) for each in folder.found(self.home / "agent") for name in ("runner.json", "keeper.json")
        ]
        alive = [who["pid"] for who in known if who is not None and processes.is_alive(who)]
        return {*alive, *(below for pid in alive for below in processes.descendants(pid))}


# Celery and Redis choose their own titles once they are up.
TITLES = {
    "valkey": "unixsocket",
    "web": "studio.asgi.web",
    "gateway": "studio.asgi.gateway",
    "worker": "studio.celery worker|MainProcess",
    "beat": "celery beat|studio.celery beat",
}


def sign_in_links(output: str) -> list[str]:
    """Return the sign-in links a launcher printed."""
    return re.findall(r"^(http\S+/sign-in/link/\S+)$", output, re.MULTILINE)


def _title(pid: int) -> str:
    """What a process is called; nothing once it has ended, as a killed one does between two looks."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
