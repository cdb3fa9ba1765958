"""A workspace with a newcomer."""

import pytest

from apps.accounts.models import User
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Role
from tests.workspaces.conftest import api_of, browser_of
from tests.workspaces.factories import WorkspaceFactory, member

__all__ = ["api_of", "browser_of"]


@pytest.fixture
def workspace(db: None) -> Workspace:
    made: Workspace = WorkspaceFactory.create(name="churn")
    return made


@pytest.fixture
def ada(workspace: Workspace) -> User:
    """A data scientist of the workspace."""
    return member(workspace, Role.DATA_SCIENTIST, username="ada")
