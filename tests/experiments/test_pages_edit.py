"""What is changed on the pages of runs and experiments: one by one, in place, and many at once."""

import pytest

from apps.experiments.models import Run, RunTag
from apps.experiments.states import RunStatus
from apps.workspaces.roles import Role
from tests.experiments.factories import ExperimentFactory, RunFactory
from tests.workspaces.factories import member

pytestmark = pytest.mark.django_db

JOBS = "/workspaces/churn/jobs/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def writer(browser_of, ada):
    return browser_of(ada)


def address(run, part: str) -> str:
    return f"/workspaces/churn/runs/{run.pk}/{part}/"


def told(answer) -> str:
    """What the page after a redirect says."""
    return str(answer.content.decode())


def chosen(*runs) -> dict[str, str]:
    return {"ids": ",".join(str(run.pk) for run in runs)}


def test_a_run_is_canceled_run_again_archived_restored_and_deleted(writer, workspace, machine):
    ran = RunFactory.create(
        workspace=workspace,
        completed=True,
        display_name="one",
        config={"command": "true", "compute": "local", "inputs": {}, "environment": None},
    )
    answer = writer.post(address(ran, "again"), follow=True)
    again = Run.objects.get(rerun_of=ran)
    assert "This is the new run" in told(answer)
    assert "Cancel run" in told(answer)
    assert "Queued" in told(answer)
    assert "has ended" in told(writer.post(address(again, "cancel"), follow=True))
    again.refresh_from_db()
    assert again.status == RunStatus.CANCELED
    assert "is archived" in told(writer.post(address(ran, "archive"), {"archived": "1"}, follow=True))
    assert "back in the lists" in told(writer.post(address(ran, "archive"), {"archived": "0"}, follow=True))
    assert "is deleted" in told(writer.post(address(ran, "delete"), follow=True))
    assert writer.get(address(ran, "metrics")).status_code == 404


def test_what_cannot_be_done_is_not_offered_and_refused_in_words(writer, workspace):
    running = RunFactory.create(workspace=workspace, running=True)
    page = writer.get(running.get_absolute_url()).content.decode()
    assert address(running, "delete") not in page
    answer = writer.post(address(running, "delete"))
    assert answer.status_code == 409
    assert "Cancel it first" in answer.content.decode()


def test_a_run_is_renamed_and_described_in_place(writer, workspace):
    run = RunFactory.create(workspace=workspace, display_name="before")
    assert 'value="before"' in writer.get(address(run, "name"), headers=HTMX).content.decode()
    renamed = writer.post(address(run, "name"), {"display_name": "<b>after</b>"}, headers=HTMX).content.decode()
    assert "&lt;b&gt;after&lt;/b&gt;" in renamed
    described = writer.post(address(run, "description"), {"description": "It **works**."}, headers=HTMX)
    assert "<strong>works</strong>" in described.content.decode()
    refused = writer.post(address(run, "name"), {"display_name": "x" * 256}, headers=HTMX)
    assert refused.status_code == 422


def test_tags_are_added_and_taken_off_in_place(writer, workspace):
    run = RunFactory.create(workspace=workspace)
    added = writer.post(address(run, "tags"), {"add": "team=fraud"}, headers=HTMX).content.decode()
    assert "team: fraud" in added
    assert "<html" not in added
    refused = writer.post(address(run, "tags"), {"add": "=x"}, headers=HTMX)
    assert refused.status_code == 422
    assert "no name before" in refused.content.decode()
    writer.post(address(run, "tags"), {"remove": "team"}, headers=HTMX)
    assert not run.tags.exists()


