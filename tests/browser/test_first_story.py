"""A newcomer's first quarter of an hour: from ``make up`` on an empty folder to a model of data of their own.

With ``STUDIO_TEST_PICTURES`` set to a folder, what the newcomer sees on the way is kept there, in light and dark.
"""

import math
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.launcher.studio import Studio, sign_in_links
from tests.samples.studio import start, wait_for_sklearn

pytestmark = [pytest.mark.browser, pytest.mark.processes]

# Of what waits for other processes on a busy machine.
SOON_MS = 60_000
RUNS_MS = 300_000
PASSWORD = "an uncommon sentence"
SCRIPT = """\
import argparse, time
import mlflow, pandas as pd
from mlflow.models import infer_signature
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.model_selection import train_test_split
from mlstudio import Run

parser = argparse.ArgumentParser()
parser.add_argument("--data")
options = parser.parse_args()
run = Run.get_context()
data = pd.read_csv(options.data)
X, y = data[["area", "rooms", "distance"]], data["rent"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
model = GradientBoostingRegressor(warm_start=True, random_state=0)
for trees in range(1, 41):
    model.set_params(n_estimators=trees).fit(X_train, y_train)
    run.log("error", abs(model.predict(X_test) - y_test).mean(), step=trees)
    time.sleep(0.3)
run.log("r2", model.score(X_test, y_test))
mlflow.sklearn.save_model(
    model, "outputs/model", signature=infer_signature(X, y), input_example=X.head(2),
    pip_requirements=["scikit-learn"], skops_trusted_types=["sklearn.tree._tree.Tree"],
)
print("done with", len(data), "flats")
"""


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio in an empty folder."""
    studio = start(tmp_path_factory.mktemp("story") / "home", is_bare=True)
    try:
        yield studio
    finally:
        studio.clean_up()


@pytest.fixture(scope="module")
def page(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """The newcomer's window."""
    context = browser.new_context(**browser_context_args)
    yield context.new_page()
    context.close()


@pytest.fixture
def flats(tmp_path: Path) -> Path:
    """A table that is nobody's but this test's: 400 flats and their rents."""
    path = tmp_path / "flats.csv"
    lines = ["area,rooms,distance,rent"]
    for number in range(400):
        area, distance = 25 + number * 37 % 110, 1 + number * 53 % 90 / 10
        rooms = 1 + area // 30
        rent = 180 + 9.5 * area + 60 * rooms - 25 * distance + 30 * math.sin(number)
        lines.append(f"{area},{rooms},{distance:.1f},{rent:.2f}")
    path.write_text("\n".join(lines) + "\n")
    return path


def picture(page: Page, name: str) -> None:
    """Keep what the page shows, in light and dark, where somebody asked for it."""
    folder = os.environ.get("STUDIO_TEST_PICTURES")
    if not folder:
        return
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=f"{folder}/{name}-{scheme}.png", full_page=True)


def status(page: Page) -> Any:
    return page.locator("#run-status")


def go_home(page: Page) -> None:
    page.get_by_role("navigation").get_by_role("link", name="Home").click()


def test_from_the_printed_link_to_the_first_steps(studio: Studio, page: Page) -> None:
    page.goto(sign_in_links(studio.output)[0])
    page.get_by_role("button", name=re.compile("Sign in as")).click()
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("New password, again").fill(PASSWORD)
    page.get_by_role("button", name="Save password").click()
    expect(page).to_have_url(re.compile("/workspaces/sample/$"))
    for way in ("Run a sample", "Bring your own data", "Connect your MLflow script"):
        expect(page.get_by_role("heading", name=way)).to_be_visible()
    picture(page, "1-first-steps")


def test_a_sample_runs_with_one_click(studio: Studio, page: Page) -> None:
    page.get_by_role("button", name="Run Gradient boosting").click()
    expect(page.get_by_role("heading", name="Gradient boosting")).to_be_visible()
    expect(status(page)).to_be_visible()  # it waits for its environment, and says so
    picture(page, "2-sample-waits")
    wait_for_sklearn(studio)
    expect(status(page)).to_contain_text("Completed", timeout=RUNS_MS)
    page.get_by_role("link", name="Metrics", exact=True).click()
    expect(page.get_by_role("article", name="log_loss/test").locator("svg.main-svg").first).to_be_visible(
        timeout=SOON_MS
    )
    picture(page, "3-sample-completed")


def test_a_table_becomes_data(page: Page, flats: Path) -> None:
    go_home(page)
    expect(page.get_by_role("heading", name="Recent runs")).to_be_visible()
    expect(page.get_by_role("heading", name="First steps")).to_have_count(0)
    page.get_by_role("button", name=re.compile("Account of")).click()
    page.get_by_role("link", name="First steps").click()
    page.get_by_role("link", name="Upload data").click()
    page.locator("input[type=file]").first.set_input_files(flats)
    page.get_by_role("button", name="Next: columns").click()
    page.get_by_role("button", name="Next: name").click()
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_text("flats:1 is created.")).to_be_visible()
    picture(page, "4-data")


def test_a_script_learns_from_it_while_one_watches(page: Page) -> None:
    page.get_by_role("navigation").get_by_role("link", name="Jobs").click()
    page.get_by_role("link", name="New run").first.click()
    page.get_by_label("Script", exact=True).fill(SCRIPT)
    page.get_by_role("textbox", name="Command").fill("python train.py --data ${{inputs.flats}}")
    row = page.locator("[data-row]").first
    row.get_by_label("Name").fill("flats")
    row.get_by_label("Type").select_option("uri_file")
    row.get_by_label(re.compile("path of data")).fill("azureml:flats@latest")
    environments = page.get_by_role("combobox", name="Environment")
    environments.select_option(environments.locator("option", has_text="sklearn").first.get_attribute("value"))
    page.get_by_label("Experiment").fill("rents")
    page.get_by_label("Display name").fill("What a flat costs")
    picture(page, "5-form")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", name="What a flat costs")).to_be_visible()
    page.get_by_role("link", name="Metrics", exact=True).click()
    value = page.get_by_role("article", name="error").locator(".chart-value")
    expect(value).not_to_be_empty(timeout=RUNS_MS)
    before = value.inner_text()
    expect(value).not_to_have_text(before, timeout=SOON_MS)
    picture(page, "6-live")
    expect(status(page)).to_contain_text("Completed", timeout=RUNS_MS)
    page.get_by_role("link", name="Overview", exact=True).click()
    expect(page.get_by_role("link", name="flats:1").first).to_be_visible()
    picture(page, "7-completed")


def test_its_model_is_registered_and_knows_where_it_came_from(page: Page) -> None:
    page.get_by_role("link", name="Register model").first.click()
    page.get_by_label("Name", exact=True).fill("rent")
    page.get_by_role("button", name="Register", exact=True).click()
    expect(page.get_by_role("heading", name="rent").first).to_be_visible()
    expect(page.get_by_role("rowheader", name="distance").first).to_be_visible(
        timeout=SOON_MS
    )  # its files were copied and read
    picture(page, "8-model")
    page.reload()  # the page has drawn itself anew as the files came; a click in that moment would be lost
    page.get_by_role("link", name="Lineage").click()
    expect(page.get_by_role("link", name="What a flat costs").first).to_be_visible()
    expect(page.get_by_role("link", name="flats:1").first).to_be_visible()
    picture(page, "9-lineage")
    go_home(page)
    for found in ("What a flat costs", "rent", "flats"):
        expect(page.get_by_role("main").get_by_role("link", name=found, exact=True).first).to_be_visible()
    picture(page, "10-home")
