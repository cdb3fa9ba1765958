"""Labeling in a real browser, by mouse and by keyboard, on real pictures and text."""

import re
from pathlib import Path
from typing import Any

import pytest
import sklearn.datasets
from playwright.sync_api import Page, expect

from apps.labeling.models import Answer, Item, LabelingProject
from apps.workspaces.roles import Role
from tests.accounts.factories import UserFactory
from tests.browser.test_accessibility import faults_on
from tests.data.factories import dataset_of
from tests.labeling.factories import key_of, pictures, project_of
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = pytest.mark.browser

PHOTOS = Path(sklearn.datasets.__file__).parent / "images"
WORK = "/workspaces/fraud/labeling/pets/label/"
TEXTS = "text\n" + "\n".join(["Ana met Bob 👩‍🚀 in Paris. Ana-Maria stayed; Ana left.", "שלום לכולם"])


@pytest.fixture
def ada(transactional_db: None):
    return UserFactory.create(full_name="Ada Lovelace")


@pytest.fixture
def workspace(ada):
    return WorkspaceFactory.create(name="fraud", owner=ada)


@pytest.fixture
def lea(workspace):
    return member(workspace, Role.LABELER, username="lea")


@pytest.fixture
def photos(ada, workspace):
    files = {name: (PHOTOS / name).read_bytes() for name in ("china.jpg", "flower.jpg")}
    return pictures(ada, workspace, **files)


def answers_of(project: LabelingProject) -> list[dict[str, Any]]:
    rows = Answer.objects.filter(item__project=project, status="submitted").order_by("item__number")
    return [row.answer for row in rows if row.answer is not None]


def test_pictures_get_their_class_by_one_key_each(open_as, ada, workspace, lea, photos) -> None:
    project = project_of(ada, workspace, instructions="A **temple** is no cat.")
    page: Page = open_as(lea, "/workspaces/fraud/labeling/pets/")
    page.get_by_role("link", name="Label data").click()
    expect(page.get_by_role("img", name="china.jpg")).to_be_visible()
    expect(page.get_by_text("temple")).to_be_visible()
    expect(page.get_by_role("button", name="Submit")).to_be_disabled()
    page.keyboard.press("2")
    expect(page.get_by_role("article").get_by_text("Dog")).to_be_visible()
    page.keyboard.press("1")
    expect(page.get_by_role("article").get_by_text("Cat")).to_be_visible()
    expect(page.get_by_text("All changes are kept")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("img", name="flower.jpg")).to_be_visible()
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect(page.get_by_text("All items are labeled.")).to_be_visible()
    assert [one["labels"] for one in answers_of(project)] == [[key_of(project, "Cat")], [key_of(project, "Dog")]]

    # A slip is mended afterwards.
    page.keyboard.press("b")
    expect(page.get_by_role("img", name="flower.jpg")).to_be_visible()
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.get_by_text("All items are labeled.")).to_be_visible()
    assert answers_of(project)[1]["labels"] == [key_of(project, "Cat")]


def test_several_pictures_are_labeled_at_once(open_as, ada, workspace, lea) -> None:
    pictures(ada, workspace)
    project = project_of(ada, workspace, task="image_classification_multilabel")
    page: Page = open_as(lea, WORK)
    page.get_by_label("At once").select_option("4")
    expect(page.get_by_role("article")).to_have_count(3)
    page.locator("body").click(position={"x": 5, "y": 300})
    page.keyboard.press("Control+a")
    page.keyboard.press("1")
    page.get_by_role("checkbox", name="Choose a.png").uncheck()
    page.keyboard.press("2")
    expect(page.get_by_role("article", name="a.png").get_by_text("Dog")).to_have_count(0)
    expect(page.get_by_role("article", name="b.png").get_by_text("Dog")).to_be_visible()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("All items are labeled.")).to_be_visible()
    cat, dog = key_of(project, "Cat"), key_of(project, "Dog")
    assert [one["labels"] for one in answers_of(project)] == [[cat], [cat, dog], [cat, dog]]


