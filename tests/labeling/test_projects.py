"""Projects: made from datasets, filled chunk by chunk, paused, deleted; who may."""

import pytest
from django.urls import reverse

from apps.core.errors import InvalidInput
from apps.data.states import DatasetKind
from apps.labeling.models import LabelingProject
from apps.labeling.services import filling
from apps.workspaces.roles import Role
from tests.accounts.factories import UserFactory
from tests.data.factories import dataset_of
from tests.labeling.factories import picture, pictures, project_of
from tests.workspaces.factories import member

pytestmark = pytest.mark.django_db


def form(**said):
    return {
        "name": "pets", "task": "object_detection", "dataset": "pets", "labels": "Animal/Cat\nAnimal/Dog", "item_order": "random",
        "consensus_min": 1, "consensus_max": 1, **said,
    }  # fmt: skip


def test_a_project_is_made_in_the_browser_and_shows_how_far_it_is(browser_of, ada, workspace):
    pictures(ada, workspace)
    browser, home = browser_of(ada), f"/workspaces/{workspace.name}/labeling/"
    assert "No labeling projects yet" in browser.get(home).content.decode()
    assert browser.post(f"{home}-/new/", form()).status_code == 302
    made = workspace.labeling_projects.get()
    assert [(label.name, label.hotkey) for label in made.labels.all()] == [("Animal", "1"), ("Cat", "2"), ("Dog", "3")]
    assert made.labels.get(name="Cat").parent.name == "Animal"
    filling.fill_project(made.pk)
    page = browser.get(f"{home}pets/").content.decode()
    assert "0 of 3 items are labeled" in page
    assert "Running" in page
    assert "pets" in browser.get(home).content.decode()


def test_items_come_in_chunks_that_neither_lose_nor_repeat(ada, workspace, monkeypatch):
    monkeypatch.setattr(filling, "CHUNK", 2)
    files = {f"{number}.jpg": picture() for number in range(5)} | {"notes.md": b"x"}
    pictures(ada, workspace, **files)
    project = project_of(ada, workspace)
    assert (project.status, project.items.count()) == ("Initializing", 2)
    for _again in range(4):
        filling.fill_project(project.pk)
    project.refresh_from_db()
    assert project.status == "Running"
    assert list(project.items.order_by("number").values_list("path", flat=True)) == [f"{n}.jpg" for n in range(5)]


def test_rows_of_a_table_become_items(ada, workspace, monkeypatch):
    monkeypatch.setattr(filling, "CHUNK", 2)
    table = 'title,body\nOne,"a\nb"\nTwo,שלום 🐈\nThree,c\n'.encode()
    dataset_of(ada, workspace, "news", files={"n.csv": table})
    project = project_of(ada, workspace, task="named_entities", dataset="news", text_columns=["title", "body"])
    filling.fill_project(project.pk)
    texts = project.items.order_by("number").values_list("row", "text")
    assert list(texts) == [(1, "One\na\nb"), (2, "Two\nשלום 🐈"), (3, "Three\nc")]


def test_a_dataset_without_anything_to_label_says_so(ada, workspace):
    dataset_of(ada, workspace, "pets", files={"a.txt": b"x"}, kind=DatasetKind.FILE)
    project = project_of(ada, workspace)
    assert project.status == "Failed"
    assert "nothing to label" in project.status_reason


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": "a b"}, "name"),
        ({"labels": ()}, "labels"),
        ({"labels": ("Cat", "Cat")}, "labels"),
        ({"labels": ("a/b/c/d/e/f/g",)}, "labels"),
        ({"consensus_max": 2}, "consensus_min"),
        ({"task": "object_detection", "consensus_min": 2, "consensus_max": 3}, "consensus_max"),
    ],
)
def test_what_breaks_a_rule_is_refused_at_its_field(ada, workspace, said, field):
    pictures(ada, workspace)
    with pytest.raises(InvalidInput) as refused:
        project_of(ada, workspace, **said)
    assert field in refused.value.errors
    assert not LabelingProject.objects.exists()


def test_a_name_is_taken_once(ada, workspace, project):
    with pytest.raises(InvalidInput, match="exists"):
        project_of(ada, workspace, name="PETS")


def test_pausing_and_deleting(browser_of, ada, project):
    url = project.get_absolute_url()
    browser_of(ada).post(f"{url}pause/")
    project.refresh_from_db()
    assert project.status == "Paused"
    browser_of(ada).post(f"{url}resume/")
    project.refresh_from_db()
    assert project.status == "Running"
    browser_of(ada).post(f"{url}delete/")
    assert not LabelingProject.objects.exists()


@pytest.mark.parametrize(
    ("role", "read", "write"), [(None, 404, 404), (Role.LABELER, 200, 403), (Role.READER, 200, 403)]
)
def test_who_may_see_and_make_projects(browser_of, workspace, project, role, read, write):
    person = member(workspace, role) if role else UserFactory.create()
    assert browser_of(person).get(project.get_absolute_url()).status_code == read
    assert browser_of(person).post(f"{project.get_absolute_url()}delete/").status_code == write


def test_instructions_change_while_people_label(browser_of, ada, project, lea):
    address = reverse("labeling:edit", args=[project.workspace.name, project.name])
    answer = browser_of(ada).post(address, {"instructions": "A lynx is **no** cat."}, follow=True)
    assert "A lynx is <strong>no</strong> cat." in answer.content.decode()
    assert browser_of(lea).post(address, {"instructions": ""}).status_code == 403
