"""A studio that answers agents as told, and agents as real processes."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.sdk.scripted_server import Answer, ScriptedServer

SDK = Path(__file__).resolve().parents[2] / "sdk"
TOKEN = "agent_secret-of-the-test"


@pytest.fixture
def studio() -> Iterator[ScriptedServer]:
    """A server that misbehaves on demand, and has no work."""
    with ScriptedServer() as server:
        server.aside["/api/v1/agents/lease/"] = Answer(body={"orders": [], "cancel": [], "over": []})
        yield server


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    """The agent's token, as the launcher leaves it."""
    path = tmp_path / "token"
    path.write_text(f"{TOKEN}\n")
    return path


class RunningAgent:
    """``python -m mlstudio.agent`` and what it has logged."""

    def __init__(self, server: str, home: Path, token_file: Path, *options: str) -> None:
        home.mkdir(exist_ok=True)
        self.home = home
        self.log_file = home / "log"
        command = [sys.executable, "-m", "mlstudio.agent", "--server", server, "--home", str(home)]
        variables = {**os.environ, "PYTHONPATH": str(SDK)}
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--token-file", str(token_file), *options], env=variables, stdout=log, stderr=log
            )

    @property
    def log(self) -> str:
        """All it has said."""
        return self.log_file.read_text()


@pytest.fixture
def start_agent(tmp_path: Path, token_file: Path) -> Iterator[Callable[..., RunningAgent]]:
    """A function that starts an agent for a server's address; all are gone at the end."""
    agents: list[RunningAgent] = []

    def start(server: str, *options: str, home: str = "home") -> RunningAgent:
        agents.append(RunningAgent(server, tmp_path / home, token_file, *options))
        return agents[-1]

    yield start
    for agent in agents:
        agent.process.kill()
        agent.process.wait()
