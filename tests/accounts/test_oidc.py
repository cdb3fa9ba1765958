"""Single sign-on, against a provider that speaks real OpenID Connect."""

import dataclasses
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings as studio_settings
from django.core.cache import cache

from apps.accounts.models import User
from studio.environment import ConfigurationError, Environment
from tests.accounts.conftest import new_browser
from tests.accounts.factories import PASSWORD, InvitationFactory, UserFactory
from tests.accounts.identity_provider import CLIENT_ID, CLIENT_SECRET, identity_provider

pytestmark = pytest.mark.servers

ANA = {
    "sub": "248289761001",
    "preferred_username": "ana",
    "name": "Ana Ruiz",
    "email": "ana@example.org",
    "email_verified": True,
}


@pytest.fixture
def provider(db, settings):
    with identity_provider() as running:
        running.person = dict(ANA)
        configure(settings, running.url)
        yield running
    cache.clear()


def configure(settings, issuer: str, domains: tuple[str, ...] = ()) -> None:
    settings.STUDIO = dataclasses.replace(
        studio_settings.STUDIO,
        oidc_issuer=issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=CLIENT_SECRET,
        oidc_name="Example ID",
        oidc_domains=domains,
    )
    app = {
        "provider_id": "oidc",
        "name": "Example ID",
        "client_id": CLIENT_ID,
        "secret": CLIENT_SECRET,
        "settings": {"server_url": issuer},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}


def path_of(address: str) -> str:
    assert address.startswith(f"{studio_settings.STUDIO.url}/"), address
    return address.removeprefix(studio_settings.STUDIO.url)


def sign_in(browser, provider, path: str = "/oidc/"):
    """Go to the provider and back; returns the studio's answer to the browser that comes back."""
    sent = browser.get(path)
    assert sent.status_code == 302
    return browser.get(path_of(provider.authorize(sent.headers["Location"])))


def who(browser) -> str:
    answer = browser.get("/api/v1/me/")
    return answer.json()["username"] if answer.status_code == 200 else ""


def test_a_newcomer_gets_an_account_and_comes_back_to_the_same(visitor, provider, audits):
    assert sign_in(visitor, provider).headers["Location"] == "/"
    user = User.objects.get()
    assert (user.username, user.full_name, user.email, user.is_administrator) == (
        "ana",
        "Ana Ruiz",
        "ana@example.org",
        False,
    )
    assert who(visitor) == "ana"
    provider.person.update(email="other@example.org", preferred_username="other", name="Other")
    again = new_browser()
    sign_in(again, provider)
    assert who(again) == "ana"
    assert User.objects.count() == 1
    assert [entry.verb for entry in audits] == ["user.created", "account.signed_in", "account.signed_in"]
    assert audits[-1].detail == {"method": "oidc"}
    assert "/keys" in provider.requests


def test_the_sign_in_page_offers_it_and_keeps_where_one_wanted_to_go(visitor, provider):
    page = visitor.get("/sign-in/?next=/account/tokens/").content.decode()
    assert "Sign in with Example ID" in page
    assert '/oidc/?next=%2Faccount%2Ftokens%2F"' in page
    assert sign_in(visitor, provider, "/oidc/?next=%2Faccount%2Ftokens%2F").headers["Location"] == "/account/tokens/"


def test_one_is_not_led_to_other_sites(visitor, provider):
    assert sign_in(visitor, provider, "/oidc/?next=https://evil.example/").headers["Location"] == "/"


def test_where_no_provider_is_set_up_there_is_nothing(visitor, browser_of):
    assert "/oidc/" not in visitor.get("/sign-in/").content.decode()
    assert visitor.get("/oidc/").status_code == 404
    assert visitor.get("/oidc/callback/?code=x&state=y").status_code == 404
    assert browser_of(UserFactory()).post("/oidc/connect/").status_code == 404


@pytest.mark.parametrize(
    ("claims", "username"),
    [
        ({"preferred_username": "Ana.Ruiz@corp.example"}, "ana.ruiz"),
        ({"preferred_username": "Žofie Ková"}, "zofie.kova"),
        ({"preferred_username": "taken"}, "taken2"),
        ({"preferred_username": None}, "ana"),
        ({"preferred_username": None, "email": None}, "ana.ruiz"),
        ({"preferred_username": None, "email": None, "name": "李"}, "user"),
    ],
)
def test_a_newcomer_gets_a_user_name_that_is_free(visitor, provider, claims, username):
    UserFactory(username="taken")
    provider.person.update(claims)
    sign_in(visitor, provider)
    assert who(visitor) == username


