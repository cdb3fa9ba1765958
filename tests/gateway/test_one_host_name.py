"""A studio with one host name: what users wrote is only ever downloaded."""

import dataclasses
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.conf import settings as django_settings

from tests.gateway.conftest import Reader, Shelve

HOST = {"host": urlsplit(django_settings.STUDIO.url).netloc}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _one_host_name(settings: Any) -> None:
    settings.STUDIO = dataclasses.replace(settings.STUDIO, content_url=settings.STUDIO.url)


def test_a_page_is_downloaded_from_the_studio(asgi_server, reader: Reader, shelve: Shelve):
    path = shelve("report.html", "<script>alert(1)</script>" * 100)
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in reader.client.cookies.items())
    with httpx.Client(base_url=asgi_server.address, headers={**HOST, "cookie": cookies}, timeout=20) as client:
        whole = client.get(f"/content/{path}")
        part = client.get(f"/content/{path}", headers={"range": "bytes=0-7"})
    assert (whole.status_code, whole.text) == (200, "<script>alert(1)</script>" * 100)
    assert whole.headers["content-disposition"] == 'attachment; filename="report.html"'
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert whole.headers["content-security-policy"].startswith("sandbox")
    assert (part.status_code, part.text) == (206, "<script>")


def test_the_gateway_serves_nothing_but_its_health(live_gateway):
    with httpx.Client(base_url=live_gateway.address, headers=HOST, timeout=20) as client:
        assert client.get("/probe").status_code == 421
        assert client.get("/healthz").status_code == 200
