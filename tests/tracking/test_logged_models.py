"""Models that the stock MLflow client logs: their files, what is said about them, and how they are found."""

import mlflow
import pytest
from mlflow.data.http_dataset_source import HTTPDatasetSource
from mlflow.data.meta_dataset import MetaDataset
from mlflow.entities import LoggedModelInput, LoggedModelOutput, LoggedModelStatus, Metric
from mlflow.exceptions import MlflowException

from apps.experiments.models import Run, RunFile
from apps.experiments.models.data import RunData
from apps.experiments.states import RunStatus
from apps.tracking.models import LoggedModel, RunDataset
from apps.workspaces.roles import Role
from tests.accounts.factories import AccessTokenFactory
from tests.experiments.working import working_run
from tests.tracking.models import log, saved
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.service, pytest.mark.servers]


@pytest.fixture
def folder(tmp_path):
    """A saved model, as far as files go."""
    return saved(tmp_path / "saved")


def test_a_model_is_a_folder_of_its_run(client, folder, tmp_path):
    with mlflow.start_run() as run:
        model = log(client, folder, run, params={"depth": "3"}, tags={"team": "blue"}, model_type="tree")
        second = log(client, folder, run)
    run_id = run.info.run_id
    assert sorted(RunFile.objects.values_list("path", flat=True)) == [
        "model-2/MLmodel",
        "model-2/data/weights.bin",
        "model/MLmodel",
        "model/data/weights.bin",
    ]
    read = client.get_logged_model(model.model_id)
    assert (read.name, read.status, read.source_run_id) == ("model", LoggedModelStatus.READY, run_id)
    assert (read.params, read.tags, read.model_type) == ({"depth": "3"}, {"team": "blue"}, "tree")
    outputs = client.get_run(run_id).outputs.model_outputs
    assert {output.model_id for output in outputs} == {model.model_id, second.model_id}

    here = mlflow.artifacts.download_artifacts(f"models:/{model.model_id}", dst_path=str(tmp_path / "by-id"))
    assert (tmp_path / "by-id" / "data" / "weights.bin").read_bytes() == b"\x00\x01\x02", here
    mlflow.artifacts.download_artifacts(f"runs:/{run_id}/model", dst_path=str(tmp_path / "by-run"))
    assert (tmp_path / "by-run" / "model" / "MLmodel").read_text() == "flavors: {}\n"


def test_a_model_outside_of_a_run_gets_one_for_its_files(client, folder):
    model = log(client, folder, None, name="loose")
    run = Run.objects.get()
    assert (run.display_name, run.status) == ("loose", RunStatus.COMPLETED)
    assert client.get_logged_model(model.model_id).source_run_id == str(run.pk)
    assert RunFile.objects.filter(run=run, path="loose/MLmodel").exists()


def test_tags_params_and_deleting(client, folder):
    with mlflow.start_run() as run:
        model = log(client, folder, run, params={f"p{number}": str(number) for number in range(150)})
    client.set_logged_model_tags(model.model_id, {"a/b": "1", "stage": "x"})
    client.delete_logged_model_tag(model.model_id, "a/b")
    read = client.get_logged_model(model.model_id)
    assert (read.tags, len(read.params)) == ({"stage": "x"}, 150)
    with pytest.raises(MlflowException):
        client.delete_logged_model_tag(model.model_id, "a/b")
    client.log_model_params(model.model_id, {"late": "1"})
    with pytest.raises(MlflowException, match="another value"):
        client.log_model_params(model.model_id, {"late": "2"})
    client.delete_logged_model(model.model_id)
    assert not RunFile.objects.exists()
    with pytest.raises(MlflowException) as gone:
        client.get_logged_model(model.model_id)
    assert gone.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_metrics_of_models_are_found_again(client, folder):
    with mlflow.start_run() as run:
        models = [log(client, folder, run, name=f"checkpoint_{step}", tags={"step": str(step)}) for step in range(3)]
        for step, model in enumerate(models):
            client.log_metric(run.info.run_id, "acc", 0.5 + step / 10, model_id=model.model_id, step=step)
        digest = Metric("f1", float("nan"), 5, 1, models[1].model_id, "iris", "abc", run.info.run_id)
        client.log_batch(run.info.run_id, [digest])
    experiments = [run.info.experiment_id]

    def names(where=None, **said):
        return [model.name for model in client.search_logged_models(experiments, where, **said)]

    assert names() == ["checkpoint_2", "checkpoint_1", "checkpoint_0"]
    assert names("metrics.acc >= 0.6") == ["checkpoint_2", "checkpoint_1"]
    assert names("name = 'checkpoint_1' AND tags.step = '1'") == ["checkpoint_1"]
    assert names(f"source_run_id = '{run.info.run_id}' AND name LIKE '%\\_0'") == []
    assert names("name ILIKE 'CHECKPOINT%' AND status = 'READY' AND metrics.acc < 0.55") == ["checkpoint_0"]
    assert names(order_by=[{"field_name": "metrics.acc", "ascending": True}])[0] == "checkpoint_0"
    assert names(datasets=[{"dataset_name": "iris"}]) == ["checkpoint_1"]
    assert names("metrics.acc > 0", datasets=[{"dataset_name": "iris", "dataset_digest": "abc"}]) == []
    first = client.search_logged_models(experiments, max_results=2)
    assert [model.name for model in client.search_logged_models(experiments, page_token=first.token)] == [
        "checkpoint_0"
    ]
    kept = {metric.key: metric for metric in client.get_logged_model(models[1].model_id).metrics}
    assert (kept["acc"].value, kept["acc"].step, kept["f1"].dataset_name) == (0.6, 1, "iris")
    assert client.get_run(run.info.run_id).data.metrics["acc"] == 0.7
    for wrong in ("colour = 'red'", "metrics.acc = 'x'", "name > 'a'", "model_id LIKE 'm%'"):
        with pytest.raises(MlflowException) as refused:
            names(wrong)
        assert refused.value.error_code == "INVALID_PARAMETER_VALUE"


