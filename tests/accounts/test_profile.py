"""What people say about themselves."""

import pytest

from tests.accounts.conftest import new_browser
from tests.accounts.factories import UserFactory

PROFILE = {
    "full_name": "Ana Ruiz",
    "email": "ana@example.org",
    "language": "browser",
    "time_zone": "UTC",
    "theme": "auto",
}


def test_a_profile_is_saved(browser_of, audits):
    user = UserFactory()
    changed = {**PROFILE, "language": "es", "time_zone": "Europe/Madrid", "theme": "dark"}
    browser = browser_of(user)
    assert browser.post("/account/profile/", changed).status_code == 302
    user.refresh_from_db()
    assert (user.full_name, user.email, user.language, user.time_zone, user.theme) == (
        "Ana Ruiz",
        "ana@example.org",
        "es",
        "Europe/Madrid",
        "dark",
    )
    assert 'lang="es"' in browser.get("/account/profile/").content.decode()
    assert [entry.detail for entry in audits] == [{"fields": ["full_name", "email"]}]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"email": "taken@EXAMPLE.org"}, "Someone with this address is here already."),
        ({"email": "no address"}, "Enter a valid email address."),
        ({"language": "xx"}, "Select a valid choice."),
        ({"time_zone": "Mars/Olympus"}, "Select a valid choice."),
        ({"full_name": "x" * 151}, "at most 150 characters"),
    ],
)
def test_what_cannot_be_used_is_said_beside_its_field(browser_of, change, said):
    UserFactory(email="taken@example.org")
    user = UserFactory(full_name="Before")
    answer = browser_of(user).post("/account/profile/", {**PROFILE, **change})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    user.refresh_from_db()
    assert user.full_name == "Before"


def test_an_email_address_is_optional_for_several_people(browser_of):
    for _ in range(2):
        assert browser_of(UserFactory()).post("/account/profile/", {**PROFILE, "email": ""}).status_code == 302


def test_hostile_names_are_shown_as_text(browser_of):
    browser = browser_of(UserFactory(full_name="<img src=x onerror=alert(1)>"))
    assert "<img src=x" not in browser.get("/account/profile/").content.decode()


def test_the_theme_is_changed_from_any_page(browser_of):
    user = UserFactory()
    answer = browser_of(user).post("/account/preferences/", {"theme": "dark"}, headers={"accept": "application/json"})
    assert answer.status_code == 204
    user.refresh_from_db()
    assert user.theme == "dark"


def test_the_language_is_changed_from_any_page_and_one_stays_there(browser_of):
    browser = browser_of(UserFactory())
    answer = browser.post("/account/preferences/", {"language": "es", "next": "/account/sessions/"})
    assert answer.headers["Location"] == "/account/sessions/"
    assert 'lang="es"' in browser.get("/account/sessions/").content.decode()
    browser.post("/sign-out/")
    assert 'lang="es"' in browser.get("/sign-in/").content.decode()


def test_a_visitor_keeps_a_language_in_a_cookie(visitor):
    answer = visitor.post("/account/preferences/", {"language": "es", "next": "/sign-in/"})
    assert answer.cookies["studio-language"]["secure"]
    assert 'lang="es"' in visitor.get("/sign-in/").content.decode()
    assert 'lang="en"' in new_browser().get("/sign-in/").content.decode()


@pytest.mark.parametrize("change", [{"theme": "pink"}, {"language": "xx"}, {"time_zone": "Mars/Olympus"}])
def test_preferences_that_do_not_exist_are_refused(browser_of, change):
    user = UserFactory()
    assert browser_of(user).post("/account/preferences/", change).status_code == 400
    user.refresh_from_db()
    assert (user.theme, user.language, user.time_zone) == ("auto", "", "")


def test_a_visitor_cannot_set_a_language_that_does_not_exist(visitor):
    answer = visitor.post("/account/preferences/", {"language": "../x"})
    assert answer.status_code == 400
    assert "studio-language" not in answer.cookies


def test_after_changing_a_preference_one_stays_within_the_studio(browser_of):
    answer = browser_of(UserFactory()).post("/account/preferences/", {"theme": "dark", "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"


def test_times_are_shown_in_ones_own_zone(browser_of):
    browser = browser_of(UserFactory(time_zone="Asia/Kathmandu", administrator=True))
    assert "+05:45" in browser.get("/administration/users/").content.decode()


def test_me_over_the_api(api_of):
    user = UserFactory(username="ana", full_name="Ana Ruiz", email="ana@example.org")
    api = api_of(user, name="laptop", scope="write")
    me = api.get("/api/v1/me/").json()
    assert (me["username"], me["display_name"], me["email"]) == ("ana", "Ana Ruiz", "ana@example.org")
    assert me["token"]["name"] == "laptop"
    assert api.patch("/api/v1/me/", {"time_zone": "Europe/Madrid"}).json()["time_zone"] == "Europe/Madrid"
    assert api.patch("/api/v1/me/", {"is_administrator": True}).json()["is_administrator"] is False
    refused = api.patch("/api/v1/me/", {"time_zone": "Mars/Olympus"})
    assert refused.status_code == 400
    assert refused.json()["errors"] == {"time_zone": ["This is no time zone, such as Europe/Madrid."]}


def test_me_over_the_api_is_for_people_who_say_who_they_are(visitor, browser_of):
    assert visitor.get("/api/v1/me/").status_code == 401
    me = browser_of(UserFactory()).get("/api/v1/me/").json()
    assert me["token"] is None
