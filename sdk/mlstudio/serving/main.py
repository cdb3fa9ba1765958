"""The process: requests are read in a thread of their own, so that the main one is the user's; start, end, and the check."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import threading
from collections.abc import Sequence
from time import monotonic, perf_counter
from typing import Any

from mlstudio.serving import loading, logs, options
from mlstudio.serving.app import App
from mlstudio.serving.failures import StartFailed
from mlstudio.serving.http import Connections
from mlstudio.serving.options import Options
from mlstudio.serving.status import Status
from mlstudio.serving.workers import Pool

START_FAILED = 3
STUCK = 75
BACKLOG = 1024
SWEEP_S = 1.0
LAME_DUCK_S = 0.5  # callers learn in this time that others are to be asked
CHECK_S = 0.05
LAST_S = 5.0


def main(arguments: Sequence[str]) -> int:
    """Serve, or check, as the arguments say; returns the exit code."""
    told = options.parse(arguments)
    os.environ.setdefault("AML_APP_ROOT", str(told.app_root))
    return check(told) if told.check is not None else Server(told).run()


def check(told: Options) -> int:
    """Load the model, call it once, and print what came of it as one line of JSON; returns the exit code."""
    kept = os.dup(1)
    os.dup2(2, 1)  # what the script prints is not the result
    result: dict[str, Any]
    try:
        loaded = loading.load(told)
        assert told.check is not None
        began = perf_counter()
        answer = loading.score_sample(loaded, told.check)
        took_ms = round((perf_counter() - began) * 1000, 3)
        if answer.status < 300:
            content = answer.body.decode("utf-8", "replace")
            output = json.loads(content) if answer.header("Content-Type") == "application/json" else content
            result = {"ok": True, "output": output, "ms": took_ms}
        else:
            result = {"ok": False, "line": loading.said_in(answer), "traceback": answer.log}
    except StartFailed as problem:
        result = {"ok": False, "line": problem.line, "traceback": problem.details}
    logs.write_all(kept, json.dumps(result).encode() + b"\n")
    return 0 if result["ok"] else 1


class Server:
    """The server of one process."""

    def __init__(self, told: Options) -> None:
        self._told = told
        self._status = Status(told.status)
        self._lines = logs.Lines()
        self._pool = Pool(
            told.max_concurrent, told.max_queue, told.timeout_s, told.queue_wait_s, lambda why: self._is_stuck(why)
        )
        self._app = App(self._pool, self._lines)
        self._connections = Connections(self._app.handle, told.max_body)
        self._loop = asyncio.new_event_loop()
        self._listener: asyncio.AbstractServer
        self._exit_code = 0

    def run(self) -> int:
        """Serve until asked to end; returns the exit code."""
        logs.take_over()
        self._status.say("loading")
        woken, waker = socket.socketpair()
        for each in (woken, waker):
            each.setblocking(False)
        # Whatever the script does just now, the loop hears of the signal.
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, lambda *_: None)
        listening = threading.Event()
        threading.Thread(target=self._serve, args=[woken, listening], name="requests", daemon=True).start()
        listening.wait()
        try:
            loaded = loading.load(self._told)
        except StartFailed as problem:
            print(problem.details)
            logs.finish_lines()
            self._status.say("failed", problem.line)
            return START_FAILED
        finally:
            logs.finish_lines()
        self._app.begin(loaded.model, loaded.swagger, loaded.inference)
        self._status.say("ready", schema=loaded.schema)
        self._lines.add("", f"Ready for requests; process {os.getpid()}.")
        self._pool.serve()
        return self._exit_code

    # --- In the thread of requests -----------------------------------------------------------------------------------
    def _serve(self, woken: socket.socket, listening: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._lines.attach(self._loop.call_soon)
        self._pool.attach(self._loop)
        self._loop.add_reader(woken, self._on_signal, woken)
        self._loop.run_until_complete(self._listen())
        self._loop.call_later(SWEEP_S, self._sweep)
        listening.set()
        self._loop.run_forever()

    async def _listen(self) -> None:
        if self._told.socket is None:
            make = self._loop.create_server(self._connections.make, "127.0.0.1", self._told.port, backlog=BACKLOG)
        else:
            with contextlib.suppress(FileNotFoundError):
                self._told.socket.unlink()
            make = self._loop.create_unix_server(self._connections.make, str(self._told.socket), backlog=BACKLOG)
        self._listener = await make

    def _sweep(self) -> None:
        self._connections.sweep()
        self._loop.call_later(SWEEP_S, self._sweep)

    def _on_signal(self, woken: socket.socket) -> None:
        if signal.SIGTERM in woken.recv(1024):
            if self._app.state == "loading":
                os._exit(0)
            if not self._connections.is_draining:
                self._loop.create_task(self._drain("asked to end"))

    def _is_stuck(self, why: str) -> None:
        if self._app.state == "unhealthy":
            return
        self._app.state = "unhealthy"
        self._exit_code = STUCK
        self._status.say("unhealthy", why)
        self._lines.add("", f"This replica ends: {why}.")
        self._loop.create_task(self._drain(why))

    async def _drain(self, why: str) -> None:
        """Answer what has come, and what comes in the next moment; then end."""
        self._connections.is_draining = True
        if self._app.state == "ready":
            self._app.state = "draining"
            self._status.say("draining", why)
        finish_at = monotonic() + self._told.timeout_s + self._told.queue_wait_s
        if self._app.state == "unhealthy":
            finish_at = monotonic() + LAME_DUCK_S
        await asyncio.sleep(LAME_DUCK_S)
        self._listener.close()
        while self._connections.busy and monotonic() < finish_at:
            await asyncio.sleep(CHECK_S)
        await asyncio.sleep(0)  # what was written goes out
        self._lines.write()
        self._pool.stop()
        # The main thread ends the process, so that what the script left for its end is done; unless it hangs.
        await asyncio.sleep(0 if self._app.state == "unhealthy" else LAST_S)
        os._exit(self._exit_code)
