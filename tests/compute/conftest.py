"""Agents and people in front of the API and the pages."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.compute.models import Agent, Watch


@pytest.fixture
def beat(db: None) -> Callable[..., Any]:
    """A function that sends a heartbeat with an agent's token, and returns the answer."""

    def send(token: str | Agent, body: dict[str, Any]) -> Any:
        secret = token if isinstance(token, str) else token.secret  # type: ignore[attr-defined]
        return APIClient().post("/api/v1/agents/heartbeat/", body, headers={"authorization": f"Bearer {secret}"})

    return send


@pytest.fixture
def browser_of(db: None) -> Callable[[User], Client]:
    """A function that gives somebody's browser, signed in, at the studio's own name."""

    def give(user: User) -> Client:
        client = Client(headers={"host": urlsplit(settings.STUDIO.url).netloc})
        client.force_login(user)
        return client

    return give


@pytest.fixture
def speak(db: None) -> Callable[..., Any]:
    """A function that posts JSON to an address below ``/api/v1/`` with a token, and returns the answer."""

    def send(path: str, token: str, body: dict[str, Any]) -> Any:
        return APIClient().post(f"/api/v1/{path}", body, headers={"authorization": f"Bearer {token}"})

    return send


@pytest.fixture
def ask_for_work(speak: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """A function that asks for work as an agent, and returns what it is told."""

    def ask(agent: Agent, slots: int = 1, builds: int = 0, held: tuple[Any, ...] = ()) -> dict[str, Any]:
        body = {"free_slots": slots, "free_builds": builds, "orders": [str(id_) for id_ in held], "wait_s": 0}
        answer = speak("agents/lease/", agent.secret, body)  # type: ignore[attr-defined]
        assert answer.status_code == 200, answer.content
        return dict(answer.json())

    return ask


@pytest.fixture
def clock_since(db: None) -> None:
    """The studio has been on for long, so that the reconciler takes silence for silence."""
    now = timezone.now()
    Watch.objects.update_or_create(pk=1, defaults={"seen_at": now, "since": now - timedelta(days=1)})
