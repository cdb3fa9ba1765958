"""People in front of pages and API, and something to start."""

from collections.abc import Iterator

import pytest

from apps.schedules import hooks
from tests.schedules.factories import Bell, Door
from tests.workspaces.conftest import api_of, browser_of

__all__ = ["api_of", "browser_of"]


@pytest.fixture
def bell() -> Iterator[type[Bell]]:
    """What schedules of the factory start, with what it was asked for in ``rung``."""
    Bell.rung, Bell.running, Bell.refusal, Bell.fault = [], set(), "", None
    Door.seen, Door.problem = 1, ""
    hooks.subjects.add(Bell)
    hooks.watchers.add(Door)
    yield Bell
    hooks.subjects.remove(Bell)
    hooks.watchers.remove(Door)
