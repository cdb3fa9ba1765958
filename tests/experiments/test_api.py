"""The REST API of experiments and runs, as a program of Ada's uses it."""

import hashlib
import io
import json
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.compute import tokens
from apps.core.storage import get_store
from apps.experiments import services
from apps.experiments.models import Run, RunFile, Snapshot
from apps.experiments.states import RunStatus
from apps.workspaces.roles import Role
from tests.workspaces.factories import AliasFactory, member

pytestmark = [pytest.mark.django_db, pytest.mark.service]

BASE = "/api/v1/workspaces/churn"


@pytest.fixture
def api(api_of, ada):
    return api_of(ada)


def zip_of(**files: str) -> SimpleUploadedFile:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/"), text)
    return SimpleUploadedFile("code.zip", packed.getvalue(), "application/zip")


def submit(api, **fields: Any) -> dict[str, Any]:
    answer = api.post(f"{BASE}/runs/", {"command": "python train.py", **fields}, format="json")
    assert answer.status_code == 201, answer.json()
    return dict(answer.json())


def submit_form(api, job: dict[str, Any], **parts: Any) -> Any:
    return api.post(f"{BASE}/runs/", {"job": json.dumps(job), **parts}, format="multipart")


def at(run: dict[str, Any], rest: str = "") -> str:
    return f"{BASE}/runs/{run['id']}/{rest}"


def test_a_run_is_submitted_and_read_back(api, machine):
    run = submit(
        api,
        experiment_name="churn",
        display_name="First",
        inputs={"lr": 0.1, "n": {"type": "integer", "value": 3}, "flag": True},
        outputs={"model": {}},
        environment_variables={"A": " b "},
        limits={"timeout_s": 60},
        tags={"team": "blue"},
        description="# Why\n\nBecause.",
    )
    assert run["status"] == "Queued"
    assert run["status_reason"] == "waiting for a free slot, 1st in the queue"
    assert run["experiment"] == "churn"
    assert run["number"] == 1
    assert run["compute"] == "local"
    assert run["submitted_by"]["username"] == "ada"
    assert run["tags"] == {"team": "blue"}
    assert run["config"]["inputs"] == {
        "lr": {"type": "number", "value": 0.1},
        "n": {"type": "integer", "value": 3},
        "flag": {"type": "boolean", "value": True},
    }
    assert run["config"]["variables"] == {"A": " b "}
    assert run["error"] is None
    assert [stage["name"] for stage in run["stages"]] == ["submitted", "queue"]
    again = api.get(at(run)).json()
    assert again == run
    machine.carry_out(Run.objects.get(pk=run["id"]), "failed", exit_code=3, error_code="UserError")
    done = api.get(at(run)).json()
    assert done["status"] == "Failed"
    assert done["is_over"] is True
    assert done["error"]["code"] == "UserError"
    assert done["exit_code"] == 3
    assert done["duration_s"] >= 0


def test_code_comes_as_a_zip_and_is_stored_once(api, machine):
    files = {"train.py": "print(1)", "src__model.py": "x = 1", "data.csv": "a", ".amlignore": "*.csv"}
    answer = submit_form(api, {"command": "python train.py"}, code=zip_of(**files))
    assert answer.status_code == 201, answer.json()
    run = answer.json()
    assert run["code"]["files"] == 3
    assert run["properties"]["ContentSnapshotId"]
    again = submit_form(api, {"command": "python train.py"}, code=zip_of(**files)).json()
    assert again["code"]["sha256"] == run["code"]["sha256"]
    assert Snapshot.objects.count() == 1
    tree = api.get(at(run, "code/")).json()
    assert tree["folders"] == [{"path": "src", "files": 1, "size": 5}]
    assert [file["path"] for file in tree["files"]] == [".amlignore", "train.py"]
    assert api.get(at(run, "code/?prefix=src")).json()["files"][0]["path"] == "src/model.py"
    assert api.get(at(run, "code/content/?path=src/model.py")).content == b"x = 1"
    assert api.get(at(run, "code/content/?path=nothing")).status_code == 404
    packed = b"".join(api.get(at(run, "code/zip/")))
    assert sorted(zipfile.ZipFile(io.BytesIO(packed)).namelist()) == [".amlignore", "src/model.py", "train.py"]
    order = machine.take(Run.objects.get(pk=run["id"]))
    assert order.spec["code"] == {"zip_sha256": hashlib.sha256(packed).hexdigest(), "size": len(packed)}


