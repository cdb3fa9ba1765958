"""Browsers and API clients, what was written to the audit log, and grants as an app further left would fill them in."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.test import Client
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.core import hooks
from apps.core.errors import NotAllowed
from tests.accounts.factories import AccessTokenFactory

HOST = urlsplit(settings.STUDIO.url).netloc


def new_browser(**headers: str) -> Client:
    """A browser at the studio's own name, not signed in. Forms need their CSRF token, as in real life."""
    return Client(headers={"host": HOST, **headers}, enforce_csrf_checks=False)


@pytest.fixture
def visitor(db: None) -> Client:
    """A browser that is not signed in."""
    return new_browser()


@pytest.fixture
def browser_of(db: None) -> Callable[[User], Client]:
    """A function that gives somebody's browser, signed in."""

    def give(user: User, **headers: str) -> Client:
        client = new_browser(**headers)
        client.force_login(user)
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


@pytest.fixture
def audits(db: None) -> Iterator[list[hooks.AuditEntry]]:
    """What is written to the audit log during the test."""
    entries: list[hooks.AuditEntry] = []

    def keep(entry: hooks.AuditEntry) -> None:
        entries.append(entry)

    hooks.audit_recorded.add(keep)
    yield entries
    hooks.audit_recorded.remove(keep)


@pytest.fixture
def notices(db: None) -> Iterator[list[hooks.Notice]]:
    """What people are told under the bell during the test."""
    given: list[hooks.Notice] = []

    def keep(notice: hooks.Notice) -> None:
        given.append(notice)

    hooks.notice_given.add(keep)
    yield given
    hooks.notice_given.remove(keep)


@pytest.fixture
def team(db: None) -> Iterator[UUID]:
    """Something that tokens can be limited to and that invitations can give, as workspaces are: owned by all but ``guest``."""
    key = uuid4()

    def workspaces_of(user: User, among: object) -> list[tuple[UUID, str]]:
        return [(key, "The team")]

    def offered(actor: User, grants: dict[str, str]) -> None:
        if "team" in grants and actor.username == "guest":
            raise NotAllowed("The team is not yours to give.")

    def described(grants: dict[str, str]) -> list[str]:
        return [f"{grants['team']} in the team"] if "team" in grants else []

    def accepted(user: User, grants: dict[str, str], invitation: object) -> None:
        if "team" in grants:
            user.full_name += f" ({grants['team']})"
            user.save()

    filled = [
        (hooks.token_workspaces, workspaces_of),
        (hooks.invitation_offered, offered),
        (hooks.invitation_described, described),
        (hooks.invitation_accepted, accepted),
    ]
    for hook, function in filled:
        hook.add(function)  # type: ignore[attr-defined]
    yield key
    for hook, function in filled:
        hook.remove(function)  # type: ignore[attr-defined]
