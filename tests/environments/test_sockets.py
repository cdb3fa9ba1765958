"""What open pages hear: of environments, and of a build's log that may be another workspace's."""

import orjson
import pytest
from django.conf import settings
from django.test import Client
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from apps.environments.events import environments_changed
from apps.experiments.models import LogSegment, RunKind, RunLog
from apps.workspaces.roles import Role
from tests.accounts.factories import UserFactory
from tests.environments.factories import BuildFactory, EnvironmentFactory
from tests.experiments.factories import RunFactory
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers]

WITHIN_S = 30.0
LOG = "user_logs/std_log.txt"


@pytest.fixture
def open_socket(asgi_server):
    """A function that opens a socket below the workspace ``acme`` as somebody's browser."""

    def open_(user, path: str) -> ClientConnection:
        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        headers = {
            "Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items()),
            "Host": settings.STUDIO.url.partition("//")[2],
        }
        address = f"{asgi_server.address.replace('http', 'ws', 1)}/ws/workspaces/acme/{path}"
        return connect(address, origin=Origin(settings.STUDIO.url), additional_headers=headers, open_timeout=WITHIN_S)

    return open_


@pytest.fixture
def workspace(transactional_db):
    return WorkspaceFactory.create(name="acme")


def build_with_log():
    """Return a build that a run of another workspace made."""
    run = RunFactory.create(kind=RunKind.BUILD, experiment=None)
    log = RunLog.objects.create(run=run, path=LOG, size=11, lines=1)
    LogSegment.objects.create(log=log, offset=0, length=11, first_line=0, lines=1, data=b"Resolving.\n")
    return BuildFactory.create(run=run)


def test_readers_learn_of_changes(open_socket, workspace):
    with open_socket(member(workspace, Role.READER), "environments/?after=0") as socket:
        environments_changed()
        assert orjson.loads(socket.recv(timeout=WITHIN_S))["type"] == "environments.changed"


def test_readers_follow_the_log_of_a_build_that_they_share(open_socket, workspace):
    build = build_with_log()
    EnvironmentFactory.create(workspace=workspace, build=build)
    path = f"environment-builds/{build.pk}/logs/?path={LOG}&after=0"
    with open_socket(member(workspace, Role.READER), path) as socket:
        message = orjson.loads(socket.recv(timeout=WITHIN_S))
    assert message["data"]["text"] == "Resolving.\n"


def test_others_are_not_let_in(open_socket, workspace):
    build = build_with_log()
    EnvironmentFactory.create(build=build)
    reader, labeler = member(workspace, Role.READER), member(workspace, Role.LABELER)
    log = f"environment-builds/{build.pk}/logs/?path={LOG}"
    for person, path in ((reader, log), (labeler, "environments/"), (UserFactory.create(), "environments/")):
        with pytest.raises(InvalidStatus):
            open_socket(person, path)
