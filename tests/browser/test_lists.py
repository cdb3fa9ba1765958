"""The list component in a real browser, on the list of people."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.accounts.factories import UserFactory

pytestmark = pytest.mark.browser


@pytest.fixture
def people(open_as) -> Page:
    """The list of people, 130 of them, in front of an administrator."""
    admin = UserFactory.create(administrator=True, username="zz-admin", full_name="Zoe Admin")
    for number in range(130):
        UserFactory.create(username=f"user{number:03}", full_name=f"Person {number:03}", is_active=number % 10 != 0)
    page: Page = open_as(admin, "/administration/users/?sort=username")
    expect(page.get_by_text("1–50 of 131")).to_be_visible()
    return page


def test_search_narrows_while_typing_and_the_back_button_restores(people: Page) -> None:
    people.get_by_placeholder("Search people").press_sequentially("user01")
    expect(people.get_by_text("1–10 of 10")).to_be_visible()
    expect(people).to_have_url(re.compile(r"q=user01"))
    expect(people.get_by_placeholder("Search people")).to_be_focused()
    people.go_back()
    expect(people.get_by_text("1–50 of 131")).to_be_visible()


def test_filters_become_chips_that_come_off(people: Page) -> None:
    people.get_by_role("button", name=re.compile("^State")).click()
    people.get_by_label(re.compile("Deactivated")).check()
    expect(people.get_by_text("1–13 of 13")).to_be_visible()
    people.keyboard.press("Escape")
    people.get_by_role("link", name=re.compile("Take off the filter")).click()
    expect(people.get_by_text("1–50 of 131")).to_be_visible()


def test_sorting_paging_and_page_sizes_are_links(people: Page) -> None:
    expect(people.locator("tbody tr").first).to_contain_text("user000")
    people.get_by_role("link", name="User name").click()
    expect(people.locator("tbody tr").first).to_contain_text("zz-admin")
    people.get_by_role("link", name="Next page").click()
    expect(people.get_by_text("51–100 of 131")).to_be_visible()
    people.get_by_role("link", name="Last", exact=True).click()
    expect(people.get_by_text("82–131 of 131")).to_be_visible()
    people.get_by_role("link", name="25", exact=True).click()
    expect(people.get_by_text("1–25 of 131")).to_be_visible()


def test_columns_are_chosen_and_a_view_is_saved_and_shared_by_its_link(people: Page) -> None:
    people.get_by_role("button", name="Columns").click()
    people.locator("[data-column=email] [data-column-box]").uncheck()
    people.get_by_role("button", name="Apply").click()
    expect(people.get_by_role("columnheader", name="Email")).to_have_count(0)
    people.get_by_role("button", name="Views").click()
    people.get_by_label("Save what you see as a view").fill("Without addresses")
    people.get_by_role("button", name="Save view").click()
    expect(people.get_by_text("was saved")).to_be_visible()
    expect(people.get_by_role("columnheader", name="Email")).to_have_count(0)
    people.goto(people.url.split("?")[0])
    expect(people.get_by_role("columnheader", name="Email")).to_be_visible()
    people.get_by_role("button", name="Views").click()
    people.get_by_role("link", name="Without addresses").click()
    expect(people.get_by_role("columnheader", name="Email")).to_have_count(0)


def test_rows_are_chosen_by_range_and_deactivated(people: Page) -> None:
    rows = people.locator("tbody [data-select]")
    rows.nth(1).check()
    rows.nth(4).click(modifiers=["Shift"])
    expect(people.get_by_text("4 selected")).to_be_visible()
    people.get_by_role("button", name=re.compile("Deactivate")).click()
    people.get_by_role("alertdialog").get_by_role("button", name="Deactivate").click()
    expect(people.get_by_text("4 people were deactivated")).to_be_visible()


def test_the_export_holds_what_the_filters_leave(people: Page, tmp_path: Path) -> None:
    people.get_by_placeholder("Search people").fill("user00")
    expect(people.get_by_text("1–10 of 10")).to_be_visible()
    people.get_by_role("button", name="More").click()
    with people.expect_download() as download:
        people.get_by_role("link", name="Export as CSV").click()
    file = tmp_path / "people.csv"
    download.value.save_as(file)
    lines = file.read_text().splitlines()
    assert len(lines) == 11
    assert "user000" in file.read_text()
    assert "user020" not in file.read_text()
