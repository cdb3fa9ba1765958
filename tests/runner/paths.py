"""Where things are, seen from the runner."""

from pathlib import Path

from studio import install

PROJECT = install.PROJECT
RESULTS = PROJECT / "test-results"
CHROMIUM_PATHS = (Path("/usr/bin/chromium"), Path("/usr/bin/chromium-browser"), Path("/usr/bin/google-chrome"))


def environment(**extra: str) -> dict[str, str]:
    """The environment of every command: our tools first on the PATH, no colours, no questions."""
    return {**install.environment(), **extra}
