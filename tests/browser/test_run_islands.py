"""What runs wrote, logged and left, as the interactive parts of their pages show it."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from apps.experiments.ingestion.requests import LogPart, read_lines
from apps.experiments.ingestion.store import store
from apps.experiments.models import Run
from apps.experiments.services.files import store_file
from tests.accounts.factories import UserFactory
from tests.experiments.factories import RunFactory
from tests.experiments.working import as_lines
from tests.workspaces.factories import WorkspaceFactory

pytestmark = pytest.mark.browser

LINES = 320_000  # more than browsers can scroll through by the pixel

# The first chart of a page loads what draws them.
DRAWN_WITHIN_MS = 30_000


@pytest.fixture
def run() -> Run:
    """A run that is over, in a workspace of its own."""
    made: Run = RunFactory.create(completed=True, workspace=WorkspaceFactory.create(owner=UserFactory.create()))
    return made


def open_tab(open_as: Any, run: Run, tab: str) -> Page:
    owner = run.workspace.memberships.get().user
    page: Page = open_as(owner, f"/workspaces/{run.workspace.name}/runs/{run.pk}/{tab}")
    return page


def write_log(run: Run, data: bytes) -> None:
    store([LogPart(run.pk, "user_logs/std_log.txt", 0, data, has_ended=True)])


def test_any_line_of_a_huge_log_can_be_reached_searched_and_linked_to(open_as: Any, run: Run) -> None:
    lines = (
        f"\x1b[32mline {number}\x1b[0m" + ("\r50%\r100%" if number == LINES else "") for number in range(1, LINES + 1)
    )
    write_log(run, "\n".join(lines).encode() + b"\n")
    page = open_tab(open_as, run, "logs/#L123456-L123457")
    marked = page.locator(".is-marked .log-text")
    expect(marked).to_have_text(["line 123456", "line 123457"])

    log = page.get_by_role("log")
    log.focus()
    page.keyboard.press("End")
    expect(page.locator(".log-text").last).to_have_text("100%")
    page.keyboard.press("Home")
    expect(page.locator(".log-text").first).to_have_text("line 1")
    assert page.locator(".log-line").count() < 100

    page.keyboard.press("/")
    page.keyboard.type("line 31999")
    expect(page.get_by_text("1 of 11")).to_be_visible()
    expect(page.locator(".is-hit .log-text")).to_have_text("line 31999")
    page.keyboard.press("Enter")
    expect(page.locator(".is-hit .log-text")).to_have_text("line 319990")
    page.locator(".is-hit .log-number").click()
    expect(page).to_have_url(re.compile("#L319990$"))


def test_charts_show_series_values_and_what_is_no_number(open_as: Any, run: Run) -> None:
    points = [[f"layer{number}/norm", step, step, step] for number in range(300) for step in range(2)]
    points += [["best", 0.5, 0, 0], ["loss", 1.0, 0, 0], ["loss", "NaN", 1, 1], ["loss", 0.25, 2, 2]]
    store([read_lines(run.pk, "events", 0, as_lines({"m": points}))])
    page = open_tab(open_as, run, "metrics/")
    expect(page.get_by_text("302 metrics")).to_be_visible()
    expect(page.locator(".value-card", has_text="best")).to_contain_text("0.5")
    expect(page.get_by_role("img", name="loss: 3 values, the last is 0.25")).to_be_visible(timeout=DRAWN_WITHIN_MS)
    assert page.locator(".main-svg").count() < page.locator(".chart-card").count()

    page.keyboard.press("/")
    page.keyboard.type("layer299")
    expect(page.get_by_text("1 of 302")).to_be_visible()
    card = page.get_by_role("article", name="layer299/norm")
    card.hover()
    with page.expect_download() as download:
        card.get_by_role("button", name="Download as CSV").click()
    assert download.value.path().read_text() == (
        "name,step,value,min,max\nlayer299/norm,0,0.0,0.0,0.0\nlayer299/norm,1,1.0,1.0,1.0\n".replace(".0", "")
    )


def test_files_are_found_by_keyboard_and_shown(open_as: Any, run: Run) -> None:
    store_file(run=run, path="outputs/scores.csv", contents=[b'name,score\n"a, b",0.5\n'])
    store_file(run=run, path="outputs/notes.txt", contents=[b"one\ntwo\nthree\n"])
    page = open_tab(open_as, run, "logs/")
    tree = page.get_by_role("tree")
    tree.get_by_role("treeitem", name="outputs").focus()
    page.keyboard.press("ArrowRight")
    expect(tree.get_by_role("treeitem", name="scores.csv")).to_be_visible()
    page.keyboard.press("s")
    page.keyboard.press("Enter")
    expect(page.get_by_role("cell", name="a, b")).to_be_visible()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    preview = page.get_by_role("region", name="Preview")
    preview.get_by_text("2", exact=True).click()
    expect(page).to_have_url(re.compile("#file=outputs/notes.txt:L2$"))
    expect(preview.locator(".is-marked .log-text")).to_have_text("two")
