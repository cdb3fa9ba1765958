"""What administrators do with people."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from apps.accounts import services
from apps.accounts.errors import LastAdministrator
from apps.accounts.models import User
from tests.accounts.factories import PASSWORD, AccessTokenFactory, SignInLinkFactory, UserFactory


@pytest.fixture
def admin(db):
    return UserFactory(username="ada", full_name="Ada", administrator=True, last_login=timezone.now())


@pytest.fixture
def office(browser_of, admin):
    """The administrator's browser."""
    return browser_of(admin)


def is_signed_in(browser):
    return browser.get("/account/profile/").status_code == 200


def labels(page) -> list[str]:
    return sorted(row.label for row in page.context["list"].rows)


# --- The list ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Ada", "Ana Ruiz", "Ben Ode", "Cleo"]),
        ("?q=ruiz", ["Ana Ruiz"]),
        ("?q=BEN@", ["Ben Ode"]),
        ("?q=person.c", ["Cleo"]),
        ("?state=active", ["Ada", "Ana Ruiz", "Cleo"]),
        ("?state=deactivated", ["Ben Ode"]),
        ("?state=new", ["Ana Ruiz", "Ben Ode"]),
        ("?administrator=yes", ["Ada"]),
        ("?administrator=no&state=active", ["Ana Ruiz", "Cleo"]),
    ],
)
def test_people_are_found(office, query, found):
    UserFactory(username="person.a", full_name="Ana Ruiz")
    UserFactory(username="person.b", full_name="Ben Ode", email="ben@example.com", deactivated=True)
    UserFactory(username="person.c", full_name="Cleo", last_login=timezone.now())
    assert labels(office.get(f"/administration/users/{query}")) == found


@pytest.mark.parametrize("sort", ["name", "-name", "username", "last_login", "-last_login", "created_at"])
def test_people_are_sorted_and_paged(office, sort):
    for number in range(30):
        UserFactory(full_name=f"Person {number:02}", last_login=timezone.now() if number % 2 else None)
    first = office.get(f"/administration/users/?sort={sort}&size=25").context["list"]
    following = office.get(f"/administration/users/{first.next_link}").context["list"]
    shown = [row.id for row in first.rows + following.rows]
    assert len(shown) == len(set(shown)) == 31


def test_to_all_others_the_pages_do_not_exist(browser_of, admin):
    browser = browser_of(UserFactory())
    for path in ("/administration/users/", f"/administration/users/{admin.pk}/", "/administration/invitations/"):
        assert browser.get(path).status_code == 404
    for action in ("make-administrator", "deactivate", "sign-in-link", "end-sessions"):
        assert browser.post(f"/administration/users/{admin.pk}/{action}/").status_code == 404


def test_chosen_people_are_deactivated_together_but_no_administrators(office, admin, audits):
    people = UserFactory.create_batch(3)
    other_admin = UserFactory(administrator=True)
    ids = ",".join(str(user.pk) for user in [*people, other_admin, admin])
    answer = office.post("/administration/users/deactivate/", {"ids": ids}, follow=True)
    assert [user.is_active for user in User.objects.filter(pk__in=[user.pk for user in people])] == [False] * 3
    assert User.objects.active_administrators().count() == 2
    assert "3 people were deactivated." in answer.content.decode()
    assert "2 were left out" in answer.content.decode()
    assert [entry.verb for entry in audits] == ["user.deactivated"] * 3


def test_all_that_match_are_deactivated_and_nobody_else(office):
    gone = UserFactory.create_batch(2, full_name="Gone")
    kept = UserFactory(full_name="Kept")
    office.post("/administration/users/deactivate/?q=Gone", {"all": "1"})
    assert set(User.objects.filter(is_active=False)) == set(gone)
    kept.refresh_from_db()
    assert kept.is_active


# --- One person -------------------------------------------------------------------------------------------------------


def test_a_person_s_page_says_how_things_stand(office):
    user = UserFactory(username="ana", password=None)
    AccessTokenFactory(user=user)
    page = office.get(f"/administration/users/{user.pk}/").content.decode()
    assert "one-time links only" in page
    assert "Not signed in yet" in page


def test_someone_is_made_an_administrator_and_no_longer(office, admin, audits, notices, browser_of):
    user = UserFactory()
    office.post(f"/administration/users/{user.pk}/make-administrator/")
    assert browser_of(user).get("/administration/users/").status_code == 200
    office.post(f"/administration/users/{user.pk}/remove-administrator/")
    assert browser_of(user).get("/administration/users/").status_code == 404
    assert [(entry.verb, entry.actor, entry.target) for entry in audits] == [
        ("user.made_administrator", admin, user),
        ("user.administrator_removed", admin, user),
    ]
    assert [notice.title for notice in notices] == [
        "Ada made you an administrator",
        "Ada took your administrator rights back",
    ]


def test_the_last_administrator_stays(office, admin):
    UserFactory(administrator=True, deactivated=True)
    answer = office.post(f"/administration/users/{admin.pk}/remove-administrator/")
    assert answer.status_code == 409
    assert "This is the last administrator who can sign in." in answer.content.decode()
    assert office.post(f"/administration/users/{admin.pk}/deactivate/").status_code == 409
    admin.refresh_from_db()
    assert (admin.is_active, admin.is_administrator) == (True, True)


