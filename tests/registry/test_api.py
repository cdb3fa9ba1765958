"""Models through the API: what it shows, and what it refuses."""

import io
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.registry import services
from apps.registry.hooks import ModelUse, model_uses
from apps.registry.models import ModelVersion, RegisteredModel
from apps.workspaces.roles import Role
from tests.data.factories import uploaded
from tests.registry.factories import WEIGHTS, ModelFactory, add_version, registered, run_with
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def workspace():
    return WorkspaceFactory.create()


@pytest.fixture
def builder(workspace):
    return member(workspace, Role.DATA_SCIENTIST)


@pytest.fixture
def base(workspace):
    return f"/api/v1/workspaces/{workspace.name}/models/"


def test_a_run_is_registered_shown_and_fetched(workspace, builder, base, api_of, run_tasks):
    api, run = api_of(builder), run_with(workspace)
    body = {"name": "churn", "run": str(run.pk), "path": "outputs/model", "tags": {"team": "a"}, "stage": "Staging"}
    made = api.post(base, body)
    assert made.status_code == 201, made.content
    said = made.json()
    assert (said["reference"], said["state"], said["stage"]) == ("churn:1", "Pending", "Staging")
    assert said["run"] == {"id": str(run.pk), "name": str(run)}
    run_tasks()
    version = f"{base}churn/versions/latest/"
    assert api.get(version).json()["state"] == "Ready"
    level = api.get(f"{version}files/").json()
    assert [folder["path"] for folder in level["folders"]] == ["data"]
    assert [file["path"] for file in level["files"]] == ["model.pkl"]
    assert [file["path"] for file in api.get(f"{version}files/", {"prefix": "data"}).json()["files"]] == ["data/x.bin"]
    part = api.get(f"{version}files/content/", {"path": "model.pkl", "raw": 1}, headers={"Range": "bytes=0-6"})
    assert (part.status_code, b"".join(part)) == (206, WEIGHTS[:7])
    packed = zipfile.ZipFile(io.BytesIO(b"".join(api.get(f"{version}zip/"))))
    assert packed.read("model.pkl") == WEIGHTS
    assert len(packed.namelist()) == 2
    assert api.get(f"{version}files/content/", {"path": "../x", "raw": 1}).status_code == 404


@pytest.mark.parametrize(
    "path", ["runs:/{run}/outputs/model", "azureml://jobs/{run}/outputs/artifacts/paths/outputs/model/"]
)
def test_paths_name_runs_as_job_files_do(workspace, builder, base, api_of, path):
    run = run_with(workspace)
    for named in (run.pk, run.name):
        made = api_of(builder).post(base, {"name": "churn", "path": path.format(run=named)})
        assert made.status_code == 201, made.content
        assert made.json()["source"] == f"runs:/{run.pk}/outputs/model"


def test_what_cannot_be_registered_is_said_at_its_field(workspace, builder, base, api_of):
    api, run, other = api_of(builder), run_with(workspace), run_with(WorkspaceFactory.create())
    for body, field in (
        ({"name": "m"}, "path"),
        ({"name": "m", "path": "./model"}, "path"),
        ({"name": "m", "path": "https://example.org/m"}, "path"),
        ({"name": "m", "run": str(other.pk), "path": "outputs/model"}, "run"),
        ({"name": "m", "run": "no\u0000run", "path": "x"}, "run"),
        ({"name": "m", "run": str(run.pk), "path": "nothing"}, "path"),
        ({"name": "../m", "run": str(run.pk), "path": "outputs/model"}, "name"),
        ({"name": "m", "run": str(run.pk), "path": "outputs/model", "type": "onnx"}, "type"),
        ({"name": "m", "run": str(run.pk), "path": "outputs/model", "version": 0}, "version"),
        ({"name": "m", "upload": str(run.pk)}, "upload"),
        ({"name": "m", "run": str(run.pk), "path": "outputs/model", "tags": {"": "x"}}, "tags"),
    ):
        answer = api.post(base, body)
        assert answer.status_code in {400, 422}, answer.content
        assert field in answer.json()["errors"], (body, answer.json())
    assert not RegisteredModel.objects.exists()


def test_an_upload_is_registered(workspace, builder, base, api_of):
    upload = uploaded(builder, workspace, **{"net.onnx": b"onnx"})
    made = api_of(builder).post(base, {"name": "net", "upload": str(upload.pk), "description": "A net."})
    assert (made.status_code, made.json()["state"], made.json()["framework"]) == (201, "Ready", "ONNX")


def test_the_list_filters_by_name_tag_and_archive(workspace, builder, base, api_of):
    api = api_of(builder)
    ModelFactory.create(workspace=workspace, name="Churn", tags={"team": "red"})
    fraud = ModelFactory.create(workspace=workspace, name="fraud")
    add_version(fraud, tags={"team": "blue", 'odd"key': "x"})
    ModelFactory.create(name="elsewhere")

    def names(**query):
        answer = api.get(base, query)
        assert answer.status_code == 200, answer.content
        return {row["name"] for row in answer.json()["results"]}

    assert names() == {"Churn", "fraud"}
    assert names(name="churn") == {"Churn"}
    assert names(tag="team") == {"Churn", "fraud"}
    assert names(tag="team=blue") == {"fraud"}
    assert names(tag='odd"key=x') == {"fraud"}
    assert api.patch(f"{base}fraud/", {"archived": True}).json()["archived_at"]
    assert names() == {"Churn"}
    assert names(archived="only") == {"fraud"}
    assert names(archived="all") == {"Churn", "fraud"}


