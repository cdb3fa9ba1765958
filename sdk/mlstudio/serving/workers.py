"""The threads that call the user's code: how many at once, how many wait, for how long; and what becomes of one that hangs.

The first of them is the process's main thread, where scripts expect to run, and where a signal can end a call that sleeps.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import queue
import signal
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Any

from mlstudio.serving import logs
from mlstudio.serving.answers import Answer, failure

INTERRUPT_AGAIN_S = 1.0
STUCK_AFTER_S = 10.0
DRAW_NEAR_S = 0.001
HERE = os.path.dirname(os.path.abspath(__file__))


class Overtime(TimeoutError):
    """Raised inside the user's code when its time is up."""


class Ticket:
    """One call. ``given_up``: nobody waits for it any more, or it was answered otherwise."""

    __slots__ = ("_claims", "done", "given_up", "is_finished", "queued_at", "request_id", "started_at", "work")

    def __init__(self, work: Callable[[], Answer], done: Callable[[Answer], None], request_id: str) -> None:
        self.work = work
        self.done = done
        self.request_id = request_id
        self.queued_at = monotonic()
        self.started_at = 0.0
        self.given_up = self.is_finished = False
        self._claims = [True]

    def claim(self) -> bool:
        """Return True to the first who asks: the worker that will do it, or who gives it up while it waits."""
        try:
            return self._claims.pop()
        except IndexError:
            return False

    @property
    def is_settled(self) -> bool:
        """Whether somebody has it."""
        return not self._claims


