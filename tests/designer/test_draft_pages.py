"""The designer's pages: what to begin with, the list of drafts, the page of the canvas, and import."""

import pytest

from apps.designer.models import Draft
from apps.designer.services import create_draft
from apps.designer.services.presence import enter, leave, people_at
from apps.pipelines.graph.types import Value
from apps.pipelines.services import submit_pipeline
from apps.workspaces.roles import Role
from tests.designer.samples import small
from tests.pipelines.factories import pipeline, registered
from tests.workspaces.factories import member

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(workspace):
    return f"/workspaces/{workspace.name}/designer/"


@pytest.fixture
def draft(ada, workspace):
    return create_draft(actor=ada, workspace=workspace, document=small(), name="People")


def test_the_home_offers_samples_and_a_new_pipeline_to_who_may_draw(browser_of, ada, workspace, home):
    page = browser_of(ada).get(home).content.decode()
    assert f"{home}drafts/new/?sample=automobile-price-basic" in page
    assert "No drafts yet" in page
    reader = browser_of(member(workspace, Role.READER)).get(home).content.decode()
    assert "drafts/new/" not in reader


def test_a_new_pipeline_opens_on_its_canvas(browser_of, ada, workspace, home):
    answer = browser_of(ada).post(f"{home}drafts/new/", follow=True)
    made = workspace.drafts.get()
    assert answer.redirect_chain[-1][0] == made.get_absolute_url()
    assert 'data-island="designer"' in answer.content.decode()
    assert (made.document, made.created_by) == ({}, ada)


def test_a_sample_opens_with_its_data(browser_of, ada, workspace, home):
    browser_of(ada).post(f"{home}drafts/new/?sample=automobile-price-basic")
    made = workspace.drafts.get()
    components = {node["component"] for node in made.document["nodes"].values()}
    assert f"data:azureml:{workspace.datasets.get().name}:1" in components
    answer = browser_of(ada).post(f"{home}drafts/new/?sample=nothing", follow=True)
    assert "There is no such sample" in answer.content.decode()


def test_what_cannot_be_drawn_is_said_and_nothing_is_made(browser_of, ada, workspace, home):
    run = submit_pipeline(actor=ada, workspace=workspace, graph=pipeline(), inputs={"rate": Value(1)})
    answer = browser_of(ada).post(f"{home}drafts/new/?run={run.pk}", follow=True)
    assert "has a command of its own" in answer.content.decode()
    assert not Draft.objects.exists()
    assert browser_of(ada).post(f"{home}drafts/new/?run=x").status_code == 404


def test_drafts_are_chosen_in_the_list_and_archived_restored_or_deleted(browser_of, ada, workspace, home, draft):
    browser = browser_of(ada)
    assert "People" in browser.get(home).content.decode()
    chosen = {"ids": [str(draft.pk)]}
    browser.post(f"{home}drafts/archive/", chosen)
    assert "People" not in browser.get(home).content.decode()
    browser.post(f"{home}drafts/restore/?archived=only", chosen)
    assert "People" in browser.get(home).content.decode()
    browser.post(f"{home}drafts/delete/", chosen)
    assert not Draft.objects.exists()


def test_an_archived_draft_offers_to_be_restored(browser_of, ada, draft):
    url = draft.get_absolute_url()
    browser_of(ada).post(f"{url}archive/")
    page = browser_of(ada).get(url).content.decode()
    assert f"{url}restore/" in page
    assert f"{url}archive/" not in page
    browser_of(ada).post(f"{url}restore/")
    draft.refresh_from_db()
    assert draft.archived_at is None


def test_a_copy_is_another_draft(browser_of, ada, workspace, home, draft):
    browser_of(ada).post(f"{home}drafts/new/?draft={draft.pk}")
    copied = workspace.drafts.exclude(pk=draft.pk).get()
    assert (copied.name, copied.document, copied.revision) == ("People (copy)", small(), 0)


def test_a_file_with_a_fault_comes_back_with_it(browser_of, ada, workspace, home):
    registered(ada, workspace)
    answer = browser_of(ada).post(f"{home}drafts/import/", {"job": "type: pipeline\njobs: {}\nnonsense: [", "name": ""})
    assert answer.status_code == 422
    assert answer.context["form"].errors["job"]
    good = "type: pipeline\ndisplay_name: Imported\njobs:\n  fit:\n    component: azureml:train:1\n"
    good += "    inputs: {data: {type: uri_folder, path: azureml:people:1}}\n"
    answer = browser_of(ada).post(f"{home}drafts/import/", {"job": good, "name": ""})
    assert answer.status_code == 302
    assert workspace.drafts.get().document["nodes"]["fit"]["component"] == "component:train:1"


def test_people_are_counted_once_however_many_pages_they_have_open(ada, workspace, draft):
    bob = member(workspace, Role.READER, username="bob", full_name="Bob Ross")
    visits = [enter(draft.pk, person) for person in (ada, ada, bob)]
    first, second, third = (visit for visit in visits if visit is not None)
    assert [one["name"] for one in people_at(draft.pk)] == ["Ada Lovelace", "Bob Ross"]
    leave(first)
    leave(third)
    assert [one["name"] for one in people_at(draft.pk)] == ["Ada Lovelace"]
    leave(second)
    leave(second)  # the page is closed, and the process that had it ends
    assert people_at(draft.pk) == []