def test_a_single_script_needs_no_zip(api):
    run = submit(api, script="print('hello')\n", script_name="hello.py")
    assert api.get(at(run, "code/content/?path=hello.py")).content == b"print('hello')\n"


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("command", {"command": ""}),
        ("command", {"command": "echo ${{inputs.x}}"}),
        ("experiment_name", {"experiment_name": "x" * 300}),
        ("name", {"experiment_name": "no good"}),
        ("environment", {"environment": "nothing-of-this-name"}),
        ("compute", {"compute": "moon"}),
        ("inputs.x", {"inputs": {"x": [1]}}),
        ("inputs.x", {"inputs": {"x": {"type": "uri_file", "path": "azureml:nothing:1"}}}),
        ("inputs.x", {"inputs": {"x": {"type": "uri_folder", "path": "https://example.com/a.csv"}}}),
        ("inputs.x", {"inputs": {"x": {"type": "uri_file", "path": "wasbs://cloud/a.csv"}}}),
        ("inputs.x", {"inputs": {"x": {"type": "uri_file", "path": "azureml:a:1", "mode": "moon"}}}),
        ("outputs.m", {"outputs": {"m": {"name": "no good"}}}),
        ("inputs.x", {"inputs": {"x": {"type": "integer", "value": "three"}}}),
        ("outputs.m.type", {"outputs": {"m": {"type": "moon"}}}),
        ("environment_variables.A", {"environment_variables": {"A": {"b": 1}}}),
        ("limits.timeout_s", {"limits": {"timeout_s": 0}}),
        ("limits.timeout_s", {"limits": {"timeout_s": "soon"}}),
        ("display_name", {"display_name": "x\ny"}),
        ("description", {"description": "x" * 20_001}),
        ("tags", {"tags": ["a"]}),
        ("properties", {"properties": {"": "x"}}),
        ("script_name", {"script": "1", "script_name": "../x.py"}),
    ],
)
def test_what_is_wrong_is_said_at_its_field(api, field, fields):
    answer = api.post(f"{BASE}/runs/", {"command": "python train.py", **fields}, format="json")
    assert answer.status_code in {400, 404}, answer.json()
    assert field in answer.json()["errors"], answer.json()
    assert not Run.objects.exists()


def test_a_zip_that_is_none_is_refused(api):
    answer = submit_form(api, {"command": "x"}, code=SimpleUploadedFile("code.zip", b"no zip"))
    assert answer.status_code == 400
    assert "not a zip archive" in answer.json()["detail"]
    assert api.post(f"{BASE}/runs/", {"job": "{"}, format="multipart").json()["errors"]["job"] == ["It is not JSON."]


def test_the_same_key_submits_once(api):
    # One archive, sent again: archives made at other times differ by the times of their files.
    code = zip_of(**{"train.py": "1"})

    def send(archive: SimpleUploadedFile) -> Any:
        archive.seek(0)
        form = {"job": json.dumps({"command": "python train.py"}), "code": archive}
        return api.post(f"{BASE}/runs/", form, format="multipart", headers={"Idempotency-Key": "one"})

    first, second, other = send(code), send(code), send(zip_of(**{"train.py": "2"}))
    assert first.status_code == 201
    assert first.json()["id"] == second.json()["id"]
    assert other.status_code == 422
    assert Run.objects.count() == 1


