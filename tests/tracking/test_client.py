"""The stock MLflow client against the studio, over real HTTP."""

import math

import mlflow
import plotly.graph_objects
import pytest
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException

from apps.experiments.metrics.packer import pack_run
from apps.experiments.models import Experiment, MetricSummary, Run, RunFile, RunParameter
from apps.experiments.models import RunTag as Tag
from apps.experiments.states import RunStatus
from apps.workspaces.roles import Role
from tests.accounts.factories import AccessTokenFactory
from tests.experiments.working import working_run
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.service, pytest.mark.servers]


def test_a_run_from_a_notebook(client, ada):
    mlflow.set_experiment("trees")
    with mlflow.start_run(run_name="first try", tags={"team": "blue"}) as run:
        mlflow.log_param("depth", 3)
        mlflow.log_params({"rate": 0.1, "loss": "gini"})
        for step in range(3):
            mlflow.log_metric("acc", 0.5 + step / 10, step=step)
        mlflow.log_metrics({"f1": 0.25, "auc": math.nan}, step=1)
        mlflow.set_tag("stage", "draft")
    stored = Run.objects.get()
    assert (str(stored.pk), stored.display_name, stored.status) == (run.info.run_id, "first try", RunStatus.COMPLETED)
    assert (str(stored.experiment), stored.submitted_by) == ("trees", ada)
    assert dict(RunParameter.objects.values_list("name", "value")) == {"depth": "3", "rate": "0.1", "loss": "gini"}
    assert {"team": "blue", "stage": "draft"}.items() <= dict(Tag.objects.values_list("name", "value")).items()
    acc = MetricSummary.objects.get(name="acc")
    assert (acc.count, acc.last, acc.last_step) == (3, 0.7, 2)

    read = client.get_run(run.info.run_id)
    assert read.info.status == "FINISHED"
    assert (read.data.params["rate"], read.data.metrics["acc"], read.data.tags["stage"]) == ("0.1", 0.7, "draft")
    assert math.isnan(read.data.metrics["auc"])
    assert [(metric.step, metric.value) for metric in client.get_metric_history(run.info.run_id, "acc")] == [
        (0, 0.5),
        (1, 0.6),
        (2, 0.7),
    ]


def test_files(client, tmp_path):
    (tmp_path / "model.txt").write_text("weights")
    with mlflow.start_run() as run:
        mlflow.log_artifact(str(tmp_path / "model.txt"), "model")
        mlflow.log_dict({"a": [1, 2]}, "reports/data.json")
        mlflow.log_text("<h1>Report</h1>", "reports/index.html")
        mlflow.log_text("top", "top.txt")
    assert sorted(RunFile.objects.values_list("path", flat=True)) == [
        "model/model.txt",
        "reports/data.json",
        "reports/index.html",
        "top.txt",
    ]
    run_id = run.info.run_id
    assert [(file.path, file.is_dir) for file in client.list_artifacts(run_id)] == [
        ("model", True),
        ("reports", True),
        ("top.txt", False),
    ]
    assert [file.path for file in client.list_artifacts(run_id, "reports")] == [
        "reports/data.json",
        "reports/index.html",
    ]
    assert mlflow.artifacts.load_text(f"runs:/{run_id}/model/model.txt") == "weights"
    assert mlflow.artifacts.load_dict(f"runs:/{run_id}/reports/data.json") == {"a": [1, 2]}
    with pytest.raises(MlflowException):
        mlflow.artifacts.load_text(f"runs:/{run_id}/none.txt")


def test_figures(client):
    with mlflow.start_run():
        mlflow.log_figure(plotly.graph_objects.Figure(), "plots/empty.html")
    assert RunFile.objects.get().media_type == "text/html"


def test_a_batch_sent_twice_counts_once(client):
    with mlflow.start_run() as run:
        metrics = [Metric(f"m{number % 10}", number / 2, 1_700_000_000_000 + number, number) for number in range(1000)]
        for _sending in range(2):
            client.log_batch(run.info.run_id, metrics, [Param("p", "1")], [RunTag("t", "1")])
        pack_run(run.info.run_id)
        client.log_batch(run.info.run_id, metrics[:500])
    assert len(client.get_metric_history(run.info.run_id, "m3")) == 100
    pack_run(run.info.run_id)
    assert MetricSummary.objects.get(name="m3").count == 100


def test_infinity_and_values_without_a_step(client):
    with mlflow.start_run() as run:
        mlflow.log_metric("loss", math.inf)
        mlflow.log_metric("loss", -math.inf)
    history = client.get_metric_history(run.info.run_id, "loss")
    assert sorted((metric.step, metric.value) for metric in history) == [(0, -math.inf), (0, math.inf)]


