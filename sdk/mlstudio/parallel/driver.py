"""Gives mini-batches to processes, tries again what failed or took too long, and puts together what they gave."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlstudio.parallel.batches import Batch

STARTS_WITHIN_S = 600.0
ENDS_WITHIN_S = 60.0
SAY_EVERY_S = 5.0


class Failed(Exception):
    """More went wrong than was allowed; the message says what."""


@dataclass
class Plan:
    """How mini-batches are run.

    ``errors``, ``batch_errors``: how many items, and whole mini-batches, may fail; -1: all. ``timeout_s``: of one mini-batch.
    ``tries``: of each. ``parts``: the folder for what each gives.
    """

    script: Path
    arguments: list[str]
    parts: Path
    processes: int
    timeout_s: float = 60.0
    tries: int = 3
    errors: int = -1
    batch_errors: int = -1


@dataclass
class _Work:
    number: int
    batch: Batch
    tries: int = 0


@dataclass
class _Worker:
    process: subprocess.Popen[bytes]
    answers: int
    deadline: float
    work: _Work | None = None
    is_ready: bool = False
    text: bytes = field(default=b"")


class Driver:
    """Runs all mini-batches. ``done`` counts those that succeeded, ``failed_items`` and ``failed_batches`` what did not."""

    def __init__(self, plan: Plan, batches: list[Batch]) -> None:
        self._plan = plan
        self._waiting = deque(_Work(number, batch) for number, batch in enumerate(batches))
        self._total = len(batches)
        self._workers: list[_Worker] = []
        self._selector = selectors.DefaultSelector()
        self._told_at = 0.0
        self.done = self.failed_items = self.failed_batches = 0

    def run(self) -> None:
        """Run them all.

        Raises:
            Failed: more failed than is allowed, or the script cannot be loaded.
        """
        try:
            while self._waiting or any(worker.work for worker in self._workers):
                self._hire()
                self._listen()
                self._end_late()
                self._say()
        except BaseException:
            for worker in list(self._workers):
                self._dismiss(worker, kill=True)
            raise
        for worker in list(self._workers):
            self._dismiss(worker, kill=False)
        self._say(is_over=True)

    def part(self, number: int) -> Path:
        """Return where what a mini-batch gave is written."""
        return self._plan.parts / f"{number:08d}"

    # --- Processes ---

    def _hire(self) -> None:
        for idle in [worker for worker in self._workers if worker.is_ready and worker.work is None]:
            self._give(idle)
        busy = sum(worker.work is not None for worker in self._workers)
        wanted = min(self._plan.processes, busy + len(self._waiting))
        while len(self._workers) < wanted:
            reader, writer = os.pipe()
            command = [sys.executable, "-m", "mlstudio.parallel.worker", str(writer), str(self._plan.script)]
            process = subprocess.Popen(  # noqa: S603 - the step's own script
                [*command, *self._plan.arguments], stdin=subprocess.PIPE, pass_fds=[writer]
            )
            os.close(writer)
            worker = _Worker(process, reader, time.monotonic() + STARTS_WITHIN_S)
            self._workers.append(worker)
            self._selector.register(reader, selectors.EVENT_READ, worker)

    def _dismiss(self, worker: _Worker, *, kill: bool) -> None:
        self._workers.remove(worker)
        self._selector.unregister(worker.answers)
        if kill:
            worker.process.kill()
        if worker.process.stdin is not None:
            with contextlib.suppress(OSError):
                worker.process.stdin.close()
        try:
            worker.process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            worker.process.kill()
            worker.process.wait()
        os.close(worker.answers)

    # --- What they say ---

    def _listen(self) -> None:
        for key, _events in self._selector.select(0.1):
            worker: _Worker = key.data
            data = os.read(worker.answers, 1 << 16)
            if not data:
                self._lost(worker, "its process ended")
                continue
            worker.text += data
            while b"\n" in worker.text:
                line, _newline, worker.text = worker.text.partition(b"\n")
                self._heard(worker, json.loads(line))

    def _heard(self, worker: _Worker, answer: dict[str, Any]) -> None:
        if not worker.is_ready:
            if not answer["ready"]:
                raise Failed(f"The script could not be loaded: {answer['error']}")
            worker.is_ready = True
        elif worker.work is not None:
            work, worker.work = worker.work, None
            missing = answer["items"] - answer["rows"] if self._counts_rows else 0
            if answer["error"]:
                self._try_again(work, answer["error"], answer["items"])
            else:
                self.done += 1
                self._count(max(0, missing), 0, "items for which run() gave nothing")

    def _give(self, worker: _Worker) -> None:
        if not self._waiting:
            return
        work = self._waiting.popleft()
        work.tries += 1
        worker.work, worker.deadline = work, time.monotonic() + self._plan.timeout_s
        asked = {"batch": work.batch, "part": str(self.part(work.number))}
        assert worker.process.stdin is not None
        with contextlib.suppress(OSError):  # it has ended, which is heard next
            worker.process.stdin.write(json.dumps(asked).encode() + b"\n")
            worker.process.stdin.flush()

    def _end_late(self) -> None:
        now = time.monotonic()
        for worker in [worker for worker in self._workers if now > worker.deadline]:
            if not worker.is_ready:
                raise Failed(f"init() took longer than {STARTS_WITHIN_S:.0f} s.")
            if worker.work is not None:
                self._lost(worker, f"run() took longer than {self._plan.timeout_s:g} s")

    def _lost(self, worker: _Worker, reason: str) -> None:
        """Go on without a process that is of no use any more."""
        self._dismiss(worker, kill=True)
        if not worker.is_ready:
            raise Failed("A process ended before it had loaded the script; see above.")
        if worker.work is not None:
            self._try_again(worker.work, reason, len(worker.work.batch.get("files", ())) or 1)

    def _try_again(self, work: _Work, reason: str, items: int) -> None:
        print(f"Mini-batch {work.number + 1}, try {work.tries} of {self._plan.tries}: {reason}", flush=True)
        if work.tries < self._plan.tries:
            self._waiting.append(work)
        else:
            self._count(max(1, items), 1, reason)

    # --- What may fail ---

    @property
    def _counts_rows(self) -> bool:
        return self._plan.errors >= 0

    def _count(self, items: int, whole: int, reason: str) -> None:
        self.failed_items += items
        self.failed_batches += whole
        if 0 <= self._plan.errors < self.failed_items:
            raise Failed(f"{self.failed_items} items failed, and {self._plan.errors} may: {reason}")
        if 0 <= self._plan.batch_errors < self.failed_batches:
            raise Failed(f"{self.failed_batches} mini-batches failed, and {self._plan.batch_errors} may: {reason}")

    def _say(self, *, is_over: bool = False) -> None:
        now = time.monotonic()
        if is_over or now - self._told_at >= SAY_EVERY_S:
            self._told_at = now
            failed = f", {self.failed_batches} failed" if self.failed_batches else ""
            print(f"{self.done} of {self._total} mini-batches done{failed}.", flush=True)
