"""Environments on this machine: folders named by the digest of a lock, built with uv, and never changed again.

Only wheels are installed and no interpreter of a new environment is ever started here, so nothing of a package runs outside
a sandbox. A folder appears under its name when it is complete, and all environments share uv's cache by hard links.
"""

from __future__ import annotations

import configparser
import contextlib
import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Callable

from mlstudio.runner import folder as folders
from mlstudio.runner import interpreters
from mlstudio.runner.requirements import RequirementError, check, is_empty

CHECK_S = 0.2
COMPILES_WITHIN_S = 600
PLACES_OF_PIP_CONF = ("~/.config/pip/pip.conf", "~/.pip/pip.conf", "/etc/pip.conf")
PASSED_ON = re.compile(
    r"PATH|HOME|LANG|LC_ALL|TMPDIR|SSL_\w+|UV_\w+|(?:https?|all|no)_proxy|XDG_CONFIG_\w+|NETRC", re.IGNORECASE
)


class BuildError(Exception):
    """The environment cannot be made from what was asked; the message says why, in uv's words where they are plain."""


class Interrupted(Exception):
    """The build was told to stop."""


@dataclass(frozen=True)
class Environment:
    """An environment that is ready. ``path``: its folder; ``python``: the interpreter it was made with."""

    digest: str
    path: Path
    python: interpreters.Interpreter


def digest_of(python: str, lock: str) -> str:
    """Return the name of the environment that a lock gives on machines like this one.

    Args: python: its version, of which major and minor count. lock: pinned requirements with hashes.
    """
    series = ".".join(python.split(".")[:2])
    said = f"1\n{series}\n{sys.platform}-{platform.machine()}\n{lock}"
    return hashlib.sha256(said.encode()).hexdigest()


class Builder:
    """Resolves and installs.

    Args: home: the agent's folder. log: file that uv's words go to. interrupted: says whether to stop now.
    """

    def __init__(self, home: Path, log: Path, interrupted: Callable[[], bool]) -> None:
        self._home = home
        self._log = log
        self._interrupted = interrupted

    def resolve(self, python: str, requirements: str) -> str:
        """Return the lock of requirements: every package at one version, with the hashes of its wheels.

        Raises:
            BuildError: they cannot be met. NoInterpreter: this machine has no such Python.
        """
        interpreter = interpreters.find(python)
        if is_empty(requirements):
            return ""
        _check(requirements)
        with tempfile.TemporaryDirectory(prefix="resolve-", dir=self._home) as path:
            target = Path(path) / "lock.txt"
            options = ["--generate-hashes", "--only-binary", ":all:", "--no-header", "--no-annotate", "--quiet"]
            self._uv(
                ["pip", "compile", *options, "--python", str(interpreter.path), "-o", str(target), "-"], requirements
            )
            return target.read_text(encoding="utf-8")

    def ensure(self, python: str, lock: str) -> Environment:
        """Return the environment of a lock, and build it first where it is not here yet.

        Raises:
            BuildError: a package cannot be installed. NoInterpreter: this machine has no such Python.
        """
        interpreter = interpreters.find(python)
        digest = digest_of(interpreter.version, lock)
        everywhere = self._home / "environments"
        everywhere.mkdir(mode=0o755, exist_ok=True)
        path = everywhere / digest
        _note_use(path)
        if path.is_dir():
            return Environment(digest, path, interpreter)
        with _lock_of(path).open("w") as guard:
            self._wait_for(guard)
            if not path.is_dir():
                self._build(interpreter, lock, path)
        return Environment(digest, path, interpreter)

    def _build(self, interpreter: interpreters.Interpreter, lock: str, path: Path) -> None:
        draft = path.with_name(f"{path.name}.draft")
        folders.remove(draft)
        try:
            self._uv(
                ["venv", "--relocatable", "--no-project", "--quiet", "--python", str(interpreter.path), str(draft)]
            )
            if lock:
                _check(lock)
                source = path.with_name(f"{path.name}.txt")
                source.write_text(lock, encoding="utf-8")
                options = ["--require-hashes", "--only-binary", ":all:", "--link-mode", "hardlink"]
                self._uv(["pip", "sync", *options, "--python", str(draft / "bin/python"), str(source)])
                source.unlink()
                # By the interpreter alone: the environment's own would run start-up files of its packages.
                compiling = [str(interpreter.path), "-I", "-S", "-m", "compileall", "-q", "-j", "0", str(draft / "lib")]
                with contextlib.suppress(subprocess.TimeoutExpired):  # it only saves time at each start of a run
                    subprocess.run(compiling, timeout=COMPILES_WITHIN_S, capture_output=True, check=False)  # noqa: S603
            _close(draft)
            draft.rename(path)
        except BaseException:
            folders.remove(draft)
            raise

    def _uv(self, arguments: list[str], said: str = "") -> None:
        command = [find_uv(), *arguments, "--cache-dir", str(self._home / "uv-cache"), "--no-python-downloads"]
        with self._log.open("ab") as log, tempfile.TemporaryFile() as errors, tempfile.TemporaryFile() as question:
            question.write(said.encode())
            question.seek(0)
            process = subprocess.Popen(  # noqa: S603
                [*command, "--color", "never"],
                env=_variables(),
                stdin=question,
                stdout=log,
                stderr=errors,
                cwd="/",
            )
            copied = 0
            try:
                while process.poll() is None:
                    copied = _copy(errors, copied, log)
                    if self._interrupted():
                        raise Interrupted
                    try:
                        process.wait(CHECK_S)
                    except subprocess.TimeoutExpired:
                        continue
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()
                _copy(errors, copied, log)
            if process.returncode:
                errors.seek(0)
                raise BuildError(_in_short(errors.read().decode(errors="replace"), process.returncode))

    def _wait_for(self, guard: Any) -> None:
        while True:
            try:
                return fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if self._interrupted():
                    raise Interrupted from None
                time.sleep(CHECK_S)


