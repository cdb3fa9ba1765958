"""Asking the studio for work: one question that it answers when there is something to do, again and again."""

from __future__ import annotations

import logging
import random
import threading
import time
from pathlib import Path
from typing import Any

from mlstudio.agent.work import Work
from mlstudio.runner.link import Away, Link

logger = logging.getLogger("mlstudio.agent")

WAIT_S = 20
ANSWER_WITHIN_S = 35.0
MOST_BUILDS = 2
FIRST_PAUSE_S = 0.5
SHORTEST_WAIT_S = 0.5
LONGEST_PAUSE_S = 5.0


class Leasing:
    """Leases orders for the free slots of a machine and passes on what the studio says of those it has.

    Args: server: address of the studio. token_file: holds the agent's token. slots: how much runs at once.
    """

    def __init__(self, server: str, token_file: Path, work: Work, slots: int) -> None:
        self._link = Link(server, "", ANSWER_WITHIN_S)
        self._token_file = token_file
        self._work = work
        self._slots = slots
        self._again = threading.Event()

    def run(self, stop: threading.Event) -> None:
        """Ask until told to stop. What goes wrong goes to the log and is tried again."""
        failures = 0
        while not stop.is_set():
            try:
                asked_at = time.monotonic()
                has_news = self._lease()
                failures = 0
                if not has_news and time.monotonic() - asked_at < SHORTEST_WAIT_S:
                    stop.wait(SHORTEST_WAIT_S)  # a server that does not wait must not be asked without end
            except Away as reason:
                if self._again.is_set():
                    self._again.clear()
                    continue
                failures = self._failed(str(reason), failures)
            except Exception:
                logger.exception("Asking for work failed.")
                failures = self._failed("asking for work failed", failures)
            if failures:
                stop.wait(min(FIRST_PAUSE_S * 2.0**failures, LONGEST_PAUSE_S) * random.uniform(0.5, 1.0))  # noqa: S311

    def ask_again(self) -> None:
        """Put the question anew, because something became free; may be called by another thread."""
        self._again.set()
        self._link.interrupt()

    def _lease(self) -> bool:
        self._link.token = self._token_file.read_text().strip()
        self._again.clear()
        slots, builds = self._work.free(self._slots, MOST_BUILDS)
        question = {"free_slots": slots, "free_builds": builds, "orders": self._work.ids(), "wait_s": WAIT_S}
        answer = self._link.post("agents/lease/", question)
        if not answer.is_good:
            raise Away(answer.words)
        given: list[dict[str, Any]] = answer.body.get("orders") or []
        for order in given:
            # What has another attempt now is no longer ours in the earlier one.
            self._work.give_up(order["id"], except_attempt=order["attempt"])
            self._work.take(order)
        for wish in answer.body.get("cancel") or []:
            self._work.cancel(wish["id"], wish.get("reason") or "")
        fresh = {order["id"] for order in given}
        for order_id in answer.body.get("over") or []:
            if order_id not in fresh:
                self._work.give_up(order_id)
        return any(answer.body.get(name) for name in ("orders", "cancel", "over"))

    def _failed(self, reason: str, failures: int) -> int:
        if failures == 0:
            logger.warning("No work can be asked for: %s Trying again.", reason)
        return min(failures + 1, 6)
