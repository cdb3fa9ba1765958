"""``studio job create`` and the builder with pipelines of several folders, against the real server, over real sockets."""

from pathlib import Path

import pytest

from apps.experiments.models import Run, Snapshot
from apps.pipelines.graph.types import Value
from apps.pipelines.models import PipelineRun
from apps.pipelines.services.shown import given_to
from apps.workspaces.roles import Role
from mlstudio import Workspace
from mlstudio.cli import main
from mlstudio.pipelines import Input, command, load_component, pipeline
from tests.accounts.factories import AccessTokenFactory
from tests.conftest import Site
from tests.pipelines.factories import registered
from tests.pipelines.test_jobs_workspace import FILES
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.service, pytest.mark.servers]


@pytest.fixture
def studio(asgi_server: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A data scientist's workspace, in a folder with a pipeline, its parts and its data."""
    row = WorkspaceFactory.create(name="churn")
    ada = member(row, Role.DATA_SCIENTIST, username="ada")
    registered(ada, row)
    token = AccessTokenFactory(user=ada)
    monkeypatch.setenv("STUDIO_URL", asgi_server.url)
    monkeypatch.setenv("STUDIO_TOKEN", token.secret)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    for name, text in {**FILES, "data/x.csv": "a\n1\n"}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return Workspace.get("churn")


def files_of(snapshot_id: str) -> list[str]:
    return [str(file["path"]) for file in Snapshot.objects.get(pk=snapshot_id).files]


def test_a_pipeline_is_submitted_with_all_that_it_consists_of(studio, capsys):
    assert main(["job", "create", "--workspace", "churn", "-f", "pipeline.yml", "--set", "inputs.depth=5"]) == 0
    told = capsys.readouterr().err
    assert "data: uploaded as the dataset data-local:1" in told
    run = Run.objects.get(kind="pipeline")
    graph, given = given_to(PipelineRun.objects.get(run=run))
    assert files_of(graph.components["clean"].snapshot) == ["clean.py", "common/__init__.py"]
    assert given["depth"] == Value(5)
    Path("pipeline.yml").write_text(FILES["pipeline.yml"].replace('depth: "$', 'deep: "$'))
    assert main(["job", "create", "--workspace", "churn", "-f", "pipeline.yml"]) != 0
    assert "has no input “deep”. Did you mean “depth”?" in capsys.readouterr().err


def test_a_pipeline_from_python_is_the_same(studio):
    clean = load_component("steps/clean.yml")
    show = command(command="ls ${{inputs.table}}", code="common", inputs={"table": Input(type="uri_folder")})

    @pipeline
    def houses(raw):
        cleaned = clean(raw=raw)
        shown = show(table=cleaned.outputs.table)
        shown.display_name = "Show"

    job = houses(raw=Input(type="uri_folder", path="./data"))
    assert job.validate(studio) == []
    made = job.submit(studio, "houses")
    graph, _given = given_to(PipelineRun.objects.get(run=made.id))
    assert made.experiment == "houses"
    assert list(graph.nodes) == ["cleaned", "shown"]
    assert files_of(graph.components["clean"].snapshot) == ["clean.py", "common/__init__.py"]
