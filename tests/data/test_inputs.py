"""Datasets, datastore paths and web addresses as inputs of runs: what a name means, what a machine is given, what is refused."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from django.test import Client

from apps.accounts.models import User
from apps.compute import tokens
from apps.compute.models import WorkOrder
from apps.core.errors import InvalidInput
from apps.core.storage import digest_of, get_store
from apps.data import services as data
from apps.data.errors import DatasetInUse
from apps.data.stores import prefix_of
from apps.experiments import services
from apps.experiments.models import Run
from apps.experiments.services import CommandJob
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Role
from tests.data.factories import CSV, dataset_of
from tests.experiments.machine import Machine
from tests.workspaces.factories import WorkspaceFactory, member

Submit = Callable[..., Run]


@pytest.fixture
def workspace(db: None) -> Workspace:
    made: Workspace = WorkspaceFactory.create(name="churn")
    return made


@pytest.fixture
def ada(workspace: Workspace) -> User:
    return member(workspace, Role.DATA_SCIENTIST, username="ada")


@pytest.fixture
def machine(db: None) -> Machine:
    return Machine()


@pytest.fixture
def submit(ada: User, workspace: Workspace) -> Submit:
    def make(path: str, kind: str = "uri_folder", mode: str = "ro_mount", **fields: Any) -> Run:
        job = CommandJob(
            command="cat ${{inputs.x}}", inputs={"x": {"type": kind, "path": path, "mode": mode}}, **fields
        )
        return services.submit_command(actor=ada, workspace=workspace, job=job, snapshot=None, experiment_name="")

    return make


def refused(submit: Submit, *args: Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        submit(*args)
    (sentence,) = caught.value.errors["inputs.x"]
    return sentence


def runner_of(order: WorkOrder) -> Client:
    return Client(headers={"authorization": f"Bearer {tokens.make('work', order.pk, order.attempt)}"})


def fetched(order: WorkOrder, name: str = "x") -> dict[str, bytes]:
    """Return what a runner gets of an input, each file held to its size and hash."""
    client, found, after = runner_of(order), {}, ""
    while after is not None:
        page = client.get(f"/api/v1/work/inputs/{name}/files/", {"after": after}).json()
        for file in page["files"]:
            answer = client.get(f"/api/v1/work/inputs/{name}/content/", {"path": file["path"]})
            content = b"".join(answer)
            assert file["size"] in {None, len(content)}
            assert file["sha256"] in {"", hashlib.sha256(content).hexdigest()}
            found[file["path"]] = content
        after = page["next"]
    return found


@pytest.mark.parametrize("path", ["azureml:people:1", "azureml:people@latest", "azureml:People"])
def test_a_dataset_is_resolved_at_submit_and_stays_what_it_was(submit, ada, workspace, machine, path):
    version = dataset_of(ada, workspace)
    run = submit(path, "uri_file")
    frozen = run.config["inputs"]["x"]
    sha256 = digest_of([("people.csv", hashlib.sha256(CSV).hexdigest())])
    assert frozen == {
        "type": "uri_file", "mode": "ro_mount", "path": path, "kind": "dataset", "id": str(version.pk),
        "reference": "people:1", "sha256": sha256, "files": 1, "bytes": len(CSV), "single": "people.csv",
    }  # fmt: skip
    # A later version changes nothing of a run that is there, nor of one that runs it again; its form asks anew.
    dataset_of(ada, workspace, files={"people.csv": CSV + b"Eve,5\n"}, is_next=True)
    again = services.rerun(actor=ada, run=run)
    assert again.config["inputs"]["x"] == frozen
    assert services.clone_config(run).inputs == {"x": {"type": "uri_file", "mode": "ro_mount", "path": path}}
    order = machine.take(run)
    assert order.spec["inputs"]["x"] == frozen
    assert order.spec["command"] == "cat ${{inputs.x}}"
    assert fetched(order) == {"people.csv": CSV}


def test_a_machine_goes_on_in_the_middle_of_a_file_and_reads_nothing_once_its_work_is_over(
    submit, ada, workspace, machine
):
    dataset_of(ada, workspace)
    order = machine.take(submit("azureml:people:1"))
    client, address = runner_of(order), "/api/v1/work/inputs/x/content/?path=people.csv"
    part = client.get(address, headers={"range": "bytes=5-"})
    assert (part.status_code, b"".join(part)) == (206, CSV[5:])
    assert part["Content-Range"] == f"bytes 5-{len(CSV) - 1}/{len(CSV)}"
    assert client.get("/api/v1/work/inputs/x/content/?path=../people.csv").status_code == 404
    assert client.get("/api/v1/work/inputs/other/files/").status_code == 404
    machine.end(order)
    assert client.get(address).status_code == 409


def test_a_table_comes_with_a_file_that_says_how_it_is_read(submit, ada, workspace, machine):
    version = dataset_of(
        ada, workspace, files={"a.csv": b"n;v\nx;1,5\n"}, schema={0: {"type": "string"}, 1: {"included": False}}
    )
    order = machine.take(submit("azureml:people:1", "mltable", "eval_mount"))
    files = fetched(order)
    assert set(files) == {"a.csv", "MLTable"}
    table = yaml.safe_load(files["MLTable"])
    assert table["paths"] == [{"file": "./a.csv"}]
    reading, keep, types = table["transformations"]
    assert reading["read_delimited"]["delimiter"] == ";"
    assert keep == {"keep_columns": ["n"]}
    assert types == {"convert_column_types": [{"columns": ["n"], "column_type": "string"}]}
    # It is other data than the files alone, so a machine must not mistake one for the other.
    assert order.spec["inputs"]["x"]["sha256"] != version.sha256
    assert "is not evaluated" in Run.objects.get(pk=order.subject_id).warnings[0]


def test_paths_of_datastores_are_read_as_they_are_when_the_run_begins(submit, ada, workspace, machine):
    data.ensure_default_datastore(workspace)
    store = f"{prefix_of(workspace.pk)}/raw"
    for name in ("a.txt", "b/c.txt"):
        get_store().write(f"{store}/{name}", [name.encode()])
    run = submit("azureml://datastores/workspaceblobstore/paths/raw/")
    assert run.config["inputs"]["x"] | {"id": None} == {
        "type": "uri_folder", "mode": "ro_mount", "path": "azureml://datastores/workspaceblobstore/paths/raw/",
        "kind": "datastore", "id": None, "reference": "azureml://datastores/workspaceblobstore/paths/raw", "sha256": "",
        "files": 2, "bytes": 12, "single": "",
    }  # fmt: skip
    get_store().write(f"{store}/late.txt", [b"late"])
    assert set(fetched(machine.take(run))) == {"a.txt", "b/c.txt", "late.txt"}
    single = submit(
        "azureml://subscriptions/x/resourcegroups/y/workspaces/z/datastores/workspaceblobstore/paths/raw/a.txt",
        "uri_file",
    )
    assert single.config["inputs"]["x"]["single"] == "a.txt"
    assert fetched(machine.take(single)) == {"a.txt": b"a.txt"}


def test_an_address_of_the_private_network_is_fetched_for_nobody(submit, machine):
    run = submit("http://127.0.0.1:1/data/iris%20set.csv", "uri_file")
    assert run.config["inputs"]["x"]["single"] == "iris set.csv"
    order = machine.take(run)
    client = runner_of(order)
    assert client.get("/api/v1/work/inputs/x/files/").json()["files"] == [
        {"path": "iris set.csv", "size": None, "sha256": ""}
    ]
    answer = client.get("/api/v1/work/inputs/x/content/", {"path": "iris set.csv"})
    assert answer.status_code == 400
    assert "private network" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("azureml:nothing:1",), "There are: people, pair."),
        (("azureml:people:7",), "the latest is people:1"),
        (("azureml:pair:1", "uri_file"), "has 2 files: write “type: uri_folder”"),
        (("azureml:pair:1", "mltable"), "is no table"),
        (("azureml://datastores/nothing/paths/x",), "There are: workspaceblobstore."),
        (("azureml://datastores/workspaceblobstore/paths/nothing",), "There is nothing at “nothing”"),
        (("azureml://datastores/workspaceblobstore/paths/../x",), "“..”"),
        (("https://example.com/a.csv", "uri_folder"), "write “type: uri_file”"),
        (("wasbs://container@account/a.csv", "uri_file"), "is nothing that the studio can read"),
        (("azureml://registries/azureml/models/x/versions/1", "custom_model"), "There is no model “x” here"),
    ],
)
def test_what_means_nothing_is_refused_with_what_there_is(submit, ada, workspace, given, said):
    dataset_of(ada, workspace, "pair", files={"a.bin": b"1", "b.bin": b"2"}, kind="file")
    dataset_of(ada, workspace)
    assert said in refused(submit, *given)


def test_data_of_another_workspace_is_not_there(submit, ada):
    other = WorkspaceFactory.create()
    dataset_of(member(other, Role.DATA_SCIENTIST), other, "secret")
    assert "There is no dataset “secret” here" in refused(submit, "azureml:secret:1")


def test_what_a_run_used_is_deleted_only_under_its_name_and_then_said_to_be_gone(submit, ada, workspace, client):
    version = dataset_of(ada, workspace)
    run = submit("azureml:people:1")
    with pytest.raises(DatasetInUse, match=str(run)):
        data.delete_dataset(actor=ada, dataset=version.dataset)
    (shown,) = services.data_of(run)
    assert shown.url == "/workspaces/churn/data/datasets/people/?version=1"
    data.delete_dataset(actor=ada, dataset=version.dataset, confirmed_name="people")
    (shown,) = services.data_of(run)
    assert (shown.url, shown.row.reference) == ("", "people:1")
    with pytest.raises(InvalidInput, match="was deleted"):
        services.rerun(actor=ada, run=run)


def test_lineage_tells_runs_from_the_newest_and_forgets_deleted_ones(submit, ada, workspace):
    version = dataset_of(ada, workspace)
    first, second = submit("azureml:people:1"), submit("azureml:people:1")
    found = services.runs_that_used([version.pk], 10)
    assert [(use.run, use.direction, use.name) for use in found] == [(second, "input", "x"), (first, "input", "x")]
    services.cancel_run(actor=ada, run=second)
    services.delete_run(actor=ada, run=second)
    assert [use.run for use in services.runs_that_used([version.pk], 10)] == [first]
