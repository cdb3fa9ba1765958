"""What the studio is told of a replica: its state at once, its figures now and then; and whether the server still answers."""

from __future__ import annotations

import http.client
import json
import logging
import socket
import threading
import time
from pathlib import Path
from typing import Any

from mlstudio.runner.link import Away, Link
from mlstudio.runner.progress import Progress

logger = logging.getLogger("mlstudio.runner")

EVERY_S = 5.0
ANSWERS_WITHIN_S = 2.0
LONGEST_PAUSE_S = 5.0


class Reporter:
    """Tells the studio, from a thread of its own, so that a studio that is away delays nothing here.

    Args: socket: that of the server. address: where gateways reach it.

    ``wants_end``: the studio asked, in an answer, for the replica to be drained. ``answered_at``: when the server last did.
    """

    def __init__(self, link: Link, socket: Path, address: str, progress: Progress) -> None:
        self._link = link
        self._socket = socket
        self._address = address
        self._progress = progress
        self._news = threading.Event()
        self._is_over = False
        self._state, self._reason = "loading", ""
        self._schema: dict[str, Any] | None = None
        self._used: dict[str, float] = {}
        self._thread = threading.Thread(target=self._run, name="reports", daemon=True)
        self.wants_end = False
        self.answered_at = time.monotonic()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Tell the last of it, and end."""
        self._is_over = True
        self._news.set()
        self._thread.join(ANSWERS_WITHIN_S)

    def say(self, state: str, reason: str = "", schema: dict[str, Any] | None = None) -> None:
        """Tell the state: loading, ready, unhealthy or draining. The schema is told once it is known, again and again."""
        if (state, reason) != (self._state, self._reason):
            self._state, self._reason = state, reason
            self._schema = schema or self._schema
            self._news.set()

    def measured(self, used: dict[str, float]) -> None:
        """Note what the replica uses."""
        self._used = used

    def _run(self) -> None:
        pause = 0.0
        while not self._is_over or self._news.is_set():
            self._news.wait(pause)
            self._news.clear()
            try:
                self._tell()
                pause = EVERY_S
            except Away as reason:
                pause = min(max(pause, 0.25) * 2, LONGEST_PAUSE_S)
                logger.warning("The state of the replica could not be told: %s", reason)
            if self._is_over:
                return

    def _tell(self) -> None:
        asked = self._ask()
        figures = {
            "memory_mb": round(self._used.get("memory_mb", 0.0), 1),
            "cpu_percent": round(self._used.get("cpu_percent", 0.0), 1),
            "busy": asked.get("busy", 0),
            "queued": asked.get("queued", 0),
        }
        body = {"state": self._state, "reason": self._reason, "address": self._address, "figures": figures}
        answer = self._link.post("work/replica/", {**body, "schema": self._schema or {}})
        if answer.is_good:
            self._progress.heard()
            self.wants_end = self.wants_end or bool(answer.body.get("drain"))
        else:
            logger.error("The state of the replica was refused: %s", answer.words)

    def _ask(self) -> dict[str, Any]:
        """Return what the server says of itself; nothing where it does not answer."""
        connection = _Local(self._socket)
        try:
            connection.request("GET", "/-/figures", headers={"Host": "localhost"})
            told = json.loads(connection.getresponse().read(4096))
        except (OSError, ValueError, http.client.HTTPException):
            return {}
        finally:
            connection.close()
        self.answered_at = time.monotonic()
        return {name: int(told[name]) for name in ("busy", "queued") if isinstance(told.get(name), int)}


class _Local(http.client.HTTPConnection):
    """A connection to a unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=ANSWERS_WITHIN_S)
        self._path = str(path)

    def connect(self) -> None:
        """Open it."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)
