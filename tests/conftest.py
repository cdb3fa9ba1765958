"""Fixtures every test may use. Each app's factories are in ``tests/<app>/factories.py``.

The servers here are the real ASGI applications on real sockets, in a thread of the test process and on the test
database; the broker is a real Valkey. ``asgi_server`` serves at ``settings.STUDIO.url``, ``live_gateway`` at the
``content_url``.
"""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from django.conf import settings

from tests import services

# Playwright's synchronous interface keeps an event loop in the test's thread, in which Django would refuse to query.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM_PATHS = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
CHROMIUM = next((path for path in CHROMIUM_PATHS if Path(path).exists()), None)
SERVER_STARTS_WITHIN_S = 20.0
# Not how fast a page is, but how long a busy machine may take before a test gives up waiting for it.
PAGE_CHANGES_WITHIN_MS = 20_000
SERVER_STOPS_WITHIN_S = 10.0


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Have the counting of reruns not wait: its client writes twice before it reads, which costs 40 ms of each test else."""
    counter = getattr(getattr(config, "failures_db", None), "sock", None)
    if counter is not None:
        counter.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put browser tests last: once Playwright's loop runs in the main thread, no other asynchronous test can."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    if items and items[-1].get_closest_marker("browser"):
        from playwright.sync_api import expect

        expect.set_options(timeout=PAGE_CHANGES_WITHIN_MS)


@dataclass(frozen=True)
class Site:
    """A running server. Browsers open ``url``; other clients may not resolve ``*.localhost`` and use ``address``."""

    url: str
    address: str


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest) -> bool:
    """Leave a database of ``tests/run.py`` as it is: it goes with its server, and our servers may still be connected."""
    return bool(os.environ.get("STUDIO_TEST_DATABASE_URL") or request.config.getvalue("reuse_db"))


@pytest.fixture(scope="session", autouse=True)
def broker() -> Iterator[str]:
    """A Valkey of this test process, where the settings expect the embedded one; the URL of a server named outside."""
    if not settings.STUDIO.uses_embedded_broker:
        yield settings.STUDIO.broker_url
        return
    with services.redis(settings.STUDIO.valkey_socket) as url:
        yield url


@pytest.fixture
def run_tasks(db: None) -> Callable[[], int]:
    """A function that does what a worker would do now: runs every task waiting in the outbox, also those they enqueue.

    Delayed tasks too. Returns how many ran. A task's exception is the test's exception.
    """
    from apps.core.models import PendingTask
    from studio.celery import app

    app.loader.import_default_modules()

    def run() -> int:
        done = 0
        while row := PendingTask.objects.filter(failed_at=None).order_by("created_at").first():
            app.tasks[row.name].apply(args=row.arguments, throw=True)
            row.delete()
            done += 1
            assert done < 1000, f"{row.name} and others enqueue one another without end"
        return done

    return run


@pytest.fixture
def asgi_server(transactional_db: None) -> Iterator[Site]:
    """The real web application, with websockets, at ``settings.STUDIO.url``."""
    from studio.asgi.web import application

    with _serve(application, settings.STUDIO.port, settings.STUDIO.url) as site:
        yield site


@pytest.fixture
def live_gateway(transactional_db: None) -> Iterator[Site]:
    """The real gateway at ``settings.STUDIO.content_url``."""
    from studio.asgi.gateway import application

    with _serve(application, settings.STUDIO.gateway_port, settings.STUDIO.content_url) as site:
        yield site


@contextmanager
def _serve(application: Any, port: int, url: str) -> Iterator[Site]:
    from django.core.cache import cache

    config = uvicorn.Config(application, host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name=f"server on {port}", daemon=True)
    thread.start()
    deadline = time.monotonic() + SERVER_STARTS_WITHIN_S
    while not server.started:
        assert thread.is_alive(), f"The server on port {port} ended while starting; its output says why."
        assert time.monotonic() < deadline, f"The server on port {port} did not start in {SERVER_STARTS_WITHIN_S} s."
        time.sleep(0.02)
    try:
        yield Site(url=url, address=f"http://127.0.0.1:{port}")
    finally:
        server.should_exit = True
        thread.join(SERVER_STOPS_WITHIN_S)
        cache.clear()  # its table is not of Django's models, so a flush between tests leaves it
    assert not thread.is_alive(), f"The server on port {port} did not stop in {SERVER_STOPS_WITHIN_S} s."


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the machine's own Chromium, quiet towards the network."""
    if CHROMIUM is None:
        pytest.fail("Browser tests need Chromium. On Debian: apt-get install chromium fonts-liberation")
    arguments = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    arguments += ["--no-first-run", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": arguments}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A desktop window in English; tests of other sizes and languages ask for their own context."""
    return {**browser_context_args, "viewport": {"width": 1400, "height": 900}, "locale": "en-GB"}
