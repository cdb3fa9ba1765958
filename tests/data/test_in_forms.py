"""Datasets in the form that submits a run, on the page of the run, and on their own pages."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from apps.accounts.models import User
from apps.data.snippets import snippets_of
from apps.experiments import services
from apps.experiments.models import Run
from apps.experiments.services import store_file
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Role
from tests.data.factories import dataset_of
from tests.experiments.machine import Machine
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = pytest.mark.django_db

NEW = "/workspaces/churn/jobs/new/"


@pytest.fixture
def workspace() -> Workspace:
    made: Workspace = WorkspaceFactory.create(name="churn")
    return made


@pytest.fixture
def ada(workspace: Workspace) -> User:
    return member(workspace, Role.DATA_SCIENTIST, username="ada")


@pytest.fixture
def writer(browser_of: Any, ada: User) -> Any:
    return browser_of(ada)


def form(**fields: Any) -> dict[str, Any]:
    return {
        "code_from": "none", "command": "cat ${{inputs.data}}", "compute": "local", "environment": "", "experiment": "first",
        "input_name": ["data"], "input_type": ["uri_file"], "input_mode": ["download"], **fields,
    }  # fmt: skip


@pytest.mark.parametrize("typed", ["people", "people:1", "azureml:people@latest"])
def test_a_dataset_is_given_to_a_run_by_its_name(writer, ada, workspace, typed):
    version = dataset_of(ada, workspace)
    answer = writer.post(NEW, form(input_value=[typed]))
    assert answer.status_code == 302, answer.content.decode()
    run = Run.objects.get()
    given = run.config["inputs"]["data"]
    assert (given["reference"], given["mode"], given["id"]) == ("people:1", "download", str(version.pk))
    page = writer.get(run.get_absolute_url()).content.decode()
    assert 'href="/workspaces/churn/data/datasets/people/?version=1">people:1</a>' in page
    clone = writer.get(f"{NEW}?clone={run.pk}").content.decode()
    assert f'value="{given["path"]}"' in clone


def test_the_page_of_a_dataset_leads_to_a_run_that_reads_it(writer, browser_of, ada, workspace):
    dataset_of(ada, workspace)
    page = writer.get("/workspaces/churn/data/datasets/people/consume/").content.decode()
    (address,) = re.findall(r'href="(/workspaces/churn/jobs/new/[^"]+)"', page)
    assert parse_qs(urlsplit(unescape(address)).query) == {"data": ["azureml:people:1"], "type": ["uri_file"]}
    new = writer.get(unescape(address)).content.decode()
    assert 'value="azureml:people:1"' in new
    assert "--data ${{inputs.data}}" in new
    reader = browser_of(member(workspace, Role.READER))
    assert "jobs/new" not in reader.get("/workspaces/churn/data/datasets/people/consume/").content.decode()


def test_what_is_typed_finds_datasets_and_their_versions(writer, ada, workspace):
    for name in ("people", "Pears", "iris"):
        dataset_of(ada, workspace, name)
    dataset_of(ada, workspace, files={"people.csv": b"a,b\n1,2\n"}, is_next=True)

    def found(*values: str) -> list[str]:
        rows = {"input_name": ["x"] * len(values), "input_type": ["uri_file"] * len(values), "input_value": [*values]}
        return re.findall(r'value="([^"]*)"', writer.get(f"{NEW}data/", rows).content.decode())

    assert found("azureml:pe") == ["azureml:Pears:1", "azureml:people:2"]
    assert found("people:") == ["azureml:people@latest", "azureml:people:2", "azureml:people:1"]
    assert found("nothing") == found("https://example.com") == []
    assert found("\0")
    assert set(found("", "pear")) == {"azureml:people:2", "azureml:Pears:1", "azureml:iris:1"}
    other = WorkspaceFactory.create()
    dataset_of(member(other, Role.OWNER), other, "secret")
    assert found("secret") == []


def test_lineage_leads_from_the_data_to_the_run_and_back(writer, ada, workspace):
    dataset_of(ada, workspace)
    machine = Machine()
    writer.post(
        NEW,
        form(
            input_value=["people"],
            output_name=["clean"],
            output_type=["uri_folder"],
            output_asset=["tidy"],
            display_name="wash",
        ),
    )
    run = Run.objects.get()
    assert "tidy, once it is completed" in writer.get(run.get_absolute_url()).content.decode()
    order = machine.take(run)
    machine.say(order, "run")
    store_file(run=run, path="outputs/clean/a.txt", contents=[b"1"])
    machine.end(order)
    services.register_outputs(run.pk)
    page = writer.get(run.get_absolute_url()).content.decode()
    assert 'href="/workspaces/churn/data/datasets/tidy/?version=1">tidy:1</a>' in page
    for name, how in (("people", "read it"), ("tidy", "wrote it")):
        shown = writer.get(f"/workspaces/churn/data/datasets/{name}/lineage/").content.decode()
        assert f'href="{run.get_absolute_url()}"' in shown
        assert how in shown
    asked = writer.get("/workspaces/churn/data/datasets/people/delete/").content.decode()
    assert "wash" in asked


def test_the_job_file_on_the_page_is_taken_as_it_is(ada, workspace):
    version = dataset_of(ada, workspace)
    text = next(one.code for one in snippets_of(version, "people.csv") if one.title == "job.yml")
    changed = yaml.safe_load(text)
    del changed["code"], changed["environment"]  # which this workspace has not
    run = services.submit_file(actor=ada, workspace=workspace, text=yaml.safe_dump(changed), snapshot=None)
    assert run.config["inputs"]["data"]["reference"] == "people:1"
