"""Runs side by side in a real browser: chosen in the list, looked at, and narrowed down by mouse and by keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from apps.experiments.metrics.points import Point, dump
from apps.experiments.models import MetricJournal, MetricSummary, Run, RunParameter
from tests.accounts.factories import UserFactory
from tests.browser.test_accessibility import faults_on
from tests.experiments.factories import ExperimentFactory, RunFactory
from tests.workspaces.factories import WorkspaceFactory

pytestmark = pytest.mark.browser


@pytest.fixture
def ada(transactional_db: None):
    return UserFactory.create(full_name="Ada Lovelace")


@pytest.fixture
def runs(ada) -> list[Run]:
    workspace = WorkspaceFactory.create(name="fraud", owner=ada)
    experiment = ExperimentFactory.create(workspace=workspace)
    return [trained(workspace, experiment, number) for number in range(4)]


def trained(workspace, experiment, number: int) -> Run:
    run: Run = RunFactory.create(
        workspace=workspace, experiment=experiment, display_name=f"Trial {number}", completed=True
    )
    for name, value in (("depth", str(number)), ("solver", "adam" if number < 2 else "sgd"), ("seed", "7")):
        RunParameter.objects.create(run=run, name=name, value=value)
    points = [Point("accuracy", step, step * 1000, 0.5 + number / 10 + step / 100) for step in range(5)]
    MetricJournal.objects.create(run=run, source="events", points=len(points), payload=dump(points))
    MetricSummary.objects.create(
        run=run, name="accuracy", count=5, last=points[-1].value, minimum=points[0].value, maximum=points[-1].value
    )
    return run


def test_runs_are_chosen_in_the_list_and_narrowed_down_side_by_side(open_as, ada, runs) -> None:
    page: Page = open_as(ada, "/workspaces/fraud/jobs/runs/")
    for number in (1, 2, 3):
        page.get_by_role("row", name=re.compile(f"Trial {number}")).get_by_role("checkbox").check()
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Compare 3 runs")

    table = page.get_by_role("table").first
    expect(table.get_by_role("row", name=re.compile("^depth"))).to_contain_text("1")
    expect(table.get_by_role("row", name=re.compile("^accuracy")).get_by_text("best")).to_have_count(1)
    expect(table.get_by_role("row", name=re.compile("^seed"))).to_have_count(0)
    page.get_by_label("Only differences").uncheck()
    expect(table.get_by_role("row", name=re.compile("^seed"))).to_be_visible()
    expect(page.get_by_role("img", name="accuracy of 3 runs")).to_be_visible()

    # By keyboard: a range of numbers.
    page.get_by_text("Choose by numbers").press("Enter")
    least = page.get_by_label("depth: From")
    least.fill("1.5")
    least.press("Enter")
    expect(page.get_by_text("2 of 3 runs")).to_be_visible()
    expect(table.get_by_role("columnheader", name=re.compile("Trial 1"))).to_have_count(0)
    expect(page.get_by_role("img", name="accuracy of 2 runs")).to_be_visible()
    page.get_by_role("button", name="Choose all again").click()
    expect(page.get_by_text("3 of 3 runs")).to_be_visible()

    # By mouse: along the first axis, of which the lower half.
    canvas = page.locator("canvas.compare-canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 48, box["y"] + box["height"] - 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 48, box["y"] + box["height"] * 0.7, steps=4)
    page.mouse.up()
    expect(page.get_by_text("1 of 3 runs")).to_be_visible()
    expect(table.get_by_role("columnheader", name=re.compile("Trial 1"))).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_address_brings_the_same_comparison_back(open_as, ada, runs, scheme: str) -> None:
    page: Page = open_as(ada, "/workspaces/fraud/jobs/runs/", color_scheme=scheme, bypass_csp=True)
    for number in (0, 3):
        page.get_by_role("row", name=re.compile(f"Trial {number}")).get_by_role("checkbox").check()
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_role("columnheader", name=re.compile("Trial 3"))).to_be_visible()
    page.reload()
    expect(page.get_by_role("columnheader", name=re.compile("Trial 3"))).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    rows = download.value.path().read_text().splitlines()
    assert rows[0].split(",")[:2] == ["kind", "name"]
    assert any(row.startswith("parameter,depth,") for row in rows)
    page.get_by_text("Choose by numbers").click()
    found = faults_on(page, "comparison")
    assert not found, "\n".join(found)
