"""Servers of scripts as real processes on unix sockets, and raw bytes to them."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.launcher.waiting import until
from tests.serving.replicas import ask

SDK = Path(__file__).resolve().parents[2] / "sdk"


class Served:
    """A server in a process of its own."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self.folder = folder
        self.process = process
        self.socket = folder / "s"

    def ask(self, address: str, body: Any = None, method: str = "", **headers: str) -> tuple[int, Any, Any]:
        """Make a request; underscores in names of headers are hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return ask(self.socket, address, body, method, named)

    def raw(self, data: bytes, timeout: float = 10) -> bytes:
        """Send bytes, and return all that comes until the server closes or nothing comes."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout)
            connection.connect(str(self.socket))
            connection.sendall(data)
            got = b""
            with contextlib.suppress(TimeoutError, ConnectionError):
                while piece := connection.recv(65536):
                    got += piece
            return got

    @property
    def status(self) -> dict[str, Any]:
        """What it tells its runner."""
        try:
            return dict(json.loads((self.folder / "status.json").read_text()))
        except FileNotFoundError:
            return {}

    @property
    def log(self) -> str:
        """All it has said."""
        return (self.folder / "log").read_text()


@contextlib.contextmanager
def serving(
    files: dict[str, str], *options: str, python: str = sys.executable, until_ready: bool = True, **variables: str
) -> Iterator[Served]:
    """Serve files, of which ``score.py`` is the script, for as long as the block lasts."""
    folder = Path(tempfile.mkdtemp(prefix="serving-"))
    for name, text in files.items():
        place = folder / "app" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    arguments = ["--socket", str(folder / "s"), "--status", str(folder / "status.json"), *options]
    if "--model" not in options:
        arguments += ["--entry-script", "score.py", "--app-root", str(folder / "app")]
    known = {name: value for name, value in os.environ.items() if not name.startswith(("AZUREML_", "AML_", "SERVICE_"))}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [python, "-m", "mlstudio.serving", *arguments],
            env={**known, "PYTHONPATH": str(SDK), **variables},
            stdout=log,
            stderr=log,
            cwd=folder,
        )
    served = Served(folder, process)
    try:
        if until_ready:
            until(lambda: served.status.get("state") == "ready" or process.poll() is not None, 60, "a server")
            assert process.poll() is None, served.log
        yield served
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()
        shutil.rmtree(folder)


@contextlib.contextmanager
def relay(port: int, path: Path) -> Iterator[None]:
    """Pass connections to a port on to a unix socket, for clients that know no such sockets."""
    import socketserver
    import threading

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as there:
                there.connect(str(path))
                back = threading.Thread(target=copy, args=[there, self.request], daemon=True)
                back.start()
                copy(self.request, there)
                back.join()

    def copy(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    with socketserver.ThreadingTCPServer(("127.0.0.1", port), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        yield
        server.shutdown()
