"""Runs and experiments found by MLflow's filters."""

import mlflow
import pytest
from mlflow.entities import ViewType
from mlflow.exceptions import MlflowException

from apps.experiments.models import MetricSummary, Run, RunParameter, RunTag
from apps.tracking.errors import Invalid
from apps.tracking.models import RunDataset
from apps.tracking.search.runs import find_runs, page_of_runs
from tests.experiments.factories import ExperimentFactory, RunFactory
from tests.experiments.working import working_run
from tests.workspaces.factories import WorkspaceFactory


@pytest.fixture
def runs(db):
    """Four runs: a, b and c with metrics, parameters and tags; d with none, a child of a."""
    workspace = WorkspaceFactory.create()
    experiment = ExperimentFactory.create(workspace=workspace)
    facts = {
        "a": (0.9, "1", "Blue", "completed"),
        "b": (0.5, "2", "blue_1", "failed"),
        "c": (0.7, "10", "red", "running"),
    }
    made = {}
    for name, (value, depth, team, trait) in facts.items():
        run = RunFactory.create(workspace=workspace, experiment=experiment, display_name=name, **{trait: True})
        MetricSummary.objects.create(run=run, name="val/acc", last=value, count=1)
        RunParameter.objects.create(run=run, name="depth", value=depth)
        RunTag.objects.create(run=run, workspace=workspace, name="team", value=team)
        made[name] = run
    made["d"] = RunFactory.create(workspace=workspace, experiment=experiment, name="d", parent=made["a"])
    RunDataset.objects.create(run=made["b"], name="iris", digest="abc", tags={"mlflow.data.context": "training"})
    return made


def found(where="", order_by=None):
    rows, _newest_first = find_runs(Run.objects.all(), where=where, order_by=order_by)
    return "".join(str(run) for run in rows)


@pytest.mark.service
def test_filters(runs):
    for where, expected in {
        "": "dcba",
        "metrics.`val/acc` > 0.5": "ca",
        "metrics.`val/acc` != 0.5": "ca",
        "metrics.nothing < 1": "",
        "params.depth = '1'": "a",
        "params.depth != '1'": "cb",
        "params.depth IN ('1', '2')": "ba",
        "params.depth IS NULL": "d",
        "tags.team LIKE 'blue%'": "b",
        "tags.team ILIKE 'blue%'": "ba",
        "tags.team LIKE 'blue__'": "b",
        "tags.team LIKE '%*%'": "",
        "tags.team LIKE '[b]lue_1'": "",
        "tags.team IS NOT NULL and status != 'FAILED'": "ca",
        "status = 'FINISHED'": "a",
        "status IN ('FAILED', 'RUNNING')": "cb",
        "attributes.run_name = 'd' ": "d",
        "run_name LIKE '_' AND tags.mlflow.runName != 'a'": "dcb",
        f"run_id = '{runs['b'].pk.hex}'": "b",
        f"run_id NOT IN ('{runs['b'].pk}', 'nonsense')": "dca",
        f"tags.mlflow.parentRunId = '{runs['a'].pk}'": "d",
        "tags.`mlflow.parentRunId` IS NULL": "cba",
        "user_id = 'nobody'": "",
        "start_time > 0": "dcba",
        "start_time < 1000": "",
        "end_time > 1000": "ba",
        "end_time >= 999999999999999999": "",
        "dataset.name = 'iris' AND dataset.digest LIKE 'a%' AND dataset.context = 'training'": "b",
        "dataset.context = 'test'": "",
        "metrics.`val/acc` >= 0.7 AND params.depth = '10' AND tags.team = 'red'": "c",
    }.items():
        assert found(where) == expected, where


@pytest.mark.service
def test_orders(runs):
    for order_by, expected in {
        ("metrics.`val/acc` DESC",): "acbd",
        ("metrics.`val/acc`",): "bcad",
        ("params.depth ASC",): "acbd",
        ("tags.team",): None,
        ("attributes.start_time DESC",): "dcba",
        ("status", "run_name DESC"): None,
        ("run_name",): "abcd",
        ("end_time DESC",): "bacd" if runs["b"].ended_at > runs["a"].ended_at else "abdc",
    }.items():
        assert sorted(found(order_by=list(order_by))) == list("abcd")
        if expected and order_by != ("end_time DESC",):
            assert found(order_by=list(order_by)) == expected, order_by


