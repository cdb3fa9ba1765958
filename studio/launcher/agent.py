"""The agent of this machine: it outlives the launcher, so the next launcher adopts it instead of starting a second."""

import os
import re
import signal
import sys
import time
from pathlib import Path
from typing import Any

from mlstudio import __version__
from mlstudio.agent import lock
from studio.environment import Environment, ensure_private_dir
from studio.launcher.child import Adopted, Program, exec_program
from studio.launcher.errors import CannotStart
from studio.launcher.output import LogFollower, Output
from studio.launcher.probe import reachable_host
from studio.launcher.supervise import Supervisor

LARGEST_LOG = 5_000_000
# The agent is parent of the runners, so what it is given must hold no secret of the studio's.
# Besides its own settings there are those of uv, with which it builds environments.
PASSED_ON = re.compile(
    r"PATH|HOME|LANG|LC_ALL|TZ|TMPDIR|XDG_CONFIG_HOME|NETRC|SSL_CERT_FILE|SSL_CERT_DIR|UV_\w+|PIP_INDEX_URL"
    r"|(?i:https?_proxy|all_proxy|no_proxy)|CUDA_VISIBLE_DEVICES|NVIDIA_VISIBLE_DEVICES"
    r"|STUDIO_RUNNER_GRACE_S|STUDIO_AGENT_SLOTS|STUDIO_ALLOW_UNISOLATED|STUDIO_UV|STUDIO_ENVIRONMENT_CACHE_MB"
)
NOTE_PATIENCE_S = 2.0


def agent_home(environment: Environment) -> Path:
    """Return the folder of this machine's agent; its token is the file ``token`` in it."""
    return environment.home / "agent"


def start_agent(environment: Environment, supervisor: Supervisor, output: Output) -> None:
    """Adopt the agent that runs on the home folder, or start one; its log is shown with the others' output."""
    home = ensure_private_dir(agent_home(environment))
    host = reachable_host(environment.host)
    server = f"http://{f'[{host}]' if ':' in host else host}:{environment.port}"
    log_file = home / "agent.log"
    if log_file.exists() and log_file.stat().st_size > LARGEST_LOG:
        log_file.replace(home / "agent.log.1")
    follower = LogFollower(log_file, lambda text: output.line("agent", text))
    supervisor.at_every_turn(follower.poll)

    command = [sys.executable, "-m", "mlstudio.agent", "--server", server]
    command += ["--token-file", str(home / "token"), "--home", str(home)]
    variables = {name: value for name, value in os.environ.items() if PASSED_ON.fullmatch(name)}
    program = Program(
        name="agent",
        title=" ".join(command),
        run=lambda _: exec_program(command, {**variables, "PYTHONUNBUFFERED": "1"}),
        death_signal=None,
        log_file=log_file,
    )
    running = _running_agent(home)
    if running is None:
        supervisor.start(program)
        return
    process = Adopted(int(running["pid"]), lambda: lock.holder(home) is not None)
    supervisor.adopt(program, process)
    if (running["server"], running["version"]) == (server, __version__):
        output.say(f"The agent of the last start goes on (process {process.pid}).")
    else:
        output.say("The agent of the last start serves another address or is of another version; it is replaced.")
        process.send(signal.SIGKILL)  # asked to end it would end its runs too; killed it leaves them to the new one


def _running_agent(home: Path) -> dict[str, Any] | None:
    """Return the note of the agent that holds the folder, once it is written."""
    deadline = time.monotonic() + NOTE_PATIENCE_S
    while (note := lock.holder(home)) is not None and not note:
        if time.monotonic() > deadline:
            raise CannotStart(f"Something holds {home / lock.NAME} that is no agent. Stop it first.")
        time.sleep(0.02)
    return note
