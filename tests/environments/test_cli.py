"""``studio environment`` against the real server, as people use it."""

import json
from pathlib import Path

import pytest

from apps.environments.models import EnvironmentBuild
from apps.environments.states import BuildState
from apps.workspaces.roles import Role
from mlstudio.cli import environments, main
from tests.accounts.factories import AccessTokenFactory
from tests.conftest import Site
from tests.environments.factories import BuildFactory, EnvironmentFactory
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.service, pytest.mark.servers]

CONDA = "dependencies:\n  - numpy=1.26\n  - cudatoolkit\n"


@pytest.fixture
def workspace(asgi_server: Site):
    return WorkspaceFactory.create(name="acme")


@pytest.fixture
def studio(asgi_server: Site, workspace, capsys, monkeypatch, tmp_path: Path):
    """The command line of a data scientist, in an empty folder: returns (exit code, what it printed, what it complained)."""
    token = AccessTokenFactory.create(user=member(workspace, Role.DATA_SCIENTIST)).secret
    monkeypatch.setenv("STUDIO_URL", asgi_server.url)
    monkeypatch.setenv("STUDIO_TOKEN", token)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["environment", *words, "--workspace", "acme"])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_a_conda_file_becomes_an_environment_and_its_warnings_are_said(studio, tmp_path):
    (tmp_path / "conda.yml").write_text(CONDA)
    code, shown, complaint = studio("create", "--file", "conda.yml", "--name", "churn")
    assert code == 0
    assert "numpy==1.26.*" in shown
    assert "“cudatoolkit” is left out" in complaint
    assert studio("create", "-f", "conda.yml", "--name", "churn")[0] == 0  # said again, it makes no new version
    code, shown, _complaint = studio("list")
    assert code == 0
    assert [line.split()[:3] for line in shown.splitlines()] == [["NAME", "VERSION", "STATE"], ["churn", "1", "Queued"]]


def test_a_definition_brings_the_conda_file_beside_it(studio, tmp_path):
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "conda.yml").write_text(CONDA)
    definition = tmp_path / "env" / "env.yml"
    definition.write_text("$schema: x\nname: from-file\nimage: ubuntu\nconda_file: ./conda.yml  # beside it\n")
    code, shown, _complaint = studio("create", "-f", "env/env.yml", "--output", "json")
    assert code == 0
    assert json.loads(shown)["recipe"]["requirements"] == ["numpy==1.26.*"]
    definition.write_text("name: x\nconda_file: ../secrets\n")
    code, _shown, complaint = studio("create", "-f", "env/env.yml")
    assert code == 3
    assert "not in its folder" in complaint


def test_a_wrong_line_is_said(studio, tmp_path):
    (tmp_path / "requirements.txt").write_text("numpy\n-e .\n")
    code, _shown, complaint = studio("create", "-f", "requirements.txt", "--name", "x")
    assert code == 1
    assert "Line 2: A folder cannot be installed as a package." in complaint


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"a\n" * 150_000])
def test_files_that_cannot_be_read_are_said(studio, tmp_path, content):
    if content is not None:
        (tmp_path / "x.txt").write_bytes(content)
    code, _shown, complaint = studio("create", "-f", "x.txt", "--name", "x")
    assert code == 3
    assert "x.txt" in complaint


def test_an_environment_can_be_shown_with_its_lock(studio, workspace):
    EnvironmentFactory.create(workspace=workspace, name="mine", build=BuildFactory.create(ready=True))
    EnvironmentFactory.create(workspace=workspace, name="waiting")
    code, shown, _complaint = studio("show", "azureml:mine:1")
    assert code == 0
    assert "ready" in shown
    assert studio("show", "mine@latest", "--lock")[1].startswith("numpy==2.1.0")
    code, _shown, complaint = studio("show", "waiting", "--lock")
    assert code == 1
    assert "waits to be built" in complaint
    assert studio("show", "nothing")[0] == 1
    assert studio("show", "mine@newest")[0] == 3


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        ({"state": BuildState.SUCCEEDED, "digest": "d" * 64}, 0),
        ({"state": BuildState.FAILED, "reason": "No such package.", "hints": ["Spell it right."]}, 1),
    ],
)
def test_waiting_ends_with_the_build(studio, tmp_path, monkeypatch, ending, code):
    (tmp_path / "requirements.txt").write_text("numpy\n")
    monkeypatch.setattr(environments.time, "sleep", lambda _seconds: EnvironmentBuild.objects.update(**ending))
    ended, shown, complaint = studio("create", "-f", "requirements.txt", "--name", "x", "--wait")
    assert ended == code
    assert ending["state"] in shown
    assert ("No such package. Spell it right." in complaint) == (code == 1)
