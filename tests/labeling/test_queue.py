"""The queue, answers and review, as pages ask for them."""

import io
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image

from apps.labeling.models import Answer, Item
from apps.labeling.states import AnswerStatus
from apps.workspaces.roles import Role
from tests.labeling.factories import key_of, picture, pictures, project_of
from tests.workspaces.factories import member

pytestmark = pytest.mark.django_db


def next_of(api, project, count=1):
    return api.post(f"{project.api_url}next/", {"count": count}, format="json").json()


def numbers(answer):
    return sorted(item["number"] for item in answer["items"])


def submit(api, project, number, labels, version=0):
    answer = {"labels": [key_of(project, name) for name in labels]}
    body = {"items": [{"number": number, "answer": answer, "version": version, "seconds": 2}]}
    return api.post(f"{project.api_url}submit/", body, format="json")


def draft(api, project, number, version, labels=()):
    body = {"answer": {"labels": list(labels)}, "version": version}
    return api.put(f"{project.api_url}items/{number}/draft/", body, format="json")


def test_nobody_gets_what_another_has_until_it_is_given_back_or_late(api_of, lea, tom, project):
    assert numbers(next_of(api_of(lea), project, 2)) == [1, 2]
    assert numbers(next_of(api_of(lea), project, 2)) == [1, 2]
    assert numbers(next_of(api_of(tom), project, 4)) == [3]
    api_of(lea).post(f"{project.api_url}release/", {"numbers": [1]}, format="json")
    assert numbers(next_of(api_of(tom), project, 4)) == [1, 3]
    Item.objects.filter(number=2).update(lease_until=timezone.now())
    assert numbers(next_of(api_of(tom), project, 4)) == [1, 2, 3]
    nothing = next_of(api_of(lea), project)
    assert nothing["items"] == []
    assert "with others" in nothing["ended"]


def test_an_item_says_what_it_is(api_of, lea, project):
    item = next_of(api_of(lea), project)["items"][0]
    assert (item["name"], item["width"], item["height"], item["answer"], item["draft_version"]) == (
        "a.png",
        40,
        30,
        None,
        0,
    )
    answer = api_of(lea).get(f"{project.api_url}project/").json()
    assert [label["name"] for label in answer["labels"]] == ["Cat", "Dog"]
    assert answer["progress"] == {"labeled": 0, "total": 3, "mine": 0}


def test_submitting_labels_an_item_once_however_often_it_is_sent(api_of, lea, tom, project):
    next_of(api_of(lea), project)
    assert submit(api_of(lea), project, 1, ["Cat"]).status_code == 204
    assert submit(api_of(lea), project, 1, ["Cat"]).status_code == 204
    item = project.items.get(number=1)
    assert (item.state, item.final, item.version) == ("labeled", {"labels": [key_of(project, "Cat")]}, 1)
    assert submit(api_of(tom), project, 1, ["Dog"]).status_code == 409
    assert submit(api_of(lea), project, 1, ["Dog"], version=1).status_code == 204
    item.refresh_from_db()
    assert item.final == {"labels": [key_of(project, "Dog")]}
    previous = api_of(lea).get(f"{project.api_url}previous/").json()
    assert [(one["number"], one["draft_version"]) for one in previous] == [(1, 2)]


def test_drafts_outlive_the_page_and_are_not_overwritten_by_another_window(api_of, lea, project):
    next_of(api_of(lea), project)
    assert draft(api_of(lea), project, 1, 0, ["a"]).json() == {"version": 1}
    assert draft(api_of(lea), project, 1, 0, ["a"]).json() == {"version": 1}
    stale = draft(api_of(lea), project, 1, 0, ["b"])
    assert (stale.status_code, stale.json()["answer"], stale.json()["version"]) == (409, {"labels": ["a"]}, 1)
    item = next_of(api_of(lea), project)["items"][0]
    assert (item["answer"], item["draft_version"]) == ({"labels": ["a"]}, 1)


@pytest.mark.parametrize("answer", [{"labels": []}, {"labels": ["nothing"]}, {"shapes": []}, {"labels": 1}])
def test_an_answer_that_is_none_is_refused(api_of, lea, project, answer):
    body = {"items": [{"number": 1, "answer": answer, "version": 0}]}
    assert api_of(lea).post(f"{project.api_url}submit/", body, format="json").status_code == 400
    assert not Answer.objects.exists()
    assert submit(api_of(lea), project, 1, ["Cat", "Dog"]).status_code == 400


def test_review_sends_back_with_a_comment_or_approves(api_of, workspace, ada, lea, project):
    lead = member(workspace, Role.LABELING_TEAM_LEAD)
    next_of(api_of(lea), project)
    submit(api_of(lea), project, 1, ["Cat"])
    verdict = {"numbers": [1], "verdict": "reject", "comment": "Look at the ears."}
    assert api_of(lea).post(f"{project.api_url}review/", verdict, format="json").status_code == 403
    assert api_of(lead).post(f"{project.api_url}review/", verdict, format="json").status_code == 204
    item = next_of(api_of(lea), project)["items"][0]
    assert (item["number"], item["previous_rejection"]) == (1, "Look at the ears.")
    submit(api_of(lea), project, 1, ["Dog"], version=1)
    api_of(lead).post(f"{project.api_url}review/", {"numbers": [1], "verdict": "approve"}, format="json")
    assert project.items.get(number=1).state == "approved"
    assert submit(api_of(lea), project, 1, ["Cat"], version=2).status_code == 409