def test_runs_are_found_by_what_they_are(api, workspace, machine, ada):
    blue = submit(api, experiment_name="a", tags={"team": "blue"}, display_name="Blue")
    red = submit(api, experiment_name="b", tags={"team": "red"})
    parent = services.create_interactive(actor=ada, workspace=workspace, experiment_name="b", name="outer")
    child = services.create_interactive(actor=ada, workspace=workspace, experiment_name="b", parent=parent)
    api.post(at(red, "archive/"))

    def found(query: str) -> set[str]:
        answer = api.get(f"{BASE}/runs/?{query}")
        assert answer.status_code == 200, answer.json()
        return {run["id"] for run in answer.json()["results"]}

    ids = {"blue": blue["id"], "red": red["id"], "parent": str(parent.pk), "child": str(child.pk)}
    assert found("") == {ids["blue"], ids["parent"]}
    assert found("archived=all") == {ids["blue"], ids["parent"], ids["red"]}
    assert found("archived=only") == {ids["red"]}
    assert found("children=all") == {ids["blue"], ids["parent"], ids["child"]}
    assert found(f"parent={parent.pk}") == {ids["child"]}
    assert found("experiment=a") == {ids["blue"]}
    assert found("kind=interactive") == {ids["parent"]}
    assert found("status=Queued&status=Failed") == {ids["blue"]}
    assert found("tag=team") == {ids["blue"]}
    assert found("tag=team=red&archived=all") == {ids["red"]}
    assert found("submitted_by=ada&kind=command") == {ids["blue"]}
    assert found("created_after=2020-01-01") == {ids["blue"], ids["parent"]}
    assert found("created_before=2020-01-01") == set()
    assert found("search=blu") == {ids["blue"]}
    assert api.get(f"{BASE}/runs/?status=Moon").status_code == 400
    assert {run["id"] for run in api.get(f"{BASE}/runs/{parent.pk}/children/").json()["results"]} == {ids["child"]}
    page = api.get(f"{BASE}/runs/?page_size=1").json()
    assert len(page["results"]) == 1
    assert len(api.get(page["next"]).json()["results"]) == 1


def test_a_run_is_canceled_repeated_edited_archived_and_deleted(api, machine, run_tasks):
    run = submit(api)
    answer = api.post(at(run, "cancel/"), {"reason": "wrong data"}, format="json")
    assert answer.status_code == 202
    assert answer.json()["status"] == "Canceled"
    assert answer.json()["status_reason"] == "wrong data"
    again = api.post(at(run, "rerun/"))
    assert again.status_code == 201
    assert again.json()["rerun_of"] == run["id"]
    assert api.delete(at(again.json())).status_code == 409
    assert api.patch(at(run), {"tags": {"a": "1"}, "description": "x"}, format="json").json()["tags"] == {"a": "1"}
    assert api.patch(at(run), {"display_name": "a\nb"}, format="json").status_code == 400
    assert api.post(at(run, "archive/")).json()["archived_at"]
    assert api.post(at(run, "restore/")).json()["archived_at"] is None
    assert api.delete(at(run)).status_code == 204
    assert api.get(at(run)).status_code == 404
    run_tasks()
    assert not Run.objects.filter(pk=run["id"]).exists()


def test_experiments_are_listed_edited_and_archived(api):
    submit(api, experiment_name="churn")
    listed = api.get(f"{BASE}/experiments/").json()["results"]
    assert [(one["name"], one["runs_so_far"]) for one in listed] == [("churn", 1)]
    edited = api.patch(f"{BASE}/experiments/churn/", {"description": "d", "tags": {"a": ""}}, format="json")
    assert edited.json()["description"] == "d"
    assert api.post(f"{BASE}/experiments/churn/archive/").json()["archived_at"]
    assert api.get(f"{BASE}/experiments/").json()["results"] == []
    answer = api.post(f"{BASE}/runs/", {"command": "x", "experiment_name": "churn"}, format="json")
    assert answer.status_code == 409
    assert "experiment_name" in answer.json()["errors"]
    assert api.post(f"{BASE}/experiments/churn/restore/").status_code == 200
    assert api.get(f"{BASE}/experiments/nothing/").status_code == 404


def test_readers_read_and_strangers_find_nothing(api_of, api, workspace):
    run = submit(api)
    reader = api_of(member(workspace, Role.READER))
    assert reader.get(at(run)).status_code == 200
    assert reader.post(at(run, "cancel/")).status_code == 403
    assert reader.post(f"{BASE}/runs/", {"command": "x"}, format="json").status_code == 403
    from tests.accounts.factories import UserFactory

    assert api_of(UserFactory()).get(at(run)).status_code == 404


# --- Files, as a runner sends them and people read them ---


@pytest.fixture
def runner(api, machine):
    """A run on the machine, and what its runner calls the API with."""
    run = submit(api)
    order = machine.take(Run.objects.get(pk=run["id"]))
    client = Client(headers={"authorization": f"Bearer {tokens.make('work', order.pk, order.attempt)}"})
    return run, client, order


