"""The designer in a whole studio: components are put on the canvas and connected, set, submitted, watched and looked at."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from tests.launcher.studio import Studio, sign_in_links

pytestmark = [pytest.mark.browser, pytest.mark.processes]

# Of what waits for other processes on a busy machine.
SOON_MS = 60_000
RUNS_MS = 240_000
TABLE = "age,city,income\n" + "\n".join(f"{20 + row % 50},{'AB'[row % 2]},{1000 + 37 * row % 900}" for row in range(60))


@pytest.fixture
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio of its own, with its agent."""
    studio = Studio(tmp_path_factory.mktemp("designer") / "home")
    studio.start()
    yield studio
    studio.clean_up()


@pytest.fixture
def page(studio: Studio, browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """A window with an empty draft of the administrator's; it may not complain."""
    context = browser.new_context(**{**browser_context_args, "viewport": {"width": 1440, "height": 1000}})
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
    page.goto(f"http://studio.localhost:{studio.port}/workspaces/trials/designer/")
    page.get_by_role("button", name="New pipeline").click()
    expect(page.get_by_role("complementary", name="Palette")).to_be_visible(timeout=SOON_MS)
    yield page
    context.close()
    assert not complaints, "\n".join(complaints)


def node(page: Page, key: str) -> Locator:
    return page.locator(f'[data-node="{key}"]')


def pane(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Properties")


def add(page: Page, title: str, key: str) -> None:
    """Find a component by its name and put it on the canvas."""
    search = page.get_by_role("complementary", name="Palette").get_by_role("searchbox")
    search.fill(title)
    found = page.get_by_role("complementary", name="Palette").get_by_text(title, exact=True)
    found.dblclick()
    expect(node(page, key)).to_be_visible()


def connect(page: Page, source: tuple[str, str], target: tuple[str, str]) -> None:
    """Drag from an output to an input, once both stand still."""
    for key in (source[0], target[0]):
        node(page, key).hover(trial=True)
    node(page, source[0]).locator(f'[data-handleid="source:{source[1]}"]').drag_to(
        node(page, target[0]).locator(f'[data-handleid="target:{target[1]}"]'), force=True
    )


def test_a_pipeline_is_drawn_set_submitted_and_looked_at(page: Page) -> None:
    add(page, "Enter Data Manually", "enter_data_manually")
    pane(page).get_by_role("textbox", name="Data", exact=True).fill(TABLE)
    add(page, "Select Columns in Dataset", "select_columns_in_dataset")
    add(page, "Split Data", "split_data")
    page.get_by_role("button", name="Arrange all nodes").click()
    connect(page, ("enter_data_manually", "dataset"), ("select_columns_in_dataset", "dataset"))
    connect(page, ("select_columns_in_dataset", "results"), ("split_data", "dataset"))

    # What will arrive is known before anything runs.
    node(page, "select_columns_in_dataset").click()
    pane(page).get_by_role("tab", name="Details").click()
    expect(pane(page).get_by_text("3 columns")).to_be_visible(timeout=SOON_MS)
    pane(page).get_by_role("tab", name="Parameters").click()
    pane(page).get_by_role("button", name="Select columns", exact=True).click()
    arriving = page.get_by_role("listbox", name="Columns that arrive")
    arriving.select_option(["age", "income"])
    arriving.press("Enter")
    expect(page.get_by_text("2 of the 3 columns that arrive")).to_be_visible()
    page.get_by_role("button", name="Use these columns").click()
    expect(page.get_by_role("button", name="Checks", exact=True)).to_be_visible(timeout=SOON_MS)

    # A value out of its range is told at its field at once; what is right becomes a parameter of the pipeline.
    node(page, "split_data").click()
    fraction = pane(page).get_by_role("textbox", name="Fraction of rows in the first output dataset")
    fraction.fill("1.5")
    fraction.press("Enter")
    expect(pane(page).get_by_text("It has to be from 0 to 1.")).to_be_visible()
    fraction.fill("0.75")
    fraction.press("Enter")
    pane(page).get_by_role("button", name="Pipeline parameter for Fraction of rows").click()
    page.get_by_role("button", name="New pipeline parameter").click()
    expect(pane(page).get_by_text("pipeline parameter fraction")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Undo: ")).click()
    expect(fraction).to_have_value("0.75")
    page.get_by_role("button", name=re.compile("^Redo: ")).click()
    expect(fraction).to_have_count(0)

    page.reload()
    page.get_by_role("button", name="Submit").click()
    form = page.get_by_role("dialog", name="Submit the pipeline")
    expect(form.get_by_role("textbox", name="fraction")).to_have_value("0.75")
    expect(form.get_by_text("0 of 3 nodes will be reused")).to_be_visible(timeout=SOON_MS)
    form.get_by_role("button", name="Submit").click()
    expect(node(page, "split_data")).to_contain_text("Completed", timeout=RUNS_MS)
    node(page, "split_data").click()
    pane(page).get_by_role("tab", name="Outputs + logs").click()
    expect(pane(page).get_by_role("link", name="Visualize")).to_have_count(2, timeout=SOON_MS)

    # The same again costs nothing, and says so before.
    page.get_by_role("button", name="Submit").click()
    expect(form.get_by_text("3 of 3 nodes will be reused")).to_be_visible(timeout=SOON_MS)
    form.get_by_role("button", name="Submit").click()
    expect(node(page, "split_data")).to_contain_text("Reused", timeout=SOON_MS)
    pane(page).get_by_role("link", name="Visualize").first.click()
    expect(page.get_by_text("45 rows")).to_be_visible(timeout=SOON_MS)
