"""Registered models through the stock MLflow client."""

import mlflow
import pytest
import requests
from mlflow.exceptions import MlflowException

from apps.registry.models import ModelVersion, RegisteredModel
from apps.registry.services import copy_files
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


def register(client, source, name="churn", run_id=None, **said):
    """Make a version, and have its files copied, as the studio's worker does."""
    version = client.create_model_version(name, source, run_id, await_creation_for=0, **said)
    copy_files(ModelVersion.objects.get(model__name=name, number=version.version).pk)
    return version


@pytest.fixture
def model(client, folder):
    """A logged model."""
    with mlflow.start_run() as run:
        return log(client, folder, run)


def test_from_a_run_to_a_download(client, model, tmp_path):
    client.create_registered_model("churn", {"team": "blue"}, "Who leaves")
    version = register(client, f"runs:/{model.source_run_id}/model", tags={"a": "1"}, description="first")
    stored = ModelVersion.objects.get()
    assert (version.version, version.status, version.run_id) == ("1", "PENDING_REGISTRATION", model.source_run_id)
    assert (stored.type, str(stored.run_id), stored.source) == (
        "mlflow_model", model.source_run_id, f"runs:/{model.source_run_id}/model",
    )  # fmt: skip
    read = client.get_model_version("churn", "1")
    assert (read.status, read.tags, read.description) == ("READY", {"a": "1"}, "first")
    client.set_registered_model_alias("churn", "champion", "1")
    for number, uri in enumerate(["models:/churn/1", "models:/churn@champion", "models:/churn/latest"]):
        mlflow.artifacts.download_artifacts(uri, dst_path=str(tmp_path / str(number)))
        assert (tmp_path / str(number) / "data" / "weights.bin").read_bytes() == b"\x00\x01\x02"
    found = client.get_registered_model("churn")
    assert (found.description, found.tags, found.aliases) == ("Who leaves", {"team": "blue"}, {"champion": "1"})
    assert [latest.version for latest in found.latest_versions] == ["1"]


def test_register_model_by_its_address_and_by_its_id(client, model):
    for uri in (f"runs:/{model.source_run_id}/model", f"models:/{model.model_id}"):
        mlflow.register_model(uri, "churn", await_registration_for=0)
    versions = client.search_model_versions("name = 'churn'")
    assert {version.run_id for version in versions} == {model.source_run_id}
    assert [dict(version.properties) for version in ModelVersion.objects.order_by("number")] == [
        {},
        {"mlflow.model_id": model.model_id},
    ]
    assert '"version": "2"' in client.get_logged_model(model.model_id).tags["mlflow.modelVersions"]


def test_describe_and_move(client, model):
    client.create_registered_model("churn")
    for _number in range(3):
        register(client, f"models:/{model.model_id}")
    client.update_model_version("churn", "2", "second")
    client.set_model_version_tag("churn", "2", "checked", "yes")
    client.set_model_version_tag("churn", "2", "gone", "x")
    client.delete_model_version_tag("churn", "2", "gone")
    second = client.get_model_version("churn", "2")
    assert (second.description, second.tags) == ("second", {"checked": "yes"})

    client.transition_model_version_stage("churn", "1", "Production")
    client.transition_model_version_stage("churn", "3", "Production", archive_existing_versions=True)
    assert [one.version for one in client.get_latest_versions("churn", ["Production"])] == ["3"]
    assert {one.current_stage for one in client.get_latest_versions("churn")} == {"Production", "Archived", "None"}
    with pytest.raises(MlflowException, match="stage"):
        client.transition_model_version_stage("churn", "1", "Moon")

    client.set_registered_model_alias("churn", "champion", "1")
    client.set_registered_model_alias("churn", "champion", "2")
    assert client.get_model_version_by_alias("churn", "champion").version == "2"
    client.delete_registered_model_alias("churn", "champion")
    with pytest.raises(MlflowException):
        client.get_model_version_by_alias("churn", "champion")

    client.set_registered_model_tag("churn", "team", "red")
    client.delete_registered_model_tag("churn", "team")
    client.update_registered_model("churn", "What it is")
    client.rename_registered_model("churn", "leaving")
    assert client.get_registered_model("leaving").description == "What it is"
    client.delete_model_version("leaving", "1")
    with pytest.raises(MlflowException) as gone:
        client.get_model_version("leaving", "1")
    assert gone.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    client.delete_registered_model("leaving")
    assert not RegisteredModel.objects.exists()


def test_a_copy_of_a_version(client, model):
    client.create_registered_model("churn")
    register(client, f"models:/{model.model_id}")
    copied = client.copy_model_version("models:/churn/1", "production")
    copy_files(ModelVersion.objects.get(model__name="production").pk)
    assert (copied.name, copied.version, copied.run_id) == ("production", "1", model.source_run_id)