@pytest.mark.parametrize("order_by", [None, ["metrics.`val/acc`"]])
def test_pages_follow_one_another(runs, order_by, monkeypatch):
    monkeypatch.setattr("apps.tracking.search.runs.PORTION", 2)
    found_runs, newest_first = find_runs(Run.objects.all(), where="", order_by=order_by)
    names, token = "", None
    for _page in range(4):
        rows, token = page_of_runs(found_runs, token, 1, newest_first=newest_first)
        names += "".join(str(run) for run in rows)
    assert names == ("bcad" if order_by else "dcba")
    assert token == ""
    rows, token = page_of_runs(found_runs, None, 3, newest_first=newest_first)
    assert (len(rows), bool(token)) == (3, True)


@pytest.mark.parametrize(
    "token", ["x", "2026-01-01 x", 3, "2026-01-01T00:00:00 01900000-0000-7000-8000-000000000000", "1"]
)
def test_tokens_of_others_are_refused(db, token):
    with pytest.raises(Invalid):
        page_of_runs(Run.objects.all(), token, 10, newest_first=True)


def test_runs_with_very_much_come_in_smaller_pages(runs, monkeypatch):
    monkeypatch.setattr("apps.tracking.search.runs.PORTION", 1)
    monkeypatch.setattr("apps.tracking.search.runs.MOST_VALUES", 5)
    rows, token = page_of_runs(Run.objects.order_by("-created_at", "pk"), None, 100, newest_first=True)
    assert ("".join(str(run) for run in rows), bool(token)) == ("dcb", True)


@pytest.mark.service
@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
def test_the_client_searches_deletes_and_restores(client):
    experiment = client.create_experiment("trees", tags={"team": "blue", "note": "x"})
    client.set_experiment_tag(experiment, "more", "1")
    client.delete_experiment_tag(experiment, "note")
    assert client.get_experiment(experiment).tags == {"team": "blue", "more": "1"}
    made = []
    for depth in range(3):
        with mlflow.start_run(experiment_id=experiment, run_name=f"run {depth}") as run:
            mlflow.log_metric("acc", depth / 10)
            mlflow.log_param("depth", depth)
        made.append(run.info.run_id)
    best = client.search_runs([experiment], "metrics.acc > 0 AND params.depth != '9'", order_by=["metrics.acc DESC"])
    assert [run.info.run_id for run in best] == made[:0:-1]
    with pytest.raises(MlflowException) as refused:
        client.search_runs([experiment], "metrics.acc > high")
    assert refused.value.error_code == "INVALID_PARAMETER_VALUE"

    client.delete_run(made[0])
    assert client.get_run(made[0]).info.lifecycle_stage == "deleted"
    assert len(client.search_runs([experiment])) == 2
    assert len(client.search_runs([experiment], run_view_type=ViewType.DELETED_ONLY)) == 1
    client.restore_run(made[0])
    assert len(client.search_runs([experiment], run_view_type=ViewType.ALL)) == 3

    def names(where=None, **said):
        return [one.name for one in client.search_experiments(filter_string=where, **said)]

    client.create_experiment("bushes")
    assert names("name LIKE 'tre%'") == ["trees"]
    assert names("tags.team = 'blue' AND creation_time > 0") == ["trees"]
    assert names(f"experiment_id = '{experiment}'") == ["trees"]
    assert names(order_by=["name ASC"]) == ["bushes", "trees"]
    assert names(max_results=1) == ["bushes"]
    client.delete_experiment(experiment)
    assert names() == ["bushes"]
    assert names(view_type=ViewType.DELETED_ONLY) == ["trees"]
    client.restore_experiment(experiment)
    assert set(names(view_type=ViewType.ALL)) == {"bushes", "trees"}


@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
def test_the_code_of_a_run_finds_its_children_and_no_others(client_of, client, workspace):
    ours = working_run(workspace=workspace)
    RunFactory.create(workspace=workspace, experiment=ours.run.experiment)
    client_of(ours.run_token)
    experiment = str(ours.run.experiment_id)
    child = client.create_run(experiment, tags={"mlflow.parentRunId": str(ours.run.pk)})
    assert {run.info.run_id for run in client.search_runs([experiment])} == {str(ours.run.pk), child.info.run_id}
    [only] = client.search_runs([experiment], f"tags.mlflow.parentRunId = '{ours.run.pk}'")
    assert only.info.run_id == child.info.run_id
    for refused in (
        lambda: client.delete_run(child.info.run_id),
        lambda: client.delete_experiment(experiment),
        lambda: client.set_experiment_tag(experiment, "a", "b"),
    ):
        with pytest.raises(MlflowException) as error:
            refused()
        assert error.value.error_code == "PERMISSION_DENIED"
