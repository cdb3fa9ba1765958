"""What an agent removes of what it no longer needs, and what it leaves alone."""

import fcntl
import logging
import os
import time
import uuid

import pytest

from mlstudio.agent import sweeping
from mlstudio.agent.sweeping import Sweeper
from mlstudio.agent.work import Work
from mlstudio.runner import environment, sandbox
from mlstudio.runner import folder as folders

MB = 1 << 20
DAY_S = 86_400


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The folder of an agent. No run of it needs another user, and uv has kept nothing."""
    monkeypatch.setattr(sandbox, "common_home", lambda home: home)
    monkeypatch.setattr(sweeping, "_prune_cache", lambda common: None)
    (tmp_path / "environments").mkdir()
    return tmp_path


def made(home, name, days_ago, mb=1):
    """Make an environment that was used so long ago."""
    path = home / "environments" / name
    (path / "lib").mkdir(parents=True)
    (path / "lib/module.py").write_bytes(b"x" * mb * MB)
    environment._close(path)
    lock = path.with_name(f"{name}.lock")
    lock.touch()
    os.utime(lock, (time.time() - days_ago * DAY_S,) * 2)
    return path


def look(home, cache_mb):
    """Have an agent look what can go; its work is what lies in its folder."""
    Sweeper(home, Work(home, "http://studio"), cache_mb).look()
    return sorted(path.name for path in (home / "environments").iterdir() if path.is_dir())


def test_what_was_not_used_for_the_longest_time_goes_first_and_the_log_says_so(home, caplog):
    caplog.set_level(logging.INFO)
    for name, days_ago in (("old", 9), ("older", 10), ("new", 1)):
        made(home, name, days_ago)
    assert look(home, 3) == ["new", "old", "older"]
    assert look(home, 2) == ["new", "old"]
    assert (
        "Removed the environment older (1 MB), which nothing had used for 240 h: all of them took 3 MB of 2"
        in caplog.text
    )


def test_what_an_order_here_needs_stays_and_so_does_what_is_being_made_or_was_just_used(home):
    for name, days_ago in (("needed", 9), ("made-now", 8), ("fresh", 0), ("old", 7)):
        made(home, name, days_ago)
    spec = {"environment": {"digest": "needed"}}
    folders.create(
        home, {"id": str(uuid.uuid4()), "attempt": 1, "kind": "run", "server": "http://studio", "spec": spec}
    )
    with (home / "environments/made-now.lock").open("a") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        assert look(home, 1) == ["fresh", "made-now", "needed"]
    assert look(home, 1) == ["fresh", "needed"]


def test_asking_for_an_environment_counts_as_using_it(home, tmp_path):
    builder = environment.Builder(home, tmp_path / "log", lambda: False)
    found = builder.ensure("", "")
    lock = found.path.with_name(f"{found.digest}.lock")
    os.utime(lock, (0, 0))
    builder.ensure("", "")
    assert time.time() - environment.used_at(found.path) < 60


def test_what_a_killed_program_left_is_removed_and_the_rest_is_not(home):
    old = time.time() - DAY_S
    made(home, "half.draft", 1)
    made(home, "gone.removed", 1)
    (home / "work").mkdir()
    left, kept, begun = (home / "work" / f"{uuid.uuid4()}-1" for _ in range(3))
    for path in (left, begun, home / "resolve-abc", home / "resolve-now"):
        path.mkdir()
        (path / "file").touch()
    folders.create(home, {"id": kept.name[:-2], "attempt": 1, "kind": "run", "server": "http://studio", "spec": {}})
    for path in (left, kept, home / "resolve-abc"):
        os.utime(path, (old, old))
    assert look(home, 100) == []
    assert sorted((home / "work").iterdir()) == sorted([kept, begun])
    assert not (home / "resolve-abc").exists()
    assert (home / "resolve-now").exists()
