"""The SDK and the command line against the studio itself."""

import json
from pathlib import Path

import pytest

from apps.registry.models import ModelVersion, RegisteredModel
from apps.workspaces.roles import Role
from mlstudio import Client, Model, StudioError, Workspace
from mlstudio.cli import main
from tests.accounts.factories import AccessTokenFactory
from tests.registry.factories import WEIGHTS, run_with
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.service, pytest.mark.servers]


@pytest.fixture
def row():
    return WorkspaceFactory.create(name="forest")


@pytest.fixture
def token(row, asgi_server, monkeypatch) -> str:
    secret = str(AccessTokenFactory(user=member(row, Role.DATA_SCIENTIST)).secret)
    monkeypatch.setenv("STUDIO_URL", asgi_server.address)
    monkeypatch.setenv("STUDIO_TOKEN", secret)
    return secret


@pytest.fixture
def workspace(asgi_server, token) -> Workspace:
    return Workspace.get("forest", client=Client(asgi_server.address, token))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "net"
    (place / "data").mkdir(parents=True)
    (place / "model.onnx").write_bytes(WEIGHTS)
    (place / "data" / "vocabulary.txt").write_bytes(b"a b c")
    return place


def test_a_folder_goes_there_and_back(workspace, folder, tmp_path, monkeypatch):
    monkeypatch.setattr("mlstudio.transfers.PART_BYTES", 10)
    model = Model.register(workspace, folder, "net", tags={"a": "b"}, description="A net.")
    assert (model.id, model.state, model.framework, model.tags) == ("net:1", "Ready", "ONNX", {"a": "b"})
    assert Path(model.download(tmp_path / "back")) == tmp_path / "back" / "net"
    assert (tmp_path / "back/net/data/vocabulary.txt").read_bytes() == b"a b c"
    (tmp_path / "back/net/model.onnx").write_text("mine")
    with pytest.raises(StudioError, match="exists with other content"):
        model.download(tmp_path / "back")
    model.download(tmp_path / "back", exist_ok=True)
    assert (tmp_path / "back/net/model.onnx").read_bytes() == WEIGHTS
    monkeypatch.chdir(tmp_path)
    assert Path(Model.get_model_path("net", _workspace=workspace)) == Path("azureml-models/net/1/net")


def test_a_single_file_is_fetched_as_that_file(workspace, folder, tmp_path):
    model = Model.register(workspace, folder / "model.onnx", "one")
    assert Path(model.download(tmp_path / "back")) == tmp_path / "back" / "model.onnx"


def test_files_of_a_run_are_registered_and_waited_for(workspace, row, run_tasks):
    run = run_with(row)
    model = Model.register(workspace, f"runs:/{run.pk}/outputs/model", "churn", wait=False)
    assert (model.state, model.run_id) == ("Pending", str(run.pk))
    with pytest.raises(StudioError, match="still being copied"):
        model.wait_until_ready(timeout_s=0)
    run_tasks()
    assert model.wait_until_ready().file_count == 2
    with pytest.raises(StudioError, match="no file or folder"):
        Model.register(workspace, f"azureml://jobs/{run.name}/outputs/artifacts/paths/nothing/", "churn")


def test_models_are_listed_by_name_and_tags_and_changed(workspace, folder):
    for tags in ({"kind": "a"}, {"kind": "b", "extra": ""}):
        Model.register(workspace, folder, "net", tags=tags)
        (folder / "more").write_text("more")
    Model.register(workspace, folder, "other")
    assert [model.id for model in Model.list(workspace, "net")] == ["net:2", "net:1"]
    assert [model.id for model in Model.list(workspace, tags=[["kind", "a"]])] == ["net:1"]
    assert [model.id for model in Model.list(workspace, tags=["kind"], latest=True)] == ["net:2"]
    model = Model(workspace, name="net", version=1)
    model.add_tags({"best": "yes"})
    model.remove_tags(["kind"])
    model.add_properties({"p": "1"})
    model.set_alias("champion")
    again = Model(workspace, id="net:1")
    assert (again.tags, again.properties, again.aliases) == ({"best": "yes"}, {"p": "1"}, ["champion"])
    again.delete()
    with pytest.raises(StudioError, match="no version 1"):
        Model.get(workspace, "net", 1)


def test_where_models_are_in_a_deployment(tmp_path, monkeypatch):
    for number in (1, 2, 10):
        (tmp_path / "many" / "churn" / str(number)).mkdir(parents=True)
        (tmp_path / "many" / "churn" / str(number) / "model.pkl").touch()
    (tmp_path / "one" / "model").mkdir(parents=True)
    monkeypatch.setenv("AZUREML_MODEL_DIR", str(tmp_path / "one"))
    assert Model.get_model_path("churn") == str(tmp_path / "one" / "model")
    monkeypatch.setenv("AZUREML_MODEL_DIR", str(tmp_path / "many"))
    assert Model.get_model_path("churn") == str(tmp_path / "many/churn/10/model.pkl")
    assert Model.get_model_path("churn", version=2) == str(tmp_path / "many/churn/2/model.pkl")
    with pytest.raises(StudioError, match="churn:3 is not deployed"):
        Model.get_model_path("churn", version=3)


def test_the_command_line_registers_a_model_file_and_the_rest(token, folder, tmp_path, capsys):
    file = tmp_path / "model.yml"
    file.write_text(
        "$schema: https://azuremlschemas.azureedge.net/latest/model.schema.json\n"
        "name: net\nversion: 4\npath: ./net\ntype: custom_model\ntags: {from: file}\nstage: Staging\n"
    )

    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["model", *words, "--workspace", "forest"])
        return code, *capsys.readouterr()

    code, said, _err = run("create", "--file", str(file), "--tag", "by=hand", "-o", "json")
    made = json.loads(said)
    assert (code, made["reference"], made["stage"]) == (0, "net:4", "Staging")
    assert made["tags"] == {"from": "file", "by": "hand"}
    code, _said, complaint = run("create", "--file", str(file))
    assert (code, "has had a version 4" in complaint) == (1, True)
    assert run("create", "--name", "net", "--path", str(folder / "model.onnx"))[0] == 0
    assert run("create", "--name", "net", "--path", str(folder / "nothing"))[0] == 3
    assert run("create", "--name", "net")[0] == 3
    assert "net" in run("list")[1]
    assert run("list", "--name", "net", "-o", "json")[1].count('"reference"') == 2
    assert "Staging" in run("show", "net:4")[1]
    assert run("show", "net:9")[0] == 1
    code, where, _err = run("download", "net:4", "--to", str(tmp_path / "to"))
    assert (code, where.strip()) == (0, str(tmp_path / "to" / "net"))
    assert (tmp_path / "to/net/model.onnx").read_bytes() == WEIGHTS
    assert (
        run("update", "net:4", "--tag", "x=y", "--remove-tag", "by", "--alias", "champion", "--stage", "Production")[0]
        == 0
    )
    version = ModelVersion.objects.get(number=4)
    assert (version.tags, version.stage, version.aliases.get().name) == (
        {"from": "file", "x": "y"},
        "Production",
        "champion",
    )
    assert run("archive", "net:5")[0] == 0
    assert "net:4" in run("show", "net", "-o", "json")[1]
    assert run("restore", "net:5")[0] == 0
    assert run("delete", "net")[0] == 3
    assert run("delete", "net:5", "--yes")[0] == 0
    assert run("delete", "net", "--yes")[0] == 0
    assert not RegisteredModel.objects.exists()
