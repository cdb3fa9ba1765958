"""The REST API of workspaces."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from apps.workspaces.models import Alias, Membership, Secret, Workspace
from apps.workspaces.roles import Role
from tests.accounts.factories import UserFactory
from tests.workspaces.factories import AliasFactory, MembershipFactory, SecretFactory, WorkspaceFactory, member

pytestmark = pytest.mark.django_db
API = "/api/v1/workspaces/"


@pytest.fixture
def ada():
    return UserFactory(username="ada", full_name="Ada Lovelace")


@pytest.fixture
def workspace(ada):
    return WorkspaceFactory(owner=ada, name="churn")


def test_created_it_can_be_read_under_its_name_in_any_letters(ada, api_of):
    api = api_of(ada)
    body = {"name": "Churn", "friendly_name": "Who leaves?", "description": "# Why", "tags": {"team": "crm"}}
    answer = api.post(API, body)
    assert answer.status_code == 201, answer.content
    read = api.get(f"{API}chURN/")
    assert read.status_code == 200
    assert read.json() == answer.json()
    assert {name: read.json()[name] for name in body} == body
    assert (read.json()["role"], read.json()["member_count"]) == ("owner", 1)
    assert read.json()["created_by"]["username"] == "ada"


def test_a_create_request_sent_twice_creates_once(ada, api_of):
    api = api_of(ada)
    first = api.post(API, {"name": "churn"}, headers={"Idempotency-Key": "k1"})
    second = api.post(API, {"name": "churn"}, headers={"Idempotency-Key": "k1"})
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] == second.json()["id"]
    assert Workspace.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 400, "name"),
        ({"name": "<script>alert(1)</script>"}, 400, "name"),
        ({"name": "x"}, 400, "name"),
        ({"name": "x" * 33}, 400, "name"),
        ({"name": None}, 400, "name"),
        ({"name": ["list"]}, 400, "name"),
        ({"name": "new"}, 400, "name"),
        ({"name": "CHURN"}, 409, "name"),
        ({"name": "ok", "description": "x" * 1_000_000}, 400, "description"),
        ({"name": "ok", "friendly_name": "a\nb"}, 400, "friendly_name"),
        ({"name": "ok", "tags": {f"t{number}": "" for number in range(10_000)}}, 400, "tags"),
        ({"name": "ok", "tags": "text"}, 400, "tags"),
        ({"name": "ok", "tags": {"k": "v\x00"}}, 400, "tags"),
        ({"name": "ok", "tags": {"k": 1}}, 400, "tags"),
        ([], 400, "non_field_errors"),
    ],
)
def test_bad_workspaces_are_refused_with_a_sentence_at_the_field(workspace, ada, api_of, body, status, field):
    answer = api_of(ada).post(API, body)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert field in answer.json()["errors"]
    assert Workspace.objects.count() == 1


def test_the_list_holds_ones_own_and_leaves_out_archive_and_trash(ada, api_of):
    mine = WorkspaceFactory(owner=ada, tags={"team": "crm", "gold": ""})
    archived = WorkspaceFactory(owner=ada, archived=True)
    trashed = WorkspaceFactory(owner=ada, trashed=True, destroy_after=timezone.now() + timedelta(days=1))
    read = WorkspaceFactory(friendly_name="Forecasts")
    MembershipFactory(workspace=read, user=ada)
    WorkspaceFactory(owner=UserFactory())
    api = api_of(ada)

    def names(**query):
        answer = api.get(API, query)
        assert answer.status_code == 200, answer.content
        return {row["name"] for row in answer.json()["results"]}

    assert names() == {mine.name, read.name}
    assert names(state="archived") == {archived.name}
    assert names(state="all") == {mine.name, read.name, archived.name}
    assert names(state="trash") == {trashed.name}
    assert names(role="reader") == {read.name}
    assert names(tag="gold") == {mine.name}
    assert names(tag="team=crm") == {mine.name}
    assert names(tag="team=other") == set()
    assert names(tag="'; DROP TABLE--") == set()
    assert names(search="forecast") == {read.name}
    assert api.get(API, {"state": "<script>"}).status_code == 400


def test_pages_of_the_list_neither_repeat_nor_skip_and_take_no_query_per_row(
    ada, api_of, django_assert_max_num_queries
):
    made = {WorkspaceFactory(owner=ada).name for _ in range(7)}
    api = api_of(ada)
    seen: list[str] = []
    url = f"{API}?page_size=3"
    with django_assert_max_num_queries(12):
        while url:
            page = api.get(url).json()
            seen += [row["name"] for row in page["results"]]
            url = page["next"]
    assert sorted(seen) == sorted(made)


def test_a_patch_with_an_older_state_is_refused(workspace, ada, api_of):
    api = api_of(ada)
    seen = api.get(f"{API}churn/").json()
    assert api.patch(f"{API}churn/", {"description": "theirs", "updated_at": seen["updated_at"]}).status_code == 200
    answer = api.patch(f"{API}churn/", {"description": "mine", "updated_at": seen["updated_at"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "edit_conflict")
    assert api.get(f"{API}churn/").json()["description"] == "theirs"
    assert api.patch(f"{API}churn/", {"description": "mine"}).json()["description"] == "mine"


def test_the_name_stays_whatever_a_patch_says(workspace, ada, api_of):
    api_of(ada).patch(f"{API}churn/", {"name": "other", "deleted_at": "2020-01-01T00:00:00Z"})
    assert Workspace.objects.values_list("name", "deleted_at").get() == ("churn", None)


def test_delete_restore_destroy(workspace, ada, api_of, run_tasks):
    api = api_of(ada)
    assert api.post(f"{API}churn/destroy/").status_code == 409
    assert api.delete(f"{API}churn/").status_code == 204
    assert api.get(f"{API}churn/").status_code == 404
    assert api.get(f"{API}churn/members/").status_code == 404
    taken = api.post(API, {"name": "churn"})
    assert taken.status_code == 409
    assert "trash" in taken.json()["detail"]
    assert api.post(f"{API}churn/restore/").json()["deleted_at"] is None
    assert api.get(f"{API}churn/").status_code == 200
    api.delete(f"{API}churn/")
    assert api.post(f"{API}churn/destroy/").status_code == 202
    assert api.post(f"{API}churn/restore/").status_code == 409
    run_tasks()
    assert api.post(f"{API}churn/restore/").status_code == 404
    assert api.post(API, {"name": "churn"}).status_code == 201


def test_archive_and_back(workspace, ada, api_of):
    api = api_of(ada)
    assert api.post(f"{API}churn/archive/").json()["archived_at"]
    assert api.post(f"{API}churn/unarchive/").json()["archived_at"] is None


def test_config_is_what_programs_expect(workspace, ada, api_of, settings):
    content = api_of(ada).get(f"{API}churn/config/").json()
    assert content["workspace_name"] == "churn"
    assert content["studio_url"] == settings.STUDIO.url
    assert set(content) == {"subscription_id", "resource_group", "workspace_name", "studio_url"}


# --- Members ----------------------------------------------------------------------------------------------------------


def test_members_by_api(workspace, ada, api_of):
    grace = UserFactory(username="grace")
    api = api_of(ada)
    added = api.post(f"{API}churn/members/", {"person": "grace", "role": "reader"})
    assert added.status_code == 201, added.content
    url = f"{API}churn/members/{added.json()['id']}/"
    assert api.get(url).json()["user"]["username"] == "grace"
    assert api.patch(url, {"role": "contributor"}).json()["role"] == "contributor"
    assert [row["user"]["username"] for row in api.get(f"{API}churn/members/?role=contributor").json()["results"]] == [
        "grace"
    ]
    assert [row["role"] for row in api.get(f"{API}churn/members/?search=GRA").json()["results"]] == ["contributor"]
    assert api.patch(url, {"role": "king"}).status_code == 400
    assert api.delete(url).status_code == 204
    assert api.delete(url).status_code == 404
    assert api_of(grace).get(f"{API}churn/").status_code == 404


def test_the_last_owner_by_api(workspace, ada, api_of):
    api = api_of(ada)
    mine = workspace.memberships.get().pk
    for answer in (
        api.delete(f"{API}churn/members/{mine}/"),
        api.patch(f"{API}churn/members/{mine}/", {"role": "reader"}),
        api.post(f"{API}churn/leave/"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "last_owner")


def test_inviting_by_api_gives_the_link_once(workspace, ada, api_of):
    answer = api_of(ada).post(f"{API}churn/invitations/", {"email": "New@example.org", "role": "reader"})
    assert answer.status_code == 201, answer.content
    assert answer.json()["email"] == "new@example.org"
    assert "/invitations/" in answer.json()["link"]
    assert api_of(ada).post(f"{API}churn/invitations/", {"email": "nobody", "role": "reader"}).status_code == 400


# --- Secrets and aliases ----------------------------------------------------------------------------------------------


def test_secrets_by_api_never_show_a_value(workspace, ada, api_of):
    api = api_of(ada)
    created = api.put(f"{API}churn/secrets/db.password/", {"value": " hush \n"})
    assert created.status_code == 201, created.content
    replaced = api.put(f"{API}churn/secrets/DB.password/", {"value": "hush-2"})
    assert replaced.status_code == 200
    answers = [created, replaced, api.get(f"{API}churn/secrets/"), api.get(f"{API}churn/secrets/db.password/")]
    assert not any(b"hush" in answer.content for answer in answers)
    assert answers[2].json()["results"][0]["set_by"]["username"] == "ada"
    assert api.put(f"{API}churn/secrets/a b/", {"value": "v"}).status_code == 400
    assert api.put(f"{API}churn/secrets/ok/", {"value": ""}).status_code == 400
    assert api.put(f"{API}churn/secrets/ok/", {"value": {"x": 1}}).status_code == 400
    assert api.delete(f"{API}churn/secrets/db.password/").status_code == 204
    assert not Secret.objects.exists()


def test_aliases_by_api(workspace, ada, api_of):
    api = api_of(ada)
    body = {"kind": "compute", "name": "gpu", "target": "local"}
    created = api.post(f"{API}churn/aliases/", body)
    assert created.status_code == 201, created.content
    assert api.post(f"{API}churn/aliases/", body).status_code == 409
    assert api.post(f"{API}churn/aliases/", {**body, "kind": "king"}).status_code == 400
    url = f"{API}churn/aliases/{created.json()['id']}/"
    assert api.patch(url, {"target": "<script>"}).json()["target"] == "<script>"
    assert len(api.get(f"{API}churn/aliases/?kind=compute").json()["results"]) == 1
    assert api.get(f"{API}churn/aliases/?kind=datastore").json()["results"] == []
    assert api.delete(url).status_code == 204
    assert not Alias.objects.exists()


# --- Who may ----------------------------------------------------------------------------------------------------------


def test_ids_of_another_workspace_are_not_found(workspace, ada, api_of):
    other = WorkspaceFactory(owner=UserFactory())
    membership = other.memberships.get()
    alias, secret = AliasFactory(workspace=other), SecretFactory(workspace=other)
    api = api_of(ada)
    for path, body in {
        f"members/{membership.pk}/": {"role": "reader"},
        f"members/{uuid4()}/": {"role": "reader"},
        f"aliases/{alias.pk}/": {"target": "mine"},
        f"secrets/{secret.name}/": None,
    }.items():
        url = f"{API}churn/{path}"
        assert api.get(url).status_code == 404, path
        assert api.delete(url).status_code == 404, path
        if body:
            assert api.patch(url, body).status_code == 404, path
    assert Membership.objects.filter(pk=membership.pk, role=Role.OWNER).exists()
    assert Alias.objects.filter(pk=alias.pk, target="local").exists()
    assert Secret.objects.filter(pk=secret.pk).exists()


@pytest.mark.parametrize("name", ["nothing", "%00", "a%00b", "..", "%2e%2e", "x" * 3000, "churn%0a", "😀"])
def test_addresses_that_name_no_workspace(workspace, ada, api_of, name):
    assert api_of(ada).get(f"{API}{name}/").status_code == 404


def test_strangers_anonymous_and_limited_tokens(workspace, ada, api_of, client):
    stranger = UserFactory()
    assert client.get(f"{API}churn/").status_code == 401
    assert client.get(API).status_code == 401
    assert api_of(stranger).get(f"{API}churn/").status_code == 404
    assert api_of(stranger).delete(f"{API}churn/").status_code == 404
    elsewhere = WorkspaceFactory(owner=ada)
    limited = api_of(ada, workspace_ids=[str(elsewhere.pk)])
    assert limited.get(f"{API}churn/").status_code == 404
    assert [row["name"] for row in limited.get(API).json()["results"]] == [elsewhere.name]
    assert limited.post(API, {"name": "third"}).status_code == 403
    assert api_of(ada, scope="read").delete(f"{API}churn/").status_code == 403


def test_an_administrator_has_no_way_in_without_joining(workspace, api_of):
    root = UserFactory(administrator=True)
    assert api_of(root).get(f"{API}churn/").status_code == 404
    assert api_of(root).get(API).json()["results"] == []


@pytest.mark.parametrize("role", [Role.READER, Role.LABELER])
def test_roles_without_the_right_get_403_in_words(workspace, role, api_of):
    api = api_of(member(workspace, role))
    answer = api.patch(f"{API}churn/", {"description": "x"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert str(role.label) in answer.json()["detail"]
    assert api.put(f"{API}churn/secrets/x/", {"value": "v"}).status_code == 403
    assert api.delete(f"{API}churn/").status_code == 403
    assert api.get(f"{API}churn/secrets/").status_code == 403
    assert api.get(f"{API}churn/members/").status_code == (200 if role == Role.READER else 403)
