"""A server as those of replicas are, on a unix socket, in a thread: it says what it got, or does what the path asks for."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any


@dataclass
class FakeReplica:
    """What a replica got. ``hold`` keeps its answers back until it is set; ``breaks``: it ends without an answer."""

    name: str
    address: str
    requests: list[dict[str, Any]] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)
    breaks: bool = False


class _Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True
    request_queue_size = 128
    replica: FakeReplica


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        replica = self.server.replica
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        replica.requests.append({"path": self.path, "headers": dict(self.headers), "body": body})
        replica.hold.wait(20)
        if replica.breaks:
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        answer = json.dumps({"by": replica.name, "bytes": len(body)}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.send_header("Set-Cookie", "studio-session=mine")
        self.end_headers()
        self.wfile.write(answer)

    def do_GET(self) -> None:
        self.do_POST()

    def address_string(self) -> str:
        return "unix"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def replica_server(folder: Path, name: str = "one") -> Iterator[FakeReplica]:
    """Serve until the block is left. Args: folder: where the socket is; its path must be short."""
    path = folder / f"{name}.sock"
    replica = FakeReplica(name, f"unix:{path}")
    replica.hold.set()
    with _Server(str(path), _Handler) as server:
        server.replica = replica
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield replica
        finally:
            replica.hold.set()
            server.shutdown()
            path.unlink(missing_ok=True)


def wait_until(condition: Any, within_s: float = 40.0) -> None:
    """Wait until something is the case."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "It did not come about in time."
        time.sleep(0.02)
