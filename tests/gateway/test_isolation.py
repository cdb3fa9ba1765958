"""What a file of a user's can do in a real browser: run, and nothing else."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from tests.gateway.conftest import Reader, Shelve

STUDIO, CONTENT = settings.STUDIO.url, settings.STUDIO.content_url
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# A file that tries what a hostile author would, and writes down what came of it.
HOSTILE = """<!doctype html><title>Report</title><pre id="log"></pre><script>
const log = [];
const note = (what, value) => { log.push(what + ": " + value); document.getElementById("log").textContent = log.join("\\n"); };
const attempt = (what, action) => { try { note(what, action()); } catch (error) { note(what, error.name); } };
attempt("runs", () => 6 * 7);
attempt("origin", () => self.origin);
attempt("cookies", () => document.cookie);
attempt("storage", () => localStorage.length);
attempt("studio page", () => parent.document.title);
if (top !== self) attempt("studio top", () => { top.location = "about:blank"; return "left"; });
attempt("popup", () => String(open("/")));
const ask = (what, address, options) => fetch(address, options).then((a) => note(what, a.status), (e) => note(what, e.name));
ask("studio api", "STUDIO/api/v1/workspaces/", { credentials: "include" })
  .then(() => ask("own host", "/probe"))
  .then(() => ask("other file", "/files/demo/private.txt", { credentials: "include" }))
  .then(() => note("done", true));
</script>""".replace("STUDIO", STUDIO)


@pytest.fixture
def page(page: Any, reader: Reader, asgi_server: Any, live_gateway: Any) -> Any:
    """A window of ``reader``'s browser, at a page of the studio."""
    session = reader.client.cookies[settings.SESSION_COOKIE_NAME].value
    # Chromium takes a ``__Host-`` cookie over HTTP from a localhost name, but lets nobody put one in for an HTTP address.
    address = f"https://{settings.STUDIO.hostname}/"
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])
    page.goto(f"{STUDIO}/notifications/")
    return page


def framed(page: Any, address: str) -> Any:
    """Put a frame with ``address`` into the page and return it once it has loaded."""
    page.evaluate(
        """(address) => new Promise((resolve) => {
            const frame = document.createElement("iframe");
            frame.addEventListener("load", resolve);
            frame.src = address;
            document.body.append(frame);
        })""",
        address,
    )
    return page.frames[-1]


def test_a_framed_file_runs_as_a_stranger_to_the_studio(page, shelve: Shelve):
    shelve("private.txt", "for the reader alone", "text/plain")
    frame = framed(page, f"/content/{shelve('report.html', HOSTILE)}")
    assert frame.url == f"{CONTENT}/files/demo/report.html"
    frame.get_by_text("done: true").wait_for()
    outcome = dict(line.split(": ", 1) for line in frame.locator("#log").inner_text().splitlines())
    assert outcome == {
        "runs": "42",
        "origin": "null",
        "cookies": "SecurityError",
        "storage": "SecurityError",
        "studio page": "SecurityError",
        "studio top": "SecurityError",
        "popup": "null",
        "studio api": "TypeError",
        "own host": "TypeError",
        "other file": "TypeError",
        "done": "true",
    }
    assert page.url == f"{STUDIO}/notifications/"


def test_a_file_opened_in_a_window_of_its_own_is_a_stranger_too(page, shelve: Shelve):
    page.goto(f"{STUDIO}/content/{shelve('report.html', HOSTILE)}")
    page.get_by_text("done: true").wait_for()
    log = page.locator("#log").inner_text()
    assert "origin: null" in log
    assert "cookies: SecurityError" in log
    assert "studio api: TypeError" in log
    assert page.title() == "Report"


def test_each_host_gets_its_own_cookies_only(page, shelve: Shelve):
    sent: dict[str, set[str]] = {}

    def note(request: Any) -> None:
        cookies = request.all_headers().get("cookie", "")
        names = {part.partition("=")[0].strip() for part in cookies.split(";") if part}
        sent.setdefault(urlsplit(request.url).netloc, set()).update(names)

    page.on("requestfinished", note)
    framed(page, f"/content/{shelve('report.html', '<p>Fine</p>')}")
    framed(page, f"/content/{shelve('other.html', '<p>Fine</p>')}")
    assert sent[urlsplit(CONTENT).netloc] == {"__Host-studio-content"}
    assert settings.SESSION_COOKIE_NAME in sent[urlsplit(STUDIO).netloc]
    assert "__Host-studio-content" not in sent[urlsplit(STUDIO).netloc]
    kept = next(cookie for cookie in page.context.cookies() if cookie["name"] == "__Host-studio-content")
    assert (kept["httpOnly"], kept["secure"], kept["sameSite"], kept["path"]) == (True, True, "Lax", "/")
    assert kept["domain"] == urlsplit(CONTENT).hostname


def test_another_site_can_not_frame_a_file(page, asgi_server, shelve: Shelve):
    path = shelve("report.html", "<p>Fine</p>")
    framed(page, f"/content/{path}")
    other = page.context.new_page()
    other.goto(f"{asgi_server.address}/healthz")  # a page without rules of its own, whose host is not the studio's
    refusals: list[tuple[str, str]] = []
    other.on("requestfailed", lambda request: refusals.append((request.url, request.failure)))
    framed(other, f"{CONTENT}/files/{path}")
    assert refusals == [(f"{CONTENT}/files/{path}", "net::ERR_BLOCKED_BY_RESPONSE")]


def test_the_probe_shows_inside_the_studio(page):
    frame = framed(page, f"{CONTENT}/probe")
    assert "apart from the studio" in frame.locator("p").inner_text()
