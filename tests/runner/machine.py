"""Bring a fresh machine to where the tests can run: what the studio itself needs, and what only its tests do.

Each step does nothing where its work is already done, so a second run starts at once.
"""

import os
import re
import shutil
import sys
from pathlib import Path

from studio import install
from studio.install import PYTHON, STATIC, VENV, InstallError
from tests import services
from tests.runner.paths import CHROMIUM_PATHS

# What the system has to provide for some parts: its name there, and Debian's packages.
SYSTEM = {"chromium": ("chromium", "fonts-liberation"), "postgresql": ("postgresql",), "redis": ("redis-server",)}


def prepare_python() -> None:
    """Make ``.venv`` with the studio's packages, and bring those of the development group to what is asked for."""
    install.python_packages()
    uv = [str(VENV / "bin" / "uv"), "pip", "install", "--quiet", "--python", str(PYTHON)]
    install.step("what the tests need", [*uv, "--requirements", "pyproject.toml", "--extra", "s3", "--group", "dev"])


def prepare_pages() -> None:
    """Install the front end's packages, those of its tests too, and build it; compile the translations."""
    install.node()
    installed, lock = STATIC / "node_modules" / ".package-lock.json", STATIC / "package-lock.json"
    with_tests = (STATIC / "node_modules" / "vitest").exists()
    if not with_tests or not installed.exists() or install.is_newer([lock], installed):
        install.step("front-end packages", ["npm", "ci", "--no-audit", "--no-fund"], folder=STATIC)
    install.front_end()
    install.translations()


def prepare_system() -> list[str]:
    """Install what Debian has, as far as we may. Returns what is still missing, one sentence each."""
    install.sandbox()
    missing = [name for name in SYSTEM if not _has(name)]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        # At run level 1 the packages do not start a server of the machine's own.
        get = ["env", "RUNLEVEL=1", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
        packages = [package for name in missing for package in SYSTEM[name]]
        try:
            install.step("Debian's list of packages", [*get, "update"])
            install.step(", ".join(packages), [*get, "install", "-y", "--no-install-recommends", *packages])
        except InstallError as error:
            print(error, flush=True)
        missing = [name for name in missing if not _has(name)]
    return [f"{name} is not installed. On Debian: apt-get install {' '.join(SYSTEM[name])}" for name in missing]


def describe() -> str:
    """A few lines on the machine, for the top of every measurement."""
    from importlib.metadata import version

    cpu = re.search(r"model name\s*:\s*(.+)", _read("/proc/cpuinfo"))
    memory = re.search(r"MemTotal:\s*(\d+)", _read("/proc/meminfo"))
    lines = [
        f"processor  {cpu[1] if cpu else 'unknown'}, {os.cpu_count()} cores",
        f"memory     {int(memory[1]) / 2**20:.1f} GiB" if memory else "memory     unknown",
        f"system     {' '.join(os.uname()[0:3:2])}, load {os.getloadavg()[0]:.1f} before the start",
        f"python     {sys.version.split()[0]}",
        f"versions   {', '.join(f'{name} {version(name)}' for name in ('django', 'uvicorn', 'celery', 'psycopg'))}",
    ]
    return "\n".join(lines)


def _has(name: str) -> bool:
    if name == "chromium":
        return any(path.exists() for path in CHROMIUM_PATHS)
    return services.postgresql_bin() is not None if name == "postgresql" else services.redis_bin() is not None


def _read(path: str) -> str:
    return Path(path).read_text() if Path(path).exists() else ""
