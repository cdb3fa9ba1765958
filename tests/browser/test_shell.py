"""The frame of every page: palette, shortcuts, theme, language, news that arrive by themselves."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from playwright.sync_api import expect

from apps.core import hooks
from tests.accounts.factories import UserFactory
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = pytest.mark.browser


def test_the_palette_finds_a_workspace_and_a_page(open_as) -> None:
    ada = UserFactory.create()
    WorkspaceFactory.create(name="fraud", friendly_name="Fraud detection", owner=ada)
    page = open_as(ada, "/account/profile/")
    page.keyboard.press("Control+k")
    page.keyboard.type("fraud")
    expect(page.get_by_role("option", name=re.compile("Fraud detection"))).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/workspaces/fraud/$"))
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page.get_by_role("heading", name="Compute", exact=True)).to_be_visible()


def test_shortcuts_are_shown_but_not_while_typing(open_as) -> None:
    page = open_as(UserFactory.create(), "/account/profile/")
    page.get_by_label("Name", exact=False).first.focus()
    page.keyboard.type("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()
    page.get_by_role("heading", name="Profile").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()


def test_theme_and_language_are_kept(open_as) -> None:
    ada = UserFactory.create(full_name="Ada Lovelace")
    page = open_as(ada, "/account/profile/")
    page.get_by_role("button", name="Account of Ada Lovelace").click()
    with page.expect_response("**/account/preferences/"):
        page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.get_by_role("button", name="Account of Ada Lovelace").click()
    page.get_by_role("button", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.get_by_role("heading", name="Perfil")).to_be_visible()


def test_a_notification_arrives_at_the_bell(open_as) -> None:
    ada = UserFactory.create()
    page = open_as(ada, "/account/profile/")
    expect(page.get_by_role("button", name=re.compile("Notifications, 0 unread"))).to_be_visible()
    elsewhere(lambda: hooks.notify(ada, "The report is ready", url="/workspaces/"))
    expect(page.get_by_role("button", name=re.compile("Notifications, 1 unread"))).to_be_visible()
    page.get_by_role("button", name=re.compile("Notifications")).click()
    page.get_by_role("link", name=re.compile("The report is ready")).click()
    expect(page).to_have_url(re.compile("/workspaces/$"))
    expect(page.get_by_role("button", name=re.compile("Notifications, 0 unread"))).to_be_visible()


def test_a_member_who_joins_appears_in_the_open_list(open_as) -> None:
    ada = UserFactory.create(full_name="Ada Lovelace")
    workspace = WorkspaceFactory.create(owner=ada)
    grace = UserFactory.create(username="grace", full_name="Grace Hopper")
    watching = open_as(ada, f"/workspaces/{workspace.name}/settings/members/")
    expect(watching.get_by_role("link", name="Ada Lovelace")).to_be_visible()

    acting = open_as(ada, f"/workspaces/{workspace.name}/settings/members/")
    acting.get_by_role("button", name="Add a member").click()
    acting.get_by_label(re.compile("User name or email")).fill(grace.username)
    acting.get_by_role("dialog").get_by_role("button", name=re.compile("Add|Invite")).click()
    expect(watching.get_by_role("link", name="Grace Hopper")).to_be_visible()


def test_a_reader_sees_only_what_the_role_allows(open_as) -> None:
    workspace = WorkspaceFactory.create(owner=UserFactory.create())
    page = open_as(member(workspace), f"/workspaces/{workspace.name}/settings/members/")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    expect(page.get_by_role("link", name="Secrets")).to_have_count(0)
    expect(page.get_by_role("button", name="Add a member")).to_have_count(0)


def elsewhere(action: Callable[[], None]) -> None:
    """Do something in another thread, as another process would: in this one Playwright keeps an event loop."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(action).result()
        pool.submit(lambda: connection.close()).result()
