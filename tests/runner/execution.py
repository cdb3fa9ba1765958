"""Run parts side by side, as many as the machine has cores for, and collect what came out."""

import os
import signal
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from tests.runner.parts import CORES, Part
from tests.runner.paths import RESULTS, environment

STOPS_WITHIN_S = 10


@dataclass
class Outcome:
    """What came out of one part. Counts are of tests and stay 0 for parts without any. ``again``: what passed only then."""

    part: Part
    seconds: float = 0.0
    code: int = 0
    not_run: str = ""
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    again: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """How the part went, in one word or two."""
        if self.not_run:
            return "NOT RUN"
        return "FAILED" if self.code else "passed"


class _Running:
    def __init__(self, part: Part, extra: dict[str, str]) -> None:
        self.part = part
        self.started = time.monotonic()
        part.results.unlink(missing_ok=True)
        self._output = part.log.open("wb")
        # A session of its own, so that stopping it stops everything it started.
        self.process = subprocess.Popen(
            part.command, cwd=part.folder, env=environment(**{**part.environment, **extra}), stdin=subprocess.DEVNULL,
            stdout=self._output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip

    def outcome(self) -> Outcome | None:
        """Return what came out once it is over; None while it runs."""
        seconds = time.monotonic() - self.started
        code = self.process.poll()
        if code is None and seconds < self.part.deadline_s:
            return None
        if code is None:
            self.stop()
            self._output.write(f"\nStopped: it was not done after {self.part.deadline_s} s.\n".encode())
            code = -1
        elif code < 0:
            self._output.write(f"\nIt was ended by signal {-code}.\n".encode())
        self._output.close()
        result = Outcome(self.part, seconds, code)
        if self.part.counts:
            _count(result)
        return result

    def stop(self) -> None:
        """End it and whatever it started."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(STOPS_WITHIN_S)


def run(parts: list[Part], extra: dict[str, dict[str, str]], tell: Callable[[Outcome], None]) -> list[Outcome]:
    """Run parts in order, several at once where cores are left.

    Args: extra: variables for single parts, by name. tell: called with each outcome as soon as there is one.
    """
    RESULTS.mkdir(exist_ok=True)
    waiting, running, done = list(parts), list[_Running](), list[Outcome]()
    try:
        while waiting or running:
            while waiting and (not running or sum(r.part.cores for r in running) + waiting[0].cores <= CORES):
                part = waiting.pop(0)
                running.append(_Running(part, extra.get(part.name, {})))
            for one in list(running):
                if outcome := one.outcome():
                    running.remove(one)
                    done.append(outcome)
                    tell(outcome)
            time.sleep(0.1)
    finally:
        for one in running:
            one.stop()
    return sorted(done, key=lambda outcome: parts.index(outcome.part))


def _count(outcome: Outcome) -> None:
    """Read the part's tests from its JUnit file; without one, or without a test in it, the part has failed."""
    try:
        root = ElementTree.parse(outcome.part.results).getroot()
    except (OSError, ElementTree.ParseError):
        outcome.code, outcome.failed = outcome.code or 1, 1
        return
    suites = [root] if root.tag == "testsuite" else root.findall("testsuite")
    total = sum(int(suite.get("tests", 0)) for suite in suites)
    outcome.failed = sum(int(suite.get(kind, 0)) for suite in suites for kind in ("failures", "errors"))
    outcome.skipped = sum(int(suite.get("skipped", 0)) for suite in suites)
    outcome.passed = max(0, total - outcome.failed - outcome.skipped)
    tried = Counter(f"{case.get('classname')}::{case.get('name')}" for case in root.iter("testcase"))
    outcome.again = tuple(name for name, times in tried.items() if times > 1)
    if outcome.failed or not total:
        outcome.code = outcome.code or 1
