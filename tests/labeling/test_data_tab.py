"""The data tab: what a team lead sees of items, approves and sends back."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.labeling.models import Item
from apps.labeling.services import answers, queue
from apps.labeling.services.answers import Said
from apps.workspaces.roles import Role
from tests.labeling.factories import key_of
from tests.workspaces.factories import member

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(workspace):
    return member(workspace, Role.LABELING_TEAM_LEAD, username="lou")


@pytest.fixture
def labeled(project, lea):
    """The first picture is a cat, the second was skipped with a question, the third waits."""
    queue.next_items(actor=lea, project=project, count=2)
    said = Said(number=1, answer={"labels": [key_of(project, "Cat")]}, version=0)
    answers.submit_answers(actor=lea, project=project, said=[said])
    answers.skip_items(actor=lea, project=project, numbers=[2], comment="Is this a lynx?")
    return project


def address(project, name="data"):
    return reverse(f"labeling:{name}", args=[project.workspace.name, project.name])


def states(project):
    return list(project.items.order_by("number").values_list("state", flat=True))


def test_a_team_lead_sees_what_was_said_and_by_whom(browser_of, lead, labeled):
    page = browser_of(lead).get(address(labeled)).content.decode()
    assert "Cat" in page
    assert "lea: Is this a lynx?" in page
    assert "thumbnail=1" in page
    skipped = browser_of(lead).get(address(labeled), {"state": "skipped"}).content.decode()
    assert "b.png" in skipped
    assert "a.png" not in skipped
    assert "No match" not in browser_of(lead).get(address(labeled), {"labeler": "lea"}).content.decode()


def test_chosen_items_are_approved_or_sent_back(browser_of, lead, labeled, lea):
    ids = [str(pk) for pk in Item.objects.filter(project=labeled).order_by("number").values_list("pk", flat=True)]
    answer = browser_of(lead).post(address(labeled, "approve"), {"ids": ids[0]}, follow=True)
    assert "1 item was approved." in answer.content.decode()
    assert states(labeled) == ["approved", "skipped", "unlabeled"]

    answer = browser_of(lead).post(address(labeled, "approve"), {"ids": ids[1]}, follow=True)
    assert "Item 2 has no answer that could be approved." in answer.content.decode()
    answer = browser_of(lead).post(address(labeled, "reject"), {"ids": ids[1]}, follow=True)
    assert "1 item is in the queue again." in answer.content.decode()
    assert states(labeled) == ["approved", "unlabeled", "unlabeled"]
    assert 2 in [one.item.number for one in queue.next_items(actor=lea, project=labeled, count=2)]


def test_labelers_see_no_data_tab(browser_of, lea, labeled):
    assert browser_of(lea).get(address(labeled)).status_code == 403
    assert address(labeled) not in browser_of(lea).get(labeled.get_absolute_url()).content.decode()


def test_a_page_of_items_costs_as_many_queries_for_three_as_for_one(browser_of, lead, labeled):
    browser = browser_of(lead)
    counts = []
    for query in ({"state": "labeled"}, {"state": ["labeled", "skipped", "unlabeled"]}):
        with CaptureQueriesContext(connection) as queries:
            browser.get(address(labeled), query)
        counts.append(len(queries))
    assert counts[0] >= counts[1]
