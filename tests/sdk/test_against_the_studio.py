"""SDK and command line against the real server, over real sockets, as people use them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apps.accounts.models.token import TokenScope
from apps.workspaces.models import Workspace as WorkspaceRow
from apps.workspaces.roles import Role
from mlstudio import Client, Workspace
from mlstudio.cli import main
from mlstudio.config import LoginStore
from tests.accounts.factories import AccessTokenFactory, UserFactory
from tests.conftest import Site
from tests.workspaces.factories import MembershipFactory, WorkspaceFactory

pytestmark = [pytest.mark.service, pytest.mark.servers]


@pytest.fixture
def ada(asgi_server: Site):
    """A person with a token."""
    return AccessTokenFactory(user=UserFactory(username="ada", full_name="Ada Lovelace"))


@pytest.fixture
def studio(asgi_server: Site, ada, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """The command line of a signed-in person: returns (exit code, what it printed, what it complained)."""
    monkeypatch.setenv("STUDIO_URL", asgi_server.url)
    monkeypatch.setenv("STUDIO_TOKEN", ada.secret)

    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(words)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def client(asgi_server: Site, ada) -> Client:
    return Client(asgi_server.url, ada.secret)


Run = Callable[..., tuple[int, str, str]]


def test_signing_in_says_who_and_where_and_is_remembered(asgi_server, ada, capsys):
    assert main(["login", "--url", f"{asgi_server.url}/", "--token", ada.secret]) == 0
    assert capsys.readouterr().out == f"Signed in to {asgi_server.url} as Ada Lovelace (ada).\n"
    assert main(["whoami"]) == 0
    shown = capsys.readouterr().out
    assert "ada" in shown
    assert asgi_server.url in shown
    assert ada.secret not in shown


def test_the_token_can_come_from_standard_input(asgi_server, ada, monkeypatch, tmp_path):
    piped = tmp_path / "token"
    piped.write_text(f"{ada.secret}\n")
    with piped.open() as standard_input:
        monkeypatch.setattr("sys.stdin", standard_input)
        assert main(["login", "--url", asgi_server.url]) == 0
    login = LoginStore().current()
    assert login is not None
    assert login.token == ada.secret


def test_a_wrong_token_is_refused_and_not_kept(asgi_server, capsys):
    assert main(["login", "--url", asgi_server.url, "--token", "mls_wrong"]) == 4
    assert "unknown, was revoked or has expired" in capsys.readouterr().err
    assert LoginStore().current() is None


def test_signing_out_forgets_the_token(asgi_server, ada, capsys):
    main(["login", "--url", asgi_server.url, "--token", ada.secret])
    assert main(["logout"]) == 0
    assert main(["whoami"]) == 4
    assert ada.secret not in LoginStore().path.read_text()
    assert main(["logout"]) == 3


def test_a_revoked_token_says_how_to_go_on(studio: Run, ada):
    type(ada).objects.filter(pk=ada.pk).update(revoked_at=ada.created_at)
    code, _out, complaint = studio("workspace", "list")
    assert code == 4
    assert "studio login" in complaint


def test_a_workspace_is_made_listed_shown_and_chosen(asgi_server, ada, studio: Run):
    main(["login", "--url", asgi_server.url, "--token", ada.secret])
    code, made, _ = studio(
        "workspace", "create", "churn", "--friendly-name", "Churn models", "--tag", "team=blue", "--output", "json"
    )
    assert code == 0
    assert json.loads(made)["tags"] == {"team": "blue"}
    assert WorkspaceRow.objects.get(name="churn").memberships.get().role == Role.OWNER

    _, listed, _ = studio("workspace", "list")
    heading, row = listed.splitlines()
    assert heading.split() == ["NAME", "FRIENDLY", "NAME", "ROLE", "CREATED", "AT"]
    assert row.startswith("churn  Churn models")
    assert studio("workspace", "use", "churn")[0] == 0
    assert "Churn models" in studio("workspace", "show")[1]
    assert json.loads(studio("-o", "json", "whoami")[1])["workspace"] == "churn"


def test_a_list_goes_on_beyond_the_first_page(ada, studio: Run, client):
    for number in range(120):
        MembershipFactory(user=ada.user, workspace=WorkspaceFactory(name=f"w{number:03}"))
    _, listed, _ = studio("workspace", "list", "--output", "json")
    assert sorted(row["name"] for row in json.loads(listed)) == [f"w{number:03}" for number in range(120)]


def test_without_workspaces_the_list_says_what_to_do(studio: Run):
    assert studio("workspace", "list") == (
        0,
        "You are a member of no workspace yet. Make one with: studio workspace create NAME\n",
        "",
    )
    assert studio("workspace", "list", "--output", "json")[1] == "[]\n"


def test_a_name_that_is_taken_or_wrong_is_said_in_words(ada, studio: Run):
    MembershipFactory(user=ada.user, workspace=WorkspaceFactory(name="churn"))
    for name, reason in (("Churn", "There is a workspace called “Churn” already."), ("x", "Use 2 to 32")):
        code, out, complaint = studio("workspace", "create", name)
        assert (code, out) == (1, "")
        assert complaint.count(reason) == 1


def test_other_peoples_workspaces_do_not_exist(studio: Run):
    WorkspaceFactory(name="secret")
    code, _, complaint = studio("workspace", "show", "secret")
    _, _, of_nothing = studio("workspace", "show", "nothing")
    assert code == 1
    assert complaint == of_nothing


def test_a_token_for_reading_cannot_create(asgi_server, ada, studio: Run, monkeypatch):
    reading: Any = AccessTokenFactory(user=ada.user, scope=TokenScope.READ)
    monkeypatch.setenv("STUDIO_TOKEN", reading.secret)
    code, _, complaint = studio("workspace", "create", "churn")
    assert code == 1
    assert "may only read" in complaint
    assert not WorkspaceRow.objects.exists()


def test_a_create_that_is_sent_twice_makes_one_workspace(client):
    body = {"name": "churn", "friendly_name": "", "description": "", "tags": {}}
    first = client.call("POST", "workspaces/", body, idempotency_key="the same")
    second = client.call("POST", "workspaces/", body, idempotency_key="the same")
    assert first == second
    assert WorkspaceRow.objects.count() == 1


def test_a_script_finds_its_workspace_by_the_studios_config_file(asgi_server, ada, client, studio: Run):
    MembershipFactory(
        user=ada.user, workspace=WorkspaceFactory(name="churn", friendly_name="Churn models"), role=Role.READER
    )
    Path("config.json").write_text(json.dumps(client.get("workspaces/churn/config/")))
    workspace = Workspace.from_config()
    assert (workspace.name, workspace.friendly_name, workspace.role) == ("churn", "Churn models", Role.READER)


def test_a_script_finds_its_workspace_by_azures_config_file(ada, client, monkeypatch, asgi_server):
    MembershipFactory(user=ada.user, workspace=WorkspaceFactory(name="churn"))
    folder = Path(".azureml")
    folder.mkdir()
    given = {"subscription_id": "1234", "resource_group": "ml", "workspace_name": "churn"}
    (folder / "config.json").write_text(json.dumps(given))
    main(["login", "--url", asgi_server.url, "--token", ada.secret])
    workspace = Workspace.from_config()
    assert (workspace.name, workspace.subscription_id, workspace.resource_group) == ("churn", "1234", "ml")


def test_choosing_a_workspace_for_a_folder_writes_its_config(ada, studio: Run, client):
    MembershipFactory(user=ada.user, workspace=WorkspaceFactory(name="churn"))
    code, out, _ = studio("workspace", "use", "churn", "--folder", ".")
    assert code == 0
    assert str(Path(".azureml/config.json")) in out
    assert Workspace.from_config().name == "churn"


def test_create_or_get(client):
    made = Workspace.create("churn", description="Who leaves?", client=client)
    assert Workspace.create("churn", exist_ok=True, client=client).id == made.id
    assert Workspace.get("churn", client=client).description == "Who leaves?"
    assert [workspace.name for workspace in Workspace.list(client=client)] == ["churn"]


def test_a_studio_that_is_away_has_an_exit_code_of_its_own(monkeypatch, capsys):
    monkeypatch.setattr("mlstudio.client.time.sleep", lambda _seconds: None)  # it would wait for the studio to return
    assert main(["login", "--url", "http://127.0.0.1:1", "--token", "mls_x"]) == 5
    assert capsys.readouterr().err.startswith("studio: The studio at http://127.0.0.1:1 does not answer")
