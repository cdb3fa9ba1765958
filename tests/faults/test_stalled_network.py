"""A network that loses everything and closes nothing: pages and runners notice, and nothing is missing afterwards."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.launcher.studio import Studio, sign_in_links
from tests.launcher.waiting import until
from tests.proxy import Proxy

pytestmark = [pytest.mark.browser, pytest.mark.processes]

NOTICED_WITHIN_MS = 30_000  # 15 s, and what a busy machine takes
SOON_MS = 60_000
SCRIPT = "import time\nfor number in range(10_000):\n    print(f'tick {number}', flush=True)\n    time.sleep(0.2)\n"


@pytest.fixture
def network() -> Iterator[Proxy]:
    with Proxy() as proxy:
        yield proxy


@pytest.fixture
def studio(network: Proxy, tmp_path: Any) -> Iterator[Studio]:
    """A studio whose own address is that of the network in front of it."""
    studio = Studio(tmp_path / "home", STUDIO_URL=f"http://studio.localhost:{network.port}")
    network.target = studio.port
    studio.start()
    yield studio
    studio.clean_up()


def test_a_page_notices_a_stalled_connection_says_so_and_catches_up_without_a_gap(
    studio: Studio, network: Proxy, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    page = browser.new_context(**browser_context_args).new_page()
    page.goto(sign_in_links(studio.output)[0])
    page.get_by_role("button", name=re.compile("Sign in as")).click()
    page.goto(f"http://studio.localhost:{network.port}/workspaces/sample/jobs/new/?empty")
    page.get_by_label("Script", exact=True).fill(SCRIPT)
    environments = page.get_by_role("combobox", name="Environment")
    environments.select_option(environments.locator("option", has_text="minimal").first.get_attribute("value"))
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("link", name="Outputs + logs").click()
    lines = page.locator(".log-text")
    expect(lines.first).to_have_text(re.compile("tick"), timeout=SOON_MS)

    network.stall()
    stalled_at = time.monotonic()
    expect(page.get_by_text("Reconnecting")).to_be_visible(timeout=NOTICED_WITHIN_MS)
    last_seen = int(re.findall(r"\d+", lines.last.inner_text())[0])
    print(f"noticed after {time.monotonic() - stalled_at:.1f} s")
    network.go_on()
    expect(page.get_by_text("Reconnecting")).to_be_hidden(timeout=SOON_MS)
    until(lambda: int(re.findall(r"\d+", lines.last.inner_text())[0]) > last_seen + 50, SOON_MS / 1000, "later lines")
    ticks = [int(found) for text in lines.all_inner_texts() for found in re.findall(r"^tick (\d+)", text)]
    assert ticks == list(range(ticks[0], ticks[-1] + 1))
    page.context.close()
