"""The keeper: parent of one command. It outlives the runner, so that the exit code is kept whatever happens to that.

It starts the sandbox, notes who it is in ``keeper.json``, writes the command's output to the log, and notes how the command
ended in ``exit.json``. When the keeper is killed the sandbox dies with it.

The command itself writes to a pipe, not to the log: a shell's ``> /dev/stderr`` would empty the log otherwise.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from mlstudio.runner import kernel, processes
from mlstudio.runner.folder import WorkFolder
from mlstudio.runner.inside import STATUS_DESCRIPTOR

STATUS_SIZE = 4096
PIPE_SIZE = 1 << 20
LAST_OUTPUT_S = 10.0


def main(path: str) -> int:
    """Run the command of ``keeper-plan.json`` in the folder, once for all times."""
    folder = WorkFolder(Path(path))
    try:
        # Of two keepers, because a runner was killed just after it had started one, only the first starts anything.
        os.close(os.open(folder.path / "keeper.claim", os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return 0
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    kernel.adopt_orphans()
    plan = folder.read("keeper-plan.json") or {}
    folder.write("keeper.json", {**processes.identify(os.getpid()), "began_at": time.time()})
    folder.write("exit.json", {**_run(plan), "ended_at": time.time()})
    return 0


def start(folder: WorkFolder, plan: dict[str, Any], keep_open: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
    """Start a keeper as a process of its own.

    Args: plan: ``command``, ``env``, ``log``, ``uid`` and ``cgroups``, files to write its process id to, and
            ``cores``, those it may use; none: all of them.
        keep_open: descriptors it holds for as long as it lives.
    """
    folder.write("keeper-plan.json", plan)
    script = "import sys; sys.path.insert(0, sys.argv[1]); from mlstudio.runner.keeper import main; main(sys.argv[2])"
    package_parent = str(Path(__file__).resolve().parents[2])
    with open(folder.path / "runner.log", "ab") as log:
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-S", "-c", script, package_parent, str(folder.path)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=keep_open,
            cwd="/",
        )


def _run(plan: dict[str, Any]) -> dict[str, Any]:
    reader, writer = os.pipe()
    os.dup2(writer, STATUS_DESCRIPTOR)
    os.close(writer)

    output, output_writer = os.pipe()
    if plan["uid"] is not None:
        os.fchown(output_writer, plan["uid"], plan["uid"])  # or "/dev/stderr" could not be opened, which opens it anew
    with contextlib.suppress(OSError, AttributeError):
        fcntl.fcntl(output, fcntl.F_SETPIPE_SZ, PIPE_SIZE)

    def prepare() -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        for file in plan["cgroups"]:
            Path(file).write_text(str(os.getpid()))
        if plan.get("cores"):
            os.sched_setaffinity(0, plan["cores"])

    try:
        child = subprocess.Popen(  # noqa: S603
            plan["command"],
            env=plan["env"],
            stdin=subprocess.DEVNULL,
            stdout=output_writer,
            stderr=output_writer,
            pass_fds=(STATUS_DESCRIPTOR,),
            preexec_fn=prepare,
            cwd="/",
        )
    except (OSError, subprocess.SubprocessError) as error:
        return {"problem": f"the sandbox could not be started: {error}"}
    os.close(STATUS_DESCRIPTOR)
    os.close(output_writer)
    copying = threading.Thread(target=_copy, args=[output, plan["log"]], daemon=True)
    copying.start()
    # Its end must not be waited for through the pipe: a program that escaped the tree could hold that open.
    code = child.wait()
    os.set_blocking(reader, False)
    status = b""
    with contextlib.suppress(BlockingIOError):
        status = os.read(reader, STATUS_SIZE)
    _end_leftovers()
    copying.join(LAST_OUTPUT_S)
    if status:
        return dict(json.loads(status))
    return {"killed": True} if code in (-9, 137) else {"problem": f"the sandbox ended with {code}; the log says why"}


def _copy(output: int, path: str) -> None:
    """Write to the log what comes, until nobody is left who could write more."""
    log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    while data := os.read(output, PIPE_SIZE):
        while data:
            try:
                data = data[os.write(log, data) :]
            except OSError:  # the disk is full; the command must not wait for ever because of that
                break


def _end_leftovers() -> None:
    """Kill what the command left behind; without namespaces it would live on."""
    while left := processes.descendants(os.getpid()):
        processes.send(signal.SIGKILL, left)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, 0)
