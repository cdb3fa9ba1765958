"""Drafts: saved patch by patch by several people, taken back, checked and submitted."""

import pytest

from apps.activity.models import AuditRecord
from apps.activity.sentences import sentence_of
from apps.core.errors import InvalidInput
from apps.core.models import Event
from apps.designer.errors import DraftArchived, DraftConflict
from apps.designer.events import draft_topic
from apps.designer.models import Draft, DraftRevision
from apps.designer.services import archive_draft, create_draft, edit_draft, restore_revision, save_patch
from apps.designer.services.saving import document_at
from apps.experiments.models import Run
from apps.pipelines.services import clone_of
from apps.workspaces.roles import Role
from tests.designer.samples import PEOPLE, small, split, table
from tests.workspaces.factories import member

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def bob(workspace):
    return member(workspace, Role.CONTRIBUTOR, username="bob", full_name="Bob Ross")


@pytest.fixture
def draft(ada, workspace):
    return create_draft(actor=ada, workspace=workspace, document=small(), name="People")


@pytest.fixture
def url(draft):
    return f"/api/v1/workspaces/{draft.workspace.name}/designer/drafts/{draft.pk}/"


def patched(api, url, revision, patch, client="a", **said):
    body = {"revision": revision, "patch": patch, **said}
    return api.patch(url, body, format="json", headers={"X-Draft-Client": client})


def test_two_people_change_two_nodes_and_neither_is_lost(api_of, ada, bob, draft, url):
    mine, theirs = split(fraction=0.7), {**small()["nodes"]["people"], "comment": "All of them"}
    first = patched(api_of(ada), url, 0, {"nodes": {"split": mine}}, summary="Set the fraction")
    assert first.json() == {"revision": 1, "merged": None}
    second = patched(api_of(bob), url, 0, {"nodes": {"people": theirs}}, client="b")
    assert second.json() == {"revision": 2, "merged": {"nodes": {"split": mine}}}
    draft.refresh_from_db()
    assert draft.document["nodes"] == {"split": mine, "people": theirs}
    assert draft.modified_by == bob
    news = Event.objects.filter(topic=draft_topic(draft.pk), type="draft.revised").order_by("seq")
    assert [event.data for event in news] == [
        {"revision": 1, "by": "Ada Lovelace", "client": "a"},
        {"revision": 2, "by": "Bob Ross", "client": "b"},
    ]
    changes = api_of(ada).get(f"{url}changes/?after=1").json()
    assert (changes["revision"], [one["patch"] for one in changes["patches"]]) == (2, [{"nodes": {"people": theirs}}])


def test_the_same_node_changed_by_two_is_refused_with_both(api_of, ada, bob, draft, url):
    theirs = split(fraction=0.7)
    patched(api_of(ada), url, 0, {"nodes": {"split": theirs}})
    answer = patched(
        api_of(bob), url, 0, {"nodes": {"split": split(fraction=0.2)}, "settings": {"force_rerun": True}}, "b"
    )
    assert answer.status_code == 409
    problem = answer.json()
    assert (problem["code"], problem["revision"]) == ("draft_conflict", 1)
    assert problem["conflicts"] == [{"section": "nodes", "key": "split", "by": "Ada Lovelace", "theirs": theirs}]
    draft.refresh_from_db()
    assert (draft.revision, draft.document["nodes"]["split"], "settings" in draft.document) == (1, theirs, False)
    kept = patched(api_of(bob), url, 1, {"nodes": {"split": split(fraction=0.2)}}, "b")
    assert kept.json() == {"revision": 2, "merged": None}


def test_what_one_removed_is_told_to_who_changed_it(ada, bob, draft):
    save_patch(actor=ada, draft=draft, base=0, patch={"nodes": {"split": None}}, client="a")
    with pytest.raises(DraftConflict) as refused:
        save_patch(actor=bob, draft=draft, base=0, patch={"nodes": {"split": split(fraction=0.1)}}, client="b")
    assert refused.value.clashes[0].theirs is None


def test_a_page_is_not_in_conflict_with_itself_and_what_is_sent_twice_counts_once(ada, draft):
    patch = {"nodes": {"split": split(fraction=0.7)}}
    assert save_patch(actor=ada, draft=draft, base=0, patch=patch, client="a").revision == 1
    assert save_patch(actor=ada, draft=draft, base=0, patch=patch, client="a").revision == 1
    again = {"nodes": {"split": split(fraction=0.8)}}
    assert save_patch(actor=ada, draft=draft, base=0, patch=again, client="a").revision == 2
    with pytest.raises(DraftConflict):  # another window of the same person
        save_patch(actor=ada, draft=draft, base=0, patch=patch, client="a2")


@pytest.mark.parametrize(
    ("patch", "place"),
    [
        ([], "patch"),
        ({"edges": {}}, "patch.edges"),
        ({"nodes": []}, "patch.nodes"),
        ({"nodes": {"split": {"title": "no component"}}}, "nodes.split.component"),
        ({"nodes": {"split": {"component": PEOPLE, "comment": "\0"}}}, "nodes.split.comment"),
        ({"settings": {"force_rerun": "yes"}}, "settings.force_rerun"),
    ],
)
def test_a_malformed_patch_is_refused_at_its_place(api_of, ada, draft, url, patch, place):
    answer = patched(api_of(ada), url, 0, patch)
    assert answer.status_code == 400
    assert place in answer.json()["errors"]
    draft.refresh_from_db()
    assert (draft.revision, draft.document) == (0, small())