def test_an_address_at_the_provider_opens_no_existing_account(visitor, provider):
    UserFactory(username="boss", email="ana@example.org", administrator=True)
    answer = sign_in(visitor, provider)
    assert answer.status_code == 409
    assert "There is an account with the address ana@example.org." in answer.content.decode()
    assert who(visitor) == ""
    assert User.objects.count() == 1


def test_an_account_is_connected_by_its_owner_and_then_signs_in(browser_of, visitor, provider, audits):
    user = UserFactory(username="boss", email="ana@example.org")
    browser = browser_of(user)
    assert "Connect it to sign in without your password." in browser.get("/account/profile/").content.decode()
    sent = browser.post("/oidc/connect/").headers["HX-Redirect"]
    assert browser.get(path_of(provider.authorize(sent))).headers["Location"] == "/account/profile/"
    assert who(browser) == "boss"
    sign_in(visitor, provider)
    assert who(visitor) == "boss"
    browser.post("/oidc/disconnect/")
    assert sign_in(new_browser(), provider).status_code == 409
    assert [entry.verb for entry in audits if entry.verb.startswith("identity")] == [
        "identity.connected",
        "identity.disconnected",
    ]


def test_a_forged_link_connects_nothing(browser_of, provider):
    browser = browser_of(UserFactory(username="victim"))
    assert browser.get("/oidc/connect/").status_code == 405
    sign_in(browser, provider, "/oidc/?process=connect")
    assert who(browser) == "ana"  # somebody else's session, not the victim's account with another way in


def test_an_identity_belongs_to_one_account(browser_of, visitor, provider):
    sign_in(visitor, provider)
    other = browser_of(UserFactory(username="other"))
    answer = other.get(path_of(provider.authorize(other.post("/oidc/connect/").headers["HX-Redirect"])))
    assert answer.status_code == 409
    assert "Another account here is connected with this identity." in answer.content.decode()
    assert who(other) == "other"


def test_nobody_disconnects_their_only_way_in(visitor, provider):
    sign_in(visitor, provider)
    assert "You have no password yet" not in visitor.get("/account/profile/").content.decode()
    assert visitor.post("/oidc/disconnect/").status_code == 409
    assert who(new_browser()) == ""
    again = new_browser()
    sign_in(again, provider)
    assert who(again) == "ana"


def test_a_deactivated_person_stays_out(visitor, provider):
    sign_in(visitor, provider)
    User.objects.update(is_active=False)
    answer = sign_in(new_browser(), provider)
    assert answer.status_code == 403
    assert "This account was deactivated." in answer.content.decode()


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({}, 302),
        ({"email": "ANA@Example.ORG"}, 302),
        ({"email": "ana@evil.example"}, 403),
        ({"email": "ana@example.org.evil.example"}, 403),
        ({"email": "example.org"}, 403),
        ({"email_verified": False}, 403),
        ({"email": None}, 403),
    ],
)
def test_only_addresses_of_ones_own_domains_where_they_are_named(visitor, provider, settings, claims, code):
    configure(settings, provider.url, domains=("example.org",))
    provider.person.update(claims)
    assert sign_in(visitor, provider).status_code == code
    assert User.objects.exists() == (code == 302)


def test_whoever_was_invited_may_come_from_another_domain(visitor, provider, settings):
    configure(settings, provider.url, domains=("corp.example",))
    invitation = InvitationFactory(email="ana@example.org")
    path = f"/invitations/{invitation.secret}/"
    assert "Sign in with Example ID" in visitor.get(path).content.decode()
    assert sign_in(visitor, provider, f"/oidc/?next={path}").headers["Location"] == path
    assert visitor.post(path).headers["Location"] == "/"
    invitation.refresh_from_db()
    assert invitation.accepted_by.username == "ana"


