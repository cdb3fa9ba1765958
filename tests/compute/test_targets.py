"""Compute targets: their pages, their queues, and what people may do with them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.activity.models import AuditRecord
from apps.compute import hooks, services
from apps.compute.errors import NoSuchTarget
from apps.compute.models import LOCAL, ComputeTarget, UsageSample, WorkKind, WorkOrder
from apps.compute.services.usage import KEPT, KEPT_FINELY
from apps.compute.states import WorkState
from apps.core.models import Event
from apps.workspaces.roles import Action, Role, role_allows
from apps.workspaces.services import create_workspace
from tests.accounts.factories import UserFactory
from tests.compute.factories import AgentFactory, ComputeTargetFactory, WorkOrderFactory, heartbeat
from tests.workspaces.factories import MembershipFactory, WorkspaceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def target():
    return ComputeTargetFactory.create(workspace__name="acme")


@pytest.fixture
def local():
    return AgentFactory.create(name=LOCAL, online=True, slots=4)


@pytest.fixture
def operator(browser_of, target):
    """The browser of somebody who manages the compute of ``acme``."""
    return browser_of(MembershipFactory.create(workspace=target.workspace, role=Role.COMPUTE_OPERATOR).user)


def page_of(target: ComputeTarget, part: str = "") -> str:
    return f"/workspaces/{target.workspace.name}/compute/targets/{target.pk}/{part}"


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def queue(target: ComputeTarget) -> list[str]:
    return list(WorkOrder.objects.waiting().filter(target=target).values_list("title", flat=True))


# --- Targets ------------------------------------------------------------------------------------------------------------


def test_a_new_workspace_has_the_studios_own_machine():
    workspace = create_workspace(actor=UserFactory.create(), name="fresh")
    assert services.find_target(workspace, "Local").name == LOCAL


def test_a_target_that_is_not_there_is_said_with_those_that_are(target):
    with pytest.raises(NoSuchTarget, match=r"no compute target gpu-cluster here\. Choose one of these: local"):
        services.find_target(target.workspace, "gpu-cluster")


def test_the_compute_page_says_how_each_target_is(operator, target, local):
    for _ in range(3):
        WorkOrderFactory.create(target=target)
    WorkOrderFactory.create(target=target, running=True, agent=local)
    page = text_of(operator.get("/workspaces/acme/compute/"))
    assert re.search(r"local Ready 1 3 – This machine", page), page
    local.delete()
    assert "No machine yet" in text_of(operator.get("/workspaces/acme/compute/"))


def test_pausing_and_resuming_are_recorded_and_seen(operator, target):
    assert operator.post(page_of(target, "pause/")).status_code == 302
    page = text_of(operator.get(page_of(target)))
    assert "Paused" in page
    assert "Nothing new is started. What runs goes on." in page
    operator.post(page_of(target, "pause/"))
    operator.post(page_of(target, "resume/"))
    target.refresh_from_db()
    assert target.paused_at is None
    verbs = AuditRecord.objects.order_by("created_at").values_list("verb", flat=True)
    assert list(verbs) == ["compute.target_paused", "compute.target_resumed"]


def test_a_target_can_be_described_and_limited(operator, target):
    answer = operator.post(page_of(target, "edit/"), {"description": "One GPU", "max_running": "2"})
    assert answer.status_code == 302
    target.refresh_from_db()
    assert (target.description, target.max_running) == ("One GPU", 2)
    assert operator.post(page_of(target, "edit/"), {"description": "", "max_running": "0"}).status_code == 422
    operator.post(page_of(target, "edit/"), {"description": "One GPU", "max_running": ""})
    target.refresh_from_db()
    assert target.max_running is None
    record = AuditRecord.objects.latest("created_at")
    assert record.detail["fields"] == "how much runs at once"


@pytest.mark.parametrize("role", Role)
def test_who_may_see_and_who_may_manage(browser_of, target, role):
    browser = browser_of(MembershipFactory.create(workspace=target.workspace, role=role).user)
    may_read, may_manage = (role_allows(role, action) for action in (Action.COMPUTE_READ, Action.COMPUTE_MANAGE))
    order = WorkOrderFactory.create(target=target, running=True)
    page = browser.get(page_of(target))
    assert page.status_code == (200 if may_read else 403)
    assert (page_of(target, "pause/") in page.content.decode()) == may_manage
    for part in ("pause/", "resume/", "queue/cancel/", "queue/first/", "queue/last/"):
        assert browser.post(page_of(target, part)).status_code == (302 if may_manage else 403)
    cancel = f"/workspaces/acme/compute/work/{order.pk}/cancel/"
    assert browser.post(cancel).status_code == (302 if may_manage else 403)


def test_targets_and_work_of_another_workspace_are_not_found(operator):
    other = WorkOrderFactory.create(target__workspace=WorkspaceFactory.create(), running=True)
    assert operator.get(f"/workspaces/acme/compute/targets/{other.target.pk}/").status_code == 404
    assert operator.post(f"/workspaces/acme/compute/work/{other.pk}/cancel/").status_code == 404


# --- The queue ----------------------------------------------------------------------------------------------------------


def test_the_queue_says_why_each_waits_and_links_to_what_it_is(operator, target, local):
    first, second = WorkOrderFactory.create(target=target), WorkOrderFactory.create(target=target, title="<b>b</b>")
    WorkOrderFactory.create(target=target, kind=WorkKind.BUILD)

    def links(orders: Any) -> dict[Any, hooks.WorkLink]:
        return {order.pk: hooks.WorkLink("icy_tree", "/runs/7/") for order in orders if order.pk == first.pk}

    hooks.work_links.add(links)
    try:
        html = operator.get(page_of(target)).content.decode()
    finally:
        hooks.work_links.remove(links)
    assert '<a class="table-title" href="/runs/7/">icy_tree</a>' in html
    assert "&lt;b&gt;b&lt;/b&gt;" in html
    assert "Waiting for a free slot, 1st in the queue" in html
    assert "Waiting for a free slot, 2nd in the queue" in html
    assert "Waiting for one of 2 builds to end, 1st in the queue" in html
    assert services.waiting_reason(second) == "waiting for a free slot, 2nd in the queue"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("paused", "the compute target is paused"),
        ("trashed", "the workspace is in the trash"),
        ("silent", "no machine answers"),
        ("absent", "waiting for a machine"),
        ("full", "the compute target runs no more than 1 at once, 1st in the queue"),
        ("wide", "waiting for 2 free slots, 1st in the queue"),
        ("running", ""),
    ],
)
def test_the_reason_why_work_waits(target, local, state, words):
    order = WorkOrderFactory.create(target=target, slots=2 if state == "wide" else 1, running=state == "running")
    if state == "paused":
        target.paused_at = timezone.now()
    elif state == "trashed":
        target.workspace.deleted_at = timezone.now()
        target.workspace.save()
    elif state == "full":
        target.max_running = 1
        WorkOrderFactory.create(target=target, running=True, agent=local)
    elif state == "silent":
        local.last_seen_at = timezone.now() - timedelta(hours=1)
        local.save()
    elif state == "absent":
        local.delete()
    target.save()
    assert services.waiting_reason(WorkOrder.objects.get(pk=order.pk)) == words


def test_places_count_all_work_of_the_machine_in_its_order_and_nothing_that_is_paused(target, local):
    def place(**fields: Any) -> WorkOrder:
        order: WorkOrder = WorkOrderFactory.create(**{"target": target, **fields})
        return order

    old, urgent, low = place(), place(priority=3), place(priority=-2)
    elsewhere = place(target__workspace=WorkspaceFactory.create(), target=ComputeTargetFactory.create())
    place(target=ComputeTargetFactory.create(paused=True), priority=9)
    new, urgent_too = place(), place(priority=3)
    asked = [low, urgent_too, new, urgent, old, elsewhere]
    reasons = services.waiting_reasons(asked)
    places = {order.pk: int(re.findall(r"\d+", reasons[order.pk])[0]) for order in asked}
    expected = [urgent, urgent_too, old, elsewhere, new, low]
    assert [places[order.pk] for order in expected] == [1, 2, 3, 4, 5, 6]
    for order in asked:
        assert services.waiting_reason(order) == reasons[order.pk]


def test_the_reasons_of_a_page_take_few_queries(target, local, django_assert_max_num_queries):
    for number in range(120):
        WorkOrderFactory.create(target=target, priority=number % 7)
    orders = list(WorkOrder.objects.waiting().select_related("target__workspace")[:100])
    with django_assert_max_num_queries(5):
        assert len(services.waiting_reasons(orders)) == 100


def test_chosen_work_is_moved_to_the_front_or_the_end_in_its_order(operator, target):
    rows = {name: WorkOrderFactory.create(target=target, title=name) for name in "abcd"}
    WorkOrder.objects.filter(title="a").update(priority=4)

    def move(where: str, *names: str) -> None:
        ids = ",".join(str(rows[name].pk) for name in names)
        assert operator.post(page_of(target, f"queue/{where}/"), {"ids": ids}).status_code == 302

    move("first", "c", "d")
    assert queue(target) == ["c", "d", "a", "b"]
    move("last", "c", "a")
    assert queue(target) == ["d", "b", "c", "a"]
    assert AuditRecord.objects.filter(verb="compute.work_put_first", detail={"count": 2}).exists()


def test_chosen_work_is_canceled_and_what_ended_meanwhile_is_passed_over(operator, target):
    waiting, gone = WorkOrderFactory.create(target=target), WorkOrderFactory.create(target=target, ended=True)
    elsewhere = WorkOrderFactory.create(target__workspace=WorkspaceFactory.create())
    ids = ",".join(str(order.pk) for order in (waiting, gone, elsewhere))
    operator.post(page_of(target, "queue/cancel/"), {"ids": ids})
    for order, state in ((waiting, WorkState.ENDED), (gone, WorkState.ENDED), (elsewhere, WorkState.WAITING)):
        order.refresh_from_db()
        assert order.state == state
    assert waiting.reason.startswith("canceled by ")
    assert AuditRecord.objects.filter(verb="compute.work_canceled").count() == 1


def test_running_work_is_shown_with_its_stage_and_can_be_canceled(operator, target, local):
    order = WorkOrderFactory.create(target=target, running=True, agent=local, stage="prepare_environment")
    quiet = WorkOrderFactory.create(target=target, running=True, agent=local, silent_since=timezone.now())
    page = text_of(operator.get(page_of(target)))
    for words in ("Preparing the environment", "Not responding", order.title, quiet.title):
        assert words in page
    operator.post(f"/workspaces/acme/compute/work/{order.pk}/cancel/")
    order.refresh_from_db()
    assert order.cancel_requested_at is not None
    assert "Being canceled" in text_of(operator.get(page_of(target, "now/")))


def test_an_open_page_is_told_of_work(target, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        services.place(
            workspace=target.workspace, target=target, kind=WorkKind.RUN, subject_id=target.pk, title="x", spec={}
        )
    assert Event.objects.filter(topic=f"work:{target.workspace.pk}", type="work.changed").count() == 1


# --- How much is in use -------------------------------------------------------------------------------------------------


@pytest.fixture
def measured(local, beat) -> Any:
    """The local machine has said how it is."""
    beat(local, heartbeat(cores=8, slots=4, load=2.0, memory_total_mb=1000, memory_available_mb=250))
    local.refresh_from_db()
    return local


def test_what_is_in_use_is_sampled_once_and_drawn_with_words(operator, target, measured):
    for _ in range(3):
        WorkOrderFactory.create(target=target, running=True, agent=measured)
    now = timezone.now()
    assert (services.sample_usage(now=now), services.sample_usage(now=now)) == (1, 0)
    page = operator.get(page_of(target)).content.decode()
    assert page.count('class="usage-line"') == 3
    assert 'aria-label="Slots in use, Last hour: now 3 of 4, on average 3 of 4, at most 3 of 4"' in page
    assert "Processor, Last hour: now 25 %" in page
    assert "Memory, Last hour: now 75 %" in page
    assert "style=" not in page


def test_a_page_without_measurements_says_so(operator, target):
    assert "Nothing has been measured in this time." in text_of(operator.get(page_of(target)))
    assert operator.get(page_of(target, "now/?span=year")).status_code == 200


def test_a_silent_machine_is_not_measured(local):
    AgentFactory.create(silent=True)
    assert services.sample_usage() == 1


def test_old_samples_are_thinned_and_very_old_ones_go(measured):
    now = timezone.now().replace(minute=5, second=30, microsecond=0)
    kept = [now - timedelta(minutes=1), (now - KEPT_FINELY - timedelta(hours=2)).replace(minute=20, second=0)]
    gone = [now - KEPT_FINELY - timedelta(hours=2), (now - KEPT - timedelta(hours=2)).replace(minute=20, second=0)]
    numbers = {"slots_total": 4, "slots_used": 1, "cores": 8, "load": 1, "memory_total_mb": 10, "memory_used_mb": 5}
    for at in (*kept, *gone):
        UsageSample.objects.create(agent=measured, at=at, **numbers)
    assert services.prune_usage() == 2
    assert sorted(UsageSample.objects.values_list("at", flat=True)) == sorted(kept)
