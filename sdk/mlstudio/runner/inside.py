"""The first process of a sandbox: gives up all rights, starts the command, waits, and reports how it ended.

In bubblewrap it is process 1 of its own namespace: when it ends, the kernel kills whatever else is there.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import time
from typing import Any

from mlstudio.runner import kernel

STATUS_DESCRIPTOR = 200  # where the report goes; out of the way of all others
LAST_WORDS_S = 10.0
CANNOT_START = 127


def main(argument: str) -> int:
    """Run a command as ``argument`` says, a JSON object.

    Its fields: ``command``, ``cwd``, ``uid`` (null: stay who we are), ``processes``
    (most processes and threads of that user), ``is_alone`` (in a process namespace of its own).
    """
    plan = json.loads(argument)
    os.set_inheritable(STATUS_DESCRIPTOR, False)
    if not plan["is_alone"]:
        kernel.adopt_orphans()
        kernel.end_with_parent(signal.SIGKILL)
    command = os.fork()
    if command == 0:
        _become(plan)
    status = _wait_for(command)
    code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
    os.write(STATUS_DESCRIPTOR, json.dumps({"exit_code": code, "signal": number}).encode())
    if signal.SIGTERM in (number, (code or 0) - 128):
        # It was asked to end. What it started was asked too, and may have something to put in order.
        _wait_for_all()
    if not plan["is_alone"] and plan["uid"] is not None:
        kill_all_of(plan["uid"])
    return 0


def _become(plan: dict[str, Any]) -> None:
    """Turn the forked child into the user's command."""
    try:
        os.setsid()
        for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):  # Python ignores them, and so would the command
            signal.signal(number, signal.SIG_DFL)
        os.umask(0o022)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if plan["uid"] is not None:
            highest = resource.getrlimit(resource.RLIMIT_NPROC)[1]
            most = plan["processes"] if highest < 0 else min(plan["processes"], highest)
            resource.setrlimit(resource.RLIMIT_NPROC, (most, most))
            os.setgroups([])
            os.setresgid(plan["uid"], plan["uid"], plan["uid"])
            os.setresuid(plan["uid"], plan["uid"], plan["uid"])
            kernel.drop_capabilities()
        kernel.gain_no_privileges()
        kernel.end_with_parent(signal.SIGKILL)
        os.chdir(plan["cwd"])
        os.execvpe(plan["command"][0], plan["command"], os.environ)  # noqa: S606
    except BaseException as error:
        os.write(2, f"The command cannot be started: {error}\n".encode())
    os._exit(CANNOT_START)


def _wait_for(command: int) -> int:
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == command:
            return status


def _wait_for_all() -> None:
    deadline = time.monotonic() + LAST_WORDS_S
    with contextlib.suppress(ChildProcessError):
        while time.monotonic() < deadline:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.05)


def kill_all_of(uid: int) -> None:
    """Kill all processes of the command's own user, from one of them: it can reach no others."""
    killer = os.fork()
    if killer == 0:
        with contextlib.suppress(OSError):
            os.setresuid(uid, uid, uid)
            os.kill(-1, signal.SIGKILL)
        os._exit(0)
    os.waitpid(killer, 0)
