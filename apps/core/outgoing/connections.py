"""Connections that go only where they may, and end when they must. httpcore speaks HTTP and TLS over them."""

import ssl
import time
from collections.abc import Iterable
from typing import Any, Final

import httpcore
import httpx

from apps.core.outgoing.addresses import AddressPolicy

PIECE_BYTES: Final = 64 * 1024


class Deadline:
    """The moment by which everything must be over, ``timeout_s`` from now."""

    def __init__(self, timeout_s: float) -> None:
        self._ends = time.monotonic() + timeout_s

    def left_s(self) -> float:
        """Return the seconds left.

        Raises:
            httpcore.TimeoutException: there are none.
        """
        left = self._ends - time.monotonic()
        if left <= 0:
            raise httpcore.TimeoutException
        return left


class CheckedBackend(httpcore.NetworkBackend):
    """Makes connections, only to addresses that were checked, and only until the deadline."""

    def __init__(self, policy: AddressPolicy, deadline: Deadline) -> None:
        self._policy = policy
        self._deadline = deadline
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._policy.addresses_of(host, port)
        for tries_left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            share = self._deadline.left_s() / tries_left
            try:
                stream = self._sockets.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if tries_left == 1:
                    raise
            else:
                return _TimedStream(stream, self._deadline)
        raise AssertionError("a policy gives at least one address")


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every step ends by the deadline, so that a server cannot hold it by sending byte after byte."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left_s())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for at in range(0, len(buffer), PIECE_BYTES):
            self._stream.write(buffer[at : at + PIECE_BYTES], self._deadline.left_s())

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left_s())
        return _TimedStream(secured, self._deadline)


def connection_to(address: httpx.URL, backend: CheckedBackend) -> httpcore.ConnectionPool:
    """Return a pool for one request: connections are not kept, since each has to be checked when it is made."""
    context = None
    if address.scheme == "https":
        context = httpx.create_ssl_context(trust_env=False)
        context.load_default_certs()  # also the machine's own, for a company's servers
    return httpcore.ConnectionPool(ssl_context=context, network_backend=backend, max_keepalive_connections=0)
