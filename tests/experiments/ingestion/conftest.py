"""A run that a machine works on, its runner, and sockets as browsers open them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from django.conf import settings
from django.test import Client
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from apps.accounts.models import User
from apps.experiments.ingestion import callers
from apps.workspaces.roles import Role
from tests.conftest import Site
from tests.experiments.working import WITHIN_S, Runner, WorkingRun, working_run
from tests.workspaces.factories import member

Open = Callable[..., ClientConnection]


@pytest.fixture
def work() -> WorkingRun:
    return working_run()


@pytest.fixture
def runner(asgi_server: Site, work: WorkingRun) -> Runner:
    callers.forget()
    return Runner(asgi_server, work.work_token)


@pytest.fixture
def reader(work: WorkingRun) -> User:
    """Somebody who may read the run."""
    return member(work.run.workspace, Role.READER)


@pytest.fixture
def open_socket(asgi_server: Site, work: WorkingRun) -> Iterator[Open]:
    """A function that opens a socket below the run as somebody's browser."""
    with ExitStack() as opened:

        def open_(path: str, user: User) -> ClientConnection:
            client = Client()
            client.force_login(user)
            headers = {
                "Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items()),
                "Host": settings.STUDIO.url.partition("//")[2],
            }
            base = f"{asgi_server.address.replace('http', 'ws', 1)}/ws/workspaces/{work.run.workspace.name}"
            return opened.enter_context(
                connect(
                    f"{base}/runs/{work.run.pk}/{path}",
                    origin=Origin(settings.STUDIO.url),
                    additional_headers=headers,
                    open_timeout=WITHIN_S,
                )
            )

        yield open_
