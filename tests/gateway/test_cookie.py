"""The content host's cookie, under the host names a studio may have."""

import dataclasses
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.http import HttpRequest

from apps.core.content import tickets
from tests.gateway.conftest import Reader, Shelve

SECURE = "Path=/; Max-Age=3600; HttpOnly; Secure"


@pytest.mark.parametrize(
    ("studio", "content", "name", "attributes"),
    [
        (
            "https://ml.example.com",
            "https://content.ml.example.com",
            "__Host-studio-content",
            f"{SECURE}; SameSite=Lax",
        ),
        (
            "https://ml.example.com",
            "https://ml-content.net",
            "__Host-studio-content",
            f"{SECURE}; SameSite=None; Partitioned",
        ),
        (
            "http://ml.lan",
            "http://content.ml.lan:8001",
            "studio-content",
            "Path=/; Max-Age=3600; HttpOnly; SameSite=Lax",
        ),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_cookie(
    settings: Any,
    live_gateway: Any,
    reader: Reader,
    shelve: Shelve,
    studio: str,
    content: str,
    name: str,
    attributes: str,
):
    settings.STUDIO = dataclasses.replace(settings.STUDIO, url=studio, content_url=content)
    request = HttpRequest()
    request.user, request.session = reader.user, reader.client.session
    address = urlsplit(tickets.enter_address(request, shelve("report.html", "<p>Fine</p>")))
    with httpx.Client(base_url=live_gateway.address, headers={"host": address.netloc}, timeout=20) as client:
        answer = client.get(f"/enter?{address.query}")
        cookie, _, rest = answer.headers["set-cookie"].partition("; ")
        assert (cookie.partition("=")[0], rest) == (name, attributes)
        shown = client.get(answer.headers["location"], headers={"cookie": cookie})
    assert shown.text == "<p>Fine</p>"
    assert f"frame-ancestors {studio}" in shown.headers["content-security-policy"]
