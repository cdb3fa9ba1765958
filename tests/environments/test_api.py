"""Environments over the API, and the logs of their builds."""

import pytest

from apps.core.models import Event
from apps.environments.events import ENVIRONMENTS_TOPIC
from apps.experiments.models import LogSegment, RunKind, RunLog
from apps.workspaces.roles import Role
from tests.environments.factories import BuildFactory, EnvironmentFactory
from tests.experiments.factories import RunFactory
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = pytest.mark.django_db
API = "/api/v1/workspaces/acme/environments/"


@pytest.fixture
def workspace():
    return WorkspaceFactory.create(name="acme")


@pytest.fixture
def scientist(workspace, api_of):
    return api_of(member(workspace, Role.DATA_SCIENTIST))


def test_an_environment_is_made_read_and_listed(scientist):
    made = scientist.post(
        API, {"name": "churn", "source": "numpy\n", "variables": {"A": "1"}, "tags": {"team": "blue"}}
    )
    assert made.status_code == 201
    body = made.json()
    assert (body["name"], body["version"], body["recipe"]["requirements"]) == ("churn", 1, ["numpy"])
    assert body["build"]["state"] == "Queued"
    assert "waits to be built" in body["build"]["reason"]
    assert scientist.post(API, {"name": "churn", "source": "numpy\n", "variables": {"A": "1"}}).status_code == 200
    scientist.post(API, {"name": "churn", "source": "pandas\n"})
    (row,) = scientist.get(API).json()["results"]
    assert (row["name"], row["latest"]["version"], row["tags"]) == ("churn", 2, {"team": "blue"})
    one = scientist.get(f"{API}CHURN/").json()
    assert one["latest"]["recipe"]["requirements"] == ["pandas"]
    assert [row["version"] for row in scientist.get(f"{API}churn/versions/").json()["results"]] == [2, 1]
    assert scientist.get(f"{API}churn/versions/1/").json()["source"] == "numpy\n"
    assert scientist.get(f"{API}churn/versions/latest/").json()["version"] == 2


def test_a_definition_brings_its_name_and_its_conda_file(scientist):
    source = "$schema: x\nname: from-file\nimage: ubuntu\nconda_file: conda.yml\ndescription: As in the sample.\n"
    made = scientist.post(API, {"source": source, "conda_file": "dependencies: [numpy=1.26]\n"}).json()
    assert (made["name"], made["recipe"]["requirements"]) == ("from-file", ["numpy==1.26.*"])
    assert any("base image" in warning for warning in made["warnings"])
    assert scientist.get(f"{API}from-file/").json()["description"] == "As in the sample."


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "churn", "source": "-e .\n"}, "source"),
        ({"name": "churn", "source": "conda_file: c.yml", "conda_file": "dependencies: [{pip: [-e .]}]"}, "conda_file"),
        ({"name": "AzureML-x", "source": "numpy"}, "name"),
        ({"source": "numpy"}, "name"),
        ({"name": "churn"}, "source"),
        ({"name": "churn", "source": "numpy", "python": "2.7"}, "python"),
        ({"name": "churn", "source": "numpy", "variables": [1]}, "variables"),
    ],
)
def test_what_is_wrong_is_said_by_field(scientist, body, field):
    answer = scientist.post(API, body)
    assert 400 <= answer.status_code < 500
    assert field in answer.json()["errors"]


def test_what_was_built_can_be_read_and_built_anew(scientist, workspace):
    EnvironmentFactory.create(workspace=workspace, name="mine", build=BuildFactory.create(ready=True))
    body = scientist.get(f"{API}mine/versions/1/").json()
    assert (body["build"]["reason"], body["build"]["package_count"], body["packages"][0]["name"]) == (
        "ready",
        1,
        "numpy",
    )
    assert body["lock"].startswith("numpy==2.1.0")
    anew = scientist.post(f"{API}mine/versions/latest/rebuild/")
    assert anew.status_code == 202
    assert (anew.json()["build"]["generation"], anew.json()["next_build"]["generation"]) == (1, 2)
    assert scientist.post(f"{API}mine/versions/1/rebuild/").status_code == 409


def test_environments_are_put_away_and_brought_back(scientist, workspace):
    EnvironmentFactory.create(workspace=workspace, name="mine")
    assert scientist.patch(f"{API}mine/", {"archived": True}).json()["archived_at"]
    assert scientist.get(API).json()["results"] == []
    assert scientist.get(f"{API}?archived=only").json()["results"][0]["name"] == "mine"
    assert scientist.patch(f"{API}mine/", {"archived": False}).json()["archived_at"] is None
    EnvironmentFactory.create(workspace=workspace, name="curated-one", is_curated=True)
    assert scientist.patch(f"{API}curated-one/", {"archived": True}).status_code == 409


@pytest.mark.parametrize(
    "address", ["nothing/", "mine/versions/2/", "mine/versions/x/", "mine/versions/99999999999/", "a%00b/"]
)
def test_what_is_not_there_is_not_found(scientist, workspace, address):
    EnvironmentFactory.create(workspace=workspace, name="mine")
    assert scientist.get(f"{API}{address}").status_code == 404


def test_readers_read_the_log_of_a_build_that_another_workspace_made(workspace, api_of):
    run = RunFactory.create(kind=RunKind.BUILD, experiment=None)
    log = RunLog.objects.create(run=run, path="user_logs/std_log.txt", size=12, lines=1)
    LogSegment.objects.create(log=log, offset=0, length=12, first_line=0, lines=1, data=b"Resolving.\r\n")
    build = BuildFactory.create(run=run)
    EnvironmentFactory.create(workspace=workspace, build=build)
    reader, stranger = api_of(member(workspace, Role.READER)), api_of(member(WorkspaceFactory.create(name="other")))
    logs = f"environment-builds/{build.pk}/logs/"
    path = "?path=user_logs/std_log.txt"
    ours, others = f"/api/v1/workspaces/acme/{logs}", f"/api/v1/workspaces/other/{logs}"
    assert reader.get(ours).json()["items"][0]["path"] == "user_logs/std_log.txt"
    assert reader.get(f"{ours}lines/{path}").json()["lines"] == ["Resolving.\r"]
    assert reader.get(f"{ours}search/{path}&q=resolv").json()["hits"] == [{"line": 0, "text": "Resolving.\r"}]
    assert reader.get(f"{ours}content/{path}").status_code == 200
    for address in (others, f"{others}lines/{path}", f"{others}search/{path}&q=x", f"{others}content/{path}"):
        assert stranger.get(address).status_code == 404
    assert reader.get(f"/api/v1/workspaces/{run.workspace.name}/runs/{run.pk}/logs/").status_code == 404


def test_open_pages_hear_of_every_change(scientist, begin_build):
    def told() -> int:
        return Event.objects.filter(topic=ENVIRONMENTS_TOPIC).count()

    from apps.environments.models import EnvironmentVersion

    scientist.post(API, {"name": "churn", "source": "numpy\n"})
    assert (made := told()) > 0
    begin_build(EnvironmentVersion.objects.get())
    assert told() > made
