"""Compute targets and work in the API."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.compute.models import LOCAL, WorkOrder
from apps.compute.states import WorkState
from apps.workspaces.roles import Action, Role, role_allows
from tests.accounts.factories import AccessTokenFactory
from tests.compute.factories import AgentFactory, ComputeTargetFactory, WorkOrderFactory
from tests.workspaces.factories import MembershipFactory, WorkspaceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def target():
    return ComputeTargetFactory.create(workspace__name="acme")


@pytest.fixture
def api_as(target) -> Callable[[Role], APIClient]:
    """A function that gives the API as a member of ``acme``."""

    def give(role: Role) -> APIClient:
        user = MembershipFactory.create(workspace=target.workspace, role=role).user
        client: APIClient = APIClient(
            headers={"authorization": f"Bearer {AccessTokenFactory.create(user=user).secret}"}
        )
        return client

    return give


@pytest.fixture
def operator(api_as: Callable[[Role], APIClient]) -> APIClient:
    return api_as(Role.COMPUTE_OPERATOR)


def item(thing: Any, part: str = "") -> str:
    folder = "work" if isinstance(thing, WorkOrder) else "compute"
    return f"/api/v1/workspaces/acme/{folder}/{thing.pk}/{part}"


def test_targets_are_read_described_limited_paused_and_resumed(operator, target):
    WorkOrderFactory.create(target=target)
    WorkOrderFactory.create(target=target, running=True)
    (row,) = operator.get("/api/v1/workspaces/acme/compute/").json()["results"]
    assert (row["name"], row["waiting"], row["running"], row["paused"]) == (LOCAL, 1, 1, False)
    answer = operator.patch(item(target), {"paused": True, "max_running": 2, "description": "One GPU"})
    assert answer.status_code == 200
    one = operator.get(item(target)).json()
    assert (one["paused"], one["max_running"], one["description"]) == (True, 2, "One GPU")
    assert operator.patch(item(target), {"paused": False, "max_running": None}).json()["paused"] is False
    assert operator.patch(item(target), {"max_running": 0}).status_code == 400


def test_work_says_why_it_waits_and_is_found_by_state(operator, target):
    AgentFactory.create(name=LOCAL, online=True, slots=2)
    waiting, running = WorkOrderFactory.create(target=target), WorkOrderFactory.create(target=target, running=True)
    WorkOrderFactory.create(target__workspace=WorkspaceFactory.create())
    rows = {row["id"]: row for row in operator.get("/api/v1/workspaces/acme/work/").json()["results"]}
    assert set(rows) == {str(waiting.pk), str(running.pk)}
    assert rows[str(waiting.pk)]["waiting_reason"] == "waiting for a free slot, 1st in the queue"
    assert rows[str(running.pk)]["waiting_reason"] == ""
    found = operator.get("/api/v1/workspaces/acme/work/?state=Running").json()["results"]
    assert [row["id"] for row in found] == [str(running.pk)]
    assert operator.get(item(waiting)).json()["subject_id"] == str(waiting.subject_id)


def test_work_is_moved_and_canceled(operator, target):
    first, second = WorkOrderFactory.create(target=target), WorkOrderFactory.create(target=target)
    assert operator.post(item(second, "move/"), {"to": "front"}).json()["priority"] == 1
    assert operator.post(item(second, "move/"), {"to": "moon"}).status_code == 400
    answer = operator.post(item(first, "cancel/")).json()
    assert (answer["state"], answer["outcome"]) == (WorkState.ENDED, "canceled")
    again = operator.post(item(first, "cancel/"))
    assert (again.status_code, again.json()["code"]) == (409, "work_is_over")


@pytest.mark.parametrize("role", Role)
def test_who_may_read_and_who_may_manage(api_as, target, role):
    api, order = api_as(role), WorkOrderFactory.create(target=target)
    read = 200 if role_allows(role, Action.COMPUTE_READ) else 403
    manage = 200 if role_allows(role, Action.COMPUTE_MANAGE) else 403
    assert api.get("/api/v1/workspaces/acme/compute/").status_code == read
    assert api.get("/api/v1/workspaces/acme/work/").status_code == read
    assert api.patch(item(target), {"paused": True}).status_code == manage
    assert api.post(item(order, "move/"), {"to": "end"}).status_code == manage
    assert api.post(item(order, "cancel/")).status_code == manage


def test_what_belongs_to_another_workspace_is_not_found(operator):
    order = WorkOrderFactory.create(target__workspace=WorkspaceFactory.create())
    for path in (item(order), item(order.target)):
        assert operator.get(path).status_code == 404