def put(client: Client, path: str, data: bytes, sha256: str = "") -> Any:
    headers = {"X-Content-SHA256": sha256 or hashlib.sha256(data).hexdigest()}
    return client.put(f"/api/v1/work/files/{path}", data, content_type="application/octet-stream", headers=headers)


def test_a_runner_stores_files_and_sending_again_changes_nothing(api, runner):
    run, client, _order = runner
    assert put(client, "outputs/model.pkl", b"model").json()["size"] == 5
    assert put(client, "outputs/model.pkl", b"model").status_code == 200
    assert put(client, "outputs/model.pkl", b"better model").status_code == 200
    assert put(client, "outputs/model.pkl/part", b"x").status_code == 200
    assert put(client, "logs/a b.txt", b"hello").status_code == 200
    row = Run.objects.get(pk=run["id"])
    assert row.output_bytes == 12 + 1 + 5
    assert len(list(get_store().list(row.files_prefix))) >= 3
    tree = api.get(at(run, "files/")).json()
    assert [(folder["path"], folder["files"]) for folder in tree["folders"]] == [("logs", 1), ("outputs", 2)]
    inner = api.get(at(run, "files/?prefix=outputs/")).json()
    assert inner["files"][0]["path"] == "outputs/model.pkl"
    assert inner["files"][0]["sha256"] == hashlib.sha256(b"better model").hexdigest()
    content = api.get(at(run, "files/content/?path=outputs/model.pkl"))
    assert b"".join(content) == b"better model"
    assert "attachment" in content["Content-Disposition"]
    part = api.get(at(run, "files/content/?path=outputs/model.pkl"), HTTP_RANGE="bytes=0-5")
    assert part.status_code == 206
    assert b"".join(part) == b"better"
    packed = zipfile.ZipFile(io.BytesIO(b"".join(api.get(at(run, "files/zip/?prefix=logs")))))
    assert packed.read("logs/a b.txt") == b"hello"
    assert api.get(at(run, "files/content/?path=no")).status_code == 404


def test_what_arrives_damaged_is_not_kept(runner):
    _run, client, _order = runner
    answer = put(client, "outputs/x", b"abc", sha256="0" * 64)
    assert answer.status_code == 400
    assert not RunFile.objects.exists()
    for path in ("a//b", "../x", "a/./b", "a%5Cb", "%00"):
        assert put(client, path, b"x").status_code in {400, 404}, path


def test_a_runner_speaks_only_for_its_own_present_work(api, runner, machine):
    run, client, order = runner
    assert client.get("/api/v1/work/code/").status_code == 404
    forged = Client(headers={"authorization": f"Bearer {tokens.make('work', order.pk, order.attempt + 1)}"})
    assert put(forged, "outputs/x", b"x").status_code == 401
    in_run = Client(headers={"authorization": f"Bearer {tokens.make('run', order.pk, order.attempt)}"})
    assert put(in_run, "outputs/x", b"x").status_code == 401
    assert api.put("/api/v1/work/files/outputs/x", b"x", content_type="text/plain").status_code == 401
    assert client.get(at(run)).status_code in {401, 403, 404}
    machine.end(order)
    assert put(client, "outputs/late.txt", b"x").status_code == 200


def test_a_runner_fetches_the_code(api, machine):
    run = submit(api, script="print(1)")
    order = machine.take(Run.objects.get(pk=run["id"]))
    client = Client(headers={"authorization": f"Bearer {tokens.make('work', order.pk, order.attempt)}"})
    packed = b"".join(client.get("/api/v1/work/code/"))
    assert hashlib.sha256(packed).hexdigest() == order.spec["code"]["zip_sha256"]


def test_browsers_see_files_on_their_own_host_only_and_only_members_do(browser_of, runner, ada, workspace):
    run, client, _order = runner
    put(client, "outputs/report.html", b"<script>1</script>")
    browser = browser_of(ada)
    answer = browser.get(at(run, "files/content/?path=outputs/report.html"))
    assert answer.status_code == 302
    assert answer["Location"] == f"/content/runs/{run['id']}/outputs/report.html"
    assert browser.get(answer["Location"]).status_code == 302
    raw = browser.get(at(run, "files/content/?path=outputs/report.html&raw=1"))
    assert raw.status_code == 200
    assert "attachment" in raw["Content-Disposition"]
    assert browser_of(member(workspace, Role.LABELER)).get(answer["Location"]).status_code == 404


