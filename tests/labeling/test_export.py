"""Files of what was labeled, as other programs read them."""

import json

import pytest
from asgiref.sync import async_to_sync
from django.urls import reverse

from apps.labeling.services import answers, queue
from apps.labeling.services.answers import Said
from tests.data.factories import dataset_of
from tests.labeling.factories import key_of, pictures, project_of

pytestmark = pytest.mark.django_db


def exported(browser, project, kind):
    answer = browser.get(reverse(f"labeling:export-{kind}", args=[project.workspace.name, project.name]))
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    return async_to_sync(whole)(answer.streaming_content).decode()


async def whole(chunks):
    return b"".join([chunk async for chunk in chunks])


def said_by(actor, project, number, answer):
    queue.next_items(actor=actor, project=project, count=9)
    answers.submit_answers(actor=actor, project=project, said=[Said(number=number, answer=answer, version=0)])


def test_coco_has_true_pixels_and_every_image_that_was_labeled(browser_of, ada, workspace, lea):
    pictures(ada, workspace)
    project = project_of(ada, workspace, task="object_detection")
    assert json.loads(exported(browser_of(ada), project, "coco"))["images"] == []
    box = {"id": "1", "label": key_of(project, "Dog"), "type": "box", "x": 3, "y": 4.5, "width": 10, "height": 6}
    said_by(lea, project, 1, {"shapes": [box, {**box, "id": "2", "label": key_of(project, "Cat")}]})
    said_by(lea, project, 2, {"shapes": []})

    found = json.loads(exported(browser_of(ada), project, "coco"))
    assert found["images"] == [
        {"id": 1, "file_name": "a.png", "width": 40, "height": 30},
        {"id": 2, "file_name": "b.png", "width": 40, "height": 30},
    ]
    names = {one["id"]: one["name"] for one in found["categories"]}
    assert [names[one["category_id"]] for one in found["annotations"]] == ["Dog", "Cat"]
    assert found["annotations"][0] | {"category_id": 0} == {
        "id": 1, "image_id": 1, "category_id": 0, "bbox": [3, 4.5, 10, 6], "area": 60, "iscrowd": 0, "segmentation": [],
    }  # fmt: skip


def test_json_lines_name_labels_by_their_path(browser_of, ada, workspace, lea):
    pictures(ada, workspace)
    project = project_of(ada, workspace, labels=("Animal/Cat", "Animal/Dog"))
    said_by(lea, project, 2, {"labels": [key_of(project, "Dog")]})
    (line,) = exported(browser_of(ada), project, "jsonl").splitlines()
    found = json.loads(line)
    assert (found["path"], found["labels"], found["labeled_by"]) == ("b.png", ["Animal/Dog"], "lea")


def test_json_lines_have_the_text_of_each_entity(browser_of, ada, workspace, lea):
    text = "👩‍🚀 Ana flies."
    dataset_of(ada, workspace, "notes", files={"notes.csv": f"text\n{text}\n".encode()})
    project = project_of(
        ada, workspace, task="named_entities", dataset="notes", text_columns=["text"], labels=("Person", "Place")
    )
    start = text.index("Ana")
    span = {"id": "1", "label": key_of(project, "Person"), "start": start, "end": start + 3}
    said_by(lea, project, 1, {"spans": [span]})
    found = json.loads(exported(browser_of(ada), project, "jsonl"))
    assert found["text"] == text
    assert [(one["label"], one["text"]) for one in found["spans"]] == [("Person", "Ana")]


def test_labelers_export_nothing_and_classes_are_no_coco(browser_of, ada, lea, project):
    address = reverse("labeling:export-jsonl", args=[project.workspace.name, project.name])
    assert browser_of(lea).get(address).status_code == 403
    refused = browser_of(ada).get(address.replace("jsonl", "coco"))
    assert refused.status_code == 409
    assert "Export this project as JSON lines." in refused.content.decode()
