"""Agents and people in front of the API and the pages."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.compute.models import Agent


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
