"""Orders of kind ``replica``: a server for an endpoint, in its sandbox, until the studio wants it no more.

It differs from a run in what is started (``python -m mlstudio.serving``, on a unix socket that the gateway reaches), in what is
told (state, address and figures, every few seconds), and in its end: what was begun is answered first.
"""

from __future__ import annotations

import json
import os
from pathlib import Path, PurePosixPath

from mlstudio.runner import command, interpreters, sandbox
from mlstudio.runner.ending import Ending, Fault
from mlstudio.runner.interpreters import Interpreter
from mlstudio.runner.link import Link
from mlstudio.runner.replica_door import HOST_VARIABLE, Door, door_to
from mlstudio.runner.replica_models import lay_out
from mlstudio.runner.replica_reports import Reporter
from mlstudio.runner.replica_server import ReplicaServer
from mlstudio.runner.rotation import RotatedLog
from mlstudio.runner.run_order import RunOrder, isolation_of
from mlstudio.runner.running import Command
from mlstudio.runner.streams import LogStream, Stream

SOCKET_FOLDER = "/studio/socket"
MODELS_FOLDER = "/studio/models"
LONGEST_PATH = 100  # of a unix socket, with some room
DEFAULT_LOG_MB = 16
SERVER_OPTIONS = {
    "timeout_ms": "--timeout-ms",
    "max_concurrent": "--max-concurrent",
    "max_queue": "--max-queue",
    "queue_wait_ms": "--queue-wait-ms",
    "max_body_mb": "--max-body-mb",
}


class ReplicaOrder(RunOrder):
    """One replica on this machine; its arguments are those of a run's."""

    def streams(self) -> list[Stream]:
        """Return the files to be sent while the order goes on."""
        logs = self.folder.logs
        log_bytes = int(self._spec.get("log_rotate_mb") or DEFAULT_LOG_MB) << 20
        return [
            RotatedLog(logs / "std.txt", self._spec.get("log") or "logs/replica.txt", log_bytes),
            LogStream(logs / "environment.txt", "system_logs/prepare_environment.txt"),
            LogStream(logs / "runner.txt", "system_logs/runner.txt"),
        ]

    def work(self, link: Link) -> Ending:
        """Do the order, from wherever an earlier runner left it.

        Raises:
            Fault: it cannot be done. Stopped: the studio wants it no more.
        """
        place = self._socket_folder()
        server = self._spec.get("server") or {}
        socket = place / "http.sock"
        door = self._door_to(socket, str(server.get("door") or ""))
        reporter = Reporter(
            Link(link.server, link.token), socket, door.address if door else f"unix:{socket}", self._progress
        )
        running = ReplicaServer(self.folder, place, reporter, server)
        reporter.start()
        try:
            if not running.was_started:
                self._prepare_and_start(running, link)
            with self._progress.stage("serve"):
                self._progress.began()
                return running.watch(self._progress)
        finally:
            reporter.stop()
            if door:
                door.close()
            for path in place.glob("*"):
                path.unlink(missing_ok=True)
            place.rmdir()

    def _door_to(self, socket: Path, token_hash: str) -> Door | None:
        try:
            return door_to(socket, token_hash)
        except OSError as error:
            raise Fault(f"{HOST_VARIABLE} names no address of this machine: {error}") from error

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
        uid, lock = sandbox.take_uid() or (None, None) if kind != "none" else (None, None)
        paths = {name: each.seen_at(f"{where.inputs}/{name}" if where.inputs else "") for name, each in fetched.items()}
        models = self.folder.run / "models"
        model_folder = lay_out(models, self._spec.get("inputs") or {}, paths)
        sandbox.make_folders(self.folder, uid)
        place = self._socket_folder()
        if uid is not None:
            os.chown(place, uid, uid)
        is_alone = kind == "bubblewrap"
        sockets, seen_models = (SOCKET_FOLDER, MODELS_FOLDER) if is_alone else (str(place), os.path.realpath(models))
        seen = str(PurePosixPath(seen_models) / model_folder)
        shown = [*([environment.path] if environment else [self.folder.run / "home"]), python.prefix]
        limits = self._spec.get("limits") or {}
        program = f"{where.environment}/bin/python" if environment else str(python.path)
        argv = sandbox.command_line(
            kind,
            self.folder,
            where,
            [program, "-m", "mlstudio.serving", *self._arguments(sockets, place, list(paths.values()))],
            uid=uid,
            processes=limits.get("processes"),
            shown=shown,
            inputs={name: each.folder for name, each in fetched.items() if each.folder is not None},
            bound={SOCKET_FOLDER: place, MODELS_FOLDER: models},
        )
        variables = self._variables(where, python, environment is not None, seen)
        running.start(argv, variables, limits, str(self.folder.logs / "std.txt"), kind=kind, uid=uid, uid_lock=lock)

    def _arguments(self, sockets: str, place: Path, models: list[str]) -> list[str]:
        told = self._spec.get("server") or {}
        replica = self._spec["replica"]
        arguments = ["--socket", f"{sockets}/http.sock", "--status", f"{sockets}/status.json"]
        if self._spec.get("entry_script"):
            arguments += ["--entry-script", self._spec["entry_script"]]
        else:
            arguments += ["--model", models[0] if models else ""]
        for name, option in SERVER_OPTIONS.items():
            if told.get(name) is not None:
                arguments += [option, str(int(told[name]))]
        if self._spec.get("sample") is not None:
            (place / "sample.json").write_text(json.dumps(self._spec["sample"]), encoding="utf-8")
            (place / "sample.json").chmod(0o644)
            arguments += ["--sample", f"{sockets}/sample.json"]
        return [*arguments, "--name", str(replica["endpoint"])]

    def _variables(
        self, where: sandbox.Layout, python: Interpreter, has_environment: bool, models: str
    ) -> dict[str, str]:
        """Return the environment of the server: that of the reference server, and what the deployment sets."""
        replica = self._spec["replica"]
        names = {
            "AZUREML_MODEL_DIR": models,
            "AML_APP_ROOT": where.code,
            "SERVICE_NAME": replica["endpoint"],
            "AZUREML_DEPLOYMENT_NAME": replica["deployment"],
            "AZUREML_ARM_WORKSPACE_NAME": replica["workspace"],
            **({"AZUREML_ENTRY_SCRIPT": self._spec["entry_script"]} if self._spec.get("entry_script") else {}),
        }
        return {**command.surroundings(self._spec, where, python, has_environment), **names}

    def _socket_folder(self) -> Path:
        """Return the folder of this replica's socket, made if need be: where the sandbox's user can reach it, and with a path
        that a unix socket may have."""
        name = self.folder.name.replace("-", "")[-14:]
        homes = (sandbox.common_home(self._home), sandbox.open_home(self._home))
        home = next((each for each in homes if len(f"{each}/sockets/{name}/http.sock") < LONGEST_PATH), homes[1])
        for path in (home, home / "sockets"):
            path.mkdir(mode=0o711, exist_ok=True)
        place = home / "sockets" / name
        place.mkdir(mode=0o700, exist_ok=True)
        return place
