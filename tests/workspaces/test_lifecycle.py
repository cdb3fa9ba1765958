"""Making, editing and archiving workspaces."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.core import hooks
from apps.core.errors import InvalidInput, NotAllowed, NotFound
from apps.workspaces import services
from apps.workspaces.errors import EditConflict, NameReserved, NameTaken, WorkspaceGone
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Role
from tests.accounts.factories import UserFactory
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def audited():
    """What was recorded, as (verb, summary)."""
    entries: list[tuple[str, str]] = []

    def note(entry):
        entries.append((entry.verb, entry.summary))

    hooks.audit_recorded.add(note)
    yield entries
    hooks.audit_recorded.remove(note)


def test_the_creator_becomes_the_owner(audited):
    ada = UserFactory()
    workspace = services.create_workspace(
        actor=ada, name="Credit-Risk_1", friendly_name="Credit risk", description="*What* we owe", tags={"team": "risk"}
    )
    assert workspace.title == "Credit risk"
    assert workspace.tags == {"team": "risk"}
    assert [(row.user, row.role) for row in workspace.memberships.all()] == [(ada, Role.OWNER)]
    assert audited == [("workspace.created", "Credit-Risk_1")]


def test_without_a_friendly_name_the_name_is_shown():
    assert services.create_workspace(actor=UserFactory(), name="churn").title == "churn"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a",
        "a" * 33,
        "-ab",
        "_ab",
        "a b",
        "a/b",
        "a.b",
        "añb",
        "ab\n",
        "ab\x00",
        "<script>",
        "../etc",
        "ab ",
        "名前",
    ],
)
def test_names_that_break_the_rule(name):
    with pytest.raises(InvalidInput) as error:
        services.create_workspace(actor=UserFactory(), name=name)
    assert list(error.value.errors) == ["name"]


@pytest.mark.parametrize("name", ["new", "trash", "Trash", "NEW"])
def test_names_of_pages_are_reserved(name):
    with pytest.raises(NameReserved, match=name):
        services.create_workspace(actor=UserFactory(), name=name)


@pytest.mark.parametrize("name", ["ab", "a" * 32, "A-b_9"])
def test_names_at_the_edge_of_the_rule(name):
    assert services.create_workspace(actor=UserFactory(), name=name).name == name


def test_a_name_is_taken_in_any_case_of_letters():
    WorkspaceFactory(name="Churn")
    with pytest.raises(NameTaken, match=r"“CHURN” already") as error:
        services.create_workspace(actor=UserFactory(), name="CHURN")
    assert error.value.field == "name"


def test_a_name_in_the_trash_is_taken_and_its_owner_learns_how_to_free_it():
    ada = UserFactory()
    workspace = WorkspaceFactory(name="churn", owner=ada)
    services.delete_workspace(actor=ada, workspace=workspace)
    with pytest.raises(
        NameTaken, match=r"Your workspace “churn” is in the trash until .* Restore it, or delete it for good"
    ):
        services.create_workspace(actor=ada, name="Churn")


def test_a_stranger_learns_when_a_name_in_the_trash_is_free_again():
    ada = UserFactory()
    workspace = WorkspaceFactory(name="churn", owner=ada)
    services.delete_workspace(actor=ada, workspace=workspace)
    with pytest.raises(
        NameTaken, match=r"is in the trash. The name is free again on .* or as soon as one of its owners"
    ):
        services.create_workspace(actor=UserFactory(), name="churn")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("friendly_name", "x" * 101),
        ("friendly_name", "two\nlines"),
        ("friendly_name", "nul\x00"),
        ("description", "x" * 1_000_000),
        ("description", "nul\x00"),
        ("tags", {f"tag-{number}": "" for number in range(10_000)}),
        ("tags", {"": "no name"}),
        ("tags", {"k" * 101: ""}),
        ("tags", {"key": "v" * 1001}),
        ("tags", {"key": "two\nlines"}),
        ("tags", {"half\ud800": ""}),
        ("tags", {"a=b": ""}),
        ("tags", ["not", "a", "dictionary"]),
        ("tags", {"key": {"nested": "value"}}),
    ],
)
def test_details_that_break_a_rule(field, value):
    ada = UserFactory()
    with pytest.raises(InvalidInput) as error:
        services.create_workspace(actor=ada, name="churn", **{field: value})
    assert list(error.value.errors) == [field]
    workspace = WorkspaceFactory(owner=ada)
    with pytest.raises(InvalidInput) as error:
        services.edit_workspace(actor=ada, workspace=workspace, changes={field: value})
    assert list(error.value.errors) == [field]


def test_description_may_have_lines_and_anything_that_is_text():
    text = "# Heading\r\n\n<script>alert(1)</script>\t😀 ñ"
    assert services.create_workspace(actor=UserFactory(), name="churn", description=text).description == text


def test_an_edit_changes_what_it_names_and_is_recorded(audited):
    ada = UserFactory()
    workspace = WorkspaceFactory(owner=ada, name="churn", description="old")
    services.edit_workspace(actor=ada, workspace=workspace, changes={"description": "new"})
    workspace.refresh_from_db()
    assert (workspace.description, workspace.title) == ("new", "churn")
    assert audited == [("workspace.edited", "churn")]


def test_an_edit_without_a_change_leaves_no_trace(audited):
    ada = UserFactory()
    workspace = WorkspaceFactory(owner=ada, description="same")
    services.edit_workspace(actor=ada, workspace=workspace, changes={"description": "same", "friendly_name": ""})
    assert audited == []


def test_an_edit_of_something_older_is_refused_and_writes_nothing():
    ada = UserFactory()
    workspace = WorkspaceFactory(owner=ada)
    seen = workspace.updated_at
    services.edit_workspace(actor=ada, workspace=workspace, changes={"description": "theirs"}, expected=seen)
    with pytest.raises(EditConflict):
        services.edit_workspace(actor=ada, workspace=workspace, changes={"description": "mine"}, expected=seen)
    workspace.refresh_from_db()
    assert workspace.description == "theirs"


def test_the_same_edit_sent_twice_is_no_conflict():
    ada = UserFactory()
    workspace = WorkspaceFactory(owner=ada)
    seen = workspace.updated_at
    for _attempt in range(2):
        services.edit_workspace(actor=ada, workspace=workspace, changes={"description": "mine"}, expected=seen)


def test_archiving_does_not_disturb_an_open_form():
    ada = UserFactory()
    workspace = WorkspaceFactory(owner=ada)
    services.set_archived(actor=ada, workspace=workspace, archived=True)
    services.edit_workspace(
        actor=ada, workspace=workspace, changes={"description": "mine"}, expected=workspace.updated_at
    )
    workspace.refresh_from_db()
    assert workspace.archived_at
    assert workspace.description == "mine"


def test_archiving_twice_keeps_the_first_date_and_can_be_undone(audited):
    ada = UserFactory()
    workspace = WorkspaceFactory(owner=ada, archived_at=timezone.now() - timedelta(days=3), name="churn")
    services.set_archived(actor=ada, workspace=workspace, archived=True)
    assert audited == []
    services.set_archived(actor=ada, workspace=workspace, archived=False)
    workspace.refresh_from_db()
    assert workspace.archived_at is None
    assert audited == [("workspace.unarchived", "churn")]


USE_CASES = {
    "edit": lambda actor, row: services.edit_workspace(actor=actor, workspace=row, changes={"description": "x"}),
    "archive": lambda actor, row: services.set_archived(actor=actor, workspace=row, archived=True),
    "delete": lambda actor, row: services.delete_workspace(actor=actor, workspace=row),
}
MAY = {"edit": {Role.OWNER, Role.CONTRIBUTOR}, "archive": {Role.OWNER}, "delete": {Role.OWNER}}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("use_case", USE_CASES)
def test_services_ask_the_policy_themselves(use_case, role):
    workspace = WorkspaceFactory()
    actor = member(workspace, role)
    if role in MAY[use_case]:
        USE_CASES[use_case](actor, workspace)
    else:
        with pytest.raises(NotAllowed, match=str(role.label)):
            USE_CASES[use_case](actor, workspace)
    with pytest.raises((NotFound, WorkspaceGone)):
        USE_CASES[use_case](UserFactory(), workspace)


def test_a_workspace_deleted_in_the_meantime_cannot_be_edited():
    ada = UserFactory()
    workspace = WorkspaceFactory(owner=ada)
    Workspace.objects.filter(pk=workspace.pk).delete()
    with pytest.raises(WorkspaceGone):
        services.edit_workspace(actor=ada, workspace=workspace, changes={"description": "x"})
