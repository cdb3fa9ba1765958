"""A database that has gone through all migrations, to begin studios of tests with: they take longer than a start."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.runner.paths import RESULTS

PROJECT = Path(__file__).resolve().parents[2]
MIGRATES_WITHIN_S = 300


def put_into(home: Path) -> None:
    """Give an empty home folder a database without rows. Another one is left as it is."""
    database = home / "studio.sqlite3"
    if not database.exists():
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(_prepared(), database)
        database.chmod(0o600)


def _prepared() -> Path:
    """Return the database, which is made once for a state of the migrations."""
    sources = sorted(path for path in PROJECT.glob("apps/*/migrations/*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in [*sources, PROJECT / "pyproject.toml"]))
    prepared = RESULTS / f"migrated-{digest.hexdigest()[:16]}.sqlite3"
    if not prepared.exists():
        RESULTS.mkdir(exist_ok=True)
        for former in RESULTS.glob("migrated-*.sqlite3"):
            former.unlink(missing_ok=True)
        with tempfile.TemporaryDirectory(prefix="studio-migrated-") as folder:
            kept = {name: value for name, value in os.environ.items() if not name.startswith(("STUDIO_", "DJANGO_"))}
            variables = {**kept, "STUDIO_HOME": folder}
            for command in ("migrate", "createcachetable"):
                arguments = [sys.executable, "manage.py", command, "--verbosity=0"]
                subprocess.run(arguments, cwd=PROJECT, env=variables, check=True, timeout=MIGRATES_WITHIN_S)
            draft = RESULTS / f"migrated-{os.getpid()}.draft"
            shutil.copyfile(Path(folder) / "studio.sqlite3", draft)
            draft.replace(prepared)
    return prepared