def test_a_revision_that_there_is_not_is_no_base(api_of, ada, draft, url):
    answer = patched(api_of(ada), url, 3, {"nodes": {"split": None}})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["revision"])


def test_any_revision_can_be_had_again_as_a_new_one(api_of, ada, draft, url):
    documents = [draft.document]
    patches = [
        {"nodes": {"split": split(fraction=0.7)}, "settings": {"force_rerun": True}},
        {"nodes": {"split": None}, "frames": {"f": {"text": "Here", "position": [0, 0], "size": [10, 10]}}},
        {"nodes": {"split": split(fraction=0.1)}, "settings": {"default_compute": "local"}, "frames": {"f": None}},
    ]
    for number, patch in enumerate(patches):
        save_patch(actor=ada, draft=draft, base=number, patch=patch, summary=f"Edit {number}")
        documents.append(Draft.objects.get(pk=draft.pk).document)
    draft.refresh_from_db()
    without_empty = [{section: values for section, values in document.items() if values} for document in documents]
    for number, document in enumerate(without_empty):
        found = document_at(draft, number)
        assert {section: values for section, values in found.items() if values} == document
    answer = api_of(ada).post(f"{url}revisions/1/restore/")
    assert answer.json() == {"revision": 4}
    draft.refresh_from_db()
    assert draft.document["nodes"] == documents[1]["nodes"]
    assert draft.document["settings"] == {"force_rerun": True, "default_compute": ""}
    history = api_of(ada).get(f"{url}revisions/?before=4").json()
    assert [one["summary"] for one in history["revisions"]] == ["Edit 2", "Edit 1", "Edit 0"]
    assert (history["revisions"][0]["author"]["display_name"], history["next"]) == ("Ada Lovelace", None)
    assert restore_revision(actor=ada, draft=draft, number=4) == 4  # it is that already


def test_an_archived_draft_stays_as_it_is(api_of, ada, draft, url):
    archive_draft(actor=ada, draft=draft)
    with pytest.raises(DraftArchived):
        save_patch(actor=ada, draft=draft, base=0, patch={"nodes": {"split": None}})
    assert api_of(ada).post(f"{url}submit/", {}, format="json").status_code == 409
    assert api_of(ada).get(url).json()["permissions"] == {"write": False, "submit": False}
    listed = f"/api/v1/workspaces/{draft.workspace.name}/designer/drafts/"
    assert api_of(ada).get(listed).json()["results"] == []
    assert [row["name"] for row in api_of(ada).get(f"{listed}?archived=only").json()["results"]] == ["People"]


def test_readers_look_and_do_not_change(api_of, workspace, draft, url):
    reader = api_of(member(workspace, Role.READER))
    assert reader.get(url).json()["permissions"] == {"write": False, "submit": False}
    assert patched(reader, url, 0, {"nodes": {"split": None}}).status_code == 403
    assert reader.post(f"{url}revisions/0/restore/").status_code == 403
    assert reader.delete(url).status_code == 403
    assert Draft.objects.filter(pk=draft.pk).exists()


def test_deleting_takes_the_history_along_and_is_written_down(api_of, ada, draft, url):
    save_patch(actor=ada, draft=draft, base=0, patch={"nodes": {"split": None}})
    assert api_of(ada).delete(url).status_code == 204
    assert not Draft.objects.exists()
    assert not DraftRevision.objects.exists()
    record = AuditRecord.objects.get(verb="draft.deleted")
    assert "deleted the draft People" in str(sentence_of(record))


def test_renaming_holds_names_to_their_rule(ada, draft):
    assert edit_draft(actor=ada, draft=draft, changes={"name": "  Grown-ups "}).name == "Grown-ups"
    with pytest.raises(InvalidInput) as refused:
        edit_draft(actor=ada, draft=draft, changes={"name": "a\nb"})
    assert list(refused.value.errors) == ["name"]


def test_submitting_runs_what_is_drawn_and_the_draft_shows_the_run(api_of, ada, draft, url, workspace):
    table(workspace, {"name": "string", "age": "integer"})
    answer = api_of(ada).post(f"{url}submit/", {"experiment_name": "drawn", "display_name": "First"}, format="json")
    assert answer.status_code == 201, answer.content
    run = Run.objects.get(pk=answer.json()["run"])
    assert answer.json()["url"] == run.get_absolute_url()
    assert (run.kind, str(run.experiment), run.properties["studio.draft"]) == ("pipeline", "drawn", str(draft.pk))
    assert api_of(ada).get(url).json()["run"]["id"] == str(run.pk)
    copied = api_of(ada).post(url.replace(f"{draft.pk}/", ""), {"run": str(run.pk)}, format="json").json()
    clone = Draft.objects.get(pk=copied["id"])
    assert clone.document["nodes"]["split"]["component"] == "builtin:split_data:1"
    assert clone_of(run)[0].nodes.keys() == {"split"}


def test_what_is_wrong_is_refused_at_node_and_field_and_nothing_runs(api_of, ada, draft, url, workspace):
    save_patch(actor=ada, draft=draft, base=0, patch={"nodes": {"split": split("nowhere", fraction=7)}})
    answer = api_of(ada).post(f"{url}submit/", {}, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"].keys() >= {"nodes.split.inputs.dataset", "nodes.split.inputs.fraction"}
    assert not Run.objects.exists()
