"""A pipeline in a whole studio: submitted, watched in its graph until it ends, read step by step, run again and reused."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from tests.launcher.studio import Studio, sign_in_links

pytestmark = [pytest.mark.browser, pytest.mark.processes]

# Of what waits for other processes on a busy machine.
SOON_MS = 120_000
TITLES = ("make", "add", "report")


@pytest.fixture
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio of its own, with its agent."""
    studio = Studio(tmp_path_factory.mktemp("pipelines") / "home")
    studio.start()
    yield studio
    studio.clean_up()


@pytest.fixture
def page(studio: Studio, browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """A window in which the administrator is signed in and has a workspace called ``trials``; it may not complain."""
    context = browser.new_context(**browser_context_args)
    page = context.new_page()
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(sign_in_links(studio.output)[0])
    page.get_by_role("button", name=re.compile("Sign in as")).click()
    page.goto(f"http://studio.localhost:{studio.port}/workspaces/new/")
    page.get_by_label("Name", exact=True).fill("trials")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="trials")).to_be_visible()
    yield page
    context.close()
    assert not complaints, "\n".join(complaints)


def node(page: Page, title: str) -> Locator:
    return page.locator(f'[data-node="{title}"]')


def panel(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Step")


def test_a_pipeline_is_submitted_watched_read_and_reused(page: Page, studio: Studio) -> None:
    page.goto(f"http://studio.localhost:{studio.port}/workspaces/trials/pipelines/")
    page.get_by_role("link", name="Submit a pipeline file").click()
    page.get_by_role("button", name="Submit").click()
    expect(page.locator(".pipeline-canvas")).to_be_visible(timeout=SOON_MS)
    first = page.url.split("?")[0]

    # The keyboard opens the first node; news change what the panel shows while it stays open.
    page.locator(".pipeline-canvas").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(panel(page).get_by_role("heading", name="make")).to_be_visible()
    expect(node(page, "report")).to_contain_text("Waiting")
    for title in TITLES:
        expect(node(page, title)).to_contain_text("Completed", timeout=SOON_MS)
    expect(page.locator("#run-status")).to_contain_text("Completed", timeout=SOON_MS)
    expect(panel(page)).to_contain_text("Completed")
    expect(page).to_have_url(re.compile(r"[?&]step=make"))

    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(panel(page).get_by_role("heading", name="report")).to_be_visible()
    panel(page).get_by_role("link", name="Logs").click()
    expect(panel(page).get_by_text("The sum is 4950")).to_be_visible(timeout=SOON_MS)
    panel(page).get_by_role("link", name="Inputs and outputs").click()
    expect(panel(page).get_by_role("link", name="add → sum")).to_be_visible()

    field = page.get_by_role("searchbox", name="Search the graph")
    field.fill("runStatus == completed; a?d")
    expect(page.get_by_text("1 found")).to_be_visible()
    expect(node(page, "add")).to_have_class(re.compile("is-hit"))
    field.fill("runStatus ==")
    expect(page.get_by_text("cannot be read here")).to_be_visible()
    field.fill("")
    page.get_by_role("button", name="Timeline").click()
    expect(page.get_by_text("Critical path: 3 of 3 steps")).to_be_visible()
    page.get_by_role("button", name="Graph").click()

    page.get_by_role("link", name="Clone and edit").click()
    plan = page.locator("#plan")
    expect(plan.get_by_text("will be reused")).to_have_count(3, timeout=SOON_MS)
    page.get_by_label("rows").fill("10")
    expect(plan.get_by_text("will run")).to_have_count(1)
    expect(plan).to_contain_text("parameter rows changed from 100 to 10")

    page.goto(first)
    page.get_by_role("button", name="Resubmit").click()
    page.get_by_role("button", name="All, reusing what has not changed").click()
    for title in TITLES:
        expect(node(page, title)).to_contain_text("Reused", timeout=SOON_MS)
    node(page, "report").click()
    expect(panel(page)).to_contain_text("Reused the run")
    panel(page).get_by_role("link", name="Logs").click()
    expect(panel(page).get_by_text("The sum is 4950")).to_be_visible(timeout=SOON_MS)
