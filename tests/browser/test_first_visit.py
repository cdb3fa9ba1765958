"""What a newcomer does first: follow the one-time link, choose a password, look round, sign out and in again."""

import re

import pytest
from playwright.sync_api import expect

from apps.accounts import services
from tests.accounts.factories import UserFactory
from tests.conftest import Site
from tests.workspaces.factories import WorkspaceFactory

pytestmark = pytest.mark.browser

PASSWORD = "an uncommon sentence"


def test_from_the_one_time_link_to_a_password_of_ones_own(open_as, asgi_server: Site) -> None:
    ada = UserFactory.create(username="ada", full_name="Ada Lovelace", password=None)
    WorkspaceFactory.create(name="sample", friendly_name="Sample workspace", owner=ada)
    link = services.create_sign_in_link(user=ada)

    page = open_as(None, "/sign-in/")
    page.goto(link)
    expect(page.get_by_role("heading", name="Sign in as Ada Lovelace")).to_be_visible()
    page.reload()  # looking at the link, as mail scanners do, does not use it up
    page.get_by_role("button", name="Sign in as ada").click()

    page.get_by_label("New password", exact=True).fill("short")
    page.get_by_label("New password, again").fill("short")
    page.get_by_role("button", name="Save password").click()
    expect(page.get_by_text("too short")).to_be_visible()
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("New password, again").fill(PASSWORD)
    page.get_by_role("button", name="Save password").click()

    expect(page).to_have_url(re.compile("/workspaces/sample/$"))
    expect(page.get_by_role("heading", name="Sample workspace")).to_be_visible()

    page.get_by_role("button", name="Account of Ada Lovelace").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/sign-in/"))

    page.goto(link)
    expect(page.get_by_text(re.compile("already|used", re.IGNORECASE)).first).to_be_visible()

    page.goto(f"{asgi_server.url}/workspaces/sample/")
    page.get_by_label("User name or email address").fill("ada")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("User name or email address")).to_have_value("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile("/workspaces/sample/$"))


def test_a_new_workspace_with_a_bad_name_first(open_as) -> None:
    page = open_as(UserFactory.create(), "/workspaces/")
    page.get_by_role("link", name="Create a workspace").first.click()
    page.get_by_label("Name", exact=True).fill("a b")
    page.get_by_label("Friendly name").fill("Credit risk")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_text("begin with a letter or digit")).to_be_visible()
    expect(page.get_by_label("Friendly name")).to_have_value("Credit risk")
    page.get_by_label("Name", exact=True).fill("credit-risk")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="Credit risk")).to_be_visible()
