"""Every process of the studio killed in turn while a page is open: the page goes on by itself, and misses nothing."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.launcher.studio import PROJECT, Studio, sign_in_links
from tests.launcher.waiting import until

pytestmark = [pytest.mark.processes, pytest.mark.browser]

VICTIMS = ("web", "gateway", "worker", "beat", "valkey", "agent")
RECOVERS_WITHIN_MS = 30_000


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    studio = Studio(tmp_path_factory.mktemp("recovery") / "home")
    studio.start()
    yield studio
    studio.clean_up()


@pytest.fixture(scope="module")
def token(studio: Studio) -> str:
    for victim in VICTIMS:
        manage(studio, "create_user", f"after-{victim}")
    return manage(studio, "create_token", "admin")


@pytest.fixture(scope="module")
def members_page(studio: Studio, browser: Browser) -> Iterator[Page]:
    """The members of the sample workspace, opened once; the mark on the window goes with a reload."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(sign_in_links(studio.output)[0])
    page.get_by_role("button", name="Sign in as admin").click()
    page.wait_for_url("**/account/password/**")
    page.goto(f"http://studio.localhost:{studio.port}/workspaces/sample/settings/members/")
    page.evaluate("window.neverReloaded = true")
    yield page
    context.close()


@pytest.mark.parametrize("victim", VICTIMS)
def test_an_open_page_recovers_when_a_process_is_killed(
    studio: Studio, token: str, members_page: Page, victim: str
) -> None:
    pid = until(lambda: studio.processes.get(victim), what=f"a running {victim}")
    os.kill(pid, signal.SIGKILL)
    until(lambda: add_member(studio, token, f"after-{victim}"), what="the API takes the request")

    expect(members_page.get_by_role("link", name=f"after-{victim}")).to_be_visible(timeout=RECOVERS_WITHIN_MS)
    expect(members_page.get_by_text("Reconnecting")).to_be_hidden(timeout=RECOVERS_WITHIN_MS)
    assert members_page.evaluate("window.neverReloaded")
    until(lambda: studio.processes.get(victim) not in {None, pid}, what=f"{victim} runs again")
    until(studio.answers, what="the site answers")


def manage(studio: Studio, *arguments: str) -> str:
    """Run a management command of this studio and return what it printed."""
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=PROJECT, env=studio.variables, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return str(done.stdout).strip()


def add_member(studio: Studio, token: str, username: str) -> bool:
    """Ask the API to add a person, once; whether it did, or had done it before its answer was lost."""
    request = Request(
        f"http://127.0.0.1:{studio.port}/api/v1/workspaces/sample/members/",
        data=json.dumps({"person": username, "role": "reader"}).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    try:
        with urlopen(request, timeout=30) as response:
            return bool(response.status == 201)
    except HTTPError as error:
        if error.code not in {409, 502, 503}:
            pytest.fail(error.read().decode())
        return error.code == 409
    except (URLError, ConnectionError, TimeoutError):
        return False
