"""Every websocket, opened by everybody over a real connection."""

from contextlib import ExitStack
from http import HTTPStatus
from typing import Any

import pytest
from django.conf import settings
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from apps.core.access import Level
from apps.workspaces.roles import role_allows
from tests.conftest import Site
from tests.permissions.callers import Caller, World
from tests.permissions.routes import Route, all_sockets

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.service]

WITHIN_S = 30.0


def may_open(route: Route, caller: Caller) -> bool:
    """Return what the declaration and the policy table promise."""
    assert route.access
    if not caller.is_known:
        return False
    if route.access.level is Level.WORKSPACE:
        return role_allows(caller.role, route.access.verbs["CONNECT"])
    return route.access.level is Level.SIGNED_IN


def opens(site: Site, address: str, caller: Caller) -> bool:
    headers = {"Cookie": caller.cookies, "Host": settings.STUDIO.url.partition("//")[2]}
    with ExitStack() as stack:
        try:
            stack.enter_context(
                connect(
                    f"{site.address.replace('http', 'ws', 1)}{address}",
                    origin=Origin(settings.STUDIO.url),
                    additional_headers=headers,
                    open_timeout=WITHIN_S,
                )
            )
        except InvalidStatus as answer:
            return answer.response.status_code != HTTPStatus.FORBIDDEN  # anything else is no refusal
        return True


def test_everybody_opens_exactly_what_the_policy_says(asgi_server: Site):
    world = World(host=settings.STUDIO.url.partition("//")[2])
    wrong: list[Any] = []
    for route in all_sockets():
        for caller in world.browsers:
            address = route.address(world.arguments(route, caller))
            if (opened := opens(asgi_server, address, caller)) != may_open(route, caller):
                wrong.append(f"{address} by {caller}: {'opened' if opened else 'refused'}")
        if "name" in route.parameters:
            address = route.address(world.arguments(route, world.owner) | {"name": world.theirs.name})
            if opens(asgi_server, address, world.owner):
                wrong.append(f"{address} by an owner of another workspace: opened")
    assert not wrong


def test_a_token_opens_no_socket(asgi_server: Site):
    """Sockets are for pages; a program with a token asks the API."""
    world = World(host=settings.STUDIO.url.partition("//")[2])
    for route in all_sockets():
        caller = Caller("only a token", world.owner.user, world.owner.role, token=world.owner.token)
        assert not opens(asgi_server, route.address(world.arguments(route, world.owner)), caller)
