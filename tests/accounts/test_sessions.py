"""The list of signed-in browsers."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from apps.accounts import services
from apps.accounts.services import sessions
from apps.accounts.tasks import prune
from tests.accounts.factories import PASSWORD, UserFactory

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0 Safari/537.36 Edg/138.0"


def is_signed_in(browser):
    return browser.get("/account/profile/").status_code == 200


def rows_of(browser):
    return browser.get("/account/sessions/").context["sessions"]


def test_one_sees_where_one_is_signed_in(visitor):
    UserFactory(username="ana")
    visitor.post(
        "/sign-in/", {"name": "ana", "password": PASSWORD}, headers={"user-agent": FIREFOX}, REMOTE_ADDR="203.0.113.9"
    )
    (row,) = visitor.get("/account/sessions/", headers={"user-agent": FIREFOX}, REMOTE_ADDR="203.0.113.9").context[
        "sessions"
    ]
    assert (row["browser"], row["system"], row["address"], row["is_this"]) == ("Firefox", "Linux", "203.0.113.9", True)


def test_the_present_session_comes_first_and_is_marked(browser_of):
    user = UserFactory()
    phone, desk = browser_of(user, **{"user-agent": IPHONE}), browser_of(user, **{"user-agent": FIREFOX})
    desk.get("/account/profile/")
    phone.get("/account/profile/")
    rows = rows_of(desk)
    assert [(row["system"], row["is_this"]) for row in rows] == [("Linux", True), ("iPhone", False)]


def test_one_session_can_be_ended(browser_of, audits):
    user = UserFactory()
    here, there = browser_of(user), browser_of(user)
    assert is_signed_in(there)
    other = next(row for row in rows_of(here) if not row["is_this"])
    here.post(f"/account/sessions/{other['id']}/end/")
    assert not is_signed_in(there)
    assert is_signed_in(here)
    assert [entry.verb for entry in audits] == ["account.sessions_ended"]


def test_ending_the_present_session_signs_out(browser_of):
    browser = browser_of(UserFactory())
    (row,) = rows_of(browser)
    assert browser.post(f"/account/sessions/{row['id']}/end/").headers["Location"] == "/sign-in/"
    assert not is_signed_in(browser)


def test_all_others_can_be_ended_at_once(browser_of):
    user = UserFactory()
    here, others = browser_of(user), [browser_of(user) for _ in range(3)]
    assert all(is_signed_in(other) for other in others)
    here.post("/account/sessions/")
    assert is_signed_in(here)
    assert not any(is_signed_in(other) for other in others)
    assert len(rows_of(here)) == 1


def test_signing_out_everywhere_ends_this_session_too(browser_of):
    user = UserFactory()
    here, there = browser_of(user), browser_of(user)
    assert is_signed_in(there)
    here.post("/account/sessions/", {"everywhere": "1"})
    assert not is_signed_in(here)
    assert not is_signed_in(there)


def test_the_sessions_of_others_are_out_of_reach(browser_of):
    mine, theirs = browser_of(UserFactory()), browser_of(UserFactory())
    (row,) = rows_of(theirs)
    assert mine.post(f"/account/sessions/{row['id']}/end/").status_code == 404
    assert is_signed_in(theirs)


def test_deactivating_somebody_ends_their_sessions(browser_of):
    user = UserFactory()
    browser = browser_of(user)
    assert is_signed_in(browser)
    services.deactivate(actor=UserFactory(administrator=True), user=user)
    assert not is_signed_in(browser)
    assert not sessions.of_user(user)
    services.reactivate(actor=UserFactory(administrator=True), user=user)
    assert not is_signed_in(browser)


def test_the_time_somebody_was_last_seen_is_kept_to_the_minute(browser_of, django_assert_num_queries):
    user = UserFactory()
    browser = browser_of(user)
    browser.get("/account/profile/")
    row = UserSession.objects.get(user=user)
    browser.get("/account/profile/")
    assert UserSession.objects.get(user=user).last_seen_at == row.last_seen_at
    UserSession.objects.filter(user=user).update(last_seen_at=timezone.now() - timedelta(hours=1))
    browser.get("/account/profile/")
    assert timezone.now() - UserSession.objects.get(user=user).last_seen_at < timedelta(minutes=1)


def test_sessions_that_ran_out_leave_the_list(browser_of):
    user = UserFactory()
    browser = browser_of(user)
    browser.get("/account/profile/")
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert not sessions.of_user(user)
    Session.objects.all().delete()
    prune()
    assert not UserSession.objects.exists()


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        (IPHONE, "Safari on iPhone"),
        ("curl/8.9.1", "curl"),
        ("", "Unknown browser"),
        ("<script>alert(1)</script>", "Unknown browser"),
        (EDGE, "Edge on Windows"),
    ],
)
def test_browsers_are_called_by_their_names(browser_of, user_agent, name):
    page = browser_of(UserFactory(), **{"user-agent": user_agent}).get("/account/sessions/").content.decode()
    assert f'<span class="table-title">{name}</span>' in page
    assert "<script>alert" not in page
