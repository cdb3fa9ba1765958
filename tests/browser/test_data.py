"""A table, from a file on somebody's disk to a dataset, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from apps.data.models import DatasetVersion, Upload
from apps.workspaces.roles import Role
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = pytest.mark.browser


@pytest.fixture
def page_of_data(open_as) -> Page:
    """The page of data of a workspace, in front of somebody who may create datasets."""
    workspace = WorkspaceFactory.create(name="forest")
    page: Page = open_as(member(workspace, Role.CONTRIBUTOR), "/workspaces/forest/data/")
    return page


def test_a_file_is_chosen_looked_at_and_registered(page_of_data: Page, tmp_path) -> None:
    page = page_of_data
    path = tmp_path / "trees.csv"
    path.write_text("species;height\n" + "".join(f"oak {n};{n},5\n" for n in range(300)))
    page.get_by_role("link", name="Create a dataset").first.click()
    page.locator("input[type=file]").first.set_input_files(path)
    expect(page).to_have_url(re.compile("/settings/$"))
    expect(page.get_by_label("Delimiter")).to_have_value(";")
    expect(page.get_by_role("cell", name="oak 7", exact=True)).to_be_visible()
    page.get_by_label("Delimiter").select_option("|")
    expect(page.get_by_role("columnheader", name="species;height")).to_be_visible()
    page.get_by_label("Delimiter").select_option(";")
    expect(page.get_by_role("cell", name="oak 7", exact=True)).to_be_visible()
    page.get_by_role("button", name="Next: columns").click()
    page.get_by_label("Name of height").fill("height_m")
    page.get_by_role("button", name="Next: name").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("trees")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_text("trees:1 is created.")).to_be_visible()
    expect(page.get_by_text("height_m")).to_be_visible()
    page.get_by_role("link", name="Profile").click()
    expect(page.locator("svg.histogram").first).to_be_visible()


def test_an_upload_cut_off_by_a_reload_goes_on(page_of_data: Page, tmp_path) -> None:
    page = page_of_data
    path = tmp_path / "noise.bin"
    path.write_bytes(bytes(range(256)) * (24 * 4096))  # 24 MB: three parts
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "PUT" else None)
    page.route("**/files/*/?offset=8388608", lambda route: None)  # it hangs
    page.get_by_role("link", name="Create a dataset").first.click()
    page.get_by_role("radio", name="Files").check()
    page.locator("input[type=file]").first.set_input_files(path)
    expect(page.get_by_text("8.0 MB of 24.0 MB").or_(page.get_by_text("8 MB of 24 MB"))).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused")).to_be_visible()
    page.unroute("**/files/*/?offset=8388608")
    page.reload()
    sent.clear()
    page.get_by_role("radio", name="Files").check()
    page.locator("input[type=file]").first.set_input_files(path)
    expect(page).to_have_url(re.compile("/details/$"))
    assert not any(url.endswith("offset=0") for url in sent)
    page.get_by_label("Name", exact=True).fill("noise")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_text("noise:1 is created.")).to_be_visible()
    assert DatasetVersion.objects.get().size == path.stat().st_size
    assert not Upload.objects.exists()
