"""Where things are, seen from the runner. Standard library only: used before anything is installed."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
STATIC = PROJECT / "static"
RESULTS = PROJECT / "test-results"
CHROMIUM_PATHS = (Path("/usr/bin/chromium"), Path("/usr/bin/chromium-browser"), Path("/usr/bin/google-chrome"))


def environment(**extra: str) -> dict[str, str]:
    """The environment of every command: our tools first on the PATH, no colours, no questions, no stray files."""
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    plain = {"NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1", "DEBIAN_FRONTEND": "noninteractive"}
    return {**os.environ, "PATH": path, "VIRTUAL_ENV": str(VENV), **plain, **extra}
