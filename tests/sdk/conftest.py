"""A home folder of its own for every test, so that none sees, or writes, the developer's own logins."""

from pathlib import Path

import pytest

from tests.sdk.scripted_server import ScriptedServer


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point ``~`` and the current folder into the test's own folder, and take the studio's variables away."""
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    work.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CONFIG_HOME", "STUDIO_URL", "STUDIO_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(work)
    return home


@pytest.fixture
def scripted_server():
    """A server that misbehaves on demand."""
    with ScriptedServer() as server:
        yield server