def test_a_parameter_never_changes(client):
    with mlflow.start_run() as run:
        mlflow.log_param("rate", 0.1)
        mlflow.log_param("rate", 0.1)
        with pytest.raises(MlflowException) as refused:
            client.log_param(run.info.run_id, "rate", 0.2)
    assert refused.value.error_code == "INVALID_PARAMETER_VALUE"
    assert "never change" in str(refused.value)
    assert RunParameter.objects.get().value == "0.1"


def test_tags_come_and_go_and_one_is_the_name(client):
    with mlflow.start_run() as run:
        mlflow.set_tag("note", "x")
        client.set_tag(run.info.run_id, "mlflow.runName", "renamed")
        mlflow.delete_tag("note")
        with pytest.raises(MlflowException):
            mlflow.delete_tag("note")
    stored = Run.objects.get()
    assert stored.display_name == "renamed"
    assert client.get_run(run.info.run_id).info.run_name == "renamed"
    assert "note" not in client.get_run(run.info.run_id).data.tags


def test_runs_of_an_experiment_newest_first(client):
    experiment_id = client.create_experiment("trees")
    with pytest.raises(MlflowException) as refused:
        client.create_experiment("trees")
    assert refused.value.error_code == "RESOURCE_ALREADY_EXISTS"
    made = [client.create_run(experiment_id, run_name=f"run {number}").info.run_id for number in range(5)]
    with mlflow.start_run(run_name="elsewhere"):
        pass
    page = client.search_runs([experiment_id], max_results=3)
    rest = client.search_runs([experiment_id], max_results=3, page_token=page.token)
    assert [run.info.run_id for run in [*page, *rest]] == made[::-1]
    assert {experiment.name for experiment in client.search_experiments()} == {"trees", "Default"}
    client.set_terminated(made[0], "FAILED")
    assert Run.objects.get(pk=made[0]).status == RunStatus.FAILED


def test_children(client):
    with mlflow.start_run() as parent, mlflow.start_run(nested=True) as child:
        mlflow.log_metric("acc", 1.0)
    assert str(Run.objects.get(pk=child.info.run_id).parent_id) == parent.info.run_id
    assert client.get_run(child.info.run_id).data.tags["mlflow.parentRunId"] == parent.info.run_id


def test_the_code_of_a_run_logs_to_its_own_run_and_its_children(client_of, workspace, ada, monkeypatch):
    ours, other = working_run(workspace=workspace), working_run(workspace=workspace)
    client_of(ours.run_token)
    monkeypatch.setenv("MLFLOW_RUN_ID", str(ours.run.pk))
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", str(ours.run.experiment))
    with mlflow.start_run():
        mlflow.log_metric("acc", 1.0)
        mlflow.log_param("rate", 1)
        mlflow.log_text("x", "out.txt")
        with mlflow.start_run(nested=True):
            mlflow.log_metric("acc", 2.0)
    assert MetricSummary.objects.get(run=ours.run).last == 1.0
    ours.run.refresh_from_db()
    assert ours.run.status == RunStatus.RUNNING, "a run of a machine ends with its work"
    assert MetricSummary.objects.exclude(run=ours.run).get().run.parent == ours.run
    client = mlflow.MlflowClient()
    for refused in (
        lambda: client.log_metric(str(other.run.pk), "acc", 0.0),
        lambda: client.get_run(str(other.run.pk)),
        lambda: client.log_text(str(other.run.pk), "x", "out.txt"),
        lambda: client.create_experiment("another"),
        lambda: client.create_run("0"),
    ):
        with pytest.raises(MlflowException):
            refused()
    assert not MetricSummary.objects.filter(run=other.run).exists()


def test_strangers_readers_and_limited_tokens(client_of, client, workspace):
    with mlflow.start_run() as run:
        pass
    outside = WorkspaceFactory.create()
    outsider = member(outside, Role.OWNER)
    for token, code in (
        ("mls_unknown", "UNAUTHENTICATED"),
        (AccessTokenFactory.create(user=member(workspace, Role.READER)).secret, "PERMISSION_DENIED"),
        (AccessTokenFactory.create(user=outsider).secret, "RESOURCE_DOES_NOT_EXIST"),
        (AccessTokenFactory.create(user=outsider, workspace_ids=[str(outside.pk)]).secret, "RESOURCE_DOES_NOT_EXIST"),
    ):
        client_of(token)
        with pytest.raises(MlflowException) as refused:
            client.log_metric(run.info.run_id, "acc", 1.0)
        assert refused.value.error_code == code
    assert not MetricSummary.objects.exists()


def test_default_experiment_and_what_is_not_there(client):
    with mlflow.start_run():
        pass
    assert Experiment.objects.get().name == "Default"
    assert client.get_experiment_by_name("none") is None
    with pytest.raises(MlflowException) as missing:
        client.get_run("0" * 32)
    assert missing.value.error_code == "RESOURCE_DOES_NOT_EXIST"
