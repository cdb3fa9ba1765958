"""Personal access tokens."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts import services
from apps.accounts.models import AccessToken
from apps.core.crypto import token_hash
from apps.core.errors import InvalidInput
from tests.accounts.factories import AccessTokenFactory, UserFactory

FORM = {"name": "laptop", "scope": "write", "lifetime": "90", "reach": "all"}


def whoami(client, secret: str):
    return client.get("/api/v1/me/", headers={"authorization": f"Bearer {secret}"})


# --- The page ---------------------------------------------------------------------------------------------------------


def test_a_new_token_is_shown_once_and_works(browser_of, visitor, audits):
    browser = browser_of(UserFactory(username="ana"))
    assert browser.post("/account/tokens/", FORM).headers["Location"] == "/account/tokens/"
    page = browser.get("/account/tokens/")
    secret = page.context["made"]["secret"]
    shown = page.content.decode()
    assert secret in shown
    assert f"Authorization: Bearer {secret}" in page.context["snippets"]["curl"]
    assert "no-store" in page.headers["Cache-Control"]
    assert whoami(visitor, secret).json()["username"] == "ana"
    again = browser.get("/account/tokens/").content.decode()
    assert secret not in again
    assert secret[:12] in again
    assert [entry.verb for entry in audits] == ["token.created"]
    assert secret not in repr(audits)


def test_neither_the_tokens_nor_the_sessions_hold_a_secret_that_works(browser_of):
    browser = browser_of(UserFactory())
    browser.post("/account/tokens/", FORM)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_accesstoken")
        tokens = repr(cursor.fetchall())
        cursor.execute("SELECT session_data FROM django_session")
        sessions = repr(cursor.fetchall())
    secret = browser.get("/account/tokens/").context["made"]["secret"]
    assert secret not in tokens + sessions


@pytest.mark.parametrize(("lifetime", "days"), [("30", 30), ("90", 90), ("365", 365)])
def test_a_token_expires_when_it_was_said_to(browser_of, lifetime, days):
    user = UserFactory()
    browser_of(user).post("/account/tokens/", {**FORM, "lifetime": lifetime})
    lives = user.access_tokens.get().expires_at - timezone.now()
    assert timedelta(days=days) - lives < timedelta(minutes=1)


def test_a_token_may_live_for_ever(browser_of):
    user = UserFactory()
    browser_of(user).post("/account/tokens/", {**FORM, "lifetime": "never"})
    assert user.access_tokens.get().expires_at is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "   "}, "This field is required."),
        ({"name": "x" * 81}, "at most 80 characters"),
        ({"scope": "everything"}, "Select a valid choice."),
        ({"lifetime": "7000"}, "Select a valid choice."),
        ({"reach": "chosen"}, "Choose at least one workspace"),
        ({"reach": "chosen", "workspaces": [str(uuid4())]}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_made_is_said_in_the_dialog_which_stays_open(browser_of, team, change, said):
    user = UserFactory()
    answer = browser_of(user).post("/account/tokens/", {**FORM, **change})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert "data-dialog-shown" in page
    assert not user.access_tokens.exists()


def test_a_token_can_be_limited_to_workspaces(browser_of, team):
    user = UserFactory()
    browser_of(user).post("/account/tokens/", {**FORM, "reach": "chosen", "workspaces": [str(team)]})
    token = user.access_tokens.get()
    assert token.opens_workspace(team)
    assert not token.opens_workspace(uuid4())


def test_a_revoked_token_opens_nothing_and_leaves_the_list(browser_of, visitor, audits):
    token = AccessTokenFactory(name="old laptop")
    browser = browser_of(token.user)
    assert whoami(visitor, token.secret).status_code == 200
    browser.post(f"/account/tokens/{token.pk}/revoke/")
    assert whoami(visitor, token.secret).status_code == 401
    browser.get("/account/profile/")  # takes the message
    assert "old laptop" not in browser.get("/account/tokens/").content.decode()
    browser.post(f"/account/tokens/{token.pk}/revoke/")
    assert [entry.verb for entry in audits] == ["token.revoked"]


def test_after_revoking_the_list_is_as_it_was(browser_of):
    token = AccessTokenFactory()
    browser = browser_of(token.user)
    came_from = browser.get("/account/tokens/?sort=name").wsgi_request.build_absolute_uri()
    answer = browser.post(f"/account/tokens/{token.pk}/revoke/", headers={"referer": came_from})
    assert answer.headers["Location"] == "/account/tokens/?sort=name"


def test_chosen_tokens_are_revoked_together_but_never_those_of_others(browser_of):
    user = UserFactory()
    mine = AccessTokenFactory.create_batch(3, user=user)
    theirs = AccessTokenFactory()
    ids = ",".join(str(token.pk) for token in [*mine[:2], theirs])
    browser_of(user).post("/account/tokens/revoke/", {"ids": ids})
    still_work = set(AccessToken.objects.usable())
    assert still_work == {mine[2], theirs}


def test_tokens_of_others_are_out_of_reach(browser_of, api_of, visitor):
    token = AccessTokenFactory(name="theirs alone")
    other = UserFactory()
    browser = browser_of(other)
    assert "theirs alone" not in browser.get("/account/tokens/").content.decode()
    assert browser.post(f"/account/tokens/{token.pk}/revoke/").status_code == 404
    assert api_of(other).delete(f"/api/v1/tokens/{token.pk}/").status_code == 404
    assert whoami(visitor, token.secret).status_code == 200


def test_a_person_without_tokens_is_told_what_they_are_for(browser_of):
    assert "No access tokens yet" in browser_of(UserFactory()).get("/account/tokens/").content.decode()


@pytest.mark.parametrize(("state", "shown"), [("works", "lasting"), ("expired", "bygone")])
def test_tokens_are_filtered_by_whether_they_work(browser_of, state, shown):
    user = UserFactory()
    AccessTokenFactory(user=user, name="lasting")
    AccessTokenFactory(user=user, name="bygone", expires_at=timezone.now() - timedelta(days=1))
    rows = browser_of(user).get(f"/account/tokens/?state={state}").context["list"].rows
    assert [row.label for row in rows] == [shown]


# --- What a token opens -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"expires_at": timezone.now() - timedelta(seconds=1)},
        {"revoked_at": timezone.now()},
        {"user__deactivated": True},
    ],
)
def test_a_token_that_ended_opens_nothing(visitor, fields):
    answer = whoami(visitor, AccessTokenFactory(**fields).secret)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert "Make a new one" in answer.json()["detail"]


@pytest.mark.parametrize("secret", ["", "mls_", "mls_" + "x" * 43, "é", "x" * 5000, "a b"])
def test_what_is_no_token_opens_nothing(visitor, secret):
    assert whoami(visitor, secret).status_code == 401


def test_the_hash_of_a_token_is_no_token(visitor):
    assert whoami(visitor, token_hash(AccessTokenFactory().secret)).status_code == 401


def test_a_token_opens_no_pages(visitor):
    secret = AccessTokenFactory().secret
    answer = visitor.get("/account/profile/", headers={"authorization": f"Bearer {secret}"})
    assert answer.status_code == 302


def test_a_reading_token_changes_nothing(api_of):
    user = UserFactory(full_name="Before")
    api = api_of(user, scope="read")
    assert api.get("/api/v1/me/").status_code == 200
    assert api.patch("/api/v1/me/", {"full_name": "After"}).status_code == 403
    assert api.post("/api/v1/tokens/", {"name": "x", "expires_at": None}).status_code == 403
    assert api.delete(f"/api/v1/tokens/{user.access_tokens.get().pk}/").status_code == 403
    user.refresh_from_db()
    assert user.full_name == "Before"


def test_a_token_limited_to_workspaces_only_reads_beside_them(api_of, team):
    api = api_of(UserFactory(administrator=True), workspace_ids=[str(team)])
    assert api.get("/api/v1/me/").json()["token"]["workspaces"] == [str(team)]
    refused = api.patch("/api/v1/me/", {"full_name": "After"})
    assert refused.status_code == 403
    assert "limited to workspaces" in refused.json()["detail"]
    assert api.get("/api/v1/users/").status_code == 403


def test_the_last_use_of_a_token_is_kept(visitor):
    token = AccessTokenFactory()
    whoami(visitor, token.secret)
    token.refresh_from_db()
    assert timezone.now() - token.last_used_at < timedelta(minutes=1)


# --- Tokens over the API ----------------------------------------------------------------------------------------------


def test_tokens_are_made_listed_and_revoked_over_the_api(api_of, visitor):
    user = UserFactory()
    api = api_of(user, name="maker")
    expires_at = (timezone.now() + timedelta(days=7)).isoformat()
    made = api.post("/api/v1/tokens/", {"name": "script", "scope": "read", "expires_at": expires_at})
    assert made.status_code == 201
    secret, key = made.json()["token"], made.json()["id"]
    assert whoami(visitor, secret).json()["token"]["scope"] == "read"
    listing = api.get("/api/v1/tokens/")
    assert [row["name"] for row in listing.json()["results"]] == ["script", "maker"]
    assert secret not in listing.content.decode()
    assert api.delete(f"/api/v1/tokens/{key}/").status_code == 204
    assert whoami(visitor, secret).status_code == 401
    assert [row["name"] for row in api.get("/api/v1/tokens/").json()["results"]] == ["maker"]


def test_a_token_can_revoke_itself(api_of):
    user = UserFactory()
    api = api_of(user)
    assert api.delete(f"/api/v1/tokens/{user.access_tokens.get().pk}/").status_code == 204
    assert api.get("/api/v1/me/").status_code == 401


def test_a_browser_makes_any_token(browser_of, team):
    browser = browser_of(UserFactory())
    body = {"name": "x", "expires_at": None, "workspaces": [str(team)]}
    assert browser.post("/api/v1/tokens/", body, content_type="application/json").status_code == 201


IN_A_WEEK = timezone.now() + timedelta(days=7)
IN_A_MONTH = timezone.now() + timedelta(days=30)


@pytest.mark.parametrize(
    ("maker", "wanted", "code"),
    [
        ({"expires_at": IN_A_MONTH}, {"expires_at": IN_A_WEEK.isoformat()}, 201),
        ({"expires_at": IN_A_MONTH}, {"expires_at": IN_A_MONTH.isoformat()}, 201),
        ({"expires_at": IN_A_WEEK}, {"expires_at": IN_A_MONTH.isoformat()}, 403),
        ({"expires_at": IN_A_WEEK}, {"expires_at": None}, 403),
        ({}, {"expires_at": None}, 201),
        ({"scope": "read"}, {"expires_at": None, "scope": "read"}, 403),
        ({"workspace_ids": ["the team"]}, {"expires_at": None}, 403),
        ({"workspace_ids": ["the team"]}, {"expires_at": None, "workspaces": ["the team"]}, 403),
    ],
)
def test_a_token_makes_none_that_may_do_more(api_of, team, maker, wanted, code):
    def with_team(fields: dict) -> dict:
        return {name: [str(team)] if value == ["the team"] else value for name, value in fields.items()}

    user = UserFactory()
    answer = api_of(user, **with_team(maker)).post("/api/v1/tokens/", {"name": "more", **with_team(wanted)})
    assert answer.status_code == code
    assert user.access_tokens.filter(name="more").exists() == (code == 201)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x"}, "expires_at"),
        ({"expires_at": None}, "name"),
        ({"name": "", "expires_at": None}, "name"),
        ({"name": "x", "expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
        ({"name": "x", "expires_at": None, "scope": "all"}, "scope"),
        ({"name": "x", "expires_at": None, "workspaces": ["x"]}, "workspaces[0]"),
        ({"name": "x", "expires_at": None, "workspaces": [str(uuid4())]}, "workspaces"),
    ],
)
def test_what_cannot_be_made_is_said_by_field(api_of, body, field):
    answer = api_of(UserFactory()).post("/api/v1/tokens/", body)
    assert answer.status_code == 400
    assert field.partition("[")[0] in " ".join(answer.json()["errors"])


def test_a_create_request_sent_twice_makes_one_token(api_of):
    user = UserFactory()
    api = api_of(user)
    body = {"name": "once", "expires_at": None}
    answers = [api.post("/api/v1/tokens/", body, headers={"idempotency-key": "k1"}).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert user.access_tokens.filter(name="once").count() == 1


def test_a_service_takes_no_workspace_of_others(team):
    with pytest.raises(InvalidInput, match="You are not a member"):
        services.create_token(user=UserFactory(), name="x", workspace_ids=[uuid4()])