class Worker:
    """One thread that calls the user's code; a call at a time."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.current: Ticket | None = None
        self.interrupted_at = 0.0
        self.ident = 0

    def run(self) -> None:
        """Do calls until there are to be no more."""
        self.ident = threading.get_ident()
        while (ticket := self._take()) is not None:
            if ticket.claim():
                answer = failure(500, "The call was ended.", run_failed=True)
                with contextlib.suppress(Overtime):
                    answer = self._call(ticket)
                while not ticket.is_finished:
                    with contextlib.suppress(Overtime):  # meant for the call, and late
                        self._pool.hand_back(ticket, answer)
                        break

    def _take(self) -> Ticket | None:
        while True:
            with contextlib.suppress(Overtime):
                return self._pool.tickets.get()

    def _call(self, ticket: Ticket) -> Answer:
        try:
            logs.set_request(ticket.request_id)
            ticket.started_at = monotonic()
            self.current = ticket
            return ticket.work()
        finally:
            self.current = None
            logs.finish_lines()
            logs.set_request("")

    def where(self) -> str:
        """Return the lines of code at which the call is now, without those of this package."""
        stack = traceback.extract_stack(sys._current_frames().get(self.ident))
        ours = [at for at, each in enumerate(stack) if each.filename.startswith(HERE)]
        return "".join(traceback.format_list(stack[(ours or [-1])[-1] + 1 :])).rstrip()

    def interrupt(self) -> None:
        """Have :class:`Overtime` raised in the call that goes on now."""
        self.interrupted_at = monotonic()
        if self.ident == threading.main_thread().ident:
            signal.pthread_kill(self.ident, signal.SIGUSR2)
        else:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.ident), ctypes.py_object(Overtime))


class Pool:
    """All workers, and the calls that wait for one. Its methods are called in the loop's thread, but for ``serve``.

    Args: size: how many calls at once. most_waiting: calls beyond those. timeout_s: of one call. wait_s: how long one waits
        for its turn. stuck: called when a call does not end although its time was up long ago.
    """

    def __init__(
        self, size: int, most_waiting: int, timeout_s: float, wait_s: float, stuck: Callable[[str], None]
    ) -> None:
        self.size = size
        self.most_waiting = most_waiting
        self.timeout_s = timeout_s
        self.wait_s = wait_s
        self.tickets: queue.SimpleQueue[Ticket | None] = queue.SimpleQueue()
        self._stuck = stuck
        self._workers = [Worker(self) for _ in range(size)]
        self._waiting: deque[Ticket] = deque()
        self._loop: asyncio.AbstractEventLoop
        self._timer: asyncio.TimerHandle | None = None
        self.outstanding = 0

    @property
    def busy(self) -> int:
        """How many calls go on."""
        return min(self.outstanding, self.size)

    @property
    def queued(self) -> int:
        """How many wait for their turn."""
        return self.outstanding - self.busy

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Say which loop answers are brought to."""
        self._loop = loop

    def serve(self) -> None:
        """Do calls in this thread, which must be the main one, and in as many others as there are to be."""
        signal.signal(signal.SIGUSR2, self._on_signal)
        for worker in self._workers[1:]:
            threading.Thread(target=worker.run, name="score", daemon=True).start()
        self._workers[0].run()

    def stop(self) -> None:
        """Have every worker end after the calls that were taken."""
        for _ in self._workers:
            self.tickets.put(None)

    def submit(self, work: Callable[[], Answer], done: Callable[[Answer], None], request_id: str) -> Ticket | None:
        """Have something called; None where too many wait already.

        Args: work: called by a worker. done: called in the loop's thread with what it returned.
        """
        if self.outstanding >= self.size + self.most_waiting:
            return None
        ticket = Ticket(work, done, request_id)
        if self.outstanding >= self.size:
            self._waiting.append(ticket)
        self.outstanding += 1
        self.tickets.put(ticket)
        if self._timer is None:
            self._watch_after(min(self.timeout_s, self.wait_s))
        return ticket

    def hand_back(self, ticket: Ticket, answer: Answer) -> None:
        """Bring an answer to the loop; called by workers."""
        self._loop.call_soon_threadsafe(self._finish, ticket, answer)

    def _finish(self, ticket: Ticket, answer: Answer) -> None:
        if ticket.is_finished:
            return
        ticket.is_finished = True
        self.outstanding -= 1
        if not ticket.given_up:
            ticket.done(answer)

    def give_up(self, ticket: Ticket) -> bool:
        """Forget a call that still waits for its turn; return whether it did."""
        if not ticket.claim():
            return False
        ticket.given_up = ticket.is_finished = True
        self.outstanding -= 1
        return True

    # --- Time --------------------------------------------------------------------------------------------------------
    def _watch_after(self, seconds: float) -> None:
        self._timer = self._loop.call_later(max(seconds, DRAW_NEAR_S), self._watch)

    def _watch(self) -> None:
        """Answer calls whose time is up, and come back when the next could be."""
        self._timer = None
        now = monotonic()
        next_at = now + self.timeout_s
        while self._waiting and (self._waiting[0].is_settled or self._waiting[0].queued_at + self.wait_s <= now):
            ticket = self._waiting.popleft()
            if self.give_up(ticket):
                sentence = f"The request waited {self.wait_s * 1000:.0f} ms for its turn; try again."
                ticket.done(failure(503, sentence))
        if self._waiting:
            next_at = min(next_at, self._waiting[0].queued_at + self.wait_s)
        for worker in self._workers:
            ticket_now = worker.current
            if ticket_now is not None:
                next_at = min(next_at, self._watch_one(worker, ticket_now, now))
        if self.outstanding:
            self._watch_after(next_at - now)

    def _watch_one(self, worker: Worker, ticket: Ticket, now: float) -> float:
        """Return when to look at this call again."""
        over_at = ticket.started_at + self.timeout_s
        if now < over_at:
            return over_at
        if not ticket.given_up:
            ticket.given_up = True
            sentence = f"Scoring timeout after {self.timeout_s * 1000:.0f} ms"
            log = f"{sentence}. This is where it was:\n{worker.where()}"
            ticket.done(failure(504, sentence, run_failed=True, log=log))
        elif now > over_at + STUCK_AFTER_S:
            self._stuck(f"run() did not stop {STUCK_AFTER_S:.0f} s after its {self.timeout_s * 1000:.0f} ms were over")
        if now - worker.interrupted_at >= INTERRUPT_AGAIN_S:
            worker.interrupt()
        return now + INTERRUPT_AGAIN_S

    def _on_signal(self, *_signal: Any) -> None:
        ticket = self._workers[0].current
        if ticket is not None and ticket.given_up:
            raise Overtime(f"Scoring timeout after {self.timeout_s * 1000:.0f} ms")
