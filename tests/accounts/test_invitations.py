"""Invitations, from sending to accepting."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection, connections
from django.utils import timezone

from apps.accounts import services
from apps.accounts.models import Invitation, User
from apps.core.errors import InvalidInput, NotAllowed, UserError
from apps.core.models import PendingTask
from tests.accounts.factories import PASSWORD, InvitationFactory, UserFactory

ACCOUNT = {"username": "new.person", "full_name": "New Person", "password": PASSWORD, "again": PASSWORD}


def path_of(link: str) -> str:
    return link.removeprefix(settings.STUDIO.url)


def who(browser) -> str:
    answer = browser.get("/api/v1/me/")
    return answer.json()["username"] if answer.status_code == 200 else ""


@pytest.fixture
def with_mail(settings):
    settings.STUDIO = dataclasses.replace(settings.STUDIO, email_url="smtp://mail.example.org")


# --- Sending ----------------------------------------------------------------------------------------------------------


def test_an_administrator_invites_and_sees_the_link_once(browser_of, visitor, audits):
    browser = browser_of(UserFactory(administrator=True))
    assert browser.post("/administration/invitations/", {"email": "New@Example.org"}).status_code == 302
    page = browser.get("/administration/invitations/")
    link = page.context["made"]["link"]
    assert link in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert "No mail goes out" in page.content.decode()
    assert link not in browser.get("/administration/invitations/").content.decode()
    assert "new@example.org" in visitor.get(path_of(link)).content.decode()
    assert [entry.verb for entry in audits] == ["invitation.sent"]
    assert link.rstrip("/").rpartition("/")[2] not in repr(audits)


def test_an_invitation_to_nowhere_is_refused_in_the_dialog(browser_of):
    answer = browser_of(UserFactory(administrator=True)).post("/administration/invitations/", {"email": "nowhere"})
    assert answer.status_code == 422
    assert "data-dialog-shown" in answer.content.decode()
    assert not Invitation.objects.exists()


def test_only_administrators_invite_into_nothing(team):
    with pytest.raises(NotAllowed):
        services.invite(actor=UserFactory(), email="new@example.org")
    invitation, _link = services.invite(actor=UserFactory(), email="new@example.org", grants={"team": "Reader"})
    assert invitation.state == Invitation.State.OPEN


def test_nobody_gives_what_is_not_theirs(team):
    with pytest.raises(NotAllowed, match="not yours to give"):
        services.invite(actor=UserFactory(username="guest"), email="new@example.org", grants={"team": "Reader"})
    assert not Invitation.objects.exists()


def test_an_address_must_be_one(db):
    with pytest.raises(InvalidInput):
        services.invite(actor=UserFactory(administrator=True), email="a@b@c")


def test_an_invitation_is_mailed_where_mail_is_set_up(with_mail, team, run_tasks, visitor):
    actor = UserFactory(administrator=True, full_name="Ada\nBcc: evil@example.org")
    _invitation, link = services.invite(actor=actor, email="new@example.org", grants={"team": "Reader"})
    assert link.rstrip("/").rpartition("/")[2] not in repr(PendingTask.objects.values_list("arguments"))
    run_tasks()
    (message,) = mail.outbox
    assert message.to == ["new@example.org"]
    assert message.subject == "Ada Bcc: evil@example.org invites you to Open ML Studio"
    assert link in message.body
    assert "Reader in the team" in message.body
    assert visitor.get(path_of(link)).status_code == 200


def test_nothing_is_mailed_where_no_mail_is_set_up(db, run_tasks):
    services.invite(actor=UserFactory(administrator=True), email="new@example.org")
    run_tasks()
    assert mail.outbox == []


def test_a_mail_whose_link_was_replaced_or_withdrawn_meanwhile_is_not_sent(with_mail, run_tasks):
    actor = UserFactory(administrator=True)
    replaced, _old = services.invite(actor=actor, email="replaced@example.org")
    link = services.resend(actor=actor, invitation=replaced)
    withdrawn, _link = services.invite(actor=actor, email="withdrawn@example.org")
    services.withdraw(actor=actor, invitation=withdrawn)
    run_tasks()
    (message,) = mail.outbox
    assert link in message.body


# --- Accepting --------------------------------------------------------------------------------------------------------


def test_a_stranger_makes_an_account_and_gets_what_was_granted(visitor, team, audits, notices):
    invitation = InvitationFactory(grants={"team": "Reader"}, email="new@example.org")
    page = visitor.get(f"/invitations/{invitation.secret}/").content.decode()
    assert "Reader in the team" in page
    assert 'value="new"' in page
    assert visitor.post(f"/invitations/{invitation.secret}/", ACCOUNT).headers["Location"] == "/"
    assert who(visitor) == "new.person"
    user = User.objects.get(username="new.person")
    assert (user.email, user.full_name, user.is_administrator) == ("new@example.org", "New Person (Reader)", False)
    assert [entry.verb for entry in audits] == ["user.created", "invitation.accepted", "account.signed_in"]
    assert [(notice.user, notice.title) for notice in notices] == [
        (invitation.invited_by, "New Person (Reader) accepted your invitation")
    ]


def test_someone_with_an_account_joins_with_it(browser_of, team):
    invitation = InvitationFactory(grants={"team": "Reader"})
    user = UserFactory(username="ana", full_name="Ana")
    browser = browser_of(user)
    assert "Accept as Ana" in browser.get(f"/invitations/{invitation.secret}/").content.decode()
    assert browser.post(f"/invitations/{invitation.secret}/").headers["Location"] == "/"
    user.refresh_from_db()
    assert user.full_name == "Ana (Reader)"
    invitation.refresh_from_db()
    assert invitation.accepted_by == user


def test_whoever_has_an_account_but_is_not_signed_in_is_led_there_and_back(visitor):
    UserFactory(username="ana", email="ana@example.org")
    invitation = InvitationFactory(email="ana@example.org")
    path = f"/invitations/{invitation.secret}/"
    page = visitor.get(path).content.decode()
    assert "There is an account with this address." in page
    assert "New password" not in page
    assert visitor.post(path, ACCOUNT).status_code == 404
    signed_in = visitor.post("/sign-in/", {"name": "ana", "password": PASSWORD, "next": path})
    assert signed_in.headers["Location"] == path
    visitor.post(path)
    invitation.refresh_from_db()
    assert invitation.accepted_by.username == "ana"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"username": "TAKEN"}, "This name is taken."),
        ({"username": "has space"}, "Use letters without accents"),
        ({"username": "at@sign"}, "Use letters without accents"),
        ({"username": "аdmin"}, "Use letters without accents"),
        ({"username": "-x"}, "begin with a letter or digit"),
        ({"username": ""}, "This field is required."),
        ({"password": "short", "again": "short"}, "at least 10 characters"),
        ({"again": "something else"}, "The two passwords differ."),
    ],
)
def test_what_cannot_be_an_account_is_said_and_the_invitation_stays_open(visitor, change, said):
    UserFactory(username="taken")
    invitation = InvitationFactory()
    answer = visitor.post(f"/invitations/{invitation.secret}/", {**ACCOUNT, **change})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert PASSWORD not in answer.content.decode()
    invitation.refresh_from_db()
    assert invitation.state == Invitation.State.OPEN


def test_an_invitation_is_accepted_once(visitor, browser_of, team):
    invitation = InvitationFactory(grants={"team": "Reader"})
    visitor.post(f"/invitations/{invitation.secret}/", ACCOUNT)
    late = UserFactory(full_name="Late")
    answer = browser_of(late).post(f"/invitations/{invitation.secret}/")
    assert answer.status_code == 410
    assert "has been accepted" in answer.content.decode()
    late.refresh_from_db()
    assert late.full_name == "Late"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "has expired. Ask Ada for a new one."),
        ({"withdrawn_at": timezone.now()}, "was withdrawn. Ask Ada for a new one."),
    ],
)
def test_an_invitation_that_ended_says_whom_to_ask(visitor, fields, said):
    invitation = InvitationFactory(invited_by__full_name="Ada", **fields)
    for answer in (
        visitor.get(f"/invitations/{invitation.secret}/"),
        visitor.post(f"/invitations/{invitation.secret}/", ACCOUNT),
    ):
        assert answer.status_code == 410
        assert said in answer.content.decode()
    assert not User.objects.filter(username="new.person").exists()


def test_a_mutilated_link_says_so(visitor):
    answer = visitor.get(f"/invitations/{InvitationFactory().secret[:-2]}/")
    assert answer.status_code == 404
    assert "not complete" in answer.content.decode()


def test_the_database_holds_no_link_that_works(db):
    _invitation, link = services.invite(actor=UserFactory(administrator=True), email="new@example.org")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_invitation")
        assert link.rstrip("/").rpartition("/")[2] not in repr(cursor.fetchall())


# --- Afterwards -------------------------------------------------------------------------------------------------------


def test_a_new_link_takes_the_place_of_the_old(browser_of, visitor):
    invitation = InvitationFactory(expires_at=timezone.now() - timedelta(days=1))
    browser = browser_of(invitation.invited_by)
    browser.post(f"/administration/invitations/{invitation.pk}/resend/")
    link = browser.get("/administration/invitations/").context["made"]["link"]
    assert visitor.get(f"/invitations/{invitation.secret}/").status_code == 404
    assert visitor.get(path_of(link)).status_code == 200


def test_a_withdrawn_invitation_cannot_be_sent_again(browser_of):
    invitation = InvitationFactory(withdrawn_at=timezone.now())
    answer = browser_of(invitation.invited_by).post(f"/administration/invitations/{invitation.pk}/resend/")
    assert answer.status_code == 410


def test_chosen_invitations_are_withdrawn_but_accepted_ones_stay(browser_of, audits):
    waiting = InvitationFactory.create_batch(2)
    accepted = InvitationFactory(accepted_at=timezone.now(), accepted_by=UserFactory())
    ids = ",".join(str(invitation.pk) for invitation in [*waiting, accepted])
    browser_of(UserFactory(administrator=True)).post("/administration/invitations/withdraw/", {"ids": ids})
    states = {invitation.pk: invitation.state for invitation in Invitation.objects.all()}
    assert [states[invitation.pk] for invitation in waiting] == [Invitation.State.WITHDRAWN] * 2
    assert states[accepted.pk] == Invitation.State.ACCEPTED
    assert [entry.verb for entry in audits] == ["invitation.withdrawn"] * 2


def test_what_somebody_sent_is_withdrawn_when_they_are_deactivated(visitor):
    invitation = InvitationFactory()
    services.deactivate(actor=UserFactory(administrator=True), user=invitation.invited_by)
    assert visitor.post(f"/invitations/{invitation.secret}/", ACCOUNT).status_code == 410


@pytest.mark.parametrize("state", Invitation.State.values)
def test_invitations_are_filtered_by_state(browser_of, state):
    InvitationFactory(email="open@example.org")
    InvitationFactory(email="accepted@example.org", accepted_at=timezone.now())
    InvitationFactory(email="withdrawn@example.org", withdrawn_at=timezone.now())
    InvitationFactory(email="expired@example.org", expires_at=timezone.now() - timedelta(days=1))
    browser = browser_of(UserFactory(administrator=True))
    rows = browser.get(f"/administration/invitations/?state={state}").context["list"].rows
    assert [row.label for row in rows] == [f"{state}@example.org"]


def test_invitations_over_the_api(api_of, visitor):
    api = api_of(UserFactory(username="ada", administrator=True))
    made = api.post("/api/v1/invitations/", {"email": "new@example.org"})
    assert made.status_code == 201
    key, link = made.json()["id"], made.json()["link"]
    assert visitor.get(path_of(link)).status_code == 200
    (row,) = api.get("/api/v1/invitations/?state=open").json()["results"]
    assert (row["email"], row["state"], row["invited_by"], row["gives"]) == ("new@example.org", "open", "ada", [])
    assert "link" not in row
    renewed = api.post(f"/api/v1/invitations/{key}/link/").json()["link"]
    assert visitor.get(path_of(link)).status_code == 404
    assert api.delete(f"/api/v1/invitations/{key}/").status_code == 204
    assert visitor.get(path_of(renewed)).status_code == 410
    assert api.get(f"/api/v1/invitations/{key}/").json()["state"] == "withdrawn"


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_of_many_who_accept_at_once_one_makes_an_account():
    invitation = InvitationFactory()

    def accept(number: int) -> bool:
        try:
            services.accept_as_new_user(
                token=invitation.secret, username=f"person-{number}", full_name="", password=PASSWORD
            )
        except UserError:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(accept, range(6))) == [False] * 5 + [True]
    assert User.objects.filter(username__startswith="person-").count() == 1
