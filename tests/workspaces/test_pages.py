"""Pages of workspaces, as somebody's browser gets them."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from apps.workspaces import services
from apps.workspaces.models import Alias, Membership, Secret, Workspace
from apps.workspaces.roles import Role
from tests.accounts.factories import InvitationFactory, UserFactory
from tests.workspaces.factories import AliasFactory, MembershipFactory, SecretFactory, WorkspaceFactory, member

pytestmark = pytest.mark.django_db
HOSTILE = '"><script>alert(1)</script>'
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ada():
    return UserFactory(username="ada", full_name="Ada Lovelace")


@pytest.fixture
def workspace(ada):
    return WorkspaceFactory(owner=ada, name="churn", friendly_name="Customer churn")


@pytest.fixture
def adas(ada, browser_of):
    return browser_of(ada)


def text_of(answer):
    return answer.content.decode()


# --- Workspaces -------------------------------------------------------------------------------------------------------


def test_a_newcomer_sees_what_a_workspace_is_and_makes_one(adas):
    assert "Create a workspace" in text_of(adas.get("/workspaces/"))
    answer = adas.post("/workspaces/new/", {"name": "churn", "tags": "team=crm\n\nproduction"}, follow=True)
    assert answer.request["PATH_INFO"] == "/workspaces/churn/"
    assert Workspace.objects.get().tags == {"team": "crm", "production": ""}


def test_a_refused_form_keeps_what_was_typed_beside_what_is_wrong(adas, workspace):
    typed = {"name": "CHURN", "friendly_name": HOSTILE, "description": "# My text", "tags": "a=1\nb"}
    answer = adas.post("/workspaces/new/", typed)
    page = text_of(answer)
    assert answer.status_code == 422
    assert "There is a workspace called “CHURN” already" in page
    assert "# My text" in page
    assert "a=1\nb" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "x", "at least 2 characters"),
        ("name", "x" * 33, "at most 32 characters"),
        ("name", "a b", "2 to 32 letters"),
        ("name", "trash", "address of the studio"),
        ("description", "x" * 1_000_000, "at most 5000 characters"),
        ("tags", "\n".join(f"t{number}" for number in range(10_000)), "There can be 50 tags; these are 10000."),
        ("tags", "=x", "Line 1 has no name"),
        ("tags", "a=1\na=2", "stands there twice"),
        ("friendly_name", "nul\x00", "Null characters"),
    ],
)
def test_bad_values_of_a_new_workspace(adas, field, value, words):
    answer = adas.post("/workspaces/new/", {"name": "fine", field: value})
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert not Workspace.objects.exists()


def test_the_list_asks_the_same_number_of_questions_for_two_and_for_twenty(ada, adas, django_assert_max_num_queries):
    for number in range(20):
        MembershipFactory(workspace=WorkspaceFactory(owner=ada, tags={"n": str(number)}))
    with django_assert_max_num_queries(14):
        page = text_of(adas.get("/workspaces/"))
    assert page.count("data-row-id") == 20


@pytest.mark.parametrize("few", [0, 1000])
def test_the_list_is_the_same_for_members_of_few_and_of_many_workspaces(ada, adas, monkeypatch, few):
    monkeypatch.setattr("apps.workspaces.models.workspace.FEW_MEMBERSHIPS", few)
    visited = timezone.now()
    for title, role in (("beta", Role.READER), ("Alpha", Role.OWNER), ("gamma", Role.LABELER)):
        MembershipFactory(workspace=WorkspaceFactory(friendly_name=title), user=ada, role=role, last_visited_at=visited)
    MembershipFactory(workspace=Workspace.objects.get(friendly_name="beta"))
    WorkspaceFactory(owner=UserFactory())

    def shown(query):
        rows = adas.get(f"/workspaces/{query}").context["list"].slice.rows
        return [(row.title, row.role, row.member_count, row.visited_at) for row in rows]

    assert shown("") == [
        ("Alpha", "owner", 1, visited),
        ("beta", "reader", 2, visited),
        ("gamma", "labeler", 1, visited),
    ]
    assert [title for title, *_ in shown("?role=owner&role=labeler&sort=-title")] == ["gamma", "Alpha"]


def test_archived_workspaces_are_shown_on_demand_and_those_in_the_trash_never(ada, adas, workspace):
    WorkspaceFactory(owner=ada, archived=True, friendly_name="Old stuff")
    WorkspaceFactory(owner=ada, trashed=True, friendly_name="Thrown away")
    assert "Old stuff" not in text_of(adas.get("/workspaces/"))
    everything = text_of(adas.get("/workspaces/?state=all"))
    assert "Old stuff" in everything
    assert "Customer churn" in everything
    assert "Thrown away" not in everything


def test_hostile_text_is_shown_as_text_everywhere(ada, adas, workspace):
    Workspace.objects.filter(pk=workspace.pk).update(
        friendly_name=HOSTILE, description=HOSTILE, tags={HOSTILE: HOSTILE}
    )
    grace = member(workspace, Role.READER, full_name=HOSTILE)
    alias = AliasFactory(workspace=workspace, name=HOSTILE, target=HOSTILE)
    InvitationFactory(invited_by=ada, grants={"workspaces": {str(workspace.pk): "reader"}}, email=f"{HOSTILE}@x.y")
    trashed = WorkspaceFactory(owner=ada, trashed=True, destroy_after=timezone.now() + timedelta(days=1))
    Workspace.objects.filter(pk=trashed.pk).update(friendly_name=HOSTILE)
    membership = Membership.objects.get(user=grace)
    base = "/workspaces/churn/"
    for path in (
        "/workspaces/", base, f"{base}settings/", f"{base}settings/members/", f"{base}settings/members/{membership.pk}/",
        f"{base}settings/aliases/", f"{base}settings/aliases/{alias.pk}/", f"{base}settings/delete/", "/workspaces/trash/",
        f"/workspaces/trash/{trashed.name}/destroy/",
    ):  # fmt: skip
        answer = adas.get(path)
        assert answer.status_code == 200, path
        assert "<script>alert" not in text_of(answer), path
        assert "alert(1)" in text_of(answer), path


def test_the_preview_is_safe_markdown(adas):
    answer = adas.post("/workspaces/new/preview/", {"description": f"**bold** {HOSTILE}"}, headers=HTMX)
    assert "<strong>bold</strong>" in text_of(answer)
    assert "<script>" not in text_of(answer)
    too_long = adas.post("/workspaces/new/preview/", {"description": "x" * 5001}, headers=HTMX)
    assert "at most 5000 characters" in text_of(too_long)


def test_a_visit_is_noted_once_a_minute(ada, adas, workspace):
    def visited():
        return Membership.objects.values_list("last_visited_at", flat=True).get()

    adas.get("/workspaces/churn/")
    first = visited()
    assert first
    adas.get("/workspaces/churn/settings/")
    assert visited() == first
    Membership.objects.update(last_visited_at=timezone.now() - timedelta(minutes=2))
    adas.get("/workspaces/churn/", headers=HTMX)
    assert visited() < first
    adas.get("/workspaces/churn/")
    assert visited() > first


# --- Settings ---------------------------------------------------------------------------------------------------------


def test_details_are_saved(adas, workspace):
    page = adas.get("/workspaces/churn/settings/")
    typed = {
        "friendly_name": "", "description": "new", "tags": "x", "updated_at": page.context["form"]["updated_at"].value(),
    }  # fmt: skip
    assert adas.post("/workspaces/churn/settings/", typed).status_code == 302
    workspace.refresh_from_db()
    assert (workspace.title, workspace.description, workspace.tags) == ("churn", "new", {"x": ""})


def test_of_two_who_edit_at_once_the_second_sees_both_texts_and_decides(ada, adas, workspace):
    opened = adas.get("/workspaces/churn/settings/").context["form"]["updated_at"].value()
    services.edit_workspace(actor=ada, workspace=workspace, changes={"description": "THEIR TEXT"})
    typed = {"friendly_name": "Customer churn", "description": "MY TEXT", "tags": "", "updated_at": opened}
    answer = adas.post("/workspaces/churn/settings/", typed)
    page = text_of(answer)
    assert answer.status_code == 409
    assert "THEIR TEXT" in page
    assert "MY TEXT" in page
    workspace.refresh_from_db()
    assert workspace.description == "THEIR TEXT"
    again = {**typed, "updated_at": answer.context["form"]["updated_at"].value()}
    assert adas.post("/workspaces/churn/settings/", again).status_code == 302
    workspace.refresh_from_db()
    assert workspace.description == "MY TEXT"


@pytest.mark.parametrize("forged", ["", "yesterday", "2026-01-01T00:00:00", "9999-99-99"])
def test_a_form_without_a_true_moment_never_writes_over_unseen_text(adas, workspace, forged):
    typed = {"friendly_name": "x", "description": "mine", "tags": "", "updated_at": forged}
    assert adas.post("/workspaces/churn/settings/", typed).status_code == 409


def test_archive_and_back(adas, workspace):
    assert "Archive" in text_of(adas.get("/workspaces/churn/settings/"))
    adas.post("/workspaces/churn/settings/archive/", {"archived": "1"})
    assert "Take out of the archive" in text_of(adas.get("/workspaces/churn/settings/"))
    adas.post("/workspaces/churn/settings/archive/", {"archived": "0"})
    assert Workspace.objects.get().archived_at is None


def test_config_json_is_a_download_that_programs_read(adas, workspace, settings, tmp_path):
    from mlstudio.config import read_config

    answer = adas.get("/workspaces/churn/config.json")
    assert 'filename="config.json"' in answer["Content-Disposition"]
    file = tmp_path / "config.json"
    file.write_bytes(answer.content)
    config = read_config(file)
    assert (config.workspace_name, config.studio_url) == ("churn", settings.STUDIO.url)
    assert {"subscription_id", "resource_group"} <= set(json.loads(answer.content))


# --- Trash ------------------------------------------------------------------------------------------------------------


def test_into_the_trash_back_and_out_for_good(adas, workspace, run_tasks):
    SecretFactory(workspace=workspace)
    page = text_of(adas.get("/workspaces/churn/settings/delete/"))
    assert "Secrets" in page
    assert adas.post("/workspaces/churn/settings/delete/", {"confirm": "Churn"}).status_code == 422
    assert adas.post("/workspaces/churn/settings/delete/", {"confirm": "churn"}).url == "/workspaces/trash/"
    assert adas.get("/workspaces/churn/").status_code == 404
    trash = text_of(adas.get("/workspaces/trash/"))
    assert "Customer churn" in trash
    assert "Secrets: 1" in trash
    assert adas.post("/workspaces/trash/churn/restore/").url == "/workspaces/churn/"
    assert adas.get("/workspaces/churn/").status_code == 200

    adas.post("/workspaces/churn/settings/delete/", {"confirm": "churn"})
    assert adas.post("/workspaces/trash/churn/destroy/", {"confirm": "nope"}).status_code == 422
    assert adas.post("/workspaces/trash/churn/destroy/", {"confirm": "churn"}).status_code == 302
    page = text_of(adas.get("/workspaces/trash/"))
    assert "being deleted for good" in page
    assert "/restore/" not in page
    assert adas.post("/workspaces/trash/churn/restore/").status_code == 409
    run_tasks()
    assert "The trash is empty" in text_of(adas.get("/workspaces/trash/"))


def test_what_is_not_in_the_trash_is_not_destroyed(adas, workspace):
    assert adas.post("/workspaces/trash/churn/destroy/", {"confirm": "churn"}).status_code == 409
    assert Workspace.objects.get().destroy_after is None


def test_members_see_the_trash_but_only_owners_act(ada, workspace, browser_of):
    reader = browser_of(member(workspace, Role.READER))
    services.delete_workspace(actor=ada, workspace=workspace)
    page = text_of(reader.get("/workspaces/trash/"))
    assert "Customer churn" in page
    assert "/restore/" not in page
    assert reader.post("/workspaces/trash/churn/restore/").status_code == 403
    stranger = browser_of(UserFactory())
    assert "Customer churn" not in text_of(stranger.get("/workspaces/trash/"))
    assert stranger.post("/workspaces/trash/churn/restore/").status_code == 404


# --- Members ----------------------------------------------------------------------------------------------------------


def test_adding_a_member_from_the_dialog(adas, workspace):
    UserFactory(username="grace", full_name="Grace Hopper")
    url = "/workspaces/churn/settings/members/add/"
    wrong = adas.post(url, {"person": HOSTILE, "role": "reader"}, headers=HTMX)
    assert wrong.status_code == 422
    assert "Nobody here is called" in text_of(wrong)
    assert "<script>" not in text_of(wrong)
    assert adas.post(url, {"person": "grace", "role": "king"}, headers=HTMX).status_code == 422
    done = adas.post(url, {"person": "grace", "role": "reader"}, headers=HTMX)
    assert done["HX-Redirect"] == "/workspaces/churn/settings/members/"
    assert "Grace Hopper" in text_of(adas.get("/workspaces/churn/settings/members/"))


def test_inviting_from_the_dialog_shows_the_link_and_lists_the_invitation(adas, workspace):
    url = "/workspaces/churn/settings/members/add/"
    answer = adas.post(url, {"person": "new@example.org", "role": "labeler"}, headers=HTMX)
    assert "/invitations/invite" in text_of(answer)
    page = adas.get("/workspaces/churn/settings/members/")
    assert "new@example.org" in text_of(page)
    assert "/invitations/invite" not in text_of(page)
    invitation, _role = page.context["invitations"][0]
    adas.post(f"/workspaces/churn/settings/invitations/{invitation.pk}/withdraw/")
    assert adas.get("/workspaces/churn/settings/members/").context["invitations"] == []


def test_changing_a_role_and_removing(adas, workspace):
    membership = MembershipFactory(workspace=workspace)
    url = f"/workspaces/churn/settings/members/{membership.pk}/"
    adas.post(url, {"role": "owner"})
    membership.refresh_from_db()
    assert membership.role == Role.OWNER
    assert adas.post(f"{url}remove/").url == "/workspaces/churn/settings/members/"
    assert adas.get(url).status_code == 404


def test_the_last_owner_reads_why_they_cannot_go(ada, adas, workspace):
    mine = workspace.memberships.get().pk
    answer = adas.post(f"/workspaces/churn/settings/members/{mine}/", {"role": "reader"})
    assert answer.status_code == 422
    assert "last owner" in text_of(answer)
    for path in (f"members/{mine}/remove/", "members/leave/"):
        answer = adas.post(f"/workspaces/churn/settings/{path}")
        assert answer.status_code == 409
        assert "last owner" in text_of(answer)


def test_removing_many_removes_all_of_them_or_none(ada, adas, workspace):
    url = "/workspaces/churn/settings/members/remove/"
    two = [MembershipFactory(workspace=workspace), MembershipFactory(workspace=workspace)]
    elsewhere = MembershipFactory()
    mine = workspace.memberships.get(user=ada)
    chosen = ",".join(str(row.pk) for row in [*two, mine])
    assert adas.post(url, {"ids": chosen}).status_code == 400
    assert workspace.memberships.count() == 3
    adas.post(url, {"ids": ",".join(str(row.pk) for row in [*two, elsewhere])})
    assert workspace.memberships.count() == 1
    assert Membership.objects.filter(pk=elsewhere.pk).exists()


def test_leaving(workspace, browser_of):
    reader = browser_of(member(workspace, Role.READER))
    assert reader.post("/workspaces/churn/settings/members/leave/").url == "/workspaces/"
    assert reader.get("/workspaces/churn/").status_code == 404


# --- Secrets and aliases ----------------------------------------------------------------------------------------------


def test_a_secret_is_set_replaced_and_deleted_and_never_shown(adas, workspace):
    base = "/workspaces/churn/settings/secrets/"
    answers = [
        adas.post(f"{base}new/", {"name": "bad name", "value": "hush-1"}, headers=HTMX),
        adas.post(f"{base}new/", {"name": "db", "value": "hush-2\r\nline"}, headers=HTMX),
        adas.post(f"{base}new/", {"name": "DB", "value": "hush-3"}, headers=HTMX),
    ]
    assert [answer.status_code for answer in answers] == [422, 204, 422]
    assert "already" in text_of(answers[2])
    secret = Secret.objects.get()
    answers += [
        adas.get(base),
        adas.get(f"{base}{secret.pk}/"),
        adas.post(f"{base}{secret.pk}/", {"value": f"hush{'x' * 25_000}"}),
        adas.post(f"{base}{secret.pk}/", {"value": "hush-4"}),
    ]
    assert not any("hush" in text_of(answer) for answer in answers)
    assert "The value has 25004 bytes" in text_of(answers[5])
    adas.post(f"{base}{secret.pk}/delete/")
    assert not Secret.objects.exists()


def test_line_ends_of_a_pasted_key_stay_as_they_were(adas, workspace):
    from apps.core import crypto

    adas.post("/workspaces/churn/settings/secrets/new/", {"name": "key", "value": " -----\r\nabc\r\n-----\r\n"})
    assert crypto.decrypt(Secret.objects.get().encrypted_value) == " -----\nabc\n-----\n"


def test_aliases_by_page(adas, workspace):
    base = "/workspaces/churn/settings/aliases/"
    body = {"kind": "compute", "name": "gpu", "target": "local"}
    assert adas.post(f"{base}new/", {**body, "target": ""}, headers=HTMX).status_code == 422
    assert adas.post(f"{base}new/", body, headers=HTMX)["HX-Redirect"] == base
    taken = adas.post(f"{base}new/", {**body, "name": "GPU"}, headers=HTMX)
    assert "already means “local”" in text_of(taken)
    alias = Alias.objects.get()
    adas.post(f"{base}{alias.pk}/", {**body, "target": "big"})
    assert Alias.objects.get().target == "big"
    adas.post(f"{base}delete/", {"ids": str(alias.pk)})
    assert not Alias.objects.exists()


# --- Who may ----------------------------------------------------------------------------------------------------------


def test_ids_of_another_workspace_are_not_found_on_any_page(adas, workspace):
    other = WorkspaceFactory(owner=UserFactory())
    alias, secret, membership = AliasFactory(workspace=other), SecretFactory(workspace=other), other.memberships.get()
    invitation = InvitationFactory(grants={"workspaces": {str(other.pk): "reader"}})
    base = "/workspaces/churn/settings/"
    pages = [f"members/{membership.pk}/", f"secrets/{secret.pk}/", f"aliases/{alias.pk}/", f"aliases/{uuid4()}/"]
    posts = [
        *pages, f"members/{membership.pk}/remove/", f"secrets/{secret.pk}/delete/", f"aliases/{alias.pk}/delete/",
        f"invitations/{invitation.pk}/withdraw/",
    ]  # fmt: skip
    assert {adas.get(base + path).status_code for path in pages} == {404}
    assert {adas.post(base + path, {"role": "reader", "value": "x"}).status_code for path in posts} == {404}
    adas.post(f"{base}secrets/delete/", {"ids": str(secret.pk)})
    adas.post(f"{base}aliases/delete/", {"ids": str(alias.pk)})
    assert Secret.objects.filter(pk=secret.pk).exists()
    assert Alias.objects.filter(pk=alias.pk).exists()
    assert Membership.objects.filter(pk=membership.pk).exists()


def test_what_a_role_forbids_is_not_offered(workspace, browser_of):
    reader = browser_of(member(workspace, Role.READER))
    general = text_of(reader.get("/workspaces/churn/settings/"))
    assert "Connect" in general
    for offer in ("Save", "settings/archive/", "settings/delete/", "settings/secrets/"):
        assert offer not in general
    members = text_of(reader.get("/workspaces/churn/settings/members/"))
    assert "Add a member" not in members
    assert "data-bulk" not in members
    aliases = text_of(reader.get("/workspaces/churn/settings/aliases/"))
    assert "New alias" not in aliases
    refused = reader.get("/workspaces/churn/settings/secrets/")
    assert refused.status_code == 403
    assert "Reader" in text_of(refused)
    labeler = text_of(browser_of(member(workspace, Role.LABELER)).get("/workspaces/churn/"))
    assert "settings/members/" not in labeler


# --- Administration ---------------------------------------------------------------------------------------------------


def test_administrators_see_all_from_outside_and_join_openly(ada, workspace, browser_of):
    root = browser_of(UserFactory(administrator=True))
    services.delete_workspace(actor=ada, workspace=WorkspaceFactory(owner=ada, friendly_name="Thrown away"))
    page = text_of(root.get("/administration/workspaces/"))
    assert "Customer churn" in page
    assert "Ada Lovelace" in page
    assert "Thrown away" in page
    assert "Thrown away" not in text_of(root.get("/administration/workspaces/?state=active"))
    assert root.get("/workspaces/churn/").status_code == 404
    assert "Join as owner" in text_of(root.get(f"/administration/workspaces/{workspace.pk}/"))
    assert root.post(f"/administration/workspaces/{workspace.pk}/join/").url == "/workspaces/churn/"
    assert root.get("/workspaces/churn/").status_code == 200


def test_for_others_the_administration_does_not_exist(adas, workspace):
    assert adas.get("/administration/workspaces/").status_code == 404
    assert adas.post(f"/administration/workspaces/{workspace.pk}/join/").status_code == 404


# --- Hooks ------------------------------------------------------------------------------------------------------------


def test_the_palette_finds_ones_own_workspaces_and_settings(adas, workspace):
    WorkspaceFactory(friendly_name="Customer secrets of others")

    def found(query, name=""):
        answer = adas.get("/search/", {"q": query, "workspace": name}, headers={"accept": "application/json"})
        return [item["url"] for group in answer.json()["groups"] for item in group["items"]]

    assert found("custom") == ["/workspaces/churn/"]
    assert "/workspaces/churn/settings/secrets/" in found("secr", "churn")
    assert found("%_'\"\x00") == []


def test_a_token_can_be_limited_to_ones_own_workspaces(ada, workspace):
    from apps.workspaces.entries import token_workspaces

    WorkspaceFactory()
    assert token_workspaces(ada) == [(workspace.pk, "Customer churn (churn)")]
