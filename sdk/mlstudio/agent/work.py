"""The orders this machine holds: their folders, their runners, and what the studio wants of them.

The folders are the truth. An agent that was killed and started again finds its orders there, and their runners by process id
and start time; a runner that was killed is started again and finds its command in the same way.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlstudio.runner import folder as folders
from mlstudio.runner import processes
from mlstudio.runner.folder import WorkFolder

logger = logging.getLogger("mlstudio.agent")

LONGEST_PAUSE_S = 10.0
STOP_REASON = "the studio was stopped"
STOP_GRACE_S = 2.0


@dataclass
class Held:
    """An order of ours, and the runner that does it if we started that."""

    folder: WorkFolder
    order: dict[str, Any]
    runner: subprocess.Popen[bytes] | None = None
    starts: int = 0
    start_at: float = field(default=0.0)

    @property
    def id(self) -> str:
        """The order's."""
        return str(self.order["id"])

    @property
    def slots(self) -> int:
        """How many of the machine's slots it takes; builds and replicas take none."""
        return 0 if self.order["kind"] in ("build", "replica") else int(self.order.get("slots", 1))

    @property
    def is_running(self) -> bool:
        """Whether its runner lives."""
        if self.runner is not None and self.runner.poll() is None:
            return True
        return processes.is_alive(self.folder.read("runner.json"))

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to be done or said."""
        return self.folder.has("over") or bool((self.folder.read("end.json") or {}).get("reported"))


class Work:
    """All orders of an agent. May be used by several threads.

    Args: home: the agent's folder. server: where runners report to.
    """

    def __init__(self, home: Path, server: str) -> None:
        self._home = home
        self._server = server
        self._lock = threading.RLock()
        self._held: dict[str, Held] = {}
        self._is_stopping = False
        for folder in folders.found(home):
            self._held[folder.name] = self._find_again(folder)

    def ids(self) -> list[str]:
        """Return the orders held."""
        with self._lock:
            return sorted({held.id for held in self._held.values()})

    def free(self, slots: int, builds: int) -> tuple[int, int]:
        """Return how many slots and builds are free, of so many."""
        with self._lock:
            used = sum(held.slots for held in self._held.values())
            building = sum(held.order["kind"] == "build" for held in self._held.values())
        return max(0, slots - used), max(0, builds - building)

    @contextlib.contextmanager
    def undisturbed(self) -> Iterator[list[dict[str, Any]]]:
        """Give all orders held, and see to it that none is taken or put away meanwhile."""
        with self._lock:
            yield [held.order for held in self._held.values()]

    def take(self, order: dict[str, Any]) -> None:
        """Hold an order and start its runner; one that is held already stays as it is."""
        with self._lock:
            name = f"{order['id']}-{order['attempt']}"
            if name in self._held or self._is_stopping:
                return
            folder = folders.create(self._home, {**order, "server": self._server})
            self._held[name] = held = Held(folder, order)
            logger.info("Took %s %s.", order["kind"], order["id"])
            self._start(held)

    def cancel(self, order_id: str, reason: str, grace_s: float | None = None) -> None:
        """Tell the runner of an order to stop."""
        with self._lock:
            for held in self._held.values():
                if held.id == order_id and not held.folder.has("cancel.json"):
                    held.folder.write("cancel.json", {"reason": reason, "grace_s": grace_s})

    def give_up(self, order_id: str, except_attempt: int | None = None) -> None:
        """Tell the runner of an order that the studio no longer counts on it.

        Args: except_attempt: the attempt that it does count on.
        """
        with self._lock:
            for held in self._held.values():
                if held.id == order_id and held.order["attempt"] != except_attempt and not held.folder.has("over"):
                    held.folder.write("over", {})

    def look_after(self) -> bool:
        """Start runners that died before the end, and put away what is over; return whether any order was put away."""
        put_away = False
        with self._lock:
            for name, held in list(self._held.items()):
                if held.is_running:
                    continue
                if held.is_over and not self._has_command(held):
                    folders.put_away(held.folder)
                    del self._held[name]
                    put_away = True
                elif not self._is_stopping and time.monotonic() >= held.start_at:
                    if held.starts:
                        logger.warning("The runner of %s ended before its time; starting it again.", held.id)
                    self._start(held)
        return put_away

    def stop(self, within_s: float) -> None:
        """Cancel everything because the studio stops, and wait until it is reported, so long at most."""
        with self._lock:
            self._is_stopping = True
            for held in self._held.values():
                self.cancel(held.id, STOP_REASON, STOP_GRACE_S)
                if not held.is_running and not held.is_over:
                    self._start(held)
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline and any(held.is_running for held in self._held.values()):
            time.sleep(0.05)
        for held in self._held.values():
            if held.is_running:
                # It could not tell the studio in time; the next agent starts one that does.
                processes.send(signal.SIGKILL, [int((held.folder.read("runner.json") or {"pid": 0})["pid"])])
        self.look_after()

    def _find_again(self, folder: WorkFolder) -> Held:
        """Return the order of an earlier agent. A runner that reports to where the studio was is ended, to begin anew."""
        held = Held(folder, folder.read("order.json") or {})
        if held.order["server"] != self._server:
            held.order["server"] = self._server
            folder.write("order.json", held.order)
            if held.is_running:
                processes.send(signal.SIGKILL, [int((folder.read("runner.json") or {})["pid"])])
        return held

    def _has_command(self, held: Held) -> bool:
        return processes.is_alive(held.folder.read("keeper.json"))

    def _start(self, held: Held) -> None:
        command = [sys.executable, "-m", "mlstudio.runner", str(held.folder.path)]
        package_parent = str(Path(__file__).resolve().parents[2])
        with open(held.folder.path / "runner.log", "ab") as log:
            held.runner = subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd="/",
                env={**os.environ, "PYTHONPATH": package_parent},
            )
        held.start_at = time.monotonic() + min(2.0**held.starts, LONGEST_PAUSE_S)
        held.starts += 1
