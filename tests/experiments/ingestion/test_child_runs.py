"""Runs that a run's code makes below its own: all they say comes through the one file of the machine's run."""

from uuid import uuid4

import pytest

from apps.compute.services import end_work
from apps.experiments.ingestion import callers
from apps.experiments.metrics.reading import read_series
from apps.experiments.models import Run, RunTag
from apps.experiments.states import RunStatus
from tests.experiments.factories import RunFactory
from tests.experiments.working import working_run

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.service, pytest.mark.servers]


def begins(run_id, parent, name=""):
    return {"c": {"id": str(run_id), "parent": str(parent), "name": name, "at_ms": 1}}


def test_children_of_any_depth_have_metrics_tags_and_ends_of_their_own(runner, work):
    child, grandchild = uuid4(), uuid4()
    answer = runner.events(
        begins(child, work.run.pk, "fold 1"),
        {"m": [["loss", 0.5, None, 1]], "run": str(child)},
        begins(grandchild, child),
        {"m": [["loss", 0.25, None, 2]], "run": str(grandchild)},
        {"t": {"fold": "1"}, "run": str(child)},
        {"e": {"status": "Failed", "reason": "ValueError: no data"}, "run": str(grandchild)},
        {"m": [["loss", 0.75, None, 3]]},
    )
    assert answer.json() == {"accepted": 7, "refused": []}
    runner.events({"e": {"status": "Completed", "reason": ""}, "run": str(child)}, offset=5000)
    one, two = Run.objects.get(pk=child), Run.objects.get(pk=grandchild)
    assert (one.parent, one.depth, one.display_name, one.status) == (work.run, 1, "fold 1", RunStatus.COMPLETED)
    assert (two.parent, two.depth, two.status, two.status_reason) == (one, 2, RunStatus.FAILED, "ValueError: no data")
    assert one.experiment == work.run.experiment
    for run_id, value in ((work.run.pk, 0.75), (child, 0.5), (grandchild, 0.25)):
        assert read_series(run_id, ["loss"])[1]["loss"].values.tolist() == [value]
    assert RunTag.objects.get().run == one


def test_lines_about_children_count_once(runner, work):
    child = uuid4()
    lines = [begins(child, work.run.pk), {"m": [["loss", 1.0, None, 1]], "run": str(child)}]
    runner.events(*lines)
    assert runner.events(*lines, {"t": {"a": "b"}, "run": str(child)}).json() == {"accepted": 3, "refused": []}
    assert read_series(child, ["loss"])[1]["loss"].values.tolist() == [1.0]
    assert work.run.children.count() == 1


def test_nothing_is_said_of_runs_that_are_not_below_the_own_one(runner, work):
    stranger = RunFactory.create(running=True)
    sibling = RunFactory.create(running=True, workspace=work.run.workspace)
    answer = runner.events(
        {"m": [["loss", 1.0, 0, 1]], "run": str(stranger.pk)},
        {"t": {"owned": "yes"}, "run": str(sibling.pk)},
        {"e": {"status": "Completed"}, "run": str(sibling.pk)},
        begins(uuid4(), sibling.pk),
        begins(sibling.pk, work.run.pk),
        begins(uuid4(), uuid4()),
        {"e": {"status": "Running"}, "run": str(sibling.pk)},
        {"e": {"status": "Completed"}},
        {"m": [["loss", 1.0, 0, 1]], "run": "me"},
        {"m": [["good", 1.0, 0, 1]]},
    )
    assert answer.json()["accepted"] == 1
    assert [refused["line"] for refused in answer.json()["refused"]] == list(range(1, 10))
    sibling.refresh_from_db()
    assert (sibling.status, sibling.parent) == (RunStatus.RUNNING, None)
    assert not RunTag.objects.exists()


def test_a_file_of_a_child_is_the_childs(runner, work):
    child = uuid4()
    runner.events(begins(child, work.run.pk))
    stored = runner.client.put(f"/api/v1/work/files/outputs/a.txt?run={child}", content=b"a")
    assert stored.status_code == 200, stored.content
    assert Run.objects.get(pk=child).files.get().path == "outputs/a.txt"
    assert not work.run.files.exists()
    other = RunFactory.create(running=True)
    for refused in (other.pk, uuid4(), "x"):
        assert runner.client.put(f"/api/v1/work/files/a.txt?run={refused}", content=b"a").status_code == 404


@pytest.mark.parametrize(("outcome", "expected"), [("succeeded", RunStatus.COMPLETED), ("failed", RunStatus.FAILED)])
def test_children_that_were_left_open_end_with_the_program(runner, work, outcome, expected):
    child, done = uuid4(), uuid4()
    runner.events(begins(child, work.run.pk), begins(done, child), {"e": {"status": "Canceled"}, "run": str(done)})
    end_work(work.order, outcome=outcome, exit_code=0 if outcome == "succeeded" else 1)
    left = Run.objects.get(pk=child)
    assert (left.status, left.ended_at is not None) == (expected, True)
    assert "still open" in left.status_reason
    assert Run.objects.get(pk=done).status == RunStatus.CANCELED


def test_another_run_of_the_same_kind_is_not_touched(asgi_server, runner, work):
    other = working_run()
    child = uuid4()
    runner.events(begins(child, work.run.pk))
    callers.forget()
    end_work(other.order, outcome="succeeded", exit_code=0)
    assert Run.objects.get(pk=child).status == RunStatus.RUNNING
