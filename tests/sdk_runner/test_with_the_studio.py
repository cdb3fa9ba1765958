"""The whole way with the real studio: submitted, leased, run, watched, stopped, and told to the database."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from mlstudio.runner import folder
from studio.environment import Environment
from tests.launcher.studio import PROJECT, Studio
from tests.launcher.waiting import until

pytestmark = pytest.mark.processes

SUBMIT = """
import io, json, sys, zipfile
from apps.accounts.models import User
from apps.experiments.services import CommandJob, store_snapshot, submit_command
from apps.workspaces.models import Workspace
from apps.workspaces.services import create_workspace
admin = User.objects.get(username="admin")
workspace = Workspace.objects.filter(name="churn").first() or create_workspace(actor=admin, name="churn")
content = io.BytesIO()
with zipfile.ZipFile(content, "w") as archive:
    archive.writestr("train.py", CODE)
content.seek(0)
snapshot = store_snapshot(workspace, content)
job = CommandJob(command="python train.py", environment=ENVIRONMENT)
run = submit_command(actor=admin, workspace=workspace, job=job, snapshot=snapshot, experiment_name="first")
print("RUN", run.pk)
"""
CODE = """
import sys, time
from mlstudio import Run
run = Run.get_context()
run.tag("stage", "test")
for number in range(LINES):
    run.log("loss", 1 / (number + 1))
    print("line", number, flush=True)
    time.sleep(0.02)
open("outputs/model.txt", "w").write("model")
sys.exit(3 if LINES == 100 else 0)
"""


class Runs:
    """Submits runs to a studio and looks at their rows."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio

    def submit(self, lines: int, environment: Any = None, code: str = CODE) -> str:
        """Return the id of a run that logs so many numbers and lines."""
        code = code.replace("LINES", str(lines))
        script = SUBMIT.replace("CODE", repr(code)).replace("ENVIRONMENT", repr(environment))
        command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", script]
        done = subprocess.run(
            command, cwd=PROJECT, env=self.studio.variables, capture_output=True, text=True, timeout=120
        )
        assert "RUN" in done.stdout, done.stderr
        return done.stdout.split("RUN ")[1].strip().replace("-", "")

    def one(self, query: str, *values: str) -> Any:
        """Return the first column of the first row."""
        with sqlite3.connect(self.studio.home / "studio.sqlite3") as connection:
            row = connection.execute(query, values).fetchone()
        return row[0] if row else None

    def status(self, run: str) -> str:
        """Return the status of a run."""
        return str(self.one("SELECT status FROM experiments_run WHERE id = ?", run))

    def order(self, run: str) -> dict[str, Any]:
        """Return how the work of a run ended."""
        columns = ("outcome", "exit_code", "reason", "attempt")
        with sqlite3.connect(self.studio.home / "studio.sqlite3") as connection:
            query = f"SELECT {', '.join(columns)} FROM compute_workorder WHERE subject_id = ?"
            return dict(zip(columns, connection.execute(query, [run]).fetchone(), strict=True))

    def runner_of(self, run: str) -> int:
        """Return the process id of the runner of a run."""
        order = str(UUID(self.one("SELECT id FROM compute_workorder WHERE subject_id = ?", run)))
        (work,) = (each for each in folder.found(self.studio.home / "agent") if each.name.startswith(order))
        return int((work.read("runner.json") or {})["pid"])

    def text(self, run: str) -> str:
        """Return the log of a run."""
        query = "SELECT data FROM experiments_logsegment JOIN experiments_runlog ON log_id = experiments_runlog.id"
        query += " WHERE run_id = ? AND path = 'user_logs/std_log.txt' ORDER BY offset"
        with sqlite3.connect(self.studio.home / "studio.sqlite3") as connection:
            return b"".join(data for (data,) in connection.execute(query, [run])).decode()

    def logged(self, run: str) -> int:
        """Return how many values of the loss the studio has."""
        return int(self.one("SELECT count FROM experiments_metricsummary WHERE run_id = ? AND name = 'loss'", run) or 0)

    def ended(self, run: str) -> str:
        """Wait for the end of a run; return its status."""
        until(lambda: self.status(run) in {"Completed", "Failed", "Canceled"}, 120, f"{run} to end")
        return self.status(run)


