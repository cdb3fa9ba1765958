"""From a model's page to an endpoint that answers, in a real browser and a real studio; and a script that fails, mended."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.launcher.studio import Studio, sign_in_links
from tests.samples.studio import start

pytestmark = [pytest.mark.browser, pytest.mark.processes]

# Of what waits for other processes on a busy machine.
SOON_MS = 60_000
SERVES_MS = 300_000
PASSWORD = "an uncommon sentence"
FAILS = """\
import json


def init():
    with open("weights.json") as file:
        json.load(file)


def run(data):
    return json.loads(data)
"""
WORKS = """\
import json
import os
from pathlib import Path

factor = 0


def init():
    global factor
    path = next(Path(os.environ["AZUREML_MODEL_DIR"]).rglob("factor.json"))
    factor = json.loads(path.read_text())


def run(data):
    print("asked for", data)
    return {"doubled": [[factor * value for value in row] for row in json.loads(data)["data"]]}
"""


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio in an empty folder."""
    studio = start(tmp_path_factory.mktemp("endpoints") / "home")
    try:
        yield studio
    finally:
        studio.clean_up()


@pytest.fixture(scope="module")
def page(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """Somebody's window."""
    context = browser.new_context(**browser_context_args, permissions=["clipboard-read", "clipboard-write"])
    yield context.new_page()
    context.close()


def test_a_model_is_deployed_mended_tried_and_its_call_copied(studio: Studio, page: Page, tmp_path) -> None:
    page.goto(sign_in_links(studio.output)[0])
    page.get_by_role("button", name=re.compile("Sign in as")).click()
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("New password, again").fill(PASSWORD)
    page.get_by_role("button", name="Save password").click()
    expect(page).to_have_url(re.compile("/workspaces/sample/$"))
    (tmp_path / "factor.json").write_text("2")
    page.goto(f"http://studio.localhost:{studio.port}/workspaces/sample/models/-/register/")
    page.locator("input[type=file]").first.set_input_files(tmp_path / "factor.json")
    page.get_by_label("Name", exact=True).fill("double")
    page.get_by_role("button", name="Register", exact=True).click()
    expect(page.get_by_text("double:1 is registered.")).to_be_visible()

    page.get_by_role("link", name="Deploy").click()
    expect(page.get_by_label("Endpoint", exact=True)).to_have_value("double")
    script = page.get_by_label("Script", exact=True)
    expect(script).to_have_value(re.compile("def init"))
    script.fill("def init(:\n")
    page.get_by_role("button", name="Deploy", exact=True).click()
    expect(page.get_by_text("score.py, line 1: def init(:: SyntaxError")).to_be_visible()
    script.fill(FAILS)
    page.get_by_label(re.compile("Request to check it with")).fill('{"data": [[1, 2]]}')
    choice = page.get_by_role("combobox", name="Environment")
    choice.select_option(choice.locator("option", has_text="minimal").first.get_attribute("value"))
    page.get_by_role("button", name="Deploy", exact=True).click()

    failed = page.get_by_text(re.compile(r"score\.py, line 5: with open\(.weights\.json.\)", re.IGNORECASE))
    expect(failed.first).to_be_visible(timeout=SERVES_MS)
    page.get_by_role("link", name="Change and try again").click()
    expect(failed.first).to_be_visible()
    expect(page.get_by_label("Script", exact=True)).to_have_value(FAILS)
    page.get_by_label("Script", exact=True).fill(WORKS)
    page.get_by_role("button", name="Roll it out").click()
    expect(page.locator("#endpoint-now").get_by_text("Healthy")).to_be_visible(timeout=SERVES_MS)

    page.get_by_role("link", name="Test", exact=True).click()
    page.get_by_label("2, row 1").fill("3.5")
    page.get_by_role("button", name="Add a row").click()
    page.get_by_label("1, row 2").fill("x")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("look at those with a red frame")).to_be_visible()
    page.get_by_label("1, row 2").fill("10")
    page.get_by_text("JSON", exact=True).click()
    expect(page.get_by_label("Request as JSON")).to_have_value('{"data": [[1, 3.5], [10, 3.5]]}')
    answer = page.get_by_role("region", name="Answer")
    page.get_by_role("button", name="Send").click()
    expect(answer).to_contain_text('{"doubled": [[2, 7], [20, 7]]}', timeout=SOON_MS)
    expect(answer).to_contain_text(re.compile(r"\d ms, of these [\d.]+ ms in the model"))
    page.get_by_label("Request as JSON").fill("nonsense")
    page.get_by_role("button", name="Send").click()
    expect(answer).to_contain_text("400", timeout=SOON_MS)

    answer.get_by_role("link", name="Its lines in the log").click()
    expect(page.get_by_role("log").get_by_text("asked for nonsense")).to_be_visible(timeout=SOON_MS)
    page.get_by_role("link", name="Consume").click()
    page.get_by_text("Python", exact=True).click()
    code = page.get_by_role("region", name="Python")
    code.get_by_role("button", name="Copy").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "'data': [[1, 2]]" in copied
    assert "/api/v1/endpoints/sample/double/score" in copied
    page.get_by_role("link", name="Monitoring").click()
    expect(page.locator("#figure-requests-title")).to_be_visible()
    expect(page.locator("svg.main-svg").first).to_be_visible(timeout=SOON_MS)
