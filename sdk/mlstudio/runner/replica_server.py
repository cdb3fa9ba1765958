"""The server of a replica under watch: as a run's command is, but it never ends by itself, and may finish what it began."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import Any

from mlstudio.runner import processes
from mlstudio.runner.ending import USER_ERROR, Ending
from mlstudio.runner.folder import WorkFolder
from mlstudio.runner.measure import Meter
from mlstudio.runner.progress import Progress
from mlstudio.runner.replica_reports import Reporter
from mlstudio.runner.running import Command
from mlstudio.serving import status

DRAINED = "the replica was drained"
DEFAULT_SILENCE_S = 30.0
DRAIN_BEYOND_S = 5.0
DEFAULT_TIMEOUT_MS = 60_000


class ReplicaServer(Command):
    """The process of a replica.

    Args: place: the folder with its socket and its status file. reporter: what tells the studio. server: of the spec.
    """

    def __init__(self, folder: WorkFolder, place: Path, reporter: Reporter, server: dict[str, Any]) -> None:
        super().__init__(folder)
        self._status_file = place / "status.json"
        self._reporter = reporter
        self._timeout_s = float(server.get("timeout_ms") or DEFAULT_TIMEOUT_MS) / 1000
        self._silence_s = float(server.get("silence_s") or DEFAULT_SILENCE_S)
        self._said: dict[str, Any] = {}
        self._is_ready = False

    def _meter(self, who: dict[str, Any]) -> Meter:
        return _Figures(who["pid"], self._reporter)

    def _must_end(self, who: dict[str, Any], progress: Progress) -> Ending | None:
        self._look()
        ending = super()._must_end(who, progress)
        if ending is None and self._reporter.wants_end:
            ending = Ending("canceled", reason=DRAINED)
        silent_s = time.monotonic() - self._reporter.answered_at
        if ending is None and self._is_ready and silent_s > self._silence_s + self._timeout_s:
            reason = f"the server answered nothing for {silent_s:.0f} s"
            ending = Ending("failed", signal=signal.SIGKILL, error_code=USER_ERROR, reason=reason)
        return ending

    def _look(self) -> None:
        """Pass on what the server says of itself."""
        said = status.read(self._status_file)
        if said and said != self._said:
            self._said = said
            if said["state"] == "ready" and not self._is_ready:
                self._is_ready = True
                self._reporter.answered_at = time.monotonic()
            state = "unhealthy" if said["state"] == "failed" else said["state"]
            schema = said.get("schema")
            self._reporter.say(
                state, str(said.get("reason") or "")[:2000], schema if isinstance(schema, dict) else None
            )

    def _stop(self, who: dict[str, Any], at_once: bool, progress: Progress) -> None:
        """Have the server finish what it began, and what its script started keep running until then."""
        if not at_once:
            wish = progress.cancel() or {}
            self._reporter.say("draining", wish.get("reason", ""))
            grace_s = wish.get("grace_s")
            deadline = time.monotonic() + (self._timeout_s + DRAIN_BEYOND_S if grace_s is None else grace_s)
            processes.send(signal.SIGTERM, self._inside(who)[:1])
            while processes.is_alive(who) and not self._folder.has("exit.json") and time.monotonic() < deadline:
                time.sleep(0.02)
        super()._stop(who, True, progress)

    def _result(self, who: dict[str, Any], ending: Ending | None) -> Ending:
        was_stopped = ending is not None
        result = super()._result(who, ending)
        self._look()
        if was_stopped:
            return result
        reason = str(self._said.get("reason") or "")[:2000]
        if self._said.get("state") in ("failed", "unhealthy") and reason:
            result.reason = reason
        elif result.outcome == "succeeded":
            result.reason = "the server ended by itself, with exit code 0: the script ended its process"
        elif result.exit_code is not None and self._is_ready:
            result.reason = f"the script ended the server's process with {result.reason}"
        result.outcome, result.error_code = "failed", result.error_code or USER_ERROR
        return result


class _Figures(Meter):
    """Measures for the reports instead of a file."""

    def __init__(self, root: int, reporter: Reporter) -> None:
        super().__init__(root, Path("/dev/null"))
        self._reporter = reporter

    def measure(self) -> None:
        """Tell the reporter."""
        self._reporter.measured(self.values())
