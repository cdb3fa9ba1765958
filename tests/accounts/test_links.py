"""One-time sign-in links."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from apps.accounts import services
from apps.accounts.models import SignInLink, User
from apps.core.errors import UserError
from tests.accounts.conftest import new_browser
from tests.accounts.factories import SignInLinkFactory, UserFactory


def path_of(link: str) -> str:
    assert link.startswith(settings.STUDIO.url)
    return link.removeprefix(settings.STUDIO.url)


def who(browser) -> str:
    """Return who is signed in, as the API says it; empty for nobody."""
    answer = browser.get("/api/v1/me/")
    return answer.json()["username"] if answer.status_code == 200 else ""


def test_a_link_shows_whom_it_signs_in_and_does_so_on_a_press_of_the_button(visitor, audits):
    user = UserFactory(username="ana", full_name="Ana Ruiz")
    path = path_of(services.create_sign_in_link(user=user))
    page = visitor.get(path)
    assert "Sign in as Ana Ruiz" in page.content.decode()
    assert page.headers["Referrer-Policy"] == "strict-origin"  # the token in the address goes nowhere
    assert who(visitor) == ""
    assert visitor.post(path).headers["Location"] == "/"
    assert who(visitor) == "ana"
    assert [entry.verb for entry in audits] == ["account.sign_in_link_made", "account.signed_in"]
    assert audits[1].detail == {"method": "link"}


def test_programs_that_look_into_mails_do_not_use_a_link_up(visitor):
    path = path_of(services.create_sign_in_link(user=UserFactory(username="ana")))
    for _ in range(3):
        new_browser().get(path)
        new_browser().head(path)
    visitor.post(path)
    assert who(visitor) == "ana"


def test_a_link_works_once(visitor):
    path = path_of(services.create_sign_in_link(user=UserFactory()))
    new_browser().post(path)
    for answer in (visitor.get(path), visitor.post(path)):
        assert answer.status_code == 410
        assert "has been used" in answer.content.decode()
        assert "python manage.py sign_in_link" in answer.content.decode()
    assert who(visitor) == ""


def test_an_expired_link_says_so(visitor):
    link = SignInLinkFactory(expires_at=timezone.now() - timedelta(seconds=1))
    for answer in (visitor.get(f"/sign-in/link/{link.secret}/"), visitor.post(f"/sign-in/link/{link.secret}/")):
        assert answer.status_code == 410
        assert "has expired" in answer.content.decode()
    assert who(visitor) == ""


def test_a_mutilated_link_says_so(visitor):
    link = SignInLinkFactory()
    answer = visitor.post(f"/sign-in/link/{link.secret[:-1]}/")
    assert answer.status_code == 404
    assert "not complete" in answer.content.decode()


def test_a_link_of_someone_who_was_deactivated_does_not_work(visitor):
    link = SignInLinkFactory(user__deactivated=True)
    assert visitor.get(f"/sign-in/link/{link.secret}/").status_code == 403
    assert visitor.post(f"/sign-in/link/{link.secret}/").status_code == 403
    assert who(visitor) == ""


def test_a_link_takes_the_place_of_another_session(browser_of):
    browser = browser_of(UserFactory(username="ben", full_name="Ben Ode"))
    path = path_of(services.create_sign_in_link(user=UserFactory(username="ana")))
    assert "You are signed in as Ben Ode now" in browser.get(path).content.decode()
    browser.post(path)
    assert who(browser) == "ana"


def test_the_database_holds_no_link_that_works(db):
    link = services.create_sign_in_link(user=UserFactory())
    secret = link.rstrip("/").rpartition("/")[2]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_signinlink")
        assert secret not in repr(cursor.fetchall())


def test_a_link_by_an_administrator_is_told_to_its_owner(notices):
    user = UserFactory()
    services.create_sign_in_link(user=user, actor=UserFactory(administrator=True, full_name="Ada"))
    assert [(notice.user, notice.title) for notice in notices] == [(user, "Ada made a sign-in link for your account")]


def test_who_has_no_password_is_asked_for_one_first_and_may_put_it_off(visitor):
    user = UserFactory(password=None)
    asked = visitor.post(path_of(services.create_sign_in_link(user=user))).headers["Location"]
    assert asked == "/account/password/?next=%2F"
    page = visitor.get(asked).content.decode()
    assert "Choose a password" in page
    assert "Present password" not in page
    assert '<a class="btn btn-ghost" href="/">Not now</a>' in page
    assert "You have no password yet" in visitor.get("/account/profile/").content.decode()


def test_the_first_start_makes_an_administrator_and_a_link(visitor):
    path = path_of(services.first_sign_in_link())
    visitor.post(path)
    admin = User.objects.get()
    assert (admin.username, admin.is_administrator, admin.has_usable_password()) == ("admin", True, False)
    assert who(visitor) == "admin"


def test_until_somebody_has_signed_in_each_start_makes_a_new_link_in_place_of_the_old(visitor):
    first, second = path_of(services.first_sign_in_link()), path_of(services.first_sign_in_link())
    assert visitor.get(first).status_code == 404
    assert visitor.post(second).status_code == 302
    assert services.first_sign_in_link() == ""
    assert User.objects.count() == 1


def test_old_links_are_thrown_away(db, run_tasks):
    SignInLinkFactory(expires_at=timezone.now() - timedelta(days=31))
    kept = SignInLinkFactory(expires_at=timezone.now() - timedelta(days=29))
    from apps.accounts.tasks import prune

    prune()
    assert list(SignInLink.objects.all()) == [kept]


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_of_many_who_use_a_link_at_once_one_gets_in():
    link = SignInLinkFactory()

    def use(_number: int) -> bool:
        try:
            services.use_sign_in_link(token=link.secret)
        except UserError:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(use, range(16))) == [False] * 15 + [True]
