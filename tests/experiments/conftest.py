"""A workspace with a person who may run things there, and the machine that runs them."""

import pytest

from apps.accounts.models import User
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Role
from tests.experiments.machine import Machine
from tests.workspaces.conftest import api_of, browser_of  # noqa: F401 - fixtures
from tests.workspaces.factories import WorkspaceFactory, member


@pytest.fixture
def workspace(db: None) -> Workspace:
    made: Workspace = WorkspaceFactory.create(name="churn")
    return made


@pytest.fixture
def ada(workspace: Workspace) -> User:
    """A data scientist of the workspace."""
    return member(workspace, Role.DATA_SCIENTIST, username="ada", full_name="Ada Lovelace")


@pytest.fixture
def machine(db: None) -> Machine:
    return Machine()
