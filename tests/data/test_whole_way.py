"""The whole way with the real studio: a dataset is read by a real run, what that writes becomes one, whatever is killed."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.launcher.studio import PROJECT, Studio
from tests.launcher.waiting import until

pytestmark = pytest.mark.processes

SUBMIT = """
from apps.accounts.models import User
from apps.experiments.services import CommandJob, submit_command
from apps.workspaces.services import create_workspace
from tests.data.factories import dataset_of
admin = User.objects.get(username="admin")
workspace = create_workspace(actor=admin, name="churn")
dataset_of(admin, workspace)
job = CommandJob(
    command="cat ${{inputs.people}} && cp ${{inputs.people}} ${{outputs.copy}}/same.csv",
    inputs={"people": {"type": "uri_file", "path": "azureml:people", "mode": "ro_mount"}},
    outputs={"copy": {"type": "uri_folder", "name": "copied"}},
)
run = submit_command(actor=admin, workspace=workspace, job=job, snapshot=None, experiment_name="")
print("RUN", run.pk.hex)
"""


@pytest.fixture
def studio(tmp_path) -> Iterator[Studio]:
    """A running studio."""
    started = Studio(tmp_path / "home")
    started.start()
    yield started
    started.clean_up()


def one(studio: Studio, query: str, *values: str) -> Any:
    """Return the first column of the first row."""
    with sqlite3.connect(studio.home / "studio.sqlite3") as connection:
        row = connection.execute(query, values).fetchone()
    return row[0] if row else None


def test_a_run_reads_a_dataset_and_writes_one_though_the_worker_is_killed(studio):
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", SUBMIT]
    done = subprocess.run(command, cwd=PROJECT, env=studio.variables, capture_output=True, text=True, timeout=180)
    assert "RUN" in done.stdout, done.stderr
    run = done.stdout.split("RUN ")[1].strip()
    status = "SELECT status FROM experiments_run WHERE id = ?"
    until(lambda: one(studio, status, run) in {"Completed", "Failed", "Canceled"}, 180, "the end of the run")
    studio.kill("worker")
    assert one(studio, status, run) == "Completed"
    written = "SELECT reference FROM experiments_rundata WHERE run_id = ? AND direction = 'output'"
    until(lambda: one(studio, written, run) is not None, 180, "the output to be registered")
    assert one(studio, written, run) == "copied:1"
    same = "SELECT count(*) FROM data_datasetfile GROUP BY sha256 HAVING count(*) = 2"
    assert one(studio, same) == 2
    assert one(studio, "SELECT count(*) FROM data_upload") == 0