def test_what_a_run_read(client, folder):
    address = "https://example.org/iris.csv"
    with mlflow.start_run() as run:
        model = log(client, folder, run)
    with mlflow.start_run() as reader:
        dataset = MetaDataset(HTTPDatasetSource(address), name="iris", digest="abc")  # type: ignore[abstract]
        mlflow.log_input(dataset, context="training", tags={"split": "a"})
        mlflow.log_input(dataset, context="training")
        client.log_inputs(reader.info.run_id, models=[LoggedModelInput(model.model_id)])
    inputs = client.get_run(reader.info.run_id).inputs
    [read] = inputs.dataset_inputs
    assert (read.dataset.name, read.dataset.digest, address in read.dataset.source) == ("iris", "abc", True)
    assert {tag.key: tag.value for tag in read.tags} == {"mlflow.data.context": "training", "split": "a"}
    assert [one.model_id for one in inputs.model_inputs] == [model.model_id]
    shown = set(RunData.objects.values_list("name", "kind", "reference"))
    assert shown == {
        ("iris", "url", address),
        ("model", "run", f"runs:/{Run.objects.get(pk=run.info.run_id).name}/model"),
    }
    with pytest.raises(MlflowException):
        client.log_inputs(reader.info.run_id, models=[LoggedModelInput("m-" + "0" * 32)])
    assert RunDataset.objects.count() == 1


@pytest.mark.parametrize("name", ["../up", "a/b", "a\\b", "..", "x" * 300, "it's", "a\x01b"])
def test_names_that_are_no_folders(client, name):
    with mlflow.start_run() as run, pytest.raises(MlflowException):
        client.create_logged_model(run.info.experiment_id, name=name, source_run_id=run.info.run_id)
    assert not LoggedModel.objects.exists()


def test_models_of_others(client_of, client, workspace, folder):
    with mlflow.start_run() as run:
        model = log(client, folder, run)
    outside = WorkspaceFactory.create(name="elsewhere")
    stranger = AccessTokenFactory.create(user=member(outside, Role.OWNER)).secret
    reader = AccessTokenFactory.create(user=member(workspace, Role.READER)).secret
    ours = working_run(workspace=workspace)
    for token, code in (
        (stranger, "RESOURCE_DOES_NOT_EXIST"),
        (reader, "PERMISSION_DENIED"),
        (ours.run_token, "RESOURCE_DOES_NOT_EXIST"),
    ):
        client_of(token)
        for write in (
            lambda: client.finalize_logged_model(model.model_id, LoggedModelStatus.READY),
            lambda: client.delete_logged_model(model.model_id),
            lambda: client.log_outputs(run.info.run_id, [LoggedModelOutput(model.model_id, 0)]),
        ):
            with pytest.raises(MlflowException) as refused:
                write()
            assert refused.value.error_code == code
    client_of(ours.run_token)
    own = log(client, folder, None, name="own")
    assert LoggedModel.objects.get(name="own").run == ours.run
    assert client.get_logged_model(own.model_id).source_run_id == str(ours.run.pk)
    with pytest.raises(MlflowException):
        client.get_logged_model(model.model_id)