def test_people_who_disagree_leave_an_item_to_review(api_of, ada, workspace, lea, tom):
    pictures(ada, workspace)
    project = project_of(ada, workspace, consensus_min=2, consensus_max=2)
    for person, first, second in ((lea, "Cat", "Cat"), (tom, "Cat", "Dog")):
        assert numbers(next_of(api_of(person), project, 2)) == [1, 2]
        submit(api_of(person), project, 1, [first])
        submit(api_of(person), project, 2, [second])
    states = project.items.order_by("number").values_list("state", flat=True)
    assert list(states) == ["labeled", "needs_review", "unlabeled"]
    final = {"answer": {"labels": [key_of(project, "Dog")]}, "version": 0}
    assert api_of(ada).put(f"{project.api_url}items/2/final/", final, format="json").json() == {"version": 1}
    assert project.items.get(number=2).state == "approved"


def test_what_cannot_be_shown_is_put_aside_and_the_queue_goes_on(api_of, ada, workspace, lea):
    files = {
        "a.svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "b.png": b"x", "c.jpg": picture(),
        "d.png": picture(40, 30, "PNG", "I;16"), "e.jpg": picture(40, 30, "JPEG", "CMYK"),
    }  # fmt: skip
    pictures(ada, workspace, **files)
    project = project_of(ada, workspace)
    given = next_of(api_of(lea), project, 9)
    assert [item["name"] for item in given["items"]] == ["c.jpg", "d.png", "e.jpg"]
    broken = project.items.filter(state="broken").order_by("number")
    assert [(item.path, item.reason) for item in broken] == [
        ("a.svg", "The file is no picture that can be shown."),
        ("b.png", "The file is no picture that can be shown."),
    ]


def test_pictures_are_served_upright_and_made_anew(browser_of, api_of, ada, workspace, lea):
    exif = Image.Exif()
    exif[0x0112] = 6
    pictures(ada, workspace, **{"a.jpg": picture(40, 30, "JPEG", exif=exif)})
    project = project_of(ada, workspace)
    item = next_of(api_of(lea), project)["items"][0]
    assert (item["width"], item["height"]) == (30, 40)
    answer = browser_of(lea).get(item["url"])
    assert answer["Content-Type"] == "image/png"
    with Image.open(io.BytesIO(answer.content)) as served:
        assert (served.size, served.mode) == ((30, 40), "RGB")


def test_a_skipped_item_waits_for_a_team_lead_and_a_paused_project_for_all(api_of, browser_of, ada, lea, project):
    next_of(api_of(lea), project)
    assert (
        api_of(lea).post(f"{project.api_url}skip/", {"numbers": [1], "comment": "Blurred"}, format="json").status_code
        == 204
    )
    assert Answer.objects.get().status == AnswerStatus.SKIPPED
    assert numbers(next_of(api_of(lea), project)) == [2]
    browser_of(ada).post(f"{project.get_absolute_url()}pause/")
    assert api_of(lea).post(f"{project.api_url}next/", {}, format="json").status_code == 409


def box(project, **said):
    return {
        "shapes": [
            {
                "id": "s1",
                "label": key_of(project, "Cat"),
                "type": "box",
                "x": 1,
                "y": 1,
                "width": 5,
                "height": 5,
                **said,
            }
        ]
    }


@pytest.mark.parametrize(
    ("said", "words"),
    [({"x": 38}, "“s1” lies outside"), ({"width": 0}, "“s1” has no area"), ({"type": "polygon"}, "“s1” has a type")],
)
def test_boxes_lie_in_the_picture(api_of, ada, workspace, lea, said, words):
    pictures(ada, workspace)
    project = project_of(ada, workspace, task="object_detection")
    sent = {"items": [{"number": 1, "answer": box(project, **said), "version": 0}]}
    answer = api_of(lea).post(f"{project.api_url}submit/", sent, format="json")
    assert answer.status_code == 400
    assert words in answer.json()["detail"]
    sent["items"][0]["answer"] = box(project, x=35.4)
    assert api_of(lea).post(f"{project.api_url}submit/", sent, format="json").status_code == 204
    final: Any = project.items.get(number=1).final
    assert final["shapes"][0]["width"] == pytest.approx(4.6)


def test_a_polygon_may_not_cross_itself(api_of, ada, workspace, lea):
    pictures(ada, workspace)
    project = project_of(ada, workspace, task="instance_segmentation")
    shape = {
        "id": "s1",
        "label": key_of(project, "Cat"),
        "type": "polygon",
        "points": [[1, 1], [20, 20], [20, 1], [1, 12]],
    }
    sent = {"items": [{"number": 1, "answer": {"shapes": [shape]}, "version": 0}]}
    answer = api_of(lea).post(f"{project.api_url}submit/", sent, format="json")
    assert "crosses itself" in answer.json()["detail"]
    shape["points"] = [[1, 1], [20, 1], [20, 20], [1, 12]]
    assert api_of(lea).post(f"{project.api_url}submit/", sent, format="json").status_code == 204