def test_an_administrator_may_step_down_but_not_lock_themselves_out(office, admin):
    UserFactory(administrator=True)
    assert office.post(f"/administration/users/{admin.pk}/deactivate/").status_code == 403
    assert office.post(f"/administration/users/{admin.pk}/remove-administrator/").headers["Location"] == "/"
    admin.refresh_from_db()
    assert (admin.is_active, admin.is_administrator) == (True, False)


def test_a_deactivated_person_is_out_by_every_way_and_back_in_afterwards(office, visitor, browser_of):
    user = UserFactory(username="ana")
    token, link, session = AccessTokenFactory(user=user), SignInLinkFactory(user=user), browser_of(user)
    assert is_signed_in(session)
    office.post(f"/administration/users/{user.pk}/deactivate/")
    with_token = {"authorization": f"Bearer {token.secret}"}
    assert not is_signed_in(session)
    assert visitor.get("/api/v1/me/", headers=with_token).status_code == 401
    assert visitor.post(f"/sign-in/link/{link.secret}/").status_code == 404
    assert visitor.post("/sign-in/", {"name": "ana", "password": PASSWORD}).status_code == 422
    office.post(f"/administration/users/{user.pk}/reactivate/")
    assert visitor.get("/api/v1/me/", headers=with_token).status_code == 200
    assert visitor.post("/sign-in/", {"name": "ana", "password": PASSWORD}).status_code == 302


def test_a_link_for_someone_who_cannot_sign_in_is_shown_once(office, visitor):
    user = UserFactory(username="ana")
    office.post(f"/administration/users/{user.pk}/sign-in-link/")
    page = office.get(f"/administration/users/{user.pk}/")
    link = page.context["link"]["url"]
    assert "no-store" in page.headers["Cache-Control"]
    assert link not in office.get(f"/administration/users/{user.pk}/").content.decode()
    visitor.post(link.removeprefix(settings.STUDIO.url))
    assert visitor.get("/api/v1/me/").json()["username"] == "ana"


def test_a_person_is_signed_out_everywhere(office, browser_of):
    user = UserFactory()
    browsers = [browser_of(user), browser_of(user)]
    assert all(is_signed_in(browser) for browser in browsers)
    office.post(f"/administration/users/{user.pk}/end-sessions/")
    assert not any(is_signed_in(browser) for browser in browsers)


# --- The API ----------------------------------------------------------------------------------------------------------


def test_people_over_the_api(api_of, admin):
    api = api_of(admin)
    made = api.post("/api/v1/users/", {"username": "ana", "email": "Ana@Example.org"})
    assert made.status_code == 201
    path = f"/api/v1/users/{made.json()['id']}/"
    assert api.get("/api/v1/users/?administrator=no").json()["results"][0]["email"] == "ana@example.org"
    assert api.patch(path, {"is_administrator": True}).json()["is_administrator"] is True
    assert api.patch(path, {"is_active": False}).json()["is_active"] is False
    assert api.patch(path, {"is_active": True}).json()["is_active"] is True
    assert api.delete(f"{path}sessions/").json() == {"ended": 0}
    assert "password" not in api.get(path).json()


def test_several_changes_are_made_together_or_not_at_all(api_of, admin):
    user = UserFactory()
    other = UserFactory(administrator=True)
    answer = api_of(other).patch(f"/api/v1/users/{other.pk}/", {"is_administrator": False, "is_active": False})
    assert answer.status_code == 403
    other.refresh_from_db()
    assert other.is_administrator
    api_of(other).patch(f"/api/v1/users/{user.pk}/", {"is_administrator": True, "is_active": False})
    user.refresh_from_db()
    assert (user.is_administrator, user.is_active) == (True, False)


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        ({"username": "ADA"}, "username", "This name is taken."),
        ({"username": "x", "email": "TAKEN@example.org"}, "email", "Someone with this address is here already."),
        ({"username": "a b"}, "username", "Use letters without accents"),
        ({"username": "x", "email": "nowhere"}, "email", "Enter a valid email address."),
        ({}, "username", "This field is required."),
    ],
)
def test_an_account_that_cannot_be_made_is_refused_by_field(api_of, admin, body, field, said):
    UserFactory(email="taken@example.org")
    answer = api_of(admin).post("/api/v1/users/", body)
    assert answer.status_code == 400
    assert said in answer.json()["errors"][field][0]


def test_the_api_is_for_administrators(api_of, visitor, admin):
    api = api_of(UserFactory())
    for path in ("/api/v1/users/", f"/api/v1/users/{admin.pk}/", "/api/v1/invitations/"):
        assert api.get(path).status_code == 403
        assert visitor.get(path).status_code == 401
    assert api.patch(f"/api/v1/users/{admin.pk}/", {"is_active": False}).status_code == 403


def test_the_last_administrator_stays_over_the_api_too(api_of, admin):
    answer = api_of(admin).patch(f"/api/v1/users/{admin.pk}/", {"is_administrator": False})
    assert answer.status_code == 409
    assert answer.json()["code"] == "last_administrator"


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_remove_each_other_at_once():
    first, second = UserFactory(administrator=True), UserFactory(administrator=True)

    def remove(pair: tuple[User, User]) -> bool:
        actor, user = pair
        try:
            services.set_administrator(actor=actor, user=user, value=False)
        except LastAdministrator:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(remove, [(first, second), (second, first)])) == [False, True]
    assert User.objects.active_administrators().count() == 1
