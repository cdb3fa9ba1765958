"""A way to a replica for gateways on other machines: a port that leads to its unix socket, for whoever shows its token.

Runs on this machine share its network, so nothing is passed on before the token was seen. The server itself stays in its
sandbox, and listens to nothing but the socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import os
import threading
from pathlib import Path

HOST_VARIABLE = "STUDIO_REPLICA_HOST"
HEADER = b"x-studio-door:"
HEAD_WITHIN_S = 10.0
CLOSES_WITHIN_S = 2.0
PIECE = 256 << 10
REFUSAL = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Door:
    """Listens from ``open`` to ``close``, in a thread of its own.

    Args: host: the name or address at which gateways reach this machine. socket: that of the replica. token_hash: SHA-256 of what
        opens it, in hex.
    """

    def __init__(self, host: str, socket: Path, token_hash: str) -> None:
        self._host = host
        self._socket = str(socket)
        self._token_hash = token_hash
        self._loop = asyncio.new_event_loop()
        self._port = 0
        self._server: asyncio.AbstractServer
        self._thread = threading.Thread(target=self._run, name="door", daemon=True)

    @property
    def address(self) -> str:
        """Where gateways find it."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"tcp:{host}:{self._port}"

    def open(self) -> None:
        """Begin.

        Raises:
            OSError: the host is none of this machine.
        """
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, self._host, 0))
        self._server, self._port = server, server.sockets[0].getsockname()[1]
        self._thread.start()

    def close(self) -> None:
        """End; what goes through breaks off."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CLOSES_WITHIN_S)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), HEAD_WITHIN_S)
            if self._opens(head):
                await self._lead_on(head, reader, writer)
            else:
                writer.write(REFUSAL)
                await writer.drain()
        writer.close()

    async def _lead_on(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outward = await asyncio.open_unix_connection(self._socket)
        outward.write(head)
        ways = [asyncio.ensure_future(_copy(reader, outward)), asyncio.ensure_future(_copy(inner, writer))]
        # Where one side ends, nobody waits for the other.
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        outward.close()

    def _opens(self, head: bytes) -> bool:
        for line in head.split(b"\r\n")[1:]:
            if line[: len(HEADER)].lower() == HEADER:
                shown = hashlib.sha256(line[len(HEADER) :].strip()).hexdigest()
                return hmac.compare_digest(shown, self._token_hash)
        return False


def door_to(socket: Path, token_hash: str) -> Door | None:
    """Return the open door to a replica, where this machine is told to have some: by ``STUDIO_REPLICA_HOST``."""
    host = os.environ.get(HOST_VARIABLE, "").strip()
    if not host or not token_hash:
        return None
    door = Door(host, socket, token_hash)
    door.open()
    return door


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(PIECE):
            writer.write(data)
            await writer.drain()
