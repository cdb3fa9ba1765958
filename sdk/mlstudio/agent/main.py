"""The agent's life: take the home folder, find out what the machine is, then send heartbeats and do work until told to stop.

The main thread looks after the runners, so that a signal is heard at once whatever the connections are doing; heartbeats and
the question for work have a thread each, so that neither delays the other.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from mlstudio import __version__
from mlstudio.agent import isolation, lock, machine
from mlstudio.agent.connection import Connection
from mlstudio.agent.leasing import Leasing
from mlstudio.agent.sweeping import DEFAULT_CACHE_MB, Sweeper
from mlstudio.agent.work import Work
from mlstudio.errors import ConfigurationError
from mlstudio.runner import interpreters

logger = logging.getLogger("mlstudio.agent")

DEFAULT_GRACE_S = 86_400
CHECK_S = 1.0
LOOK_AFTER_S = 0.25
STOP_WITHIN_S = 6.0
PROBE_AGAIN_S = 300.0
ALREADY_RUNNING = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the agent; returns the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr)
    options = _parse(arguments)
    options.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    started_at = datetime.now(timezone.utc).isoformat(timespec="seconds")
    note = {"pid": os.getpid(), "server": options.server, "version": __version__, "started_at": started_at}
    if lock.hold_home(options.home, note) is None:
        pid = (lock.holder(options.home) or {}).get("pid", "?")
        print(f"An agent already runs on {options.home}: process {pid}.", file=sys.stderr)
        return ALREADY_RUNNING
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        reporter = Reporter(options.home, started_at, options.slots)
        connection = Connection(options.server, options.token_file, reporter.report)
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    threading.Thread(target=_beat, args=(connection, stop), name="heartbeats", daemon=True).start()
    work = Work(options.home, options.server)
    leasing = Leasing(options.server, options.token_file, work, options.slots)
    threading.Thread(target=leasing.run, args=(stop,), name="leasing", daemon=True).start()
    sweeper = Sweeper(options.home, work, options.environment_cache_mb)
    threading.Thread(target=sweeper.run, args=(stop,), name="sweeping", daemon=True).start()
    while not stop.wait(LOOK_AFTER_S):
        if work.look_after():
            leasing.ask_again()
        if time.monotonic() - connection.last_answer_at > options.grace_s:
            logger.warning("No studio for %d s; this agent ends.", options.grace_s)
            return 0  # so do the runners, which keep what they could not tell
    work.stop(STOP_WITHIN_S)
    logger.info("Stopped.")
    return 0


class Reporter:
    """Composes heartbeats. What changes rarely is found out once, or looked at again now and then."""

    def __init__(self, home: Path, started_at: str, slots: int) -> None:
        self._home = home
        self._slots = slots
        self._started_at = started_at
        self._fixed: dict[str, Any] = {}
        self._isolation: dict[str, Any] = {}
        self._pythons: list[str] = []
        self._probed_at = 0.0

    def report(self) -> dict[str, Any]:
        """Return the body of the next heartbeat."""
        if not self._fixed:
            self._fixed = machine.fixed_facts()
        if not self._isolation or time.monotonic() - self._probed_at > PROBE_AGAIN_S:
            self._isolation = {**isolation.probe().as_json(), "accepted": isolation.is_accepted_here()}
            self._pythons = interpreters.series_here()
            self._probed_at = time.monotonic()
        facts = {**self._fixed, **machine.changing_facts(self._home), "slots": self._slots, "pythons": self._pythons}
        return {"version": __version__, "started_at": self._started_at, "isolation": self._isolation, "machine": facts}


def _beat(connection: Connection, stop: threading.Event) -> None:
    pause = 0.0
    while not stop.wait(pause):
        pause = _beat_once(connection)


def _beat_once(connection: Connection) -> float:
    try:
        return connection.beat()
    except Exception:  # a machine that cannot be described for a moment must not look dead for ever
        logger.exception("A heartbeat could not be sent.")
        return CHECK_S


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m mlstudio.agent", description="Connect this machine to a studio.")
    parser.add_argument("--server", required=True, help="address of the studio, such as https://studio.example.com")
    parser.add_argument("--token-file", required=True, type=Path, help="file that holds this agent's token")
    parser.add_argument(
        "--home", required=True, type=Path, help="folder for what the agent keeps; one agent per folder"
    )
    parser.add_argument(
        "--grace-s",
        type=int,
        default=int(os.environ.get("STUDIO_RUNNER_GRACE_S") or DEFAULT_GRACE_S),
        help="end after this many seconds without a studio (default: STUDIO_RUNNER_GRACE_S, else a day)",
    )
    parser.add_argument(
        "--slots",
        type=int,
        default=int(os.environ.get("STUDIO_AGENT_SLOTS") or machine.cores()),
        help="how much runs at once (default: STUDIO_AGENT_SLOTS, else the number of cores)",
    )
    parser.add_argument(
        "--environment-cache-mb",
        type=int,
        default=int(os.environ.get("STUDIO_ENVIRONMENT_CACHE_MB") or DEFAULT_CACHE_MB),
        help="remove environments that nothing used for long beyond this (default: STUDIO_ENVIRONMENT_CACHE_MB, else 20000)",
    )
    return parser.parse_args(arguments)
