"""News of machines on the socket that the compute page follows."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.conf import settings
from django.test import Client
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from apps.accounts.models import User
from apps.compute.events import machine_changed
from apps.workspaces.roles import Role
from tests.accounts.factories import UserFactory
from tests.compute.factories import AgentFactory
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = pytest.mark.django_db(transaction=True)

WITHIN_S = 30.0


@pytest.fixture
def open_socket(asgi_server) -> Callable[[User], ClientConnection]:
    """A function that opens the socket of the workspace ``acme`` as somebody's browser."""

    def open_(user: User) -> ClientConnection:
        client = Client()
        client.force_login(user)
        headers = {
            "Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items()),
            "Host": settings.STUDIO.url.partition("//")[2],
        }
        address = f"{asgi_server.address.replace('http', 'ws', 1)}/ws/workspaces/acme/compute/?after=0"
        return connect(address, origin=Origin(settings.STUDIO.url), additional_headers=headers, open_timeout=WITHIN_S)

    return open_


def test_readers_learn_of_machines_whatever_workspace_they_look_from(open_socket):
    reader = member(WorkspaceFactory.create(name="acme"), Role.READER)
    agent = AgentFactory.create()
    with open_socket(reader) as socket:
        machine_changed(agent.pk)
        message: dict[str, Any] = orjson.loads(socket.recv(timeout=WITHIN_S))
    assert (message["type"], message["data"]) == ("machines.changed", {"id": str(agent.pk)})


@pytest.mark.parametrize("role", [Role.LABELER, None])
def test_others_are_not_let_in(open_socket, role):
    workspace = WorkspaceFactory.create(name="acme")
    person = member(workspace, role) if role else UserFactory.create()
    with pytest.raises(InvalidStatus):
        open_socket(person)
