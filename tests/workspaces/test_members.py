"""Members: adding, inviting, roles, leaving, and the owner that must always stay."""

import threading

import pytest
from django.db import connections

from apps.accounts import services as accounts
from apps.activity.models import Notification
from apps.core.errors import InvalidInput, NotAllowed, NotFound
from apps.workspaces import services
from apps.workspaces.errors import AlreadyMember, LastOwner, PersonDeactivated, UnknownPerson
from apps.workspaces.models import Membership
from apps.workspaces.roles import Role
from tests.accounts.factories import InvitationFactory, UserFactory
from tests.workspaces.factories import MembershipFactory, WorkspaceFactory, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return UserFactory(username="ada", email="ada@example.org", full_name="Ada Lovelace")


@pytest.fixture
def workspace(ada):
    return WorkspaceFactory(owner=ada, name="churn")


def role_of(workspace, user):
    row = Membership.objects.filter(workspace=workspace, user=user).first()
    return row.role if row else None


# --- Adding -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["grace", "GRACE", "grace@example.org", "Grace@Example.ORG", "  grace "])
def test_people_are_found_by_name_and_address(ada, workspace, person):
    grace = UserFactory(username="Grace", email="grace@example.org")
    services.add_member(actor=ada, workspace=workspace, person=person, role=Role.READER)
    assert role_of(workspace, grace) == Role.READER
    told = Notification.objects.get()
    assert (told.user, "Ada Lovelace" in told.title, "churn" in told.title) == (grace, True, True)


def test_an_address_goes_before_a_name_made_to_look_like_it(ada, workspace):
    grace = UserFactory(email="grace@example.org")
    UserFactory(username="grace@example.org", email="mallory@example.org")
    services.add_member(actor=ada, workspace=workspace, person="grace@example.org", role=Role.READER)
    assert role_of(workspace, grace) == Role.READER


def test_who_cannot_be_added(ada, workspace):
    UserFactory(username="gone", deactivated=True)
    with pytest.raises(UnknownPerson, match="<script>"):
        services.add_member(actor=ada, workspace=workspace, person="<script>", role=Role.READER)
    with pytest.raises(PersonDeactivated):
        services.add_member(actor=ada, workspace=workspace, person="gone", role=Role.READER)
    with pytest.raises(AlreadyMember, match="Owner"):
        services.add_member(actor=ada, workspace=workspace, person="ada", role=Role.READER)
    UserFactory(username="grace")
    with pytest.raises(InvalidInput, match="king"):
        services.add_member(actor=ada, workspace=workspace, person="grace", role="king")
    assert workspace.memberships.count() == 1


@pytest.mark.parametrize("role", [role for role in Role if role != Role.OWNER])
def test_only_owners_manage_members(workspace, role):
    actor, other = member(workspace, role), UserFactory(username="grace")
    membership = MembershipFactory(workspace=workspace)
    with pytest.raises(NotAllowed):
        services.add_member(actor=actor, workspace=workspace, person="grace", role=Role.READER)
    with pytest.raises(NotAllowed):
        services.invite_member(actor=actor, workspace=workspace, email="new@example.org", role=Role.READER)
    with pytest.raises(NotAllowed):
        services.change_role(actor=actor, membership=membership, role=Role.OWNER)
    with pytest.raises(NotAllowed):
        services.remove_member(actor=actor, membership=membership)
    assert role_of(workspace, other) is None


# --- The last owner ---------------------------------------------------------------------------------------------------


def test_the_last_owner_stays(ada, workspace):
    mine = workspace.memberships.get()
    with pytest.raises(LastOwner):
        services.leave(actor=ada, workspace=workspace)
    with pytest.raises(LastOwner):
        services.remove_member(actor=ada, membership=mine)
    with pytest.raises(LastOwner):
        services.change_role(actor=ada, membership=mine, role=Role.READER)
    assert role_of(workspace, ada) == Role.OWNER


def test_an_owner_who_may_not_sign_in_does_not_count(ada, workspace):
    member(workspace, Role.OWNER, deactivated=True)
    with pytest.raises(LastOwner):
        services.leave(actor=ada, workspace=workspace)


def test_with_another_owner_the_first_can_go(ada, workspace):
    member(workspace, Role.OWNER)
    services.leave(actor=ada, workspace=workspace)
    assert role_of(workspace, ada) is None


def test_others_can_always_leave(workspace):
    reader = member(workspace, Role.READER)
    services.leave(actor=reader, workspace=workspace)
    with pytest.raises(NotFound):
        services.leave(actor=reader, workspace=workspace)


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_two_owners_who_demote_each_other_at_once(ada, workspace):
    grace = member(workspace, Role.OWNER)
    rows = {row.user: row for row in workspace.memberships.select_related("user", "workspace")}
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def demote(actor, other):
        start.wait(timeout=10)
        try:
            services.change_role(actor=actor, membership=rows[other], role=Role.READER)
            outcomes.append("done")
        except (NotAllowed, LastOwner) as error:
            outcomes.append(type(error).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=demote, args=pair) for pair in ((ada, grace), (grace, ada))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcomes) == ["NotAllowed", "done"]
    assert Membership.objects.filter(workspace=workspace, role=Role.OWNER).count() == 1