def test_many_runs_are_canceled_tagged_archived_and_deleted_at_once(writer, workspace):
    one, two = RunFactory.create_batch(2, workspace=workspace, completed=True)
    running = RunFactory.create(workspace=workspace, running=True)
    elsewhere = RunFactory.create(completed=True)
    page = writer.post(f"{JOBS}runs/tag/", chosen(one, two))
    assert "Tags of 2 runs" in page.content.decode()
    sent = {**chosen(one, two, elsewhere), "add": "best\nteam=x", "remove": "old"}
    RunTag.objects.create(run=one, workspace=workspace, name="old")
    assert "2 runs were tagged" in told(writer.post(f"{JOBS}runs/tag/", sent, follow=True))
    assert {tag.name for tag in one.tags.all()} == {"best", "team"}
    assert not elsewhere.tags.exists()
    assert "1 run was asked to stop" in told(writer.post(f"{JOBS}runs/cancel/", chosen(one, running), follow=True))
    assert "2 runs were archived" in told(writer.post(f"{JOBS}runs/archive/", chosen(one, two), follow=True))
    restored = writer.post(f"{JOBS}runs/restore/?archived=only", chosen(one), follow=True)
    assert "1 run is back in the lists" in told(restored)
    assert "1 run was deleted" in told(writer.post(f"{JOBS}runs/delete/", chosen(one), follow=True))


def test_what_is_refused_of_many_is_told_and_keeps_no_other_back(writer, workspace):
    done, running = (
        RunFactory.create(workspace=workspace, completed=True),
        RunFactory.create(workspace=workspace, running=True),
    )
    page = told(writer.post(f"{JOBS}runs/delete/", chosen(done, running), follow=True))
    assert "1 run was deleted" in page
    assert "has not ended yet. Cancel it first" in page


def test_all_runs_of_an_experiment_are_those_of_no_other(writer, workspace):
    here, there = RunFactory.create_batch(2, workspace=workspace, completed=True)
    folder = f"{JOBS}experiments/{here.experiment.name}/"
    assert f'formaction="{folder}runs/archive/' in writer.get(folder).content.decode()
    writer.post(f"{folder}runs/archive/", {"all": "1"})
    here.refresh_from_db()
    there.refresh_from_db()
    assert (here.archived_at is not None, there.archived_at) == (True, None)


def test_an_experiment_is_described_archived_and_restored(writer, workspace):
    experiment = ExperimentFactory.create(workspace=workspace, name="trees")
    folder = f"{JOBS}experiments/trees/"
    assert writer.post(f"{folder}edit/", {"description": "## Why", "tags": "a=b"}, follow=True).status_code == 200
    page = writer.get(folder).content.decode()
    assert "<h2>Why</h2>" in page
    assert "a: b" in page
    assert "is archived" in told(writer.post(f"{folder}archive/", {"archived": "1"}, follow=True))
    assert "trees" not in writer.get(JOBS, headers={**HTMX, "HX-Target": "list-experiments"}).content.decode()
    assert "is back in the lists" in told(writer.post(f"{folder}archive/", {"archived": "0"}, follow=True))
    many = writer.post(f"{JOBS}archive/", {"ids": str(experiment.pk)}, follow=True)
    assert "1 experiment was archived" in told(many)


def test_a_run_as_data(writer, workspace):
    run = RunFactory.create(workspace=workspace, completed=True, display_name="as data")
    assert (
        "&quot;display_name&quot;: &quot;as data&quot;"
        in writer.get(address(run, "json"), headers=HTMX).content.decode()
    )
    assert "command: python train.py" in writer.get(address(run, "yaml"), headers=HTMX).content.decode()
    interactive = RunFactory.create(workspace=workspace, kind="interactive", config={})
    assert writer.get(address(interactive, "yaml")).status_code == 409


@pytest.mark.parametrize("part", ["cancel", "again", "archive", "delete", "name", "description", "tags"])
def test_readers_change_nothing(browser_of, workspace, part):
    run = RunFactory.create(workspace=workspace, completed=True)
    reader = browser_of(member(workspace, Role.READER))
    page = reader.get(run.get_absolute_url()).content.decode()
    assert address(run, part) not in page
    assert reader.post(address(run, part)).status_code == 403