def test_lists_ask_as_much_for_many_as_for_one(workspace, builder, base, api_of):
    api = api_of(builder)

    def queries(address):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert api.get(address).status_code == 200
        return len(asked)

    model = ModelFactory.create(workspace=workspace, name="m")
    queries(base)  # what is kept from the first request on counts for neither
    one = [queries(base), queries(f"{base}m/versions/")]
    for number in range(10):
        ModelFactory.create(workspace=workspace)
        version = add_version(model)
        services.set_alias(actor=builder, version=version, alias=f"a{number}")
    assert [queries(base), queries(f"{base}m/versions/")] == one


def test_models_and_versions_are_described_and_deleted(workspace, builder, base, api_of, run_tasks):
    api = api_of(builder)
    registered(builder, workspace, run_tasks)
    second = registered(builder, workspace, run_tasks)
    one, version = f"{base}churn/", f"{base}churn/versions/2/"
    assert api.patch(one, {"description": "Who leaves.", "tags": {"a": "b"}}).json()["tags"] == {"a": "b"}
    changed = api.patch(version, {"tags": {"x": "y"}, "properties": {"p": "1"}, "stage": "Production"}).json()
    assert (changed["tags"], changed["properties"], changed["stage"]) == ({"x": "y"}, {"p": "1"}, "Production")
    refused = api.patch(version, {"properties": {"p": "2"}})
    assert (refused.status_code, "never change" in refused.json()["errors"]["properties"][0]) == (400, True)
    assert api.put(f"{one}aliases/champion/", {"version": 2}).json() == {"alias": "champion", "version": 2}
    assert api.get(one).json()["aliases"] == [{"alias": "champion", "version": 2}]
    assert api.put(f"{one}aliases/latest/", {"version": 2}).status_code == 400
    assert api.put(f"{one}aliases/champion/", {"version": 9}).status_code == 404
    assert api.delete(f"{one}aliases/Champion/").status_code == 204
    assert api.delete(f"{one}aliases/champion/").status_code == 404
    rows = api.get(f"{one}compare/", {"a": 1, "b": 2}).json()["rows"]
    assert {"section": "tags", "name": "x", "first": None, "second": "y", "differs": True} in rows
    uses = ModelUse(second.pk, "deployment", "blue", "/x/", blocks=True)
    model_uses.add(hook := lambda ids, limit: [uses] if second.pk in ids else [])
    try:
        refused = api.delete(version)
        assert (refused.status_code, refused.json()["code"]) == (409, "model_in_use")
        assert "deployment blue" in refused.json()["detail"]
        assert api.delete(f"{one}?confirm=churn").status_code == 409
        assert api.delete(f"{base}churn/versions/1/").status_code == 204
    finally:
        model_uses.remove(hook)
    refused = api.delete(one)
    assert (refused.status_code, refused.json()["code"]) == (409, "model_not_confirmed")
    assert api.delete(f"{one}?confirm=churn").status_code == 204
    assert not ModelVersion.objects.exists()
    assert api.get(one).status_code == 404


def test_model_files_are_read(workspace, builder, base, api_of):
    address = base.replace("models/", "model-files/read/")
    text = """
$schema: https://azuremlschemas.azureedge.net/latest/model.schema.json
name: local-mlflow
version: 3
path: ./mlflow-model
type: mlflow_model
description: Model created from local files.
tags: {stage: 1}
flavors:
  python_function: {loader_module: mlflow.sklearn}
datastore: x
"""
    said = api_of(builder).post(address, {"file": text}).json()
    assert (said["name"], said["version"], said["path"], said["is_local"]) == (
        "local-mlflow",
        3,
        "./mlflow-model",
        True,
    )
    assert (said["type"], said["tags"]) == ("mlflow_model", {"stage": "1"})
    assert said["flavors"] == {"python_function": {"loader_module": "mlflow.sklearn"}}
    assert "datastore" in said["warnings"][0]
    for text, field in (
        ("- a", "file"),
        ("name: m", "path"),
        ("path: a\nname: m\ntype: x", "type"),
        ("name: m\npath: azureml://datastores/x/paths/y", "path"),
        ("name: m\npath: .\nversion: 1.5", "version"),
    ):
        refused = api_of(builder).post(address, {"file": text})
        assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])


def test_versions_are_filtered_by_state_tag_and_archive(workspace, builder, base, api_of):
    api = api_of(builder)
    model = ModelFactory.create(workspace=workspace, name="m")
    add_version(model, tags={"team": "a"}, state="Failed")

    def numbers(**query):
        answer = api.get(f"{base}m/versions/", query)
        assert answer.status_code == 200, answer.content
        return [row["version"] for row in answer.json()["results"]]

    assert numbers() == [2, 1]
    assert numbers(state="Failed") == [2]
    assert numbers(tag="team=a") == [2]
    assert numbers(tag='te"am') == []
    assert api.patch(f"{base}m/versions/2/", {"archived": True}).json()["archived_at"]
    assert (numbers(), numbers(archived="only"), numbers(archived="all")) == ([1], [2], [2, 1])
