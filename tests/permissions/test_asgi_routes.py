"""What the processes answer before Django is asked: a short list, and nothing beside it."""

import ast
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.test import Client

from studio.environment import PROJECT_DIR
from tests.accounts.factories import UserFactory
from tests.conftest import Site
from tests.permissions.expectations import VERBS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.service]

PLAIN = [
    *(PROJECT_DIR / "studio" / "asgi").glob("*.py"),
    PROJECT_DIR / "apps" / "experiments" / "ingestion" / "app.py",
    PROJECT_DIR / "apps" / "tracking" / "asgi.py",
]

# Every path that plain ASGI code compares with, and why anybody may ask for it. What is new stands here and is tested below.
KNOWN_PATHS = {
    "/healthz": "says only that the process is up",
    "/enter": "takes a ticket that the studio gave to somebody signed in, once",
    "/probe": "a fixed sentence",
    "/files/": "asks for the cookie a ticket was changed into",
    "/api/v1/agents/lease/": "goes on to Django, which asks for the agent's token",
    "/api/v1/work/": "asks for the token of the work",
    "/mlflow/": "asks for a person's token or that of the run",
    "/metrics": "asks for STUDIO_METRICS_TOKEN, and is not there without one",
}
PUBLIC = {"/healthz", "/probe"}
PATHS = [
    *(
        "/",
        "/healthz",
        "/healthz/",
        "/enter",
        "/enter?ticket=x",
        "/probe",
        "/files/",
        "/files/a/b.html",
        "/files/%00",
        "/metrics",
    ),
    *(
        "/files/../../etc/passwd",
        "/files/%2e%2e/%2e%2e/etc/passwd",
        "/api/v1/me/",
        "/workspaces/",
        "/admin/",
        "/static/x",
    ),
    *("//evil.example/", "/%ff", "/x" * 500),
]


def test_plain_code_answers_only_paths_that_are_known_here():
    found = set()
    for file in PLAIN:
        found |= {value for value in texts(file) if value.startswith("/") and len(value) > 1}
    assert found == set(KNOWN_PATHS)


def texts(file: Path) -> set[str]:
    """The paths in a file that requests are compared with; docstrings and messages are longer than a path."""
    constants = (node.value for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Constant))
    return {value for value in constants if isinstance(value, str) and " " not in value and "\n" not in value}


@pytest.mark.parametrize("path", PATHS)
def test_the_gateway_gives_strangers_nothing(live_gateway: Site, path: str):
    wrong = []
    content_host = settings.STUDIO.content_url.partition("//")[2]
    for host in (content_host, settings.STUDIO.url.partition("//")[2], "127.0.0.1", "evil.example", ""):
        with httpx.Client(base_url=live_gateway.address, headers={"host": host}, timeout=30) as client:
            for verb in VERBS:
                answer = client.request(verb, path)
                allowed = path in PUBLIC and verb in {"GET", "HEAD"} and (path == "/healthz" or host == content_host)
                if (
                    (answer.status_code == 200) != allowed
                    or answer.status_code >= 500
                    or "set-cookie" in answer.headers
                ):
                    wrong.append(f"{verb} {path} at {host!r}: {answer.status_code}")
    assert not wrong


def test_the_studios_own_cookies_open_nothing_at_the_gateway(live_gateway: Site):
    browser = Client()
    browser.force_login(UserFactory.create(administrator=True))
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
    headers = {"host": settings.STUDIO.content_url.partition("//")[2], "cookie": cookies}
    answer = httpx.get(f"{live_gateway.address}/files/any.html", headers=headers, timeout=30)
    assert answer.status_code == 401


def test_what_is_logged_ahead_of_django_needs_a_token(asgi_server: Site):
    wrong = []
    body = b'{"run_id": "x", "key": "a", "value": "NaN", "timestamp": 1, "step": 0}\n'
    calls = [
        f"/mlflow/churn/api/2.0/mlflow/runs/{call}" for call in ("log-batch", "log-metric", "log-parameter", "set-tag")
    ]
    for path in ("/api/v1/work/logs/?path=a&offset=0", "/api/v1/work/metrics/?source=events&offset=0", *calls):
        for headers in ({}, {"authorization": "Bearer x"}, {"authorization": "Basic eDp4"}):
            answer = httpx.post(f"{asgi_server.address}{path}", headers=headers, content=body, timeout=30)
            if answer.status_code != 401:
                wrong.append(f"{path} with {headers}: {answer.status_code}")
    assert not wrong


@pytest.mark.parametrize("verb", VERBS)
def test_health_is_read_only(asgi_server: Site, verb: str):
    answer = httpx.request(verb, f"{asgi_server.address}/healthz", timeout=30)
    assert answer.status_code == (200 if verb in {"GET", "HEAD"} else 405)
