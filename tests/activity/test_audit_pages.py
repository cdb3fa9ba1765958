"""The audit log as pages, CSV and API."""

import csv
import io
from datetime import timedelta
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.utils import timezone

from apps.activity.models import AuditRecord
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Role
from tests.accounts.factories import UserFactory
from tests.activity.factories import AuditRecordFactory
from tests.workspaces.factories import MembershipFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace():
    return WorkspaceFactory.create(name="acme")


@pytest.fixture
def reader(workspace, browser_of):
    return browser_of(MembershipFactory.create(workspace=workspace, role=Role.READER).user)


def page(workspace: Workspace) -> str:
    return f"/workspaces/{workspace.name}/settings/activity/"


def api(workspace: Workspace) -> str:
    return f"/api/v1/workspaces/{workspace.name}/activity/"


@pytest.mark.parametrize(("role", "code"), [(None, 404), (Role.LABELER, 403), (Role.READER, 200), (Role.OWNER, 200)])
def test_who_may_read_a_workspaces_activity(workspace, browser_of, role, code):
    user = UserFactory.create()
    if role:
        MembershipFactory.create(workspace=workspace, user=user, role=role)
    for address in (page(workspace), api(workspace)):
        assert browser_of(user).get(address).status_code == code, address


def test_nobody_can_write_through_page_or_api(workspace, browser_of):
    owner = browser_of(MembershipFactory.create(workspace=workspace, role=Role.OWNER).user)
    for address in (page(workspace), api(workspace)):
        for verb in (owner.post, owner.put, owner.patch, owner.delete):
            assert verb(address).status_code in {403, 405}, address


@pytest.mark.parametrize(("is_administrator", "code"), [(False, 404), (True, 200)])
def test_only_administrators_read_the_studios_activity(browser_of, is_administrator, code):
    user = UserFactory.create(administrator=is_administrator)
    assert browser_of(user).get("/administration/activity/").status_code == code


def test_a_workspace_shows_its_own_records_only(workspace, reader):
    AuditRecordFactory.create(workspace_id=workspace.pk, target_label="ours")
    AuditRecordFactory.create(workspace_id=uuid4(), target_label="theirs")
    AuditRecordFactory.create(workspace_id=None, target_label="the studio's")
    html = reader.get(page(workspace)).content.decode()
    assert ("ours" in html, "theirs" in html, "the studio&#x27;s" in html) == (True, False, False)
    assert [row["target_label"] for row in reader.get(api(workspace)).json()["results"]] == ["ours"]


def test_administrators_see_every_record_with_its_workspace(workspace, browser_of):
    AuditRecordFactory.create(workspace_id=workspace.pk, target_label="ours")
    AuditRecordFactory.create(workspace_id=None, verb="account.signed_in", actor_name="Grace")
    html = browser_of(UserFactory.create(administrator=True)).get("/administration/activity/").content.decode()
    assert "<b>Grace</b> signed in" in html
    assert "<b>ours</b>" in html
    assert ">acme<" in html


def test_newest_first(workspace, reader):
    for age in (2, 0, 1):
        moment = timezone.now() - timedelta(days=age)
        AuditRecordFactory.create(workspace_id=workspace.pk, created_at=moment, target_label=f"{age} days old")
    html = reader.get(page(workspace)).content.decode()
    assert html.index("0 days old") < html.index("1 days old") < html.index("2 days old")


