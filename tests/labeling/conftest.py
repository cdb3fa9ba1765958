"""A workspace with people who label, and a project of pictures."""

import pytest

from apps.workspaces.roles import Role
from tests.experiments.conftest import ada, api_of, browser_of, workspace  # noqa: F401 - fixtures
from tests.labeling.factories import pictures, project_of
from tests.workspaces.factories import member


@pytest.fixture
def lea(workspace):  # noqa: F811
    return member(workspace, Role.LABELER, username="lea")


@pytest.fixture
def tom(workspace):  # noqa: F811
    return member(workspace, Role.LABELER, username="tom")


@pytest.fixture
def project(ada, workspace):  # noqa: F811
    """Three pictures that are classified, in the order of their names."""
    pictures(ada, workspace)
    return project_of(ada, workspace)
