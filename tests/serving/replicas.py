"""Replicas as an agent runs them, for the test studio of the runner's tests."""

import hashlib
import http.client
import json
import socket
from pathlib import Path
from typing import Any

from tests.launcher.waiting import until
from tests.sdk_runner.conftest import Machine, zipped
from tests.sdk_runner.studio import Order


class Connection(http.client.HTTPConnection):
    """An HTTP connection to a unix socket."""

    def __init__(self, path: str | Path, timeout: float = 20) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = str(path)

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def ask(
    path: str | Path, address: str, body: Any = None, method: str = "", headers: dict[str, str] | None = None
) -> tuple[int, Any, http.client.HTTPMessage]:
    """Make a request of a server; returns status, body (parsed where it is JSON) and headers."""
    connection = Connection(path)
    data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
    sent = {"Content-Type": "application/json", **(headers or {})} if data is not None else headers or {}
    connection.request(method or ("GET" if data is None else "POST"), address, data, sent)
    answer = connection.getresponse()
    content: Any = answer.read()
    connection.close()
    if answer.headers.get_content_type() == "application/json" and content.strip():
        content = json.loads(content)
    return answer.status, content, answer.headers


def place(
    machine: Machine, files: dict[str, str], data: dict[str, dict[str, bytes]] | None = None, **spec: Any
) -> Order:
    """Place an order for a replica of a script. Args: data: files by the inputs that the spec names."""
    content = zipped(files)
    code = {"zip_sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    replica = {"id": "0193-replica", "endpoint": "churn", "deployment": "blue", "workspace": "sales"}
    full = {"version": 1, "replica": replica, "environment": None, "code": code, "entry_script": "score.py"}
    full.update(
        {"inputs": {}, "variables": {}, "limits": {}, "server": {"timeout_ms": 5000}, "log": "logs/replica.txt"}
    )
    return machine.studio.place("replica", {**full, **spec}, content, data)


def state_of(order: Order) -> str:
    """The state that the studio was told last."""
    return order.reports[-1]["state"] if order.reports else ""


def ready(order: Order) -> str:
    """Wait until a replica is ready; returns the path of its socket."""
    until(lambda: state_of(order) == "ready" or order.end is not None, 30, "a replica that is ready")
    assert order.end is None, order.end
    return str(order.reports[-1]["address"]).removeprefix("unix:")
