"""The bell, in a real browser."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from apps.activity.services import unread_count
from apps.core import hooks
from tests.accounts.factories import UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ada(transactional_db: None) -> Any:
    return UserFactory.create(full_name="Ada")


@pytest.fixture
def page(page: Any, ada: Any, asgi_server: Any) -> Any:
    """Ada's window, at her notifications."""
    client = Client()
    client.force_login(ada)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    # Chromium takes a ``__Host-`` cookie over HTTP from a localhost name, but lets nobody put one in for an HTTP address.
    address = f"https://{settings.STUDIO.hostname}/"
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])
    page.goto(f"{settings.STUDIO.url}/notifications/")
    return page


def test_news_reaches_an_open_page_and_is_read_once_the_bell_has_shown_it(page, ada):
    bell = page.get_by_role("button", name="Notifications, 0 unread")
    bell.wait_for()
    hooks.notify(ada, "Your job quiet_river has ended", url="/account/profile/", level="success")
    bell = page.get_by_role("button", name="Notifications, 1 unread")
    bell.wait_for()
    page.locator("#list-notifications").get_by_text("Your job quiet_river has ended").wait_for()
    bell.click()
    news = page.locator("#notification-latest").get_by_role("link", name="Your job quiet_river has ended")
    news.wait_for()
    page.get_by_role("button", name="Notifications, 0 unread").wait_for()
    assert unread_count(ada) == 0
    news.click()
    page.wait_for_url("**/account/profile/")


def test_a_chosen_notification_is_marked_as_read(page, ada):
    hooks.notify(ada, "First")
    hooks.notify(ada, "Second")
    page.reload()
    page.get_by_role("checkbox", name="Choose First").check()
    page.get_by_role("button", name="Mark as read").click()
    page.get_by_role("button", name="Notifications, 1 unread").wait_for()
    assert list(ada.notifications.unread().values_list("title", flat=True)) == ["Second"]
