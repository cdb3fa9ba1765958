"""What the content host sends, over real sockets."""

import socket
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from django.conf import settings

from tests.conftest import Site
from tests.gateway.conftest import Reader, Shelve

HOST = urlsplit(settings.STUDIO.content_url).netloc
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers]


@pytest.fixture
def visitor(live_gateway: Site) -> Iterator[httpx.Client]:
    """A client of the gateway that keeps cookies and sends the content host's name."""
    with httpx.Client(base_url=live_gateway.address, headers={"host": HOST}, timeout=20) as client:
        yield client


@pytest.fixture
def enter(visitor: httpx.Client, reader: Reader, shelve: Shelve) -> Callable[[str], httpx.Response]:
    """A function that opens a path as ``reader`` does: with a ticket of the studio, which gives the client its cookie."""

    def open_(path: str, **query: str) -> httpx.Response:
        address = urlsplit(reader.ticket_address(path, **query))
        answer = visitor.get(f"/enter?{address.query}")
        assert answer.status_code == 302, answer.text
        keep_cookie(visitor, answer)
        return visitor.get(answer.headers["location"])

    return open_


def keep_cookie(visitor: httpx.Client, answer: httpx.Response) -> None:
    """Do what a browser does with a Secure cookie of a ``localhost`` name; httpx sees 127.0.0.1 over plain HTTP."""
    visitor.headers["cookie"] = answer.headers["set-cookie"].partition(";")[0]


def test_the_page_of_one_who_may_see_it_is_shown_under_its_rules(enter, shelve):
    answer = enter(shelve("report.html", "<p>Fine</p>"))
    assert (answer.status_code, answer.text) == (200, "<p>Fine</p>")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "same-site"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-disposition"] == 'inline; filename="report.html"'
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))
    assert policy["sandbox"] == "allow-scripts"
    assert policy["frame-ancestors"] == settings.STUDIO.url


def test_a_download_is_an_attachment(enter, shelve):
    answer = enter(shelve("report.html", "<p>Fine</p>"), download="1")
    assert answer.headers["content-disposition"] == 'attachment; filename="report.html"'


def test_a_media_type_that_is_none_makes_it_bytes(enter, shelve):
    path = shelve("odd", "x", media_type="text/html\r\nset-cookie: a=b")
    answer = enter(path)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "set-cookie" not in answer.headers


PARTS = [
    ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
    ("bytes=7-", 206, b"789", "bytes 7-9/10"),
    ("bytes=-2", 206, b"89", "bytes 8-9/10"),
    ("bytes=-99", 206, b"0123456789", "bytes 0-9/10"),
    ("bytes=4-99", 206, b"456789", "bytes 4-9/10"),
    ("bytes=10-", 416, b"", "bytes */10"),
    ("bytes=-0", 416, b"", "bytes */10"),
    ("bytes=5-2", 200, b"0123456789", None),
    ("bytes=0-1,4-5", 200, b"0123456789", None),
    ("lines=0-1", 200, b"0123456789", None),
    ("bytes=-", 200, b"0123456789", None),
]


def test_parts_of_a_file(enter, shelve, visitor):
    path = shelve("numbers.txt", b"0123456789", "text/plain")
    enter(path)
    for asked, status, sent, range_ in PARTS:
        answer = visitor.get(f"/files/{path}", headers={"range": asked})
        assert (answer.status_code, answer.content, answer.headers.get("content-range")) == (status, sent, range_), (
            asked
        )
        assert answer.headers["content-length"] == str(len(sent))


def test_a_part_of_what_has_changed_meanwhile_is_the_whole(enter, shelve, visitor):
    path = shelve("numbers.txt", b"0123456789", "text/plain")
    tag = enter(path).headers["etag"]
    for condition, status in ((tag, 206), ('"other"', 200)):
        answer = visitor.get(f"/files/{path}", headers={"range": "bytes=0-3", "if-range": condition})
        assert answer.status_code == status


def test_an_unchanged_file_is_not_sent_again(enter, shelve, visitor):
    path = shelve("numbers.txt", b"0123456789", "text/plain")
    tag = enter(path).headers["etag"]
    answer = visitor.get(f"/files/{path}", headers={"if-none-match": f'"a", W/{tag}'})
    assert (answer.status_code, answer.content) == (304, b"")


def test_head_tells_the_size(enter, shelve, visitor):
    path = shelve("numbers.txt", b"0123456789", "text/plain")
    enter(path)
    answer = visitor.head(f"/files/{path}")
    assert (answer.status_code, answer.headers["content-length"], answer.content) == (200, "10", b"")


def test_a_large_file_arrives_whole(enter, shelve):
    data = bytes(range(256)) * 8000
    assert enter(shelve("big.bin", data, "application/octet-stream")).content == data


