"""One writer for each process: requests that wait together are committed together.

A request is answered after its transaction has been committed. What that means is the database's setting: SQLite in WAL mode
with ``synchronous=NORMAL`` keeps it whatever happens to the studio's processes, but may lose the last moments when the
machine loses power; PostgreSQL as it comes keeps it then too.
"""

import asyncio
import logging
import queue
import threading
from dataclasses import dataclass
from typing import Any

from django.db import connection

from apps.core.errors import PlatformError
from apps.core.faults import recognise
from apps.experiments.ingestion.errors import Busy
from apps.experiments.ingestion.series import forget_names
from apps.experiments.ingestion.store import Request, Stored, store

logger = logging.getLogger(__name__)

REQUESTS_AT_ONCE = 64
MOST_WAITING = 1024
MOST_WAITING_BYTES = 64 * 2**20
IDLE_S = 5.0

Outcome = Stored | BaseException


@dataclass
class _Job:
    request: Request
    answer: "asyncio.Future[Stored]"
    loop: asyncio.AbstractEventLoop


class Writer:
    """A thread with a database connection of its own. Use ``writer``."""

    def __init__(self) -> None:
        self._jobs: queue.Queue[_Job] = queue.Queue(MOST_WAITING)
        self._waiting_bytes = 0
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    async def write(self, request: Request) -> Stored:
        """Store a request and return what became of it once that has been committed.

        Raises:
            Busy: too much is waiting.
            StudioError: nothing of it was stored; says why.
            Exception: nothing of it was stored, and nobody foresaw why.
        """
        loop = asyncio.get_running_loop()
        job = _Job(request, loop.create_future(), loop)
        with self._lock:
            if self._waiting_bytes + request.size > MOST_WAITING_BYTES:
                raise Busy
            try:
                self._jobs.put_nowait(job)
            except queue.Full:
                raise Busy from None
            self._waiting_bytes += request.size
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="ingestion writer", daemon=True)
                self._thread.start()
        return await job.answer

    def _run(self) -> None:
        while True:
            try:
                group = [self._jobs.get(timeout=IDLE_S)]
            except queue.Empty:
                connection.close()
                continue
            # Nobody is waited for: while one group is committed, the next one comes together.
            while len(group) < REQUESTS_AT_ONCE:
                try:
                    group.append(self._jobs.get_nowait())
                except queue.Empty:
                    break
            with self._lock:
                self._waiting_bytes -= sum(job.request.size for job in group)
            self._commit(group)

    def _commit(self, group: list[_Job]) -> None:
        try:
            outcomes: list[Any] = list(store([job.request for job in group]))
        except Exception as error:
            forget_names(job.request.run_id for job in group)
            connection.close()  # whatever state it is in
            if len(group) > 1 and not isinstance(recognise(error), PlatformError):
                for job in group:  # one of them is at fault; the others shall not suffer
                    self._commit([job])
                return
            outcomes = [error] * len(group)
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Job, Outcome]]] = {}
        for job, outcome in zip(group, outcomes, strict=True):
            by_loop.setdefault(job.loop, []).append((job, outcome))
        for loop, answered in by_loop.items():
            try:
                loop.call_soon_threadsafe(_answer, answered)
            except RuntimeError:  # the server has stopped meanwhile; its clients send again what was not answered
                logger.info("%d answers found no server.", len(answered))


def _answer(answered: list[tuple[_Job, Outcome]]) -> None:
    for job, outcome in answered:
        if job.answer.done():
            continue
        if isinstance(outcome, BaseException):
            job.answer.set_exception(outcome)
        else:
            job.answer.set_result(outcome)


writer = Writer()
