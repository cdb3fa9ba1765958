"""Replicas and their models where bubblewrap does not work: under another user, or with nothing between."""

import os
import shutil

import pytest

from tests.launcher.waiting import until
from tests.sdk_runner.conftest import SDK
from tests.serving.replicas import ask, place, ready

pytestmark = pytest.mark.processes

READS = """
import os
def init():
    global path, text
    path = os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "deep", "weights.txt")
    text = open(path).read()
def run(raw):
    if raw == "write":
        open(path, "a").write("x")
    if raw == "own":
        open("note.txt", "w").write("mine")
        return open("note.txt").read()
    return [text, os.geteuid()]
"""
MODEL = {"type": "custom_model", "mode": "download", "kind": "model", "root": "model", "reference": "churn:3",
         "path": "azureml:churn:3", "sha256": "", "files": 1, "bytes": 3, "single": ""}  # fmt: skip


@pytest.fixture
def no_bubblewrap(tmp_path):
    """The variables of an agent on a machine where bubblewrap does not work."""
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "bwrap").write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    (tools / "bwrap").chmod(0o755)
    return {"PATH": f"{tools}:{os.environ['PATH']}"}


def deploy(machine):
    order = place(machine, {"score.py": READS}, {"churn": {"deep/weights.txt": b"0.5"}}, inputs={"churn": MODEL})
    return order, ready(order)


@pytest.mark.skipif(os.geteuid() != 0, reason="another user can only be had by root")
def test_under_another_user_a_replica_reads_its_model_and_cannot_change_it(idle, no_bubblewrap):
    idle.python = shutil.which("python3", path="/usr/bin:/usr/local/bin")  # one that other users can reach
    if idle.python is None:
        pytest.skip("NOT TESTED: this machine has no Python of its own that another user could start")
    idle.start(**no_bubblewrap)
    order, path = deploy(idle)
    text, uid = ask(path, "/score", b"read")[1]
    assert text == "0.5"
    assert uid >= 60_000
    assert ask(path, "/score", b"write")[0] >= 400
    until(lambda: b"PermissionError" in order.logs.get("logs/replica.txt", b""))
    assert ask(path, "/score", b"own")[1] == "mine"
    idle.studio.cancel(order)
    idle.ended(order)
    assert not os.path.exists(path)


def test_with_nothing_between_a_replica_that_was_accepted_serves_all_the_same(idle, no_bubblewrap, tmp_path):
    package = tmp_path / "package"
    shutil.copytree(SDK / "mlstudio", package / "mlstudio", ignore=shutil.ignore_patterns("__pycache__"))
    (package / "sitecustomize.py").write_text("import os; os.geteuid = lambda: 1000\n")
    idle.start(**no_bubblewrap, PYTHONPATH=str(package), STUDIO_ALLOW_UNISOLATED="1")
    order, path = deploy(idle)
    assert ask(path, "/score", b"read")[1][0] == "0.5"
    idle.studio.cancel(order)
    idle.ended(order)
    assert order.end["outcome"] == "canceled"
