"""Somebody who deploys, in front of pages and API."""

import pytest

from tests.endpoints.factories import Setting
from tests.workspaces.conftest import api_of, browser_of

__all__ = ["api_of", "browser_of"]


@pytest.fixture
def setting(db: None) -> Setting:
    """A workspace with a model and an environment to deploy it with."""
    return Setting()
