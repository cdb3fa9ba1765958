"""Asking a server whether it is ready, without waiting for the answer."""

import contextlib
import socket
from dataclasses import dataclass

CONNECT_TIMEOUT_S = 0.25


@dataclass(frozen=True)
class Probe:
    """A question to a server on this machine and what a ready one's answer contains.

    Attributes:
        address: path of a unix socket, or host and port.
        question: bytes to send.
        expected: bytes that the beginning of the answer contains once the server is ready.
    """

    address: str | tuple[str, int]
    question: bytes
    expected: bytes

    def ask(self) -> socket.socket | None:
        """Send the question; the returned connection becomes readable with the answer. None: nobody listens yet."""
        connection = socket.socket(socket.AF_UNIX if isinstance(self.address, str) else _family(self.address[0]))
        try:
            connection.settimeout(CONNECT_TIMEOUT_S)
            connection.connect(self.address)
            connection.sendall(self.question)
            connection.setblocking(False)
        except OSError:
            connection.close()
            return None
        return connection

    def accepts(self, connection: socket.socket) -> bool:
        """Whether the answer that has arrived is a ready server's."""
        with contextlib.suppress(OSError):
            return self.expected in connection.recv(1024)
        return False


def http_probe(host: str, port: int) -> Probe:
    """Ask ``/healthz`` of an HTTP server."""
    question = f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
    return Probe((reachable_host(host), port), question.encode(), b" 200 ")


def reachable_host(host: str) -> str:
    """Return where a server that listens on ``host`` can be reached from this machine."""
    return {"0.0.0.0": "127.0.0.1", "::": "127.0.0.1"}.get(host, host)  # noqa: S104


def broker_probe(path: str) -> Probe:
    """Ask a Valkey or Redis server on a unix socket; while it still loads its data it is not ready."""
    return Probe(path, b"PING\r\n", b"+PONG")


def _family(host: str) -> socket.AddressFamily:
    return socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][0]
