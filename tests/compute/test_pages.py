"""The compute page, a machine's page, and both in the API."""

import pytest
from django.test import RequestFactory
from django.utils import translation
from rest_framework.test import APIClient

from apps.compute.entries import search, system_checks
from apps.compute.models import Isolation
from apps.workspaces.roles import Action, Role, role_allows
from tests.accounts.factories import AccessTokenFactory, UserFactory
from tests.compute.factories import AgentFactory, heartbeat
from tests.workspaces.factories import MembershipFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(browser_of):
    """A reader's browser; their workspace is called ``acme``."""
    membership = MembershipFactory.create(workspace=WorkspaceFactory.create(name="acme"), role=Role.READER)
    return browser_of(membership.user)


def machine_page(agent) -> str:
    return f"/workspaces/acme/compute/machines/{agent.pk}/"


def test_the_list_says_how_each_machine_is(reader, beat):
    agent = AgentFactory.create(name="big-one")
    beat(agent, heartbeat())
    AgentFactory.create(name="gone", silent=True)
    page = reader.get("/workspaces/acme/compute/machines/").content.decode()
    for text in ("big-one", "worker-7", "Online", "4.0 of 16 GB", "Sandbox (bubblewrap)", "0.1.0"):
        assert text in page
    for text in ("gone", "Not responding", "No heartbeat since", "Is the machine on, and does its agent run?"):
        assert text in page
    assert 'data-feed="/ws/workspaces/acme/compute/"' in page
    assert "studio:machines.changed" in page


def test_the_list_can_be_narrowed_by_state_and_isolation(reader, beat):
    beat(AgentFactory.create(name="online-one"), heartbeat())
    AgentFactory.create(name="silent-one", silent=True, isolation=Isolation.NONE)
    AgentFactory.create(name="new-one")

    def shown(query: str) -> set[str]:
        page = reader.get(f"/workspaces/acme/compute/machines/?{query}").content.decode()
        return {name for name in ("online-one", "silent-one", "new-one") if f">{name}</a>" in page}

    assert shown("state=online") == {"online-one"}
    assert shown("state=silent&state=waiting") == {"silent-one", "new-one"}
    assert shown("isolation=none") == {"silent-one"}
    assert shown("q=worker-7") == {"online-one"}


def test_an_empty_list_says_what_machines_are_for(reader):
    page = reader.get("/workspaces/acme/compute/machines/").content.decode()
    assert "No machine is connected" in page
    assert "make up" in page


def test_the_compute_page_is_in_the_navigation(reader):
    assert 'href="/workspaces/acme/compute/"' in reader.get("/workspaces/acme/").content.decode()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Isolation.BUBBLEWRAP, "were shown to see neither the studio"),
        (Isolation.UID, "apt-get install bubblewrap"),
        (Isolation.NONE, "User code can read everything that the agent can"),
        (Isolation.UNKNOWN, "Its agent has not said yet."),
    ],
)
def test_a_machines_page_says_what_its_isolation_means(reader, kind, words):
    agent = AgentFactory.create(online=True, isolation=kind, isolation_detail="as <b>tried</b>")
    page = reader.get(machine_page(agent)).content.decode()
    assert words in page
    assert "as &lt;b&gt;tried&lt;/b&gt;" in page


def test_a_machines_page_loads_only_its_changing_part_again(reader, beat):
    agent = AgentFactory.create(name="big-one")
    beat(agent, heartbeat())
    whole = reader.get(machine_page(agent)).content.decode()
    part = reader.get(machine_page(agent), headers={"HX-Request": "true"}).content.decode()
    assert "<html" in whole
    assert "<html" not in part
    assert "NVIDIA A100 (80 GB)" in part
    assert "1.5 on 8 cores" in part


def test_a_machine_that_is_not_there_is_not_found(reader):
    assert reader.get("/workspaces/acme/compute/machines/01900000-0000-7000-8000-000000000000/").status_code == 404


@pytest.mark.parametrize("role", Role)
def test_who_may_see_machines(browser_of, role):
    membership = MembershipFactory.create(role=role)
    expected = 200 if role_allows(role, Action.COMPUTE_READ) else 403
    agent = AgentFactory.create()
    browser, folder = browser_of(membership.user), f"/workspaces/{membership.workspace.name}/compute/machines/"
    assert browser.get(folder).status_code == expected
    assert browser.get(f"{folder}{agent.pk}/").status_code == expected
    assert bool(search_as(membership, agent.name)) == (expected == 200)


def test_strangers_see_nothing(browser_of, client):
    workspace, agent = WorkspaceFactory.create(), AgentFactory.create()
    stranger = browser_of(UserFactory.create())
    assert stranger.get(f"/workspaces/{workspace.name}/compute/machines/").status_code == 404
    assert stranger.get(f"/workspaces/{workspace.name}/compute/machines/{agent.pk}/").status_code == 404
    assert client.get("/api/v1/agents/").status_code == 401


def test_the_api_gives_machines_without_their_tokens(beat):
    agent = AgentFactory.create(name="big-one")
    beat(agent, heartbeat())
    AgentFactory.create(silent=True)
    client = APIClient(headers={"authorization": f"Bearer {AccessTokenFactory.create().secret}"})
    one = client.get(f"/api/v1/agents/{agent.pk}/").json()
    assert (one["name"], one["state"], one["cores"], one["isolation"]) == ("big-one", "online", 8, "bubblewrap")
    assert agent.token_hash not in str(one)
    assert [row["name"] for row in client.get("/api/v1/agents/?state=online").json()["results"]] == ["big-one"]
    assert client.post("/api/v1/agents/", {}).status_code == 405
    assert client.delete(f"/api/v1/agents/{agent.pk}/").status_code == 405


def test_the_system_page_says_when_a_machine_is_missing(beat):
    assert system_checks()[0].state == "warning"
    lost = AgentFactory.create(name="lost-one", silent=True)
    assert system_checks()[0].state == "error"
    beat(AgentFactory.create(), heartbeat())
    (check,) = system_checks()
    assert (check.state, "lost-one" in str(check.message)) == ("warning", True)
    lost.delete()
    assert system_checks()[0].state == "ok"


def test_sizes_follow_the_language_of_the_reader(reader, beat):
    agent = AgentFactory.create()
    beat(agent, heartbeat())
    with translation.override("es"):
        from apps.compute.text import memory_in_words

        agent.refresh_from_db()
        assert memory_in_words(agent).startswith("4,0")


def search_as(membership, text):
    """What the command palette finds."""

    request = RequestFactory().get("/search/")
    request.user = membership.user
    return [item.label for group in search(request, membership.workspace, text) for item in group.items]