def used_at(path: Path) -> float:
    """Return when somebody last asked for the environment in a folder, in seconds since 1970."""
    try:
        return _lock_of(path).stat().st_mtime
    except FileNotFoundError:
        return path.stat().st_mtime


def _lock_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


def _note_use(path: Path) -> None:
    _lock_of(path).touch()


def packages_of(environment: Path) -> list[dict[str, str]]:
    """Return names and versions of what is installed, by name."""
    found = []
    for path in environment.glob("lib/python*/site-packages/*.dist-info/METADATA"):
        text = path.read_text(encoding="utf-8", errors="replace").split("\n\n")[0]
        rows = dict(re.findall(r"^(Name|Version): (.+)$", text, re.MULTILINE))
        found.append({"name": rows.get("Name", ""), "version": rows.get("Version", "")})
    return sorted(found, key=lambda row: row["name"].lower())


def size_of(environment: Path) -> int:
    """Return the bytes of all files of an environment."""
    return sum(path.lstat().st_size for path in environment.rglob("*") if not path.is_dir())


def find_uv() -> str:
    """Return the uv to use: of ``STUDIO_UV``, beside our own interpreter, or on the PATH.

    Raises:
        BuildError: there is none.
    """
    beside = Path(sys.executable).parent / "uv"
    chosen = os.environ.get("STUDIO_UV") or (str(beside) if beside.exists() else shutil.which("uv"))
    if not chosen:
        raise BuildError("This machine has no uv to build environments with. Install it: pip install uv")
    return chosen


def _variables() -> dict[str, str]:
    """Return the environment of uv: proxies, certificates and indexes of the user's own configuration, no more."""
    kept = {name: value for name, value in os.environ.items() if PASSED_ON.fullmatch(name)}
    if not {"UV_INDEX", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_CONFIG_FILE"} & kept.keys():
        index = os.environ.get("PIP_INDEX_URL") or _index_of_pip()
        if index:
            kept["UV_DEFAULT_INDEX"] = index
    return {**kept, "UV_NO_PROGRESS": "1"}


def _index_of_pip() -> str:
    """Return the package index that pip is told to use; uv itself does not read pip's configuration."""
    for place in PLACES_OF_PIP_CONF:
        parser = configparser.RawConfigParser()
        try:
            parser.read(os.path.expanduser(place))
        except (OSError, configparser.Error):
            continue
        if parser.has_option("global", "index-url"):
            return parser.get("global", "index-url")
    return ""


def _copy(source: BinaryIO | Any, start: int, log: BinaryIO | Any) -> int:
    """Append to the log what was written to a file since; return where that ended."""
    data = os.pread(source.fileno(), 1 << 20, start)
    log.write(data)
    log.flush()
    return start + len(data)


def _check(requirements: str) -> None:
    try:
        check(requirements)
    except RequirementError as error:
        raise BuildError(str(error)) from None


def _in_short(said: str, code: int) -> str:
    """Return uv's own sentence about what went wrong."""
    text = " ".join(re.sub(r"^[\s│├╰─▶×|`>x-]+", "", line) for line in said.splitlines()).strip()
    because = re.search(r"(?:Because|Caused by:|error:)\s.*", text)
    sentence = re.sub(r"\s+", " ", because.group(0) if because else text) or f"uv ended with exit code {code}"
    sentence = re.split(r"\shint: ", sentence)[0]
    if "no usable wheels" in sentence or "building from source is disabled" in sentence:
        sentence = f"A package is only there as source code, and environments are made of wheels alone. {sentence}"
    return sentence if len(sentence) <= 1500 else sentence[:1499] + "…"


def _close(path: Path) -> None:
    """Take every right to write, from the owner too."""
    for parent, _, files in os.walk(path, topdown=False):
        for name in files:
            place = os.path.join(parent, name)
            if not os.path.islink(place):
                os.chmod(place, os.stat(place).st_mode & ~0o222 | 0o444)
        os.chmod(parent, 0o555)  # noqa: S103 - all may look, none may write