# --- Changing ---------------------------------------------------------------------------------------------------------


def test_a_new_role_holds_at_once_and_is_told(ada, workspace):
    grace = member(workspace, Role.READER)
    membership = workspace.memberships.get(user=grace)
    services.change_role(actor=ada, membership=membership, role=Role.CONTRIBUTOR)
    services.edit_workspace(actor=grace, workspace=workspace, changes={"description": "by Grace"})
    assert "Contributor" in Notification.objects.get(user=grace).title


def test_somebody_removed_in_the_meantime(ada, workspace):
    membership = MembershipFactory(workspace=workspace)
    services.remove_member(actor=ada, membership=membership)
    with pytest.raises(NotFound):
        services.change_role(actor=ada, membership=membership, role=Role.OWNER)


# --- Invitations ------------------------------------------------------------------------------------------------------


def invite(actor, workspace, role=Role.DATA_SCIENTIST):
    invitation, link = services.invite_member(actor=actor, workspace=workspace, email="new@example.org", role=role)
    return invitation, link.rstrip("/").rsplit("/", 1)[1]


def test_an_invitation_makes_a_member(ada, workspace):
    invitation, token = invite(ada, workspace)
    assert [(row.email, role) for row, role in services.open_invitations(workspace)] == [
        ("new@example.org", "Data Scientist")
    ]
    assert accounts.describe(invitation.grants) == ["Data Scientist in churn"]
    grace = UserFactory()
    accounts.accept_invitation(token=token, user=grace)
    assert role_of(workspace, grace) == Role.DATA_SCIENTIST
    assert services.open_invitations(workspace) == []


def test_who_was_removed_cannot_come_back_by_an_invitation_of_their_own(ada, workspace):
    grace = member(workspace, Role.OWNER)
    _invitation, token = invite(grace, workspace, Role.OWNER)
    services.remove_member(actor=ada, membership=workspace.memberships.get(user=grace))
    second_account = UserFactory()
    accounts.accept_invitation(token=token, user=second_account)
    assert role_of(workspace, second_account) is None


def test_an_invitation_changes_no_role_somebody_has(ada, workspace):
    _invitation, token = invite(ada, workspace, Role.OWNER)
    reader = member(workspace, Role.READER)
    accounts.accept_invitation(token=token, user=reader)
    assert role_of(workspace, reader) == Role.READER


def test_an_invitation_to_a_workspace_in_the_trash_gives_nothing_of_it(ada, workspace):
    _invitation, token = invite(ada, workspace)
    services.delete_workspace(actor=ada, workspace=workspace)
    grace = UserFactory()
    accounts.accept_invitation(token=token, user=grace)
    assert role_of(workspace, grace) is None


@pytest.mark.parametrize(
    "grants",
    [
        {"workspaces": {"not-an-id": "reader"}},
        {"workspaces": {"018f0000-0000-7000-8000-000000000000": "reader"}},
        {"workspaces": ["x"]},
        {"workspaces": {"018f0000-0000-7000-8000-000000000000": "king"}},
    ],
)
def test_nobody_gives_what_is_not_theirs(ada, grants):
    with pytest.raises(InvalidInput):
        accounts.invite(actor=ada, email="new@example.org", grants=grants)


def test_a_withdrawn_invitation_is_gone_from_the_list(ada, workspace):
    invitation, _token = invite(ada, workspace)
    services.withdraw_invitation(actor=ada, workspace=workspace, invitation=invitation)
    assert services.open_invitations(workspace) == []
    invitation.refresh_from_db()
    assert invitation.withdrawn_at


def test_withdrawing_leaves_what_an_invitation_gives_elsewhere(ada, workspace):
    other = WorkspaceFactory(owner=ada)
    grants = {"workspaces": {str(workspace.pk): Role.READER, str(other.pk): Role.READER}}
    invitation = InvitationFactory(invited_by=ada, grants=grants)
    services.withdraw_invitation(actor=ada, workspace=workspace, invitation=invitation)
    assert services.open_invitations(workspace) == []
    assert len(services.open_invitations(other)) == 1


# --- Administrators ---------------------------------------------------------------------------------------------------


def test_an_administrator_joins_and_all_owners_learn_of_it(ada, workspace):
    root = UserFactory(administrator=True, full_name="Root")
    services.join_as_owner(actor=root, workspace=workspace)
    assert role_of(workspace, root) == Role.OWNER
    told = Notification.objects.get()
    assert (told.user, "Root" in told.title) == (ada, True)


def test_an_administrator_who_is_a_reader_becomes_an_owner(workspace):
    root = member(workspace, Role.READER, administrator=True)
    services.join_as_owner(actor=root, workspace=workspace)
    services.join_as_owner(actor=root, workspace=workspace)
    assert role_of(workspace, root) == Role.OWNER
    assert Notification.objects.count() == 1


def test_nobody_else_joins_by_themselves(workspace):
    mallory = UserFactory()
    with pytest.raises(NotAllowed):
        services.join_as_owner(actor=mallory, workspace=workspace)
    assert role_of(workspace, mallory) is None