def test_search(client, model):
    for name in ("alpha", "beta", "Gamma"):
        client.create_registered_model(name, {"team": "blue" if name == "beta" else "red"})
    for name, count in (("alpha", 2), ("beta", 1)):
        for number in range(count):
            client.create_model_version(
                name, f"models:/{model.model_id}", tags={"n": str(number)}, await_creation_for=0
            )

    def names(where=None, **said):
        return [one.name for one in client.search_registered_models(where, **said)]

    assert set(names()) == {"alpha", "beta", "Gamma"}
    assert names("name LIKE '%eta'") == ["beta"]
    assert names("name ILIKE 'gam%'") == ["Gamma"]
    assert names("name LIKE 'gam%'") == []
    assert names("tags.team = 'blue'") == ["beta"]
    assert set(names("tags.team != 'blue'")) == {"alpha", "Gamma"}
    assert names(order_by=["name DESC"])[:2] in (["beta", "alpha"], ["beta", "Gamma"])
    first = client.search_registered_models(max_results=2)
    assert len(client.search_registered_models(page_token=first.token)) == 1

    def numbers(where):
        return [
            (one.name, int(one.version)) for one in client.search_model_versions(where, order_by=["version_number ASC"])
        ]

    assert numbers("name='alpha'") == [("alpha", 1), ("alpha", 2)]
    assert numbers("version_number > 1") == [("alpha", 2)]
    assert numbers(f"run_id = '{model.source_run_id}' and tags.n = '1'") == [("alpha", 2)]
    assert numbers("run_id IN ('0', 'x')") == []
    assert sorted(numbers("source_path LIKE 'models:/m-%'")) == [("alpha", 1), ("alpha", 2), ("beta", 1)]
    for wrong in ("colour = 'red'", "name = 3", "name = 'a' OR name = 'b'", "run_id LIKE 'a%'", "'"):
        with pytest.raises(MlflowException) as refused:
            client.search_model_versions(wrong)
        assert refused.value.error_code == "INVALID_PARAMETER_VALUE"


def test_what_cannot_be_registered(client, model):
    client.create_registered_model("churn")
    with pytest.raises(MlflowException) as twice:
        client.create_registered_model("Churn")
    assert twice.value.error_code == "RESOURCE_ALREADY_EXISTS"
    for source in (
        f"runs:/{model.source_run_id}/nothing",
        f"runs:/{model.source_run_id}/../../etc",
        "runs:/" + "0" * 32 + "/model",
        "models:/m-" + "0" * 32,
        "models:/nothing/1",
        "mlflow-artifacts:/versions/x",
        "/etc/passwd",
        "file:///etc/passwd",
        "s3://bucket/model",
        "mlflow-artifacts://elsewhere/model",
        "",
    ):
        with pytest.raises(MlflowException) as refused:
            client.create_model_version("churn", source, await_creation_for=0)
        assert refused.value.error_code in {"INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST"}, source
    for name in ("", "a/b", "../x", "it's", "a" * 300):
        with pytest.raises(MlflowException):
            client.create_registered_model(name)
    assert not ModelVersion.objects.exists()


def test_models_of_others(client_of, client, workspace, model):
    client.create_registered_model("churn")
    register(client, f"models:/{model.model_id}")
    elsewhere = WorkspaceFactory.create(name="elsewhere")
    stored = ModelVersion.objects.get()
    client_of(AccessTokenFactory.create(user=member(workspace, Role.READER)).secret)
    assert client.get_model_version("churn", "1").status == "READY"
    with pytest.raises(MlflowException) as refused:
        client.set_registered_model_alias("churn", "champion", "1")
    assert refused.value.error_code == "PERMISSION_DENIED"
    outsider = member(elsewhere, Role.OWNER)
    client_of(AccessTokenFactory.create(user=outsider).secret, "elsewhere")
    client = mlflow.MlflowClient()
    for read in (
        lambda: client.get_registered_model("churn"),
        lambda: mlflow.artifacts.download_artifacts(f"mlflow-artifacts:/versions/{stored.pk}"),
        lambda: client.create_model_version("own", f"models:/{model.model_id}", await_creation_for=0),
        lambda: client.create_model_version("own", f"mlflow-artifacts:/versions/{stored.pk}", await_creation_for=0),
        lambda: client.create_model_version("own", f"runs:/{model.source_run_id}/model", await_creation_for=0),
    ):
        with pytest.raises((MlflowException, requests.HTTPError)):
            read()
    assert client.search_registered_models() == []


def test_the_code_of_a_run_registers_what_it_made(client_of, client, workspace, model, folder, tmp_path):
    client.create_registered_model("churn")
    register(client, f"models:/{model.model_id}")
    ours = working_run(workspace=workspace)
    ours.order.requested_by = member(workspace, Role.DATA_SCIENTIST)
    ours.order.save()
    client_of(ours.run_token)
    own = log(client, folder, None, name="own")
    client.create_registered_model("fresh")
    version = register(client, f"models:/{own.model_id}", "fresh", tags={"by": "code"})
    client.set_model_version_tag("fresh", str(version.version), "more", "1")
    client.update_model_version("fresh", "1", "by code")
    assert ModelVersion.objects.get(model__name="fresh").run == ours.run
    mlflow.artifacts.download_artifacts("models:/churn/1", dst_path=str(tmp_path / "read"))
    for refused in (
        lambda: client.create_model_version("churn", f"models:/{model.model_id}", await_creation_for=0),
        lambda: client.create_model_version("churn", f"runs:/{model.source_run_id}/model", await_creation_for=0),
        lambda: client.create_model_version("churn", "models:/churn/1", await_creation_for=0),
        lambda: client.update_model_version("churn", "1", "mine now"),
        lambda: client.set_model_version_tag("churn", "1", "a", "b"),
        lambda: client.set_registered_model_alias("churn", "champion", "1"),
        lambda: client.transition_model_version_stage("churn", "1", "Production"),
        lambda: client.delete_model_version("fresh", "1"),
        lambda: client.delete_registered_model("churn"),
        lambda: client.rename_registered_model("churn", "mine"),
    ):
        with pytest.raises(MlflowException):
            refused()
    assert ModelVersion.objects.filter(model__name="churn").count() == 1
