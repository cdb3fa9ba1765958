"""A whole studio as ``manage.py up`` starts it: runs are submitted in the browser, carried out, and watched live."""

import re
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.launcher.studio import Studio, sign_in_links
from tests.launcher.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.processes]

# Of what waits for other processes on a busy machine.
SOON_MS = 60_000


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio of its own, with its agent."""
    studio = Studio(tmp_path_factory.mktemp("live") / "home")
    studio.start()
    yield studio
    studio.clean_up()


@pytest.fixture(scope="module")
def page(studio: Studio, browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """A window in which the administrator is signed in and has a workspace called ``trials``."""
    context = browser.new_context(**browser_context_args)
    page = context.new_page()
    page.goto(sign_in_links(studio.output)[0])
    page.get_by_role("button", name=re.compile("Sign in as")).click()
    page.goto(f"http://studio.localhost:{studio.port}/workspaces/new/")
    page.get_by_label("Name", exact=True).fill("trials")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="trials")).to_be_visible()
    yield page
    context.close()


def status(page: Page) -> Any:
    return page.locator("#run-status")


def choose_bare_python(page: Page) -> None:
    """Choose the environment that needs no packages."""
    environments = page.get_by_role("combobox", name="Environment")
    bare = environments.locator("option", has_text="minimal").first.get_attribute("value")
    environments.select_option(bare)


def lines_logged(studio: Studio) -> int:
    """Look up how much all runs have printed, past the window, which may be offline."""
    with sqlite3.connect(studio.home / "studio.sqlite3") as connection:
        (lines,) = connection.execute("SELECT COALESCE(SUM(lines), 0) FROM experiments_runlog").fetchone()
    return int(lines)


def submit(page: Page, script: str) -> None:
    """Submit a script by the form."""
    page.goto(re.sub(r"/workspaces/.*", "/workspaces/trials/jobs/new/?empty", page.url))
    page.get_by_label("Script", exact=True).fill(script)
    choose_bare_python(page)
    page.get_by_role("button", name="Submit").click()
    expect(page).to_have_url(re.compile("/runs/"))


def test_the_example_is_submitted_watched_and_misses_nothing_while_the_connection_is_away(
    page: Page, studio: Studio
) -> None:
    page.goto(re.sub(r"/workspaces/.*", "/workspaces/trials/jobs/", page.url))
    page.get_by_role("link", name="Submit the first run").click()
    choose_bare_python(page)
    page.get_by_label("Value, or path of data").first.fill("100")
    page.get_by_role("button", name="Submit").click()
    expect(status(page)).to_contain_text("Running", timeout=SOON_MS)

    page.get_by_role("link", name="Metrics").click()
    value = page.get_by_role("article", name="loss").locator(".chart-value")
    expect(value).not_to_be_empty(timeout=SOON_MS)
    before = value.inner_text()
    expect(value).not_to_have_text(before)

    page.get_by_role("link", name="Outputs + logs").click()
    lines = page.locator(".log-text")
    expect(lines.first).to_be_visible(timeout=SOON_MS)
    seen = lines_logged(studio)
    page.context.set_offline(True)
    try:
        until(lambda: lines_logged(studio) > seen + 15, SOON_MS / 1000, "more of the log")
    finally:
        page.context.set_offline(False)
    expect(page.get_by_text("The model is in outputs/model.json.")).to_be_visible(timeout=SOON_MS)
    epochs = [int(found) for text in lines.all_inner_texts() for found in re.findall(r"^epoch (\d+)/100", text)]
    assert epochs == list(range(epochs[0], 101))

    expect(status(page)).to_contain_text("Completed", timeout=SOON_MS)
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_role("row", name=re.compile("^loss"))).to_contain_text("99")


def test_a_run_is_run_again_and_canceled(page: Page) -> None:
    submit(page, "import time\nprint('begun', flush=True)\ntime.sleep(600)\n")
    first = page.url
    expect(status(page)).to_contain_text("Running", timeout=SOON_MS)
    page.get_by_role("button", name="Cancel run").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Cancel run").click()
    expect(status(page)).to_contain_text("Canceled", timeout=SOON_MS)
    expect(page.get_by_role("button", name="Cancel run")).to_have_count(0)
    page.get_by_role("button", name="Run again").click()
    expect(page).not_to_have_url(first)
    expect(page.get_by_text("Repeats")).to_be_visible()
    expect(status(page)).to_contain_text("Running", timeout=SOON_MS)
    page.get_by_role("button", name="Cancel run").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Cancel run").click()
    expect(status(page)).to_contain_text("Canceled", timeout=SOON_MS)


def test_a_run_that_fails_shows_why_and_leads_to_the_line(page: Page) -> None:
    submit(page, "print('one')\nprint('two')\nimport no_such_thing\n")
    expect(status(page)).to_contain_text("Failed", timeout=SOON_MS)
    expect(page.get_by_role("heading", name="The program ended with exit code 1")).to_be_visible()
    expect(page.get_by_text("The environment has no module “no_such_thing”.")).to_be_visible()
    page.get_by_role("link", name="Open the log here").click()
    expect(page.locator(".log-text", has_text="ModuleNotFoundError")).to_be_visible(timeout=SOON_MS)
