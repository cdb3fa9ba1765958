"""Metrics written without HTTP, and the API to read them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.experiments.ingestion.requests import read_lines
from apps.experiments.ingestion.store import Stored, store
from apps.experiments.models import Run
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Role
from tests.accounts.factories import AccessTokenFactory
from tests.experiments.factories import RunFactory
from tests.experiments.working import as_lines
from tests.workspaces.factories import member

Write = Callable[..., Stored]
Read = Callable[..., Any]


@pytest.fixture
def run(workspace: Workspace) -> Run:
    made: Run = RunFactory.create(workspace=workspace, running=True)
    return made


@pytest.fixture
def write(run: Run) -> Write:
    """A function that stores metrics, each ``(name, value, step, time in ms)``, in one request."""
    sent = [0]

    def write_(*points: tuple[str, Any, int | None, int], source: str = "events") -> Stored:
        body = as_lines({"m": [list(point) for point in points]})
        request = read_lines(run.pk, source, sent[0], body)
        sent[0] += len(body)
        (stored,) = store([request])
        assert isinstance(stored, Stored)
        return stored

    return write_


@pytest.fixture
def read(run: Run, workspace: Workspace) -> Read:
    """A function that asks the API below the run for something, as a reader of the workspace."""
    token = AccessTokenFactory.create(user=member(workspace, Role.READER)).secret
    client = Client(headers={"authorization": f"Bearer {token}"})

    def read_(path: str, status: int = 200, /, **query: Any) -> Any:
        answer = client.get(f"/api/v1/workspaces/{workspace.name}/runs/{run.pk}/{path}", query)
        assert answer.status_code == status, answer.content
        return answer.json()

    return read_
