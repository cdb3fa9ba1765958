"""Signing in with a password, and out."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher, PBKDF2PasswordHasher
from django.db import connections
from django.utils import timezone

from apps.accounts import throttle
from apps.accounts.models import Throttle
from tests.accounts.conftest import new_browser
from tests.accounts.factories import PASSWORD, UserFactory


def sign_in(visitor, name, password=PASSWORD, **data):
    return visitor.post("/sign-in/", {"name": name, "password": password, **data})


def is_signed_in(visitor):
    return visitor.get("/account/profile/").status_code == 200


def let_pass(span: timedelta) -> None:
    """Make every counter as much older."""
    for row in Throttle.objects.all():
        Throttle.objects.filter(pk=row.pk).update(since=row.since - span)


@pytest.mark.parametrize("typed", ["ana", "ANA", " ana ", "ana@example.org", "Ana@Example.org"])
def test_user_name_and_email_address_both_sign_in(visitor, typed):
    UserFactory(username="ana", email="ana@example.org")
    assert sign_in(visitor, typed).headers["Location"] == "/"
    assert is_signed_in(visitor)


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(visitor, monkeypatch):
    UserFactory(username="known.name")
    hashed = []
    real = MD5PasswordHasher.encode

    def counted(self, password, salt):
        hashed.append(password)
        return real(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    answers = []
    for name in ("known.name", "unknown.name"):
        hashed.clear()
        response = sign_in(visitor, name, "wrong")
        assert response.status_code == 422
        answers.append((response.content.decode().replace(name, "NAME"), len(hashed)))
    assert "User name or password is not right" in answers[0][0]
    assert _without_tokens(answers[0][0]) == _without_tokens(answers[1][0])
    assert answers[0][1] == answers[1][1] == 1


def test_real_passwords_are_stored_with_a_slow_hash():
    assert PBKDF2PasswordHasher.iterations >= 600_000


def test_a_typed_name_is_kept_and_a_typed_password_is_not(visitor):
    page = sign_in(visitor, "some.body", "s3cret-typed").content.decode()
    assert 'value="some.body"' in page
    assert "s3cret-typed" not in page


def test_five_failures_pause_a_name_at_an_address(visitor, audits):
    UserFactory(username="ana")
    for _ in range(5):
        assert sign_in(visitor, "ana", "wrong").status_code == 422
    paused = sign_in(visitor, "ana", PASSWORD)
    assert paused.status_code == 429
    assert 0 < int(paused.headers["Retry-After"]) <= 300
    page = paused.content.decode()
    assert "Too many tries. Wait 5 minutes, or ask an administrator for a sign-in link." in page
    assert 'value="ana"' in page
    assert not is_signed_in(visitor)
    for _ in range(5):
        sign_in(visitor, "ana", "wrong")
    assert [(entry.verb, entry.summary) for entry in audits] == [("account.sign_in_paused", "ana")]


def test_an_unknown_name_is_paused_just_the_same(visitor):
    for _ in range(5):
        sign_in(visitor, "nobody", "wrong")
    assert sign_in(visitor, "nobody", "wrong").status_code == 429


def test_the_owner_comes_in_from_elsewhere_while_a_stranger_guesses(visitor):
    UserFactory(username="ana")
    stranger = new_browser()
    for _ in range(6):
        stranger.post("/sign-in/", {"name": "ana", "password": "wrong"}, REMOTE_ADDR="203.0.113.9")
    assert sign_in(visitor, "ana").status_code == 302


def test_one_address_cannot_try_many_names(visitor):
    UserFactory(username="ana")
    for number in range(30):
        assert sign_in(visitor, f"name{number}", "wrong").status_code == 422
    assert sign_in(visitor, "ana").status_code == 429


def test_many_addresses_cannot_try_one_name(visitor):
    UserFactory(username="ana")
    for number in range(50):
        guess = {"name": "ana", "password": "wrong"}
        assert visitor.post("/sign-in/", guess, REMOTE_ADDR=f"203.0.113.{number}").status_code == 422
    last = visitor.post("/sign-in/", {"name": "ana", "password": PASSWORD}, REMOTE_ADDR="198.51.100.1")
    assert last.status_code == 429


def test_a_pause_ends_by_itself(visitor):
    UserFactory(username="ana")
    for _ in range(6):
        sign_in(visitor, "ana", "wrong")
    let_pass(timedelta(minutes=4))
    assert sign_in(visitor, "ana").status_code == 429
    let_pass(timedelta(minutes=1, seconds=1))
    assert sign_in(visitor, "ana").status_code == 302


def test_right_passwords_are_not_counted(visitor):
    UserFactory(username="ana")
    for _ in range(40):
        assert sign_in(new_browser(), "ana").status_code == 302


def test_whoever_is_kept_waiting_does_not_fill_the_database(visitor):
    for number in range(30):
        sign_in(visitor, f"name{number}", "wrong")
    before = Throttle.objects.count()
    for number in range(30, 40):
        assert sign_in(visitor, f"name{number}", "wrong").status_code == 429
    assert Throttle.objects.count() == before


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_guesses_made_at_once_do_not_slip_past_the_counter():
    def guess(_number: int) -> bool:
        try:
            return throttle.take("ana", "203.0.113.9").wait_s == 0
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(guess, range(20))) == 5


def test_old_counters_are_thrown_away(visitor):
    sign_in(visitor, "nobody", "wrong")
    throttle.prune(timezone.now())
    assert Throttle.objects.exists()
    throttle.prune(timezone.now() + timedelta(hours=1))
    assert not Throttle.objects.exists()


def test_the_header_of_a_proxy_counts_only_where_there_is_one(visitor):
    for number in range(6):
        visitor.post(
            "/sign-in/", {"name": "ana", "password": "wrong"}, headers={"x-forwarded-for": f"203.0.113.{number}"}
        )
    assert sign_in(visitor, "ana", "wrong").status_code == 429


def test_a_deactivated_person_is_told_so_only_with_the_right_password(visitor):
    UserFactory(username="ana", deactivated=True)
    assert "was deactivated" in sign_in(visitor, "ana").content.decode()
    assert "was deactivated" not in sign_in(visitor, "ana", "wrong").content.decode()
    assert not is_signed_in(visitor)


def test_someone_without_a_password_cannot_sign_in_with_any(visitor):
    UserFactory(username="ana", password=None)
    for guess in ("", "!", "None"):
        assert sign_in(visitor, "ana", guess).status_code == 422


@pytest.mark.parametrize(
    ("wanted", "goes_to"),
    [
        ("/workspaces/churn/?tab=1", "/workspaces/churn/?tab=1"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("\\\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/%0d%0aSet-Cookie:x", "/%0d%0aSet-Cookie:x"),
        ("/\r\nSet-Cookie: x=1", "/%0D%0ASet-Cookie:%20x=1"),
        ("/sign-in/", "/"),
        ("/sign-out/", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_one_goes_on_only_within_the_studio(visitor, wanted, goes_to):
    UserFactory(username="ana")
    assert sign_in(visitor, "ana", next=wanted).headers["Location"] == goes_to
    assert visitor.get("/sign-in/", {"next": wanted}).headers["Location"] == goes_to


def test_a_page_that_needs_an_account_is_reached_after_signing_in(visitor):
    UserFactory(username="ana")
    asked = visitor.get("/account/tokens/?q=x")
    assert asked.headers["Location"] == "/sign-in/?next=/account/tokens/%3Fq%3Dx"
    form = visitor.get(asked.headers["Location"])
    assert sign_in(visitor, "ana", next=form.context["next"]).headers["Location"] == "/account/tokens/?q=x"


def test_signing_in_begins_a_new_session(visitor):
    UserFactory(username="ana")
    planted = visitor.session
    planted["planted"] = True
    planted.save()
    sign_in(visitor, "ana")
    assert is_signed_in(visitor)
    assert visitor.session.session_key != planted.session_key
    assert not planted.exists(planted.session_key)


def test_signing_in_and_out_is_in_the_audit_log_without_secrets(visitor, audits):
    user = UserFactory(username="ana")
    sign_in(visitor, "ana")
    visitor.post("/sign-out/")
    assert [(entry.verb, entry.actor) for entry in audits] == [
        ("account.signed_in", user),
        ("account.signed_out", user),
    ]
    assert PASSWORD not in repr(audits)


def test_signing_out_needs_a_post_and_ends_the_session(browser_of):
    visitor = browser_of(UserFactory())
    key = visitor.session.session_key
    assert visitor.get("/sign-out/").status_code == 405
    assert visitor.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert not is_signed_in(visitor)
    visitor.cookies["__Host-studio-session"] = key
    assert not is_signed_in(visitor)


def test_forms_need_their_token(db):
    UserFactory(username="ana")
    visitor = new_browser()
    visitor.handler.enforce_csrf_checks = True
    assert sign_in(visitor, "ana").status_code == 403


def test_the_sign_in_page_is_not_kept_by_caches(visitor):
    assert "no-store" in visitor.get("/sign-in/").headers["Cache-Control"]


def _without_tokens(page: str) -> str:
    return re.sub(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ")[^"]+', r"\1", page)
