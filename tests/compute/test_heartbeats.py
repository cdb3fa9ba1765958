"""Heartbeats: who may send them, what is stored, and when open pages are told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.compute import services
from apps.compute.events import MACHINES_TOPIC
from apps.compute.models import Agent
from apps.compute.states import SILENT_AFTER, AgentState
from apps.core.models import Event
from tests.accounts.factories import AccessTokenFactory
from tests.compute.factories import AgentFactory, heartbeat

pytestmark = pytest.mark.django_db


def news_of(agent: Agent) -> int:
    """How often open pages were told of a machine."""
    return Event.objects.filter(topic=MACHINES_TOPIC, type="machines.changed", data={"id": str(agent.pk)}).count()


def test_a_heartbeat_makes_a_machine_known(beat):
    agent = AgentFactory.create()
    answer = beat(agent, heartbeat())
    assert (answer.status_code, answer.json()) == (200, {"agent": str(agent.pk), "heartbeat_s": 5})
    agent.refresh_from_db()
    assert agent.state is AgentState.ONLINE
    assert (agent.hostname, agent.cores, agent.memory_used_mb, agent.disk_used_mb) == ("worker-7", 8, 4096, 40_000)
    assert (agent.isolation, agent.isolation_detail, agent.version) == ("bubblewrap", "bubblewrap 0.8.0", "0.1.0")
    assert agent.gpus == [{"name": "NVIDIA A100", "memory_mb": 81920}]


def test_only_the_agents_own_token_opens_the_route(beat):
    agent = AgentFactory.create(online=True)
    persons = AccessTokenFactory.create()
    for token in ("", "agent_made-up", agent.token_hash, persons.secret):
        assert beat(token, heartbeat()).status_code == 401


def test_an_agents_token_opens_nothing_else(client):
    agent = AgentFactory.create()
    headers = {"authorization": f"Bearer {agent.secret}"}
    for path in ("/api/v1/agents/", f"/api/v1/agents/{agent.pk}/", "/api/v1/workspaces/", "/api/v1/me/"):
        assert client.get(path, headers=headers).status_code == 401


def test_a_heartbeat_changes_no_other_machine(beat):
    sender, other = AgentFactory.create(), AgentFactory.create(silent=True)
    beat(sender, heartbeat())
    other.refresh_from_db()
    assert other.state is AgentState.SILENT
    assert other.hostname == ""


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (heartbeat(cores=0), "machine.cores"),
        (heartbeat(load=-1), "machine.load"),
        (heartbeat(hostname="x" * 256), "machine.hostname"),
        (heartbeat(memory_total_mb=2**60), "machine.memory_total_mb"),
        (heartbeat(gpus=[{"name": "A", "memory_mb": 1}] * 65), "machine.gpus"),
        ({**heartbeat(), "isolation": {"kind": "magic", "detail": ""}}, "isolation.kind"),
        ({}, "version"),
    ],
)
def test_nonsense_is_refused_by_field_and_not_stored(beat, body, field):
    agent = AgentFactory.create()
    answer = beat(agent, body)
    assert 400 <= answer.status_code < 500
    assert any(name.startswith(field) for name in answer.json()["errors"])
    agent.refresh_from_db()
    assert agent.state is AgentState.WAITING


def test_not_a_number_is_refused(client):
    agent = AgentFactory.create()
    body = '{"version": "1", "machine": {"load": NaN}}'
    headers = {"authorization": f"Bearer {agent.secret}"}
    answer = client.post("/api/v1/agents/heartbeat/", body, content_type="application/json", headers=headers)
    assert answer.status_code == 400


def test_open_pages_are_told_of_what_changes_at_once_and_of_measurements_seldom(beat):
    agent = AgentFactory.create()
    beat(agent, heartbeat())
    assert news_of(agent) == 1
    beat(agent, heartbeat(load=3.0, memory_available_mb=100))
    assert news_of(agent) == 1
    beat(agent, heartbeat(memory_total_mb=32768))
    assert news_of(agent) == 2
    Agent.objects.update(told_at=timezone.now() - services.TELL_MEASUREMENTS_AFTER)
    beat(agent, heartbeat(memory_total_mb=32768, load=4.0))
    assert news_of(agent) == 3


def test_silence_is_told_once_and_the_return_at_once(beat):
    quiet, busy = AgentFactory.create(online=True), AgentFactory.create(online=True)
    AgentFactory.create()  # never connected: nothing to tell
    Agent.objects.filter(pk=quiet.pk).update(last_seen_at=timezone.now() - SILENT_AFTER - timedelta(seconds=1))
    assert services.tell_of_silence() == 1
    assert services.tell_of_silence() == 0
    assert (news_of(quiet), news_of(busy)) == (1, 0)
    beat(quiet, heartbeat())
    assert news_of(quiet) == 2
    quiet.refresh_from_db()
    assert (quiet.state, quiet.told_silent) == (AgentState.ONLINE, False)


def test_the_local_agent_keeps_its_token_as_long_as_it_is_the_right_one():
    token = services.ensure_local_agent()
    assert services.find_agent(token) == Agent.objects.get(name="local")
    assert services.ensure_local_agent(token) == token
    renewed = services.ensure_local_agent("lost")
    assert renewed != token
    assert services.find_agent(token) is None
    assert services.find_agent(renewed) == Agent.objects.get()
    assert token not in str(Agent.objects.values().get())
