"""One command under watch: started once, found again by a later runner, held to its limits, and stopped when it must be."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from typing import Any

from mlstudio.runner import keeper, memory, processes, processor, sandbox
from mlstudio.runner.ending import SYSTEM_ERROR, USER_ERROR, Ending, of_command, said_of_itself
from mlstudio.runner.folder import WorkFolder
from mlstudio.runner.measure import Meter
from mlstudio.runner.progress import Progress

CHECK_S = 0.25
MEASURE_S = 5.0
FIRST_MEASURE_S = 0.5
CANCEL_GRACE_S = 10.0
KEEPER_STARTS_S = 20.0
NAME = "running.json"


class Command:
    """The command of an order, by its keeper.

    Args: folder: of the order; ``running.json`` there holds what a later runner must know.
    """

    def __init__(self, folder: WorkFolder) -> None:
        self._folder = folder
        self._kept: dict[str, Any] = folder.read(NAME) or {}
        self._used = 0

    @property
    def was_started(self) -> bool:
        """Whether a keeper was ever started for it."""
        return bool(self._kept)

    def start(self, argv: list[str], variables: dict[str, str], limits: dict[str, Any], log: str, **how: Any) -> None:
        """Start it.

        Args: argv: the sandbox with the command in it. limits: of the spec. how: ``kind`` of the sandbox, ``uid`` and
            ``uid_lock``, the descriptor that keeps that user taken.
        """
        group = memory.make_group(self._folder.name, limits["memory_mb"]) if limits.get("memory_mb") else None
        cpus = limits.get("cpus")
        share = processor.make_group(self._folder.name, cpus) if cpus else None
        self._kept = {
            "limits": limits,
            "cgroup": str(group.path) if group else None,
            "cpu_cgroup": str(share.path) if share else None,
            "kind": how["kind"],
            "uid": how["uid"],
        }
        self._folder.write(NAME, self._kept)
        plan = {
            "command": argv,
            "env": variables,
            "log": log,
            "uid": how["uid"],
            "cgroups": [str(each.members) for each in (group, share) if each],
            "cores": processor.choose_cores(self._folder.name, cpus) if cpus and not share else [],
        }
        keep_open = (how["uid_lock"],) if how["uid_lock"] is not None else ()
        # Who waits for it is the keeper of the exit code; we only see to it that no zombie stays.
        self._child = keeper.start(self._folder, plan, keep_open)

    def watch(self, progress: Progress) -> Ending:
        """Wait until the command has ended or must be stopped, then until nothing of it is left. Returns how it ended."""
        who = self._find_keeper()
        if who is None:
            return Ending(
                "failed", error_code=SYSTEM_ERROR, reason="the command could not be started; see the machine's log"
            )
        meter = self._meter(who)
        measure_at = time.monotonic() + FIRST_MEASURE_S
        ending: Ending | None = None
        with _waiting_for(who) as wait:
            while processes.is_alive(who) and not self._folder.has("exit.json"):
                ending = self._must_end(who, progress)
                if ending is not None:
                    self._stop(who, ending.outcome == "failed" and ending.signal == signal.SIGKILL, progress)
                    break
                if time.monotonic() >= measure_at:
                    meter.measure()
                    measure_at += MEASURE_S
                wait(CHECK_S)
        return self._result(who, ending)

    def _meter(self, who: dict[str, Any]) -> Meter:
        return Meter(who["pid"], self._folder.logs / "system.ndjson")

    def _find_keeper(self) -> dict[str, Any] | None:
        deadline = time.monotonic() + KEEPER_STARTS_S
        while (who := self._folder.read("keeper.json")) is None:
            child = getattr(self, "_child", None)
            if time.monotonic() > deadline or (child is not None and child.poll() is not None):
                return self._folder.read("keeper.json")
            time.sleep(0.01)
        return who

    def _must_end(self, who: dict[str, Any], progress: Progress) -> Ending | None:
        """Return how the command ends if it must do so now."""
        wish = progress.cancel()
        if wish is not None:
            return Ending("canceled", reason=wish["reason"])
        limits = self._kept["limits"]
        seconds, most_mb, most = limits.get("timeout_s"), limits.get("memory_mb"), limits.get("processes")
        if seconds and time.time() - who["began_at"] > seconds:
            return Ending("failed", error_code=USER_ERROR, reason=f"ran longer than its limit of {seconds} s")
        reason = ""
        if most_mb and (killed := self._uses_too_much_memory(who, most_mb)):
            reason = killed
        elif most and self._kept["uid"] is None and (count := len(self._inside(who))) > most:
            reason = f"ran {count} processes; its limit is {most}"
        if reason:
            return Ending("failed", signal=signal.SIGKILL, error_code=USER_ERROR, reason=reason)
        return None

    def _uses_too_much_memory(self, who: dict[str, Any], most_mb: int) -> str:
        if self._kept["cgroup"]:
            # One process of several may have been killed; what is left of the run is of no use, and could wait for ever.
            if memory.Group(memory.Path(self._kept["cgroup"])).has_killed():
                return memory.describe(0, most_mb)
            return ""
        used = processes.memory_bytes(self._inside(who))
        return memory.describe(used, most_mb) if used > most_mb * memory.MB else ""

    def _inside(self, who: dict[str, Any]) -> list[int]:
        """Return the command's own processes: without those that hold the sandbox."""
        ours = 2 if self._kept["kind"] == "bubblewrap" else 1
        return processes.descendants(who["pid"])[ours:]

    def _stop(self, who: dict[str, Any], at_once: bool, progress: Progress) -> None:
        """Ask every process to end, and kill what is left after the grace."""
        wish = progress.cancel() or {}
        grace_s = wish.get("grace_s")
        deadline = time.monotonic() + (0.0 if at_once else CANCEL_GRACE_S if grace_s is None else grace_s)
        if not at_once:
            processes.send(signal.SIGTERM, self._inside(who))
        while processes.is_alive(who) and time.monotonic() < deadline:
            time.sleep(0.02)
        while processes.is_alive(who) and not self._folder.has("exit.json"):
            everyone = processes.descendants(who["pid"])
            # Process 1 of the namespace takes all others with it; without one they go one by one.
            processes.send(signal.SIGKILL, everyone[1:2] if self._kept["kind"] == "bubblewrap" else everyone[1:])
            time.sleep(0.05)

    def _result(self, who: dict[str, Any], ending: Ending | None) -> Ending:
        while processes.is_alive(who):  # it clears up behind the command
            time.sleep(0.01)
        ended = self._folder.read("exit.json")
        group = memory.Group(memory.Path(self._kept["cgroup"])) if self._kept["cgroup"] else None
        used_up = group is not None and group.has_killed()
        if group is not None:
            group.remove()
        if share := self._kept.get("cpu_cgroup"):
            memory.Group(memory.Path(share)).remove()
        if ending is not None:
            ending.exit_code = (ended or {}).get("exit_code")
            ending.signal = (ended or {}).get("signal")
            if ending.exit_code is None and ending.signal is None:
                ending.signal = int(signal.SIGKILL)
            return ending
        if ended is None:
            if self._kept["uid"] is not None:
                sandbox.end_all_of(self._kept["uid"])  # without bubblewrap its processes did not end with it
            restarted = who["boot_id"] != processes.boot_id()
            reason = "the machine restarted" if restarted else "the process that watched the command was killed"
            return Ending("failed", error_code=SYSTEM_ERROR, reason=reason)
        if "problem" in ended:
            return Ending("failed", error_code=SYSTEM_ERROR, reason=ended["problem"])
        result = of_command(
            ended.get("exit_code"), ended.get("signal") or (signal.SIGKILL if ended.get("killed") else None)
        )
        if used_up and result.outcome == "failed":
            result.reason = memory.describe(0, self._kept["limits"]["memory_mb"])
        elif result.outcome == "failed" and (said := said_of_itself(self._folder.logged_files)):
            result.reason = said
        return result


@contextlib.contextmanager
def _waiting_for(who: dict[str, Any]) -> Any:
    """Give a function that waits some seconds, and less when the process ends."""
    try:
        descriptor = os.pidfd_open(who["pid"])
    except (OSError, AttributeError):  # it ended just now, or this system has no such thing
        yield time.sleep
        return
    try:
        yield lambda seconds: select.select([descriptor], [], [], seconds)
    finally:
        os.close(descriptor)