@pytest.mark.parametrize(
    "fault",
    [
        {"is_down": True},
        {"signs_with_other_key": True},
        {"token_changes": {"aud": "another-client"}},
        {"token_changes": {"iss": "https://evil.example"}},
        {"token_changes": {"exp": 1}},
        {"userinfo_changes": {"sub": "somebody else"}},
        {"person": {"name": "no subject"}},
    ],
)
def test_an_answer_that_makes_no_sense_signs_nobody_in(visitor, provider, fault):
    sent = visitor.get("/oidc/").headers["Location"]
    for name, value in fault.items():
        setattr(provider, name, value)
    answer = visitor.get(path_of(provider.authorize(sent)))
    assert answer.status_code == 502
    assert "Example ID did not answer as it should." in answer.content.decode()
    assert who(visitor) == ""
    assert not User.objects.exists()


def test_a_provider_that_is_away_is_said_so(visitor, provider):
    provider.is_down = True
    answer = visitor.get("/oidc/")
    assert answer.status_code == 502
    assert "sign in with your password" in answer.content.decode()


def test_an_answer_counts_once_and_only_in_the_browser_that_asked(visitor, provider):
    back = path_of(provider.authorize(visitor.get("/oidc/").headers["Location"]))
    other = new_browser()
    assert other.get(back).status_code == 502
    assert who(other) == ""
    visitor.get(back)
    assert who(visitor) == "ana"
    visitor.post("/sign-out/")
    assert visitor.get(back).status_code == 502
    assert who(visitor) == ""


def test_whoever_turns_back_at_the_provider_is_at_the_sign_in_page(visitor, provider):
    asked = parse_qs(urlsplit(visitor.get("/oidc/").headers["Location"]).query)
    answer = visitor.get(f"/oidc/callback/?error=access_denied&state={asked['state'][0]}")
    assert answer.headers["Location"] == "/sign-in/"


def test_signing_in_with_it_ends_the_session_of_another_person(browser_of, provider):
    browser = browser_of(UserFactory(username="ben"))
    key = browser.session.session_key
    sign_in(browser, provider)
    assert who(browser) == "ana"
    assert browser.session.session_key != key


def test_password_and_single_sign_on_lead_to_one_account(browser_of, provider):
    browser = browser_of(UserFactory(username="boss"))
    browser.get(path_of(provider.authorize(browser.post("/oidc/connect/").headers["HX-Redirect"])))
    by_password = new_browser()
    by_password.post("/sign-in/", {"name": "boss", "password": PASSWORD})
    assert who(by_password) == "boss"


@pytest.mark.browser
def test_a_real_browser_signs_in_and_connects(page, asgi_server, provider):
    """Policies that only browsers enforce (content security, cookies across sites, openers) let it through."""
    UserFactory(username="boss")
    page.goto(f"{asgi_server.url}/sign-in/?next=/account/profile/")
    page.get_by_label("User name or email address").fill("boss")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Connect").click()
    page.get_by_role("button", name="Disconnect").wait_for()
    assert page.url == f"{asgi_server.url}/account/profile/"
    page.context.clear_cookies()
    page.goto(f"{asgi_server.url}/sign-in/?next=/account/profile/")
    page.get_by_role("link", name="Sign in with Example ID").click()
    page.wait_for_url(f"{asgi_server.url}/account/profile/")
    assert page.get_by_text("boss", exact=True).first.is_visible()


OIDC = {"STUDIO_OIDC_ISSUER": "https://id.example.org/", "STUDIO_OIDC_CLIENT_ID": "x", "STUDIO_OIDC_CLIENT_SECRET": "y"}


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"STUDIO_OIDC_ISSUER": "https://accounts.google.com"}, "STUDIO_OIDC_DOMAINS must say whose addresses"),
        ({"STUDIO_OIDC_DOMAINS": "example.org, a b"}, "STUDIO_OIDC_DOMAINS contains 'a b'"),
        ({"STUDIO_OIDC_CLIENT_ID": ""}, "STUDIO_OIDC_CLIENT_ID and STUDIO_OIDC_CLIENT_SECRET are needed"),
    ],
)
def test_settings_that_would_let_in_the_wrong_people_stop_the_start(variables, said):
    with pytest.raises(ConfigurationError, match=said):
        Environment.read({**OIDC, **variables})


def test_the_settings_of_a_provider_are_read():
    environment = Environment.read({**OIDC, "STUDIO_OIDC_DOMAINS": "Example.org, corp.example"})
    assert (environment.oidc_issuer, environment.oidc_domains) == (
        "https://id.example.org",
        ("example.org", "corp.example"),
    )
