"""People in front of a real browser, and what must never show up in its console."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from apps.accounts.models import User
from tests.conftest import Site

Open = Callable[..., Page]


@pytest.fixture
def open_as(browser: Browser, browser_context_args: dict[str, Any], asgi_server: Site) -> Iterator[Open]:
    """A function that opens a window in which a person is signed in (None: nobody is).

    At the end no window may have logged an error or a warning: scripts, missing files and the security policy speak there.
    Only ``/nowhere/`` may be missing, a form with bad input may come back with 422, a link that is used up with 410, what cannot
    be done now with 409; and the network may be away where a test takes it away.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        refused = message.location["url"].endswith("/nowhere/") or re.search(
            "status of (409|410|422)|ERR_INTERNET_DISCONNECTED", message.text
        )
        if message.type in {"error", "warning"} and not refused:
            complaints.append(f"{message.location['url']}: {message.text}")

    def open_(user: User | None, path: str = "/", **options: Any) -> Page:
        context = browser.new_context(**{**browser_context_args, **options})
        contexts.append(context)
        if user is not None:
            context.add_cookies([session_cookie(user)])
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{asgi_server.url}{path}")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


def session_cookie(user: User) -> Any:
    """Return the cookie of a fresh session, as the browser's library takes it."""
    client = Client()
    client.force_login(user)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert SessionStore(key).exists(key)
    return {
        "name": settings.SESSION_COOKIE_NAME,
        "value": key,
        "url": settings.STUDIO.url.replace("http://", "https://"),
        "secure": True,
        "httpOnly": True,
        "sameSite": "Lax",
    }
