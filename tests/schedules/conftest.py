"""People in front of pages and API, and something to start."""

from collections.abc import Iterator
from typing import Any

import pytest

from apps.schedules import hooks
from tests.schedules.factories import Bell, Door
from tests.workspaces.conftest import api_of, browser_of

__all__ = ["api_of", "browser_of"]


@pytest.fixture
def bell() -> Iterator[Any]:
    """What schedules of the factory start, with what it was asked for in ``rung``."""
    Bell.rung, Bell.running, Bell.refusal, Bell.fault = [], set(), "", None
    Door.seen, Door.problem = 1, ""
    subject: Any = Bell
    watcher: Any = Door
    hooks.subjects.add(subject)
    hooks.watchers.add(watcher)
    yield Bell
    hooks.subjects.remove(subject)
    hooks.watchers.remove(watcher)
