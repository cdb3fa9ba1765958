"""Machines that cannot keep user code apart: nothing begins there until an administrator accepts it, and everybody can see so."""

import pytest

from apps.activity.models import AuditRecord
from apps.compute import services
from apps.compute.errors import IsIsolated
from apps.compute.models import LOCAL, Isolation, WorkKind
from apps.core.errors import NotAllowed
from apps.workspaces.roles import Role
from tests.accounts.factories import UserFactory
from tests.compute.factories import AgentFactory, ComputeTargetFactory, WorkOrderFactory, heartbeat
from tests.workspaces.factories import MembershipFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def exposed():
    """The studio's own machine, without any sandbox."""
    return AgentFactory.create(name=LOCAL, online=True, slots=4, isolation=Isolation.NONE)


@pytest.fixture
def ada():
    """An administrator who owns the workspace ``acme``."""
    user = UserFactory.create(is_administrator=True, full_name="Ada")
    MembershipFactory.create(workspace=WorkspaceFactory.create(name="acme"), user=user, role=Role.OWNER)
    return user


def page_of(agent) -> str:
    return f"/workspaces/acme/compute/machines/{agent.pk}/"


def test_runs_wait_and_say_who_can_let_them_begin_while_builds_go_on(exposed, ada, ask_for_work):
    order = WorkOrderFactory.create(target=ComputeTargetFactory.create())
    build = WorkOrderFactory.create(target=order.target, kind=WorkKind.BUILD)
    answer = ask_for_work(exposed, slots=4, builds=2)
    assert [given["id"] for given in answer["orders"]] == [str(build.pk)]
    reason = services.waiting_reason(order)
    assert "local cannot keep user code apart from other files" in reason
    assert "an administrator (Ada) accepts that on the machine's page" in reason


def test_once_accepted_runs_begin_and_the_machine_is_told_so_with_each(exposed, ada, ask_for_work, browser_of):
    order = WorkOrderFactory.create(target=ComputeTargetFactory.create())
    answer = browser_of(ada).post(f"{page_of(exposed)}exposure/accept/", follow=True)
    assert "Runs begin here all the same: Ada accepted that." in answer.content.decode()
    (given,) = ask_for_work(exposed, slots=4)["orders"]
    assert (given["id"], given["unisolated"]) == (str(order.pk), True)
    record = AuditRecord.objects.get(verb="compute.exposure_accepted")
    assert (record.actor, record.target_label) == (ada, "local")


def test_it_can_be_taken_back(exposed, ada, ask_for_work, browser_of):
    services.accept_exposure(actor=ada, agent=exposed)
    page = browser_of(ada).post(f"{page_of(exposed)}exposure/withdraw/", follow=True).content.decode()
    assert "No run begins here until an administrator accepts that." in page
    WorkOrderFactory.create(target=ComputeTargetFactory.create())
    assert ask_for_work(exposed, slots=4)["orders"] == []
    assert AuditRecord.objects.filter(verb="compute.exposure_withdrawn", actor=ada).exists()


def test_only_administrators_are_offered_it_and_only_they_may(exposed, ada, browser_of):
    owner = MembershipFactory.create(workspace__name="other", role=Role.OWNER).user
    browser = browser_of(owner)
    page = browser.get(f"/workspaces/other/compute/machines/{exposed.pk}/").content.decode()
    assert "They can do so on this page: Ada." in page
    assert "exposure/accept/" not in page
    assert browser.post(f"/workspaces/other/compute/machines/{exposed.pk}/exposure/accept/").status_code == 404
    with pytest.raises(NotAllowed):
        services.accept_exposure(actor=owner, agent=exposed)
    assert "exposure/accept/" in browser_of(ada).get(page_of(exposed)).content.decode()


def test_there_is_nothing_to_accept_where_code_is_kept_apart(ada):
    with pytest.raises(IsIsolated):
        services.accept_exposure(actor=ada, agent=AgentFactory.create(isolation=Isolation.BUBBLEWRAP))


def test_a_machine_that_gets_a_sandbox_and_loses_it_asks_again(exposed, ada, beat):
    services.accept_exposure(actor=ada, agent=exposed)
    beat(exposed, heartbeat())
    beat(exposed, {**heartbeat(), "isolation": {"kind": "none", "detail": "bubblewrap is not installed"}})
    exposed.refresh_from_db()
    assert exposed.exposes_everything
    assert not exposed.may_run_user_code


def test_the_settings_of_the_agent_may_accept_it_too(exposed, ada, beat, ask_for_work, browser_of):
    WorkOrderFactory.create(target=ComputeTargetFactory.create())
    beat(exposed, {**heartbeat(), "isolation": {"kind": "none", "detail": "tried", "accepted": True}})
    assert len(ask_for_work(exposed, slots=1)["orders"]) == 1
    assert "STUDIO_ALLOW_UNISOLATED" in browser_of(ada).get(page_of(exposed)).content.decode()


@pytest.mark.parametrize("address", ["jobs/", "jobs/runs/", "jobs/new/", "jobs/new/file/"])
def test_the_pages_of_runs_say_so(exposed, ada, browser_of, address):
    browser = browser_of(ada)
    page = browser.get(f"/workspaces/acme/{address}").content.decode()
    assert "Runs wait: the machine local cannot keep user code apart" in page
    assert page_of(exposed) in page
    services.accept_exposure(actor=ada, agent=exposed)
    page = browser.get(f"/workspaces/acme/{address}").content.decode()
    assert "User code can read everything on the machine local" in page
    exposed.isolation = Isolation.BUBBLEWRAP
    exposed.save()
    assert "the machine local" not in browser.get(f"/workspaces/acme/{address}").content.decode()
