"""The runner's life: take the order's folder, do the order, send all there is to send, and say how it ended."""

from __future__ import annotations

import fcntl
import logging
import os
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path

from mlstudio.runner import processes
from mlstudio.runner.build_order import BuildOrder
from mlstudio.runner.ending import SYSTEM_ERROR, Ending, Fault, Stopped
from mlstudio.runner.folder import WorkFolder
from mlstudio.runner.link import Away, Link
from mlstudio.runner.progress import GONE, LONGEST_PAUSE_S, Progress
from mlstudio.runner.replica_order import ReplicaOrder
from mlstudio.runner.run_order import RunOrder
from mlstudio.runner.streams import Refused, Streams

logger = logging.getLogger("mlstudio.runner")

DEFAULT_GRACE_S = 86_400
SHIP_S = 0.1
KINDS: dict[str, type[RunOrder] | type[BuildOrder]] = {"run": RunOrder, "build": BuildOrder, "replica": ReplicaOrder}


def main(path: str) -> int:
    """Do the order in a folder, ``<agent home>/work/<order>-<attempt>``; returns the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    folder = WorkFolder(Path(path))
    descriptor = os.open(folder.path / "runner.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return 0  # another runner is at it
    folder.write("runner.json", processes.identify(os.getpid()))
    folder.logs.mkdir(mode=0o700, exist_ok=True)
    Runner(folder).run()
    return 0


class Runner:
    """Does one order. ``end.json`` says how it ended as soon as that is certain, and later that the studio knows."""

    def __init__(self, folder: WorkFolder) -> None:
        self._folder = folder
        order = folder.read("order.json") or {}
        self._server, self._token = order["server"], order["token"]
        self._progress = Progress(folder, float(os.environ.get("STUDIO_RUNNER_GRACE_S") or DEFAULT_GRACE_S))
        self._order = KINDS[order["kind"]](folder, folder.path.parents[1], self._progress)
        self._streams = Streams(folder, self._order.streams())

    def run(self) -> None:
        """Do it, or what an earlier runner left of it."""
        told = threading.Event()
        telling = threading.Thread(target=self._progress.keep_telling, args=[self._link(), told], daemon=True)
        telling.start()
        if not self._folder.has("end.json"):
            done = threading.Event()
            shipping = threading.Thread(target=self._ship_until, args=[done], daemon=True)
            shipping.start()
            ending = self._work()
            done.set()
            shipping.join()
            self._folder.write("end.json", {"ending": asdict(ending), "reported": False})
        self._ship_rest()
        self._report()
        told.set()
        self._progress.wake()

    def _work(self) -> Ending:
        try:
            return self._order.work(self._link())
        except Stopped as stopped:
            return Ending("canceled", reason=str(stopped))
        except Fault as fault:
            return Ending("failed", error_code=fault.code, reason=str(fault)[:2000])
        except Exception as error:
            logger.exception("The order failed by a fault of ours.")
            return Ending("failed", error_code=SYSTEM_ERROR, reason=f"the runner failed: {error}"[:2000])

    def _ship_until(self, done: threading.Event) -> None:
        """Send what grows, until the order has ended. Away for a moment or an hour only means later."""
        link = self._link()
        failures = 0
        while not done.is_set():
            try:
                while self._streams.send_some(link):
                    self._progress.heard()
                failures = 0
                done.wait(SHIP_S)
            except Away as reason:
                failures = self._failed(reason, failures)
                done.wait(min(0.2 * 2.0**failures, LONGEST_PAUSE_S))
            except Refused as refusal:
                self._refused(refusal)
                done.wait(LONGEST_PAUSE_S)
            except Exception:
                logger.exception("Something could not be sent.")
                done.wait(LONGEST_PAUSE_S)

    def _ship_rest(self) -> None:
        """Send the rest of everything, and say that nothing follows."""
        link = self._link()
        failures = 0
        while not self._streams.are_done and not self._progress.is_hopeless():
            try:
                self._streams.send_some(link, is_over=True)
                self._progress.heard()
                failures = 0
            except Away as reason:
                failures = self._failed(reason, failures)
                time.sleep(min(0.2 * 2.0**failures, LONGEST_PAUSE_S))
            except Refused as refusal:
                self._refused(refusal)
                return
            except Exception:
                logger.exception("What is left could not be sent.")
                return

    def _report(self) -> None:
        kept = self._folder.read("end.json") or {}
        link = self._link()
        failures = 0
        while not kept["reported"] and not self._progress.is_hopeless():
            try:
                answer = link.post("work/end/", {**kept["ending"], "stages": self._progress.stages})
            except Away as reason:
                failures = self._failed(reason, failures)
                time.sleep(min(0.2 * 2.0**failures, LONGEST_PAUSE_S))
                continue
            if not answer.is_good and answer.status not in GONE:
                logger.error("The studio refused how the order ended: %s", answer.words)
            kept["reported"] = True
        if self._progress.is_over:
            kept["reported"] = True
        self._folder.write("end.json", kept)

    def _refused(self, refusal: Refused) -> None:
        logger.error("The studio does not want what is sent: %s", refusal)
        if refusal.answer.status in GONE:
            self._progress.is_over = True

    def _failed(self, reason: Away, failures: int) -> int:
        if failures == 0:
            logger.warning("Sending waits: %s", reason)
        return min(failures + 1, 8)

    def _link(self) -> Link:
        return Link(self._server, self._token)