@pytest.fixture
def runs(tmp_path) -> Iterator[Runs]:
    """A running studio."""
    studio = Studio(tmp_path / "home")
    studio.start()
    yield Runs(studio)
    studio.clean_up()


def test_a_run_goes_the_whole_way_and_survives_every_part_being_killed(runs):
    run = runs.submit(100)
    until(lambda: runs.logged(run) > 5, 60, "metrics")
    for part in ("agent", "worker", "web", "beat", "gateway", "valkey"):
        runs.studio.kill(part)
    os.kill(runs.runner_of(run), signal.SIGKILL)
    assert runs.ended(run) == "Failed"
    assert runs.order(run) == {"outcome": "failed", "exit_code": 3, "reason": "exit code 3", "attempt": 1}
    assert runs.logged(run) == 100
    size = runs.one("SELECT size FROM experiments_runlog WHERE run_id = ? AND path = 'user_logs/std_log.txt'", run)
    assert size == len("".join(f"line {number}\n" for number in range(100)))
    assert runs.one("SELECT value FROM experiments_runtag WHERE run_id = ? AND name = 'stage'", run) == "test"
    assert runs.one("SELECT size FROM experiments_runfile WHERE run_id = ? AND path = 'outputs/model.txt'", run) == 5


LOOK = """
import os, socket
home = HOME
def tried(what):
    try:
        return what() and "reached"
    except OSError as error:
        return "refused"
for name in ("", "studio.sqlite3", "files", "agent/token", "agent/work", "keys.json"):
    path = os.path.join(home, name)
    print(name or "home", tried(lambda: os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1)))
    print(name or "home", "written", tried(lambda: open(os.path.join(path, "x") if os.path.isdir(path) else path, "ab")))
print("valkey", tried(lambda: socket.socket(socket.AF_UNIX).connect(SOCKET) or True))
"""


def test_code_of_a_run_reaches_neither_the_studios_folder_nor_its_database_nor_its_broker(runs, sandboxed):
    home = runs.studio.home
    socket = str(Environment.read({"STUDIO_HOME": str(home)}).valkey_socket)
    assert Path(socket).exists()
    code = LOOK.replace("HOME", repr(str(home))).replace("SOCKET", repr(socket))
    run = runs.submit(0, code=code)
    assert runs.ended(run) == "Completed"
    said = [line.rsplit(" ", 1) for line in runs.text(run).splitlines()]
    assert len(said) == 13
    assert {answer for _what, answer in said} == {"refused"}, said


def test_when_the_studio_stops_its_runs_end_as_canceled_in_time(runs):
    run = runs.submit(100_000)
    until(lambda: runs.logged(run) > 5, 60, "metrics")
    runs.studio.stop()
    assert runs.status(run) == "Canceled"
    order = runs.order(run)
    assert (order["outcome"], order["reason"]) == ("canceled", "the studio was stopped")
    lines = runs.one("SELECT size FROM experiments_runlog WHERE run_id = ? AND path = 'user_logs/std_log.txt'", run)
    assert lines > 0
    assert json.loads(runs.one("SELECT stages FROM compute_workorder WHERE subject_id = ?", run))[-1]["ended_at"]


def test_a_run_outlives_its_launcher_and_is_adopted(runs):
    run = runs.submit(1000)
    until(lambda: runs.logged(run) > 5, 60, "metrics")
    runs.studio.launcher.kill()
    runs.studio.launcher.wait()
    runs.studio.start()
    assert runs.ended(run) == "Completed"
    assert runs.logged(run) == 1000
    assert runs.order(run)["attempt"] == 1
