"""The SDK and the command line against the studio itself."""

import pytest

from apps.data.models import DatasetVersion
from apps.workspaces.roles import Role
from mlstudio import Client, Dataset, StudioError, Workspace
from mlstudio.cli import main
from tests.accounts.factories import AccessTokenFactory
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.service, pytest.mark.servers]


@pytest.fixture
def token(asgi_server, monkeypatch) -> str:
    workspace = WorkspaceFactory.create(name="forest")
    secret = str(AccessTokenFactory(user=member(workspace, Role.DATA_SCIENTIST)).secret)
    monkeypatch.setenv("STUDIO_URL", asgi_server.address)
    monkeypatch.setenv("STUDIO_TOKEN", secret)
    return secret


def test_data_goes_there_and_back(asgi_server, token, tmp_path, monkeypatch):
    monkeypatch.setattr("mlstudio.transfers.PART_BYTES", 1000)
    folder = tmp_path / "images"
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "1.png").write_bytes(bytes(range(256)) * 20)
    (folder / "empty.txt").write_bytes(b"")
    (folder / ".DS_Store").write_bytes(b"x")
    workspace = Workspace.get("forest", client=Client(asgi_server.address, token))
    seen: list[int] = []
    dataset = Dataset.upload(
        workspace, folder, "images", tags={"a": "b"}, progress=lambda done, _all: seen.append(done)
    )
    assert (dataset.version, dataset.kind, dataset.file_count, dataset.tags) == (1, "file", 2, {"a": "b"})
    assert seen[-1] == 5120
    paths = dataset.download(tmp_path / "back")
    assert [path.removeprefix(str(tmp_path)) for path in paths] == ["/back/images/a/1.png", "/back/images/empty.txt"]
    assert (tmp_path / "back/images/a/1.png").read_bytes() == bytes(range(256)) * 20
    (tmp_path / "back/images/empty.txt").write_text("mine")
    with pytest.raises(StudioError, match="overwrite=True"):
        dataset.download(tmp_path / "back")
    dataset.download(tmp_path / "back", overwrite=True)
    assert (tmp_path / "back/images/empty.txt").read_bytes() == b""


def test_the_command_line_creates_lists_and_explains(token, tmp_path, capsys):
    path = tmp_path / "trees.csv"
    path.write_text("species,height\noak,3\n")
    common = ["--workspace", "forest"]
    assert main(["data", "create", "trees", str(path), *common]) == 0
    assert main(["data", "create", "trees", str(path), *common]) == 1
    assert "version 1" in capsys.readouterr().err
    assert main(["data", "create", "trees", str(path), "--next-version", *common]) == 0
    assert main(["data", "list", *common]) == 0
    assert "tabular" in capsys.readouterr().out
    assert main(["data", "show", "trees:3", *common]) == 1
    assert main(["data", "download", "azureml:trees:1", "--to", str(tmp_path / "to"), *common]) == 0
    assert (tmp_path / "to" / "trees.csv").read_text() == path.read_text()
    path.write_text("a,b\n1\n")
    assert main(["data", "create", "ragged", str(path), *common]) == 1
    assert "line 2" in capsys.readouterr().err
    assert DatasetVersion.objects.count() == 2
