"""Models as inputs and outputs of runs, and those that a run's own code registers."""

import pytest

from apps.core.errors import NotFound, UserError
from apps.experiments import hooks
from apps.experiments.ingestion.requests import read_lines
from apps.experiments.ingestion.store import Stored, store
from apps.experiments.models import Direction, RunData
from apps.experiments.services import store_file
from apps.experiments.services.reactions import finish
from apps.experiments.states import RunStatus
from apps.registry import services
from apps.registry.errors import ModelUnknown, VersionNotReady
from apps.registry.models import ModelVersion
from apps.registry.providing import ModelProvider
from apps.workspaces.roles import Role
from tests.compute.factories import WorkOrderFactory
from tests.experiments.factories import RunFactory
from tests.registry.factories import WEIGHTS, registered, run_with
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def workspace():
    return WorkspaceFactory.create()


@pytest.fixture
def builder(workspace):
    return member(workspace, Role.DATA_SCIENTIST)


@pytest.fixture
def provider():
    return next(provider for provider in hooks.data_providers() if isinstance(provider, ModelProvider))


def given_of(resolved, **more):
    return {"id": str(resolved.id), "reference": resolved.reference, "kind": resolved.kind, **more}


def test_a_model_is_the_input_of_a_run(workspace, builder, provider, run_tasks):
    version = registered(builder, workspace, run_tasks)
    for path in ("azureml:churn:1", "churn@latest", "models:/churn/1"):
        found = provider.resolve(workspace, builder, "custom_model", path)
        assert (found.id, found.reference, found.files, found.bytes, found.single) == (
            version.pk,
            "churn:1",
            2,
            1018,
            "",
        )
        assert found.sha256 == version.sha256
    given = given_of(found)
    assert [file.path for file in provider.files(workspace, given, "", 10)] == ["data/x.bin", "model.pkl"]
    assert [file.path for file in provider.files(workspace, given, "data/x.bin", 10)] == ["model.pkl"]
    chunks, size = provider.open(workspace, given, "model.pkl", 8)
    assert (b"".join(chunks), size) == (WEIGHTS[8:], len(WEIGHTS))
    assert provider.page_of(workspace, version.pk) == version.get_absolute_url()
    with pytest.raises(NotFound):
        provider.files(WorkspaceFactory.create(), given, "", 10)
    services.delete_version(actor=builder, version=version)
    with pytest.raises(NotFound, match="was deleted"):
        provider.files(workspace, given, "", 10)


def test_a_model_of_one_file_is_that_file(workspace, builder, provider, run_tasks):
    registered(builder, workspace, run_tasks, path="outputs/model/model.pkl")
    assert provider.resolve(workspace, builder, "custom_model", "azureml:churn:1").single == "model.pkl"


def test_what_is_no_model_is_left_to_others_or_said(workspace, builder, provider, run_tasks):
    registered(builder, workspace, run_tasks)
    for kind, path in (
        ("uri_folder", "azureml:churn:1"), ("custom_model", "runs:/x/y"), ("custom_model", "azureml://datastores/x/paths/y"),
        ("custom_model", "azureml://jobs/x/outputs/artifacts/paths/y"), ("custom_model", "https://example.org/m"),
    ):  # fmt: skip
        assert provider.resolve(workspace, builder, kind, path) is None
    with pytest.raises(UserError, match="not mlflow_model"):
        provider.resolve(workspace, builder, "mlflow_model", "azureml:churn:1")
    with pytest.raises(ModelUnknown):
        provider.resolve(workspace, builder, "custom_model", "azureml:fraud:1")
    services.register_from_run(
        actor=builder, workspace=workspace, name="churn", run=run_with(workspace), path="outputs/model"
    )
    with pytest.raises(VersionNotReady):
        provider.resolve(workspace, builder, "custom_model", "azureml:churn:2")


def test_an_output_of_a_run_is_registered_once(workspace, run_tasks):
    run = run_with(workspace)
    output = {"type": "custom_model", "name": "azureml:churn"}
    registered_as = [found for _turn in range(3) for found in hooks.register_output(run, "model", output) if found]
    assert {found.reference for found in registered_as} == {"churn:1"}
    run_tasks()
    assert services.resolve_reference(workspace, "churn").file_count == 2
    assert not any(hooks.register_output(run, "model", {"type": "text", "name": "x"}))
    with pytest.raises(UserError, match="whole number"):
        hooks.register_output(run, "model", {**output, "version": "1.0"})
    with pytest.raises(UserError, match="no file or folder"):
        hooks.register_output(run, "other", output)


def said_by(run, *lines: bytes):
    body = b"".join(line + b"\n" for line in lines)
    (outcome,) = store([read_lines(run.pk, "events", 0, body)])
    assert isinstance(outcome, Stored)
    assert outcome.refused == []


def test_what_a_run_registers_is_made_once_its_files_are_there(workspace, builder, run_tasks, api_of):
    run = RunFactory.create(
        workspace=workspace,
        running=True,
        submitted_by=builder,
        order=WorkOrderFactory.create(target__workspace=workspace),
    )
    said_by(
        run,
        b'{"g":{"name":"churn","path":"outputs/model.pkl","type":null,"framework":"scikit-learn","tags":{"auc":"0.8"},'
        b'"properties":{},"description":"Early."}}',
        b'{"g":{"name":"churn","path":"outputs/model.pkl","tags":{"auc":"0.9"},"properties":{"p":"1"},"description":"Late."}}',
        b'{"g":{"name":"lost","path":"outputs/nothing","tags":{},"properties":{},"description":""}}',
        b'{"r":{"kind":"list","name":"x","value":[1],"step":0,"at_ms":1}}',
    )
    run_tasks()
    assert not ModelVersion.objects.exists()
    store_file(run=run, path="outputs/model.pkl", contents=[WEIGHTS])
    finish(run, RunStatus.COMPLETED)
    run_tasks()
    services.register_logged(run.pk)
    version = ModelVersion.objects.get()
    assert (version.reference, version.state, version.description, version.created_by) == (
        "churn:1",
        "Ready",
        "Late.",
        builder,
    )
    assert (version.tags, version.properties) == ({"auc": "0.9"}, {"p": "1"})
    rows = RunData.objects.filter(run=run, direction=Direction.OUTPUT).order_by("name")
    assert [(row.name, row.asset_id) for row in rows] == [
        ("churn (outputs/model.pkl)", version.pk),
        ("lost (outputs/nothing)", None),
    ]
    assert "outputs/nothing" in rows[1].problem
    records = api_of(builder).get(f"/api/v1/workspaces/{workspace.name}/runs/{run.pk}/records/").json()
    assert [record["kind"] for record in records["results"]] == ["list"]


def test_what_no_model_can_be_is_refused_line_by_line(workspace):
    run = RunFactory.create(workspace=workspace, running=True)
    lines = [b'{"g":[]}', b'{"g":{"name":""}}', b'{"g":{"name":"m","path":1}}', b'{"g":{"name":"m","tags":{"a":1}}}']
    (outcome,) = store([read_lines(run.pk, "events", 0, b"".join(line + b"\n" for line in lines))])
    assert isinstance(outcome, Stored)
    assert [number for number, _reason in outcome.refused] == [1, 2, 3, 4]
