"""Orders of kind ``run``: prepare, start the command in its sandbox, watch, upload."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import threading
import time
from pathlib import Path
from typing import Any

from mlstudio.agent import isolation
from mlstudio.runner import code, command, inputs, interpreters, sandbox
from mlstudio.runner.ending import SYSTEM_ERROR, USER_ERROR, Ending, Fault, Stopped
from mlstudio.runner.environment import Builder, BuildError, Environment, Interrupted
from mlstudio.runner.folder import WorkFolder
from mlstudio.runner.link import Away, Link
from mlstudio.runner.progress import Progress
from mlstudio.runner.running import Command
from mlstudio.runner.streams import LineStream, LogStream, Stream
from mlstudio.runner.uploads import Found, Uploader

logger = logging.getLogger("mlstudio.runner")

LIVE_SCAN_S = 5.0
LARGEST_LIVE = 10 << 20
PAUSE_S = 0.5
LONGEST_PAUSE_S = 10.0


class RunOrder:
    """One run on this machine.

    Args: folder: of the order. home: the agent's folder. progress: where its stages go and wishes come from.
    """

    def __init__(self, folder: WorkFolder, home: Path, progress: Progress) -> None:
        self.folder = folder
        self._home = home
        self._progress = progress
        self._order = folder.read("order.json") or {}
        self._spec: dict[str, Any] = self._order["spec"]
        self._wanted: queue.SimpleQueue[str] = queue.SimpleQueue()
        roots = {"": folder.logged_files, "outputs/": folder.code / "outputs", "logs/": folder.code / "logs"}
        self._uploader = Uploader(roots, folder.path / "uploads.ndjson", self.note)

    def streams(self) -> list[Stream]:
        """Return the files to be sent while the order goes on."""
        logs = self.folder.logs
        return [
            LogStream(logs / "std.txt", self._spec.get("log") or "user_logs/std_log.txt", is_always_there=True),
            LogStream(logs / "environment.txt", "system_logs/prepare_environment.txt"),
            LogStream(logs / "runner.txt", "system_logs/runner.txt"),
            LineStream(self.folder.events, "events", self.note, self._wanted.put),
            LineStream(logs / "system.ndjson", "system", self.note),
        ]

    def note(self, sentence: str) -> None:
        """Add a line to the log that the run's page shows as the machine's own."""
        with contextlib.suppress(OSError), (self.folder.logs / "runner.txt").open("a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%H:%M:%S')} {sentence}\n")

    def work(self, link: Link) -> Ending:
        """Do the order, from wherever an earlier runner left it.

        Raises:
            Fault: it cannot be done. Stopped: the studio wants it no more.
        """
        running = Command(self.folder)
        if not running.was_started:
            self._prepare_and_start(running, link)
        done = threading.Event()
        live = threading.Thread(target=self._upload_live, args=[Link(link.server, link.token), done], daemon=True)
        live.start()
        with self._progress.stage("run"):
            self._progress.began()
            ending = running.watch(self._progress)
        done.set()
        live.join()
        if not self._progress.is_over:
            with self._progress.stage("upload_outputs"):
                self._upload_all(link, ending)
        return ending

    # --- Before the command ------------------------------------------------------------------------------------------
    def _prepare_and_start(self, running: Command, link: Link) -> None:
        kind = isolation_of(accepted=bool(self._order.get("unisolated")))
        sandbox.prepare_run_folder(kind, self.folder, self._home)
        with self._progress.stage("prepare_environment"):
            environment = self._environment()
        with self._progress.stage("fetch_code"):
            self._fetch_code(link)
        fetched = self._bring_inputs(link, kind)
        self._stop_if_wanted()
        python = environment.python if environment else interpreters.own()
        where = sandbox.layout(kind, self.folder, environment.path if environment else self.folder.path)
        taken = sandbox.take_uid() if kind != "none" else None
        uid, lock = taken or (None, None)
        self._make_folders(uid, where)
        shown = [*([environment.path] if environment else [self.folder.run / "home"]), python.prefix]
        limits = self._spec.get("limits") or {}
        paths = {name: each.seen_at(f"{where.inputs}/{name}" if where.inputs else "") for name, each in fetched.items()}
        argv = sandbox.command_line(
            kind,
            self.folder,
            where,
            command.line(self._spec, where, paths),
            uid=uid,
            processes=limits.get("processes"),
            shown=shown,
            inputs={name: each.folder for name, each in fetched.items() if each.folder is not None},
        )
        variables = command.variables(self._order, where, python, environment is not None, paths)
        running.start(argv, variables, limits, str(self.folder.logs / "std.txt"), kind=kind, uid=uid, uid_lock=lock)

    def _environment(self) -> Environment | None:
        wanted = self._spec.get("environment")
        if not wanted:
            return None
        builder = Builder(
            sandbox.common_home(self._home),
            self.folder.logs / "environment.txt",
            lambda: self._progress.cancel() is not None,
        )
        try:
            environment = builder.ensure(wanted["python"], wanted["lock"])
        except Interrupted:
            self._stop_if_wanted()
            raise
        except BuildError as error:
            raise Fault(f"the environment {wanted['name']} could not be installed: {error}") from error
        except interpreters.NoInterpreter as error:
            raise Fault(str(error), USER_ERROR) from error
        if environment.digest != wanted["digest"]:
            raise Fault(
                f"the environment {wanted['name']} was locked for another kind of machine or Python than this one; build it here"
            )
        return environment

    def _fetch_code(self, link: Link) -> None:
        expected = self._spec.get("code")
        if not expected:
            return
        path = self.folder.path / "code.zip"
        while True:
            self._stop_if_wanted()
            try:
                with path.open("wb") as file:
                    answer = link.download("work/code/", file)
            except Away:
                time.sleep(PAUSE_S)
                continue
            if not answer.is_good:
                raise Fault(f"the studio does not give out the code: {answer.words}")
            break
        try:
            code.check(path, expected)
            code.unpack(path, self.folder.code, expected.get("folder", ""))
        except code.CodeError as error:
            raise Fault(str(error), USER_ERROR) from error
        path.unlink()

    def _bring_inputs(self, link: Link, kind: str) -> dict[str, inputs.Fetched]:
        """Have the data of the order on this machine, where the command's user will be able to reach it."""
        given = self._spec.get("inputs") or {}
        if not any("kind" in each for each in given.values()):
            return {}
        how = inputs.Fetching(self.folder, sandbox.common_home(self._home), self._progress.detail, self._stop_if_wanted)
        # Where it really is: the order's own folder is closed to the command's user.
        shown = Path(os.path.realpath(self.folder.run)) / sandbox.INPUTS
        with self._progress.stage("fetch_inputs"):
            if kind != "uid":
                return inputs.fetch(given, link, how)
            found = inputs.fetch(given, link, how, own=shown)
            return {name: inputs.show_to_user(each, shown / name) for name, each in found.items()}

    def _make_folders(self, uid: int | None, where: sandbox.Layout) -> None:
        for name, output in (self._spec.get("outputs") or {}).items():
            place = self.folder.code / "outputs" / Path(command.output_path(where, name)).name
            (place.parent if (output or {}).get("type") == "uri_file" else place).mkdir(parents=True, exist_ok=True)
        sandbox.make_folders(self.folder, uid)

    def _stop_if_wanted(self) -> None:
        wish = self._progress.cancel()
        if wish is not None:
            raise Stopped(wish["reason"])

    # --- Files -------------------------------------------------------------------------------------------------------
    def _upload_live(self, link: Link, done: threading.Event) -> None:
        """Upload what the run asks for, and what changes below ``logs/``, until the command has ended."""
        scan_at = time.monotonic() + LIVE_SCAN_S
        while not done.wait(0.1):
            wanted = []
            while not self._wanted.empty():
                wanted.append(self._wanted.get())
            if time.monotonic() >= scan_at:
                wanted += [found.name for found in self._uploader.pending("logs/") if found.size <= LARGEST_LIVE]
                scan_at = time.monotonic() + LIVE_SCAN_S
            for name in wanted:
                try:
                    self._uploader.send(name, link)
                except Away:
                    break  # all that was not sent is sent at the end
                except OSError as error:
                    self.note(f"{name} could not be read: {error}.")

    def _upload_all(self, link: Link, ending: Ending) -> None:
        wish = self._progress.cancel() or {}
        finish_at = time.monotonic() + wish["grace_s"] if wish.get("grace_s") is not None else None
        failures = 0
        while pending := self._uploader.pending():
            if self._progress.is_hopeless() or (finish_at is not None and time.monotonic() > finish_at):
                return
            try:
                for found in pending:
                    self._send(found, link)
                    self._progress.heard()
                failures = 0
            except Away as reason:
                logger.warning("Uploading waits: %s", reason)
                time.sleep(min(PAUSE_S * 2.0**failures, LONGEST_PAUSE_S))
                failures = min(failures + 1, 8)
        if self._uploader.refused and ending.outcome == "succeeded":
            ending.outcome, ending.error_code = "failed", SYSTEM_ERROR
            ending.reason = f"the command succeeded, but a file of it was not kept: {self._uploader.refused[0]}"

    def _send(self, found: Found, link: Link) -> None:
        try:
            self._uploader.send(found.name, link)
        except OSError as error:
            self._uploader.give_up(found, error)


def isolation_of(accepted: bool) -> str:
    """Return how this machine keeps the run apart.

    Args: accepted: whether an administrator of the studio accepted that it does not.
    Raises:
        Fault: not at all, and nobody accepted that.
    """
    found = isolation.probe()
    if found.kind == "none" and not accepted and not isolation.is_accepted_here():
        raise Fault(
            f"this machine cannot keep the run's code apart from its own files ({found.detail}). Install bubblewrap there, "
            "or have an administrator accept on the machine's page that user code can read everything"
        )
    return found.kind
