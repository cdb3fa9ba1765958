"""The stock MLflow client, set up against a server of the studio."""

from collections.abc import Iterator

import mlflow
import pytest

from apps.accounts.models import User
from apps.experiments.ingestion import callers
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Role
from tests.accounts.factories import AccessTokenFactory
from tests.conftest import Site
from tests.workspaces.factories import WorkspaceFactory, member


@pytest.fixture
def workspace() -> Workspace:
    made: Workspace = WorkspaceFactory.create(name="churn")
    return made


@pytest.fixture
def ada(workspace: Workspace) -> User:
    return member(workspace, Role.DATA_SCIENTIST, username="ada")


@pytest.fixture
def client_of(asgi_server: Site, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path):
    """A function that sets the client up with a token, as its users do by environment variables."""
    callers.forget()
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    monkeypatch.setenv("MLFLOW_ENABLE_ASYNC_LOGGING", "false")
    monkeypatch.chdir(tmp_path)
    # The client remembers between tests what it would between two cells of a notebook.
    monkeypatch.setattr("mlflow.tracking.fluent._active_experiment_id", None)
    for name in ("MLFLOW_EXPERIMENT_ID", "MLFLOW_RUN_ID"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)

    def client_of_(token: str, name: str = "") -> None:
        monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", token)
        mlflow.set_tracking_uri(f"{asgi_server.address}/mlflow/{name or workspace.name}")

    return client_of_


@pytest.fixture
def client(client_of, ada: User) -> Iterator[mlflow.MlflowClient]:
    """The client, as a data scientist of the workspace uses it."""
    client_of(AccessTokenFactory.create(user=ada).secret)
    yield mlflow.MlflowClient()
    while mlflow.active_run():
        mlflow.end_run()