def test_deleting_frees_the_bytes_and_shared_code_stays(api, runner, machine, run_tasks, ada):
    first, client, order = runner
    put(client, "outputs/x", b"x")
    machine.end(order)
    prefix = Run.objects.get(pk=first["id"]).files_prefix
    one = submit(api, script="print(1)")
    two = submit(api, script="print(1)")
    for run in (one, two):
        machine.carry_out(Run.objects.get(pk=run["id"]))
    key = Snapshot.objects.get().key
    for run in (first, one):
        api.delete(at(run))
    run_tasks()
    assert list(get_store().list(prefix)) == []
    Snapshot.objects.update(updated_at="2020-01-01T00:00:00Z")
    services.free_snapshots()
    assert get_store().exists(key)
    api.delete(at(two))
    run_tasks()
    services.free_snapshots()
    assert not get_store().exists(key)
    assert not Snapshot.objects.exists()


def test_a_workspace_that_goes_takes_all_of_it_along(workspace, api, runner):
    _run, client, _order = runner
    put(client, "outputs/x", b"x")
    submit(api, script="print(1)")
    services.free_workspace(workspace)
    assert not Run.objects.exists()
    assert not Snapshot.objects.exists()
    assert list(get_store().list(f"workspaces/{workspace.pk}")) == []


# --- Job files ---

JOB = """\
$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
code: src
command: python train.py --epochs ${{inputs.epochs}} --data ${{inputs.data}}
inputs:
  epochs: 5
  data: {type: uri_file, path: data/x.csv}
compute: azureml:gpu-cluster
experiment_name: from-file
"""


def test_a_job_file_says_what_it_needs_and_is_then_submitted(api, workspace):
    checked = api.post(f"{BASE}/jobs/check/", {"job": JOB}, format="json").json()
    assert checked["needs"] == {
        "code": "src",
        "files": [],
        "data": {"data": "data/x.csv"},
        "codes": {},
        "uploads": [],
    }
    assert "gpu-cluster" in checked["warnings"][0]
    code = zip_of(**{"train.py": "1"})
    form = {
        "job": JOB,
        "code": code,
        "set": json.dumps(["inputs.epochs=7", "inputs.data.path=https://example.com/x.csv"]),
        "properties": '{"azureml.git.dirty": "True"}',
    }
    answer = api.post(f"{BASE}/jobs/", form, format="multipart")
    assert answer.status_code == 201, answer.json()
    run = answer.json()
    assert run["experiment"] == "from-file"
    assert run["config"]["inputs"]["epochs"]["value"] == 7
    assert run["config"]["inputs"]["data"]["path"] == "https://example.com/x.csv"
    assert run["properties"]["azureml.git.dirty"] == "True"
    assert any("gpu-cluster" in warning for warning in run["warnings"])
    exported = api.get(at(run, "yaml/"))
    assert exported["Content-Type"].startswith("application/yaml")
    assert b"command: python train.py" in exported.content


def test_an_alias_says_what_a_cluster_means_here(api, workspace):
    AliasFactory.create(workspace=workspace, name="GPU-cluster", target="local")
    assert api.post(f"{BASE}/jobs/check/", {"job": JOB}, format="json").json()["warnings"] == []


def test_what_is_wrong_in_a_job_file_is_said_with_its_line(api):
    wrong = "command: echo ${{inputs.x}}\ninputs:\n  x: [1]\ncode: https://github.com/a/b\ncomand: 1\n"
    errors = api.post(f"{BASE}/jobs/", {"job": wrong}, format="json").json()["errors"]
    assert errors["inputs.x"][0].startswith("Line 3:")
    assert errors["code"][0].startswith("Line 4: code is not fetched from git addresses yet")
    assert "Did you mean “command”?" in errors["comand"][0]


def test_a_run_of_a_program_outside_has_no_job_file(api, workspace, ada):
    run = services.create_interactive(actor=ada, workspace=workspace, experiment_name="x")
    assert api.get(f"{BASE}/runs/{run.pk}/yaml/").status_code == 400
    assert Run.objects.get(pk=run.pk).status == RunStatus.RUNNING
