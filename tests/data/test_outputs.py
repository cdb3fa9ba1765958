"""Outputs of runs that become datasets: once, whole, and said in words where they cannot be."""

from typing import Any

import pytest

from apps.accounts.models import User
from apps.core.errors import PlatformError
from apps.core.storage import get_store
from apps.data import outputs
from apps.data.models import Dataset, DatasetVersion, Upload
from apps.data.services import find_dataset
from apps.experiments import services
from apps.experiments.models import Direction, Run, RunData
from apps.experiments.services import CommandJob, store_file
from apps.workspaces.models import Membership, Workspace
from apps.workspaces.roles import Role
from tests.data.factories import CSV, dataset_of
from tests.experiments.machine import Machine
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    made: Workspace = WorkspaceFactory.create(name="churn")
    return made


@pytest.fixture
def ada(workspace: Workspace) -> User:
    return member(workspace, Role.DATA_SCIENTIST, username="ada")


@pytest.fixture
def machine() -> Machine:
    return Machine()


def completed(ada: User, workspace: Workspace, machine: Machine, files: dict[str, bytes], **output: Any) -> Run:
    """Return a run with an output ``clean`` that has written these files."""
    job = CommandJob(
        command="a > ${{outputs.clean}}/x", outputs={"clean": {"type": "uri_folder", "name": "tidy", **output}}
    )
    run = services.submit_command(actor=ada, workspace=workspace, job=job, snapshot=None, experiment_name="")
    order = machine.take(run)
    machine.say(order, "run")
    for path, content in files.items():
        store_file(run=run, path=f"outputs/{path}", contents=[content])
    machine.end(order)
    run.refresh_from_db()
    return run


def written(run: Run) -> RunData:
    services.register_outputs(run.pk)
    return run.data.get(direction=Direction.OUTPUT)


def contents(version: DatasetVersion) -> dict[str, bytes]:
    store = outputs.files_of(version.datastore)
    return {file.path: b"".join(store.open(f"{version.folder}/{file.path}")) for file in version.files.all()}


def test_a_folder_becomes_a_dataset_and_the_next_run_its_next_version(ada, workspace, machine):
    run = completed(ada, workspace, machine, {"clean/a.txt": b"1", "clean/b/c.txt": b"2", "other.txt": b"3"})
    row = written(run)
    assert (row.kind, row.reference, row.problem) == ("dataset", "tidy:1", "")
    assert row.asset_id
    version = DatasetVersion.objects.get(pk=row.asset_id)
    assert contents(version) == {"a.txt": b"1", "b/c.txt": b"2"}
    assert version.created_by == ada
    again = written(completed(ada, workspace, machine, {"clean/a.txt": b"new"}, name="azureml:tidy"))
    assert again.reference == "tidy:2"
    # It stays when the run goes.
    services.delete_run(actor=ada, run=run)
    services.free_run(run.pk)
    assert contents(version) == {"a.txt": b"1", "b/c.txt": b"2"}


def test_the_same_content_is_the_same_version(ada, workspace, machine):
    first = written(completed(ada, workspace, machine, {"clean/a.txt": b"1"}))
    second = written(completed(ada, workspace, machine, {"clean/a.txt": b"1"}))
    assert (first.asset_id, first.reference) == (second.asset_id, second.reference)
    assert first.asset_id
    assert [use.direction for use in services.runs_that_used([first.asset_id], 10)] == ["output", "output"]


def test_a_file_and_a_table(ada, workspace, machine):
    row = written(completed(ada, workspace, machine, {"clean": CSV}, type="uri_file"))
    assert row.asset_id
    assert contents(DatasetVersion.objects.get(pk=row.asset_id)) == {"clean": CSV}
    row = written(completed(ada, workspace, machine, {"clean/part.csv": CSV}, type="mltable", name="table"))
    assert row.asset_id
    version = DatasetVersion.objects.get(pk=row.asset_id)
    assert (version.dataset.kind, version.row_count) == ("tabular", 2)


def test_a_worker_killed_in_the_middle_costs_nothing_and_doubles_nothing(ada, workspace, machine, monkeypatch):
    run = completed(ada, workspace, machine, {f"clean/{number}.txt": b"%d" % number for number in range(5)})
    real = outputs.get_store().write
    copied: list[str] = []

    def write(key: str, contents: Any) -> Any:
        copied.append(key)
        return real(key, contents)

    def write_three(key: str, contents: Any) -> Any:
        if len(copied) == 3:
            raise PlatformError("killed")
        return write(key, contents)

    with monkeypatch.context() as patch:
        patch.setattr(outputs.get_store(), "write", write_three)
        with pytest.raises(PlatformError):
            services.register_outputs(run.pk)
    assert not Dataset.objects.exists()
    monkeypatch.setattr(outputs.get_store(), "write", write)
    row = written(run)
    assert len(set(copied)) == len(copied) == 5
    # Killed after the version was made, before anybody wrote down that it was.
    row.delete()
    assert written(run).asset_id == row.asset_id
    assert DatasetVersion.objects.count() == 1
    assert not Upload.objects.exists()
    services.register_outputs(run.pk)
    assert RunData.objects.filter(run=run).count() == 1


@pytest.mark.parametrize(
    ("files", "output", "said"),
    [
        ({"other.txt": b"1"}, {}, "wrote nothing to “outputs/clean”"),
        ({"clean/a.csv": b""}, {"type": "mltable"}, "empty"),
        ({"clean/a.txt": b"1"}, {"name": "people"}, ""),
    ],
)
def test_what_cannot_be_a_dataset_says_why_and_the_run_stays_completed(ada, workspace, machine, files, output, said):
    dataset_of(ada, workspace)
    run = completed(ada, workspace, machine, files, **output)
    row = written(run)
    assert said in row.problem
    assert row.problem
    assert (row.asset_id, row.reference) == (None, output.get("name", "tidy"))
    assert run.status == "Completed"
    (shown,) = services.data_of(run)
    assert shown.url == ""


def test_whoever_may_no_longer_write_data_registers_none(ada, workspace, machine):
    run = completed(ada, workspace, machine, {"clean/a.txt": b"1"})
    Membership.objects.filter(user=ada, workspace=workspace).update(role=Role.READER)
    assert written(run).problem
    assert find_dataset(workspace, "tidy") is None


def test_a_failed_run_registers_nothing(ada, workspace, machine):
    job = CommandJob(command="false", outputs={"clean": {"type": "uri_folder", "name": "tidy"}})
    run = services.submit_command(actor=ada, workspace=workspace, job=job, snapshot=None, experiment_name="")
    machine.carry_out(run, "failed")
    services.register_outputs(run.pk)
    assert not RunData.objects.exists()


def test_the_end_of_a_run_asks_for_it(ada, workspace, machine, django_capture_on_commit_callbacks):
    from apps.core.models import PendingTask

    run = completed(ada, workspace, machine, {"clean/a.txt": b"1"})
    assert PendingTask.objects.filter(name="experiments.register_outputs", arguments=[str(run.pk)]).count() == 1
    assert get_store().exists(run.files.get(path="outputs/clean/a.txt").key)
