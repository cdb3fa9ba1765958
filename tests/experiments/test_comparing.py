"""Runs side by side: which may be compared, what is said of them, and at which price."""

from typing import Any

import pytest

from apps.experiments.metrics.packer import pack_run
from apps.experiments.metrics.points import Point, dump
from apps.experiments.models import Comparison, MetricJournal, MetricSummary, Run, RunData, RunParameter, RunTag
from apps.workspaces.roles import Role
from tests.experiments.factories import ExperimentFactory, RunFactory
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def workspace():
    return WorkspaceFactory.create()


@pytest.fixture
def reader(workspace):
    return member(workspace, Role.READER)


def trained(workspace: Any, rate: float, accuracy: float | None, **fields: Any) -> Run:
    """Make a run with an input, a logged parameter, a metric, a tag and data."""
    given = {"rate": {"type": "number", "value": rate}, "data": {"type": "uri_file", "path": "azureml:iris:1"}}
    run: Run = RunFactory.create(workspace=workspace, config={"command": "python train.py", "inputs": given}, **fields)
    RunParameter.objects.create(run=run, name="depth", value="3")
    RunTag.objects.create(run=run, workspace=workspace, name="team", value="risk")
    RunData.objects.create(run=run, direction="input", name="data", kind="dataset", reference="iris:1")
    if accuracy is not None:
        MetricSummary.objects.create(
            run=run, name="accuracy", count=2, last=accuracy, minimum=accuracy - 0.1, maximum=accuracy
        )
    return run


def log(run: Run, points: list[tuple[str, int, int, float]]) -> None:
    """Write points, each (name, step, time in ms, value), as one request does."""
    payload = dump([Point(*point) for point in points])
    MetricJournal.objects.create(run=run, source="events", points=len(points), payload=payload)


def compared(api: Any, workspace: Any, runs: list[Run]) -> dict[str, Any]:
    made = api.post(
        f"/api/v1/workspaces/{workspace.name}/comparisons/", {"runs": [run.pk for run in runs]}, format="json"
    )
    assert made.status_code == 201, made.content
    answer = api.get(f"/api/v1/workspaces/{workspace.name}/comparisons/{made.json()['id']}/")
    return {**answer.json(), "page": made.json()["url"]}


def values(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {row["name"]: row["values"] for row in rows}


def test_values_stand_at_the_places_of_their_runs(workspace, reader, api_of, browser_of):
    runs = [trained(workspace, 0.1, 0.8), trained(workspace, 0.5, None), RunFactory.create(workspace=workspace)]
    found = compared(api_of(reader), workspace, runs)
    assert [run["id"] for run in found["runs"]] == [str(run.pk) for run in runs]
    assert values(found["parameters"]) == {"rate": [0.1, 0.5, None], "depth": ["3", "3", None]}
    assert values(found["metrics"]) == {"accuracy": [{"last": 0.8, "min": pytest.approx(0.7), "max": 0.8}, None, None]}
    assert values(found["tags"]) == {"team": ["risk", "risk", None]}
    assert values(found["data"]) == {"data": ["iris:1", "iris:1", None]}
    assert values(found["settings"])["Command"] == ["python train.py"] * 3
    assert "Compare 3 runs" in browser_of(reader).get(found["page"]).content.decode()


def test_what_was_deleted_since_leaves_a_gap(workspace, reader, api_of):
    runs = [trained(workspace, 0.1, 0.8), trained(workspace, 0.5, 0.9)]
    api, base = api_of(reader), f"/api/v1/workspaces/{workspace.name}/comparisons/"
    made = api.post(base, {"runs": [run.pk for run in runs]}, format="json").json()
    runs[0].delete()
    found = api.get(f"{base}{made['id']}/").json()
    assert ([run["id"] for run in found["runs"]], values(found["parameters"])["rate"]) == ([str(runs[1].pk)], [0.5])


def test_which_runs_can_be_compared(workspace, reader, api_of):
    base = f"/api/v1/workspaces/{workspace.name}/comparisons/"
    run, foreign = RunFactory.create(workspace=workspace), RunFactory.create()
    one = api_of(reader).post(base, {"runs": [run.pk]}, format="json")
    assert (one.status_code, "runs" in one.json()["errors"]) == (400, True)
    twice = api_of(reader).post(base, {"runs": [run.pk, run.pk]}, format="json")
    assert "these are 1" in str(twice.json()["errors"]["runs"])
    other = api_of(reader).post(base, {"runs": [run.pk, foreign.pk]}, format="json")
    assert f"There is no run {foreign.pk}" in str(other.json()["errors"]["runs"])
    assert not Comparison.objects.exists()


def test_readers_compare_what_they_chose_in_a_list(workspace, reader, browser_of):
    experiment = ExperimentFactory.create(workspace=workspace)
    runs = [RunFactory.create(workspace=workspace, experiment=experiment) for _ in range(3)]
    browser = browser_of(reader)
    page = browser.get(f"/workspaces/{workspace.name}/jobs/runs/").content.decode()
    assert f"/workspaces/{workspace.name}/jobs/runs/compare/" in page
    for start in (f"/workspaces/{workspace.name}/jobs/runs/", f"{experiment.get_absolute_url()}runs/"):
        answer = browser.post(f"{start}compare/", {"ids": [str(run.pk) for run in runs[:2]]})
        made = Comparison.objects.latest("created_at")
        assert (answer.status_code, answer["Location"]) == (302, made.get_absolute_url())
        assert set(made.runs) == {str(run.pk) for run in runs[:2]}
    alone = browser.post(f"/workspaces/{workspace.name}/jobs/runs/compare/", {"ids": [str(runs[0].pk)]}, follow=True)
    assert "Choose from 2 to 1000 runs" in alone.content.decode()


@pytest.mark.parametrize("count", [2, 60])
def test_many_runs_take_no_more_queries_than_two(workspace, reader, api_of, count, django_assert_max_num_queries):
    runs = [trained(workspace, number / 10, 0.5) for number in range(count)]
    base = f"/api/v1/workspaces/{workspace.name}/comparisons/"
    made = api_of(reader).post(base, {"runs": [run.pk for run in runs]}, format="json").json()
    with django_assert_max_num_queries(20):
        assert len(api_of(reader).get(f"{base}{made['id']}/").json()["runs"]) == count


def test_a_metric_of_all_runs_comes_at_once(workspace, reader, api_of, django_assert_max_num_queries):
    runs = [RunFactory.create(workspace=workspace) for _ in range(4)]
    for number, run in enumerate(runs[:3]):
        log(run, [("loss", step, 10 * step, 1.0 / (step + 1) + number) for step in range(5)])
        log(run, [("loss", 5, 50, float("nan")), ("other", 0, 0, 1.0)])
    pack_run(runs[0].pk)
    base = f"/api/v1/workspaces/{workspace.name}/comparisons/"
    made = api_of(reader).post(base, {"runs": [run.pk for run in runs]}, format="json").json()
    with django_assert_max_num_queries(20):
        found = api_of(reader).get(f"{base}{made['id']}/series/", {"name": "loss"}).json()["series"]
    assert [one["run"] for one in found] == [str(run.pk) for run in runs[:3]]
    for number, one in enumerate(found):
        assert one["x"] == [0, 1, 2, 3, 4, 5]
        assert one["last"] == [*(pytest.approx(1.0 / (step + 1) + number) for step in range(5)), "NaN"]
    unknown = api_of(reader).get(f"{base}{made['id']}/series/", {"name": "loss", "x": "mood"})
    assert (unknown.status_code, "x" in unknown.json()["errors"]) == (400, True)
