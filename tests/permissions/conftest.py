"""One world for each file of tests; every request in it is taken back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction

from apps.core import hooks
from tests.permissions.callers import World
from tests.permissions.samples import own_files


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what walks every route: minutes, so not for every commit."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and item.path.name != "test_declarations.py":
            item.add_marker(pytest.mark.exhaustive)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[World]:
    """The callers and what they call for, made once: it takes longer than all requests of one route."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        hooks.content_sources.add(own_files)
        try:
            yield World(host=settings.STUDIO.url.partition("//")[2])
        finally:
            hooks.content_sources.remove(own_files)
            transaction.set_rollback(True)