def test_filters_by_person_verb_and_day(workspace, reader):
    ada, grace = UserFactory.create(full_name="Ada"), UserFactory.create(full_name="Grace")
    old = timezone.now() - timedelta(days=40)
    common = {"workspace_id": workspace.pk}
    AuditRecordFactory.create(**common, actor=ada, target_label="by-ada")
    AuditRecordFactory.create(**common, actor=grace, verb="secret.created", target_label="by-grace")
    AuditRecordFactory.create(**common, actor=grace, created_at=old, target_label="long-ago")
    day = timezone.localdate(old)
    for query, expected in (
        ({"who": str(ada.pk)}, {"by-ada"}),
        ({"who": [str(ada.pk), str(grace.pk)]}, {"by-ada", "by-grace", "long-ago"}),
        ({"what": "secret.created"}, {"by-grace"}),
        ({"when_before": str(day)}, {"long-ago"}),
        ({"when_after": str(day + timedelta(days=1))}, {"by-ada", "by-grace"}),
        ({"who": str(grace.pk), "what": "workspace.created"}, {"long-ago"}),
    ):
        rows = reader.get(api(workspace), query).json()["results"]
        assert {row["target_label"] for row in rows} == expected, query
        html = reader.get(page(workspace), query).content.decode()
        assert {label for label in ("by-ada", "by-grace", "long-ago") if f"<b>{label}</b>" in html} == expected, query


def test_filters_offer_nobody_from_elsewhere(workspace, reader):
    stranger = UserFactory.create(full_name="Somebody Else")
    AuditRecordFactory.create(workspace_id=workspace.pk)
    AuditRecordFactory.create(workspace_id=uuid4(), actor=stranger, verb="secret.deleted")
    html = reader.get(page(workspace)).content.decode()
    assert "Somebody Else" not in html
    assert "Secret deleted" not in html
    answer = reader.get(api(workspace), {"who": str(stranger.pk)})
    assert answer.status_code == 400


def test_search_finds_people_and_things(workspace, reader):
    AuditRecordFactory.create(workspace_id=workspace.pk, actor_name="Ada Lovelace", target_label="engine")
    AuditRecordFactory.create(workspace_id=workspace.pk, actor_name="Grace Hopper", target_label="compiler")
    html = reader.get(page(workspace), {"q": "lovelace ENGINE"}).content.decode()
    assert ("<b>Ada Lovelace</b>" in html, "<b>Grace Hopper</b>" in html) == (True, False)


def test_export_as_csv(workspace, reader):
    AuditRecordFactory.create(
        workspace_id=workspace.pk,
        verb="member.added",
        target_label="Grace",
        detail={"role": "reader"},
        address="192.0.2.7",
    )
    AuditRecordFactory.create(workspace_id=workspace.pk, actor_name="=cmd()")
    answer = reader.get(page(workspace), {"export": "csv"})
    rows = list(csv.DictReader(io.StringIO(async_to_sync(whole)(answer).decode())))
    assert [row["What happened"] for row in rows] == ["'=cmd() created the workspace acme", "Ada added Grace as Reader"]
    assert (rows[1]["Kind"], rows[1]["Address"]) == ("Member added", "192.0.2.7")


async def whole(answer) -> bytes:
    return b"".join([chunk async for chunk in answer.streaming_content])


def test_the_api_tells_what_happened_in_words(workspace, reader):
    AuditRecordFactory.create(
        workspace_id=workspace.pk, verb="member.added", target_label="Grace", detail={"role": "owner"}
    )
    (row,) = reader.get(api(workspace)).json()["results"]
    assert (row["sentence"], row["verb"], row["detail"]) == (
        "Ada added Grace as Owner",
        "member.added",
        {"role": "owner"},
    )


def test_an_empty_page_says_what_it_is_for(workspace, reader):
    assert "Nothing has happened yet" in reader.get(page(workspace)).content.decode()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the plan is read as SQLite words it")
@pytest.mark.parametrize("narrowed", [{}, {"verb": "secret.created"}, {"actor": uuid4()}])
def test_the_newest_records_come_from_an_index_in_their_order(workspace, narrowed):
    for scope in ({"workspace_id": workspace.pk}, {}):
        rows = AuditRecord.objects.filter(**scope, **narrowed).order_by("-created_at", "-id")[:50]
        plan = rows.explain()
        assert "USING INDEX audit_" in plan
        assert "TEMP B-TREE" not in plan
