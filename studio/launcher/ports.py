"""The listening sockets, opened by the launcher and handed down to the servers."""

import errno
import socket
import time

from studio.environment import Environment
from studio.launcher.errors import CannotStart

# The servers of a launcher that was just killed may need a moment to let go of their ports.
PATIENCE_S = 3.0
BACKLOG = 2048


def open_ports(environment: Environment) -> tuple[socket.socket, socket.socket]:
    """Listen on the site's port and the gateway's.

    Raises:
        CannotStart: one of them is taken or not allowed; the message names the variable to set.
    """
    site = _listen(environment.host, environment.port, "the site")
    try:
        return site, _listen(
            environment.host, environment.gateway_port, "the gateway, which takes the port after STUDIO_PORT,"
        )
    except CannotStart:
        site.close()
        raise


def _listen(host: str, port: int, whose: str) -> socket.socket:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return _bind(host, port)
        except OSError as error:
            if error.errno == errno.EADDRINUSE and time.monotonic() < deadline:
                time.sleep(0.05)
                continue
            raise CannotStart(_explain(error, host, port, whose)) from None


def _bind(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener


def _explain(error: OSError, host: str, port: int, whose: str) -> str:
    if error.errno == errno.EADDRINUSE:
        example = _free_pair(host, port)
        return (
            f"Port {port} for {whose} is taken by another program. "
            f"Set STUDIO_PORT to a free one{f', for example STUDIO_PORT={example}' if example else ''}."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} for {whose} needs more rights than this user has. Set STUDIO_PORT to a port above 1023."
    return f"STUDIO_HOST is {host!r}, where port {port} for {whose} cannot be opened: {error.strerror or error}."


def _free_pair(host: str, taken: int) -> int | None:
    """Find a port that is free together with the next one, to be suggested."""
    for port in range(taken + 10, min(taken + 1000, 65534), 10):
        try:
            _bind(host, port).close()
            _bind(host, port + 1).close()
        except OSError:
            continue
        return port
    return None
