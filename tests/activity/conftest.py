"""Browsers of somebody."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from apps.accounts.models import User


@pytest.fixture
def browser_of(db: None) -> Callable[[User], Client]:
    """A function that gives somebody's browser, signed in, at the studio's own name."""

    def give(user: User) -> Client:
        client = Client(headers={"host": urlsplit(settings.STUDIO.url).netloc})
        client.force_login(user)
        return client

    return give
