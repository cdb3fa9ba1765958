"""A studio whose environment ``sklearn`` is ready soon, from the packages that this machine has fetched before."""

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from studio.install import VENV
from tests.launcher.studio import Studio
from tests.launcher.waiting import until

BUILT_WITHIN_S = 600.0


def start(home: Path, *, is_bare: bool = False) -> Studio:
    """Start a studio in an empty folder, which then builds its environments. ``is_bare`` as of ``Studio``.

    Packages come from the cache that uv keeps for this account, so that they are downloaded once, not for each test.
    """
    (home / "agent").mkdir(parents=True)
    cache = subprocess.run(
        [VENV / "bin" / "uv", "cache", "dir"], capture_output=True, text=True, check=True, timeout=60
    )
    Path(cache.stdout.strip()).mkdir(parents=True, exist_ok=True)
    (home / "agent" / "uv-cache").symlink_to(cache.stdout.strip())
    studio = Studio(home, is_bare=is_bare)
    studio.start()
    return studio


def rows(studio: Studio, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """Return what a query of the studio's database gives."""
    with closing(sqlite3.connect(studio.home / "studio.sqlite3")) as connection:
        return connection.execute(query, values).fetchall()


def wait_for_sklearn(studio: Studio) -> None:
    """Wait until the environment is built."""
    query = """
        SELECT build.state FROM environments_environmentbuild AS build
        JOIN environments_environmentversion AS version ON version.build_id = build.id
        JOIN environments_environment AS environment ON environment.latest_id = version.id
        WHERE environment.name = 'sklearn'
    """

    def state() -> str | None:
        found = rows(studio, query)
        return found[0][0] if found and found[0][0] in {"Succeeded", "Failed"} else None

    assert until(state, BUILT_WITHIN_S, "the environment sklearn to be built") == "Succeeded"
