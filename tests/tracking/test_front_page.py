"""The address that MLflow's clients print leads to the studio's own pages."""

import pytest
from django.test import Client
from django.urls import reverse

from apps.tracking.dialect import model_id
from apps.tracking.logged_models import create_logged_model
from apps.workspaces.roles import Role
from tests.experiments.factories import RunFactory
from tests.registry.factories import ModelFactory
from tests.workspaces.conftest import browser_of
from tests.workspaces.factories import WorkspaceFactory, member

__all__ = ["browser_of"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace():
    return WorkspaceFactory.create(name="churn")


@pytest.fixture
def reader(workspace, browser_of):
    return browser_of(member(workspace, Role.READER))


def leads_to(reader, said):
    answer = reader.get(reverse("mlflow", args=["churn"]), {"to": said})
    assert answer.status_code == 302
    return answer.headers["location"]


def test_without_a_script_there_is_a_link(reader):
    page = reader.get(reverse("mlflow", args=["churn"]))
    assert 'data-island="mlflow-link"' in page.content.decode()
    assert reverse("experiments:experiments", args=["churn"]) in page.content.decode()


def test_to_run_experiment_and_model(reader, workspace):
    run = RunFactory.create(workspace=workspace)
    model = ModelFactory.create(workspace=workspace, name="my model")
    logged = create_logged_model(run=run, name="model", params={}, tags={})
    page = reverse("experiments:run", args=["churn", run.pk])
    experiment = f"/experiments/{run.experiment_id}"
    assert leads_to(reader, f"{experiment}/runs/{run.pk}") == page
    assert leads_to(reader, f"{experiment}/runs/{run.pk.hex}/artifacts?x=1") == page
    assert leads_to(reader, f"{experiment}/models/{model_id(logged.pk)}") == f"{page}logs/"
    assert leads_to(reader, experiment) == reverse("experiments:experiment", args=["churn", run.experiment.name])
    assert leads_to(reader, "/models/my%20model/versions/1") == f"{model.get_absolute_url()}?version=1"
    assert leads_to(reader, "/models/my%20model") == model.get_absolute_url()
    assert leads_to(reader, "/models") == reverse("registry:models", args=["churn"])


def test_everything_else_leads_to_the_jobs(reader):
    other = RunFactory.create()
    jobs = reverse("experiments:experiments", args=["churn"])
    for said in (
        "", "/", "//evil.example/", "https://evil.example/", "/experiments/1/runs/x", "/compare-runs?runs=[]", "\0", "x" * 9000,
        f"/experiments/{other.experiment_id}/runs/{other.pk}", f"/experiments/{other.experiment_id}", "/experiments/1/models/m-x",
        "http://[", "/experiments/\udcff",
    ):  # fmt: skip
        assert leads_to(reader, said.encode("utf-8", "replace").decode()) == jobs, said
    assert leads_to(reader, "/models/../../../etc").startswith("/workspaces/churn/models/")


def test_not_for_strangers(browser_of, workspace):
    address = reverse("mlflow", args=["churn"])
    assert Client().get(address).status_code == 302
    stranger = member(WorkspaceFactory.create(), Role.OWNER)
    assert browser_of(stranger).get(address).status_code == 404
