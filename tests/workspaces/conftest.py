"""Browsers and API clients of somebody."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from rest_framework.test import APIClient

from apps.accounts.models import User
from tests.accounts.factories import AccessTokenFactory

HOST = urlsplit(settings.STUDIO.url).netloc


@pytest.fixture
def browser_of(db: None) -> Callable[[User], Client]:
    """A function that gives somebody's browser, signed in, at the studio's own name."""

    def give(user: User) -> Client:
        client = Client(headers={"host": HOST})
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return client

    return give


@pytest.fixture
def api_of(db: None) -> Callable[..., APIClient]:
    """A function that gives an API client with a token of somebody's; fields are the token's."""

    def give(user: User, **fields: object) -> APIClient:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {AccessTokenFactory(user=user, **fields).secret}")
        return client

    return give
