"""The commands about people."""

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from apps.accounts.models import User
from tests.accounts.factories import UserFactory


@pytest.fixture
def manage(db, capsys):
    """A function that runs a command and returns the lines of standard output and all of standard error."""

    def run(*arguments: str) -> tuple[list[str], str]:
        call_command(*arguments)
        captured = capsys.readouterr()
        return captured.out.splitlines(), captured.err

    return run


def whoami(visitor, secret: str):
    return visitor.get("/api/v1/me/", headers={"authorization": f"Bearer {secret}"}).json()


def test_create_token_prints_the_token_and_nothing_else(manage, visitor):
    UserFactory(username="ana")
    (secret,), notes = manage("create_token", "ana", "--name", "ci", "--days", "7", "--scope", "read")
    me = whoami(visitor, secret)
    assert (me["username"], me["token"]["name"], me["token"]["scope"]) == ("ana", "ci", "read")
    assert "ci" in notes
    assert secret not in notes


def test_a_token_may_be_made_for_ever(manage, visitor):
    UserFactory(username="ana")
    (secret,), _notes = manage("create_token", "ana", "--days", "0")
    assert whoami(visitor, secret)["token"]["expires_at"] is None


def test_sign_in_link_prints_a_link_that_signs_in(manage, visitor):
    UserFactory(username="ana", email="ana@example.org")
    (link,), notes = manage("sign_in_link", "ANA@example.org")
    visitor.post(link.removeprefix(settings.STUDIO.url))
    assert visitor.get("/api/v1/me/").json()["username"] == "ana"
    assert notes == "This link signs in ana, once, within 1 hour.\n"


def test_create_user_prints_a_link_for_its_owner(manage, visitor):
    (link,), _notes = manage(
        "create_user", "ana", "--email", "ana@example.org", "--name", "Ana Ruiz", "--administrator"
    )
    visitor.post(link.removeprefix(settings.STUDIO.url))
    me = visitor.get("/api/v1/me/").json()
    assert (me["username"], me["full_name"], me["is_administrator"]) == ("ana", "Ana Ruiz", True)
    assert not User.objects.get().has_usable_password()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("sign_in_link", "nobody"), "create_user nobody"),
        (("create_token", "nobody"), "Nobody has the user name or email address"),
        (("sign_in_link", "gone"), "was deactivated"),
        (("create_token", "gone"), "was deactivated"),
        (("create_token", "ana", "--days", "-1"), "--days must be from 0 to 3650"),
        (("create_token", "ana", "--name", ""), "Give the token a name"),
        (("sign_in_link", "ana", "--hours", "1000"), "--hours must be from 1 to 168"),
        (("create_user", "ANA"), "This name is taken."),
        (("create_user", "a b"), "Use letters without accents"),
        (("create_user", "x", "--email", "nowhere"), "email: Enter a valid email address."),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(manage, arguments, said):
    UserFactory(username="ana")
    UserFactory(username="gone", deactivated=True)
    with pytest.raises(CommandError, match=said):
        manage(*arguments)
    assert User.objects.count() == 2
