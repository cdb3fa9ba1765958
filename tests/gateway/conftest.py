"""Files of users on the content host, and people who open them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from apps.core import hooks
from apps.core.hooks import Content
from apps.core.storage import get_store
from tests.accounts.factories import UserFactory

Shelve = Callable[..., str]


@dataclass(frozen=True)
class Reader:
    """Somebody signed in at the studio."""

    user: Any
    client: Client

    def ticket_address(self, path: str, **query: str) -> str:
        """Ask the studio for ``path`` and return where it leads."""
        return str(
            self.client.get(f"/content/{path}", query, headers={"host": urlsplit(settings.STUDIO.url).netloc})[
                "Location"
            ]
        )


@pytest.fixture
def reader(db: None) -> Reader:
    user, client = UserFactory.create(), Client()
    client.force_login(user)
    return Reader(user, client)


@pytest.fixture
def shelve(reader: Reader) -> Iterator[Shelve]:
    """A function that stores a file only ``reader`` may see, and returns its path on the content host."""
    shelf: dict[str, Content] = {}

    def source(user: Any, path: str) -> Content | None:
        return shelf.get(path) if user == reader.user else None

    def put(name: str, contents: bytes | str, media_type: str = "text/html", path: str | None = None) -> str:
        path = path or f"demo/{name}"
        data = contents.encode() if isinstance(contents, str) else contents
        stored = get_store().write(f"tests/{len(shelf)}", [data])
        shelf[path] = Content(f"tests/{len(shelf)}", name, media_type, stored.sha256)
        return path

    hooks.content_sources.add(source)
    yield put
    hooks.content_sources.remove(source)
    get_store().delete_prefix("tests")
