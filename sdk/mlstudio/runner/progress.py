"""What an order has come to: its stages, whether it shall stop, and telling the studio so every few seconds."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from mlstudio.runner.folder import WorkFolder
from mlstudio.runner.link import Away, Link

logger = logging.getLogger("mlstudio.runner")

HEARTBEAT_S = 5.0
LONGEST_PAUSE_S = 5.0
GONE = (401, 403, 404)


class Progress:
    """The stages of an order, on disk, and the wishes of the studio. May be used by several threads.

    Args: folder: of the order. grace_s: after so long without a studio the order is given up.
    """

    def __init__(self, folder: WorkFolder, grace_s: float) -> None:
        self._folder = folder
        self._grace_s = grace_s
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._kept = folder.read("progress.json") or {"stages": [], "began": False, "cancel": None}
        self._last_answer_at = time.monotonic()
        self.is_over = False

    def cancel(self) -> dict[str, Any] | None:
        """Return the wish to stop, ``{"reason", "grace_s"}``, once there is one: the studio's, the agent's, or our own."""
        if self._kept["cancel"] is None and (asked := self._folder.read("cancel.json")) is not None:
            self._set("cancel", {"reason": asked.get("reason", ""), "grace_s": asked.get("grace_s")})
        if self._folder.has("over"):
            self.is_over = True
        if self._kept["cancel"] is None and self.silence_s > self._grace_s:
            self._set("cancel", {"reason": f"no studio answered for {self._grace_s:.0f} s", "grace_s": None})
        wish: dict[str, Any] | None = self._kept["cancel"]
        return wish or ({"reason": "", "grace_s": None} if self.is_over else None)

    @property
    def silence_s(self) -> float:
        """How long the studio has not answered."""
        return time.monotonic() - self._last_answer_at

    def heard(self) -> None:
        """Note that the studio answered."""
        self._last_answer_at = time.monotonic()

    def is_hopeless(self) -> bool:
        """Return whether nothing more is to be told: the studio knows the order as over, or has been away for too long."""
        return self.is_over or self._folder.has("over") or self.silence_s > self._grace_s

    @contextlib.contextmanager
    def stage(self, name: str, detail: str = "") -> Iterator[None]:
        """Be in a stage; one that a runner before us was in goes on."""
        with self._lock:
            stages = self._kept["stages"]
            open_one = next((row for row in stages if row["name"] == name and row["ended_at"] is None), None)
            if open_one is None:
                open_one = {"name": name, "started_at": _now(), "ended_at": None, "detail": detail}
                stages.append(open_one)
        self._changed()
        try:
            yield
        finally:
            open_one["ended_at"] = _now()
            self._changed()

    def detail(self, text: str) -> None:
        """Say more about the present stage."""
        if self._kept["stages"]:
            self._kept["stages"][-1]["detail"] = text
            self._changed()

    def began(self) -> None:
        """Note that the command was started."""
        self._set("began", True)
        self._news.set()

    @property
    def stages(self) -> list[dict[str, Any]]:
        """All stages so far."""
        with self._lock:
            return [dict(row) for row in self._kept["stages"]]

    def keep_telling(self, link: Link, done: threading.Event) -> None:
        """Send heartbeats until ``done``; every change goes at once."""
        pause = 0.0
        failures = 0
        while not done.is_set():
            self._news.wait(pause)
            self._news.clear()
            if done.is_set():
                return
            try:
                pause = self._beat(link)
                failures = 0
            except Away as reason:
                pause = min(0.5 * 2.0 ** min(failures, 8), LONGEST_PAUSE_S)
                failures += 1
                if failures == 1:
                    logger.warning("No heartbeat: %s", reason)

    def wake(self) -> None:
        """Have the next heartbeat sent now."""
        self._news.set()

    def _beat(self, link: Link) -> float:
        stages = self.stages
        open_ones = [row["name"] for row in stages if row["ended_at"] is None]
        stage = open_ones[-1] if open_ones else (stages[-1]["name"] if stages else "")
        answer = link.post("work/heartbeat/", {"stage": stage, "stages": stages, "began": self._kept["began"]})
        self.heard()
        if answer.status in GONE or answer.body.get("over"):
            self.is_over = True
        elif not answer.is_good:
            logger.error("A heartbeat was refused: %s", answer.words)
        if answer.body.get("cancel") and self._kept["cancel"] is None:
            self._set("cancel", {"reason": str(answer.body["cancel"].get("reason", "")), "grace_s": None})
        return float(answer.body.get("heartbeat_s") or HEARTBEAT_S)

    def _set(self, name: str, value: Any) -> None:
        with self._lock:
            self._kept[name] = value
            self._keep()

    def _changed(self) -> None:
        with self._lock:
            self._keep()
        self._news.set()

    def _keep(self) -> None:
        try:
            self._folder.write("progress.json", self._kept)
        except OSError as error:  # the disk is full: only a next runner would miss it
            logger.warning("What was done cannot be noted: %s", error)


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")