def test_names_in_any_script(enter, shelve):
    answer = enter(shelve("análisis 1%.html", "<p>ñ</p>"))
    assert answer.text == "<p>ñ</p>"
    assert "filename*=utf-8''an%C3%A1lisis%201%25.html" in answer.headers["content-disposition"]


def test_somebody_else_gets_404_and_a_stranger_401(enter, shelve, visitor, live_gateway):
    path = shelve("report.html", "<p>Fine</p>")
    enter(shelve("other.html", ""))
    assert visitor.get("/files/demo/unknown.html").status_code == 404
    del visitor.headers["cookie"]
    answer = visitor.get(f"/files/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (401, "text/plain; charset=utf-8")


def test_the_studios_own_cookies_open_nothing(visitor, reader, shelve):
    path = shelve("report.html", "<p>Fine</p>")
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in reader.client.cookies.items())
    assert settings.SESSION_COOKIE_NAME in cookies
    assert visitor.get(f"/files/{path}", headers={"cookie": cookies}).status_code == 401


@pytest.mark.parametrize("way_out", ["sign out", "deactivated", "new password"])
def test_signing_out_of_the_studio_ends_it_here(enter, shelve, visitor, reader, way_out):
    path = shelve("report.html", "<p>Fine</p>")
    assert enter(path).status_code == 200
    if way_out == "sign out":
        reader.client.logout()
    elif way_out == "deactivated":
        reader.user.is_active = False
        reader.user.save()
    else:
        reader.user.set_password("another long password")
        reader.user.save()
    assert visitor.get(f"/files/{path}").status_code == 401


TRAVERSALS = [
    "../secret",
    "demo/../../secret",
    "demo/%2e%2e/secret",
    "%2e%2e%2fsecret",
    "demo/%252e%252e/secret",
    "demo%252f..%252fsecret",
    "..%5csecret",
    "demo\\..\\secret",
    "demo/%255c..%255csecret",
    "/etc/passwd",
    "%2fetc/passwd",
    "demo/%00secret",
    "demo/%0d%0aset-cookie:a=b",
    "c:/secret",
    "demo//secret",
    "demo/./secret",
    "demo/%ff",
    "demo/%c0%ae%c0%ae/secret",
    "",
]


def test_a_path_that_leads_elsewhere_is_refused(enter, shelve, live_gateway, visitor):
    enter(shelve("report.html", ""))
    shelve("secret", "hidden", path="secret")
    for path in TRAVERSALS:
        answer = raw_request(live_gateway, f"/files/{path}", visitor.headers["cookie"])
        assert answer.startswith(b"HTTP/1.1 404"), path
        assert b"hidden" not in answer
        assert b"a=b" not in answer


def raw_request(site: Site, path: str, cookie: str) -> bytes:
    """Send a path exactly as it is written; every HTTP library would tidy it."""
    parts = urlsplit(site.address)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        lines = [f"GET {path} HTTP/1.1", f"Host: {HOST}", f"Cookie: {cookie}", "Connection: close", "", ""]
        connection.sendall("\r\n".join(lines).encode("latin-1"))
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_files_can_only_be_read(visitor, shelve):
    path = shelve("report.html", "")
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        answer = visitor.request(method, f"/files/{path}")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_nothing_of_the_studio_is_here(visitor):
    for path in ("/", "/sign-in/", "/api/v1/workspaces/", "/static/", "/content/demo/report.html"):
        assert visitor.get(path).status_code == 404, path


def test_other_host_names_are_not_served(visitor):
    for host in (settings.STUDIO.hostname, "127.0.0.1", "evil.example", f"{HOST}.evil.example", ""):
        assert visitor.get("/probe", headers={"host": host}).status_code == 421, host


def test_health_is_told_under_any_name(visitor):
    assert visitor.get("/healthz", headers={"host": "10.0.0.7"}).json() == {"status": "ok"}


def test_sentences_come_in_the_readers_language(visitor):
    answer = visitor.get("/probe", headers={"accept-language": "es-MX,en;q=0.5"})
    assert answer.headers["content-language"] == "es"


def test_a_file_that_is_gone_from_the_store_is_not_found(enter, shelve, visitor):
    from apps.core.storage import get_store

    path = shelve("report.html", "<p>Fine</p>")
    enter(path)
    get_store().delete_prefix("tests")
    assert visitor.get(f"/files/{path}").status_code == 404


@pytest.mark.usefixtures("live_gateway")
def test_a_ticket_keeps_every_character_of_the_path(reader, shelve, enter):
    path = shelve("a & b?c#d.html", "<p>odd</p>")
    answer = enter(quote(path))
    assert answer.text == "<p>odd</p>"
    assert "ticket" in parse_qs(urlsplit(reader.ticket_address(quote(path))).query)
