"""Choosing and changing passwords."""

import pytest

from apps.accounts import services
from tests.accounts.conftest import new_browser
from tests.accounts.factories import PASSWORD, SignInLinkFactory, UserFactory

NEW = "purple horses like tea"


def change(browser, new=NEW, again=None, old=PASSWORD, **data):
    data = {"password": new, "again": new if again is None else again, **data}
    return browser.post("/account/password/", data if old is None else {**data, "old_password": old})


def is_signed_in(browser):
    return browser.get("/account/profile/").status_code == 200


def test_a_new_password_signs_in_and_the_old_one_no_longer_does(browser_of, audits):
    user = UserFactory(username="ana")
    browser = browser_of(user)
    assert change(browser).headers["Location"] == "/account/profile/"
    assert is_signed_in(browser)
    assert new_browser().post("/sign-in/", {"name": "ana", "password": NEW}).status_code == 302
    assert new_browser().post("/sign-in/", {"name": "ana", "password": PASSWORD}).status_code == 422
    assert "account.password_changed" in [entry.verb for entry in audits]
    assert NEW not in repr(audits)


def test_all_other_sessions_end_with_the_old_password(browser_of):
    user = UserFactory()
    here, there = browser_of(user), browser_of(user)
    assert is_signed_in(there)
    change(here)
    assert is_signed_in(here)
    assert not is_signed_in(there)


def test_links_that_were_not_used_lose_their_use(browser_of, visitor):
    user = UserFactory()
    link = SignInLinkFactory(user=user)
    change(browser_of(user))
    assert visitor.post(f"/sign-in/link/{link.secret}/").status_code == 404


def test_the_present_password_is_needed(browser_of):
    browser = browser_of(UserFactory(username="ana"))
    answer = change(browser, old="wrong")
    assert answer.status_code == 422
    assert "This is not your present password." in answer.content.decode()
    assert new_browser().post("/sign-in/", {"name": "ana", "password": PASSWORD}).status_code == 302


def test_guessing_the_present_password_is_slowed_down(browser_of):
    browser = browser_of(UserFactory())
    for _ in range(5):
        change(browser, old="wrong")
    answer = change(browser)
    assert answer.status_code == 422
    assert "Too many tries" in answer.content.decode()


def test_who_has_none_chooses_one_without_an_old_one(browser_of, audits):
    user = UserFactory(password=None, username="ana")
    assert change(browser_of(user), old=None, next="/workspaces/").headers["Location"] == "/workspaces/"
    assert new_browser().post("/sign-in/", {"name": "ana", "password": NEW}).status_code == 302
    assert "account.password_set" in [entry.verb for entry in audits]


@pytest.mark.parametrize(
    ("new", "again", "said"),
    [
        ("short", None, "at least 10 characters"),
        ("password1234", None, "too common"),
        ("74638295018264", None, "entirely numeric"),
        ("ana.ruiz.madrid", None, "too similar to the"),
        (NEW, "something else here", "The two passwords differ."),
        (NEW, "", "This field is required."),
    ],
)
def test_a_weak_or_mistyped_password_is_refused_with_a_reason(browser_of, new, again, said):
    user = UserFactory(username="ana.ruiz.madrid")
    answer = change(browser_of(user), new=new, again=again)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_a_password_is_needed_until_there_is_another_way_in(db):
    assert UserFactory(password=None).needs_password
    assert not UserFactory().needs_password


def test_the_command_line_gives_no_password_away(db):
    user = services.create_user(actor=None, username="ana")
    assert not user.has_usable_password()