def test_boxes_are_drawn_moved_relabeled_and_undone(open_as, ada, workspace, lea, photos) -> None:
    project = project_of(ada, workspace, task="object_detection")
    page: Page = open_as(lea, WORK)
    canvas = page.get_by_role("img", name="china.jpg")
    expect(canvas).to_be_visible()
    place = canvas.bounding_box()
    assert place
    middle = (place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)

    page.mouse.click(*middle)  # a slip makes no box
    expect(page.locator(".labeler-box")).to_have_count(0)
    drag(page, middle, (middle[0] + 100, middle[1] + 60))
    expect(page.locator(".labeler-box")).to_have_count(1)
    page.keyboard.press("2")
    expect(page.get_by_role("button", name="1: Dog")).to_be_visible()
    page.keyboard.press("t")
    expect(page.locator(".labeler-box")).to_have_count(2)
    page.keyboard.press("Control+z")
    expect(page.locator(".labeler-box")).to_have_count(1)
    page.keyboard.press("m")
    drag(page, (middle[0] + 50, middle[1] + 30), (middle[0] + 20, middle[1] + 10))
    expect(page.get_by_text("All changes are kept")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("img", name="flower.jpg")).to_be_visible()

    (answer,) = answers_of(project)
    (box,) = answer["shapes"]
    item = Item.objects.get(project=project, number=1)
    assert item.width
    assert item.height
    scale = min(place["width"] / item.width, place["height"] / item.height)
    assert box["label"] == key_of(project, "Dog")
    assert box["x"] == pytest.approx(item.width / 2 - 30 / scale, abs=2)
    assert box["y"] == pytest.approx(item.height / 2 - 20 / scale, abs=2)
    assert (box["width"], box["height"]) == pytest.approx((100 / scale, 60 / scale), abs=2)


def test_entities_are_marked_by_mouse_and_by_keyboard_alone(open_as, ada, workspace, lea) -> None:
    dataset_of(ada, workspace, "notes", files={"notes.csv": TEXTS.encode()})
    project = project_of(
        ada, workspace, task="named_entities", dataset="notes", text_columns=["text"], labels=("Person", "Place")
    )
    page: Page = open_as(lea, WORK)
    text = page.locator(".labeler-text")
    expect(text).to_contain_text("Paris")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("1")
    page.keyboard.press("e")  # the other one of these, but not that of Ana-Maria
    expect(page.locator(".labeler-mark")).to_have_count(2)
    word = page.evaluate(
        """() => { const walker = document.createTreeWalker(document.querySelector('.labeler-text'), NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          const at = node.data.indexOf('Paris'); if (at < 0) continue;
          const range = document.createRange(); range.setStart(node, at); range.setEnd(node, at + 5);
          const { x, y, width, height } = range.getBoundingClientRect(); return [x + width / 2, y + height / 2]; } }"""
    )
    page.mouse.dblclick(*word)
    page.keyboard.press("2")
    expect(page.get_by_role("button", name="Paris · Place")).to_be_visible()
    page.keyboard.press("Enter")
    expect(text).to_contain_text("שלום")
    (answer,) = answers_of(project)
    found = TEXTS.split("\n")[1]
    said = [(found[span["start"] : span["end"]], span["label"]) for span in answer["spans"]]
    person, city = key_of(project, "Person"), key_of(project, "Place")
    assert said == [("Ana", person), ("Paris", city), ("Ana", person)]
    assert found[answer["spans"][2]["start"] :].startswith("Ana left")


def test_what_is_done_without_a_network_is_there_after_the_tab_was_closed(open_as, ada, workspace, lea, photos) -> None:
    project = project_of(ada, workspace)
    page: Page = open_as(lea, WORK)
    expect(page.get_by_role("img", name="china.jpg")).to_be_visible()
    address = page.url
    page.context.set_offline(True)
    page.keyboard.press("2")
    expect(page.get_by_text("Your changes wait in this browser")).to_be_visible()
    page.close()
    assert not Answer.objects.exists()

    page.context.set_offline(False)
    page = page.context.new_page()
    page.goto(address)
    expect(page.get_by_role("article").get_by_text("Dog")).to_be_visible()
    expect(page.get_by_text("All changes are kept")).to_be_visible()
    draft = Answer.objects.get(item__project=project)
    assert draft.answer == {"labels": [key_of(project, "Dog")]}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible(open_as, ada, workspace, lea, photos, scheme) -> None:
    project_of(ada, workspace, task="object_detection")
    page: Page = open_as(lea, WORK, color_scheme=scheme, bypass_csp=True)
    expect(page.get_by_role("img", name="china.jpg")).to_be_visible()
    page.keyboard.press("t")
    expect(page.get_by_role("button", name="1: Cat")).to_be_visible()
    assert faults_on(page, page.url) == []
    project_of(ada, workspace, name="classes")
    page.goto(page.url.replace("/pets/", "/classes/"))
    expect(page.get_by_role("article")).to_be_visible()
    assert faults_on(page, page.url) == []


def test_a_paused_project_says_so(open_as, ada, workspace, lea, photos) -> None:
    project = project_of(ada, workspace)
    LabelingProject.objects.filter(pk=project.pk).update(status="Paused")
    page: Page = open_as(lea, WORK)
    expect(page.get_by_role("alert")).to_have_text(re.compile("not running"))


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    page.mouse.move(*end)
    page.mouse.up()
