"""Files on their way into the studio: cut off, gone on with, refused, given up."""

import hashlib
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.core.storage import FileMissing, get_store
from apps.data import services
from apps.data.models import Upload, UploadFile
from apps.workspaces.roles import Role
from tests.data.sending import Sender
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.service, pytest.mark.servers]

DATA = b"".join(b"%d,%d\n" % (number, number * number) for number in range(40_000))
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def workspace():
    return WorkspaceFactory.create()


@pytest.fixture
def sender(workspace) -> Sender:
    return Sender(member(workspace, Role.CONTRIBUTOR), workspace)


def stored(upload, path) -> bytes:
    key = f"data/{Upload.objects.get(pk=upload['id']).workspace_id}/uploads/{upload['id']}/{path}"
    return b"".join(get_store().open(key))


def test_a_file_is_sent_in_parts_and_is_there_once_it_is_whole(sender):
    upload = sender.begin(("a.csv", len(DATA)))
    half = len(DATA) // 2
    assert sender.put(upload, 0, DATA[:half]).json() == {"received": half}
    with pytest.raises(FileMissing):
        stored(upload, "a.csv")
    assert sender.complete(upload).json()["code"] == "upload_incomplete"
    assert sender.put(upload, 0, DATA[half:], half).json() == {"received": len(DATA)}
    assert stored(upload, "a.csv") == DATA
    answer = sender.complete(upload, **{"a.csv": SHA256})
    assert answer.json()["state"] == "Complete"
    assert UploadFile.objects.get().sha256 == SHA256
    assert sender.complete(upload).status_code == 200


def test_the_same_files_chosen_again_go_on_where_they_stopped(sender):
    upload = sender.begin(("a.csv", len(DATA)), ("b.csv", 3))
    sender.put(upload, 0, DATA[:1000])
    again = sender.begin(("b.csv", 3), ("a.csv", len(DATA)))
    assert again["id"] == upload["id"]
    assert {file["path"]: file["received"] for file in again["files"]} == {"a.csv": 1000, "b.csv": 0}
    assert sender.begin(("a.csv", len(DATA) + 1))["id"] != upload["id"]


def test_a_part_that_does_not_follow_says_where_to_go_on(sender):
    upload = sender.begin(("a.csv", len(DATA)))
    sender.put(upload, 0, DATA[:1000])
    for offset in (0, 999, 1001, len(DATA)):
        answer = sender.put(upload, 0, b"x", offset)
        assert (answer.status_code, answer.json()["code"], answer.json()["received"]) == (409, "upload_offset", 1000)


def test_a_part_cut_off_leaves_nothing_and_can_be_sent_again(sender):
    upload = sender.begin(("a.csv", len(DATA)))
    assert sender.cut_off(upload, 0, DATA[:5000]) == []
    row = UploadFile.objects.get()
    assert (row.received, row.writer) == (0, None)
    assert sender.put(upload, 0, DATA, headers={"X-Content-SHA256": SHA256}).status_code == 200
    assert stored(upload, "a.csv") == DATA


def test_a_part_that_arrives_damaged_is_not_kept(sender):
    upload = sender.begin(("a.csv", len(DATA)))
    answer = sender.put(upload, 0, DATA, headers={"X-Content-SHA256": "0" * 64})
    assert (answer.status_code, answer.json()["code"]) == (422, "upload_part_mismatch")
    assert UploadFile.objects.get().received == 0
    assert sender.put(upload, 0, DATA, headers={"X-Content-SHA256": SHA256}).status_code == 200


def test_a_file_whose_hash_differs_is_to_be_sent_again(sender):
    upload = sender.begin(("a.csv", len(DATA)))
    sender.put(upload, 0, DATA)
    answer = sender.complete(upload, **{"a.csv": "1" * 64})
    assert (answer.status_code, answer.json()["code"]) == (422, "upload_mismatch")
    with pytest.raises(FileMissing):
        stored(upload, "a.csv")
    sender.put(upload, 0, DATA)
    assert sender.complete(upload, **{"a.csv": SHA256}).status_code == 200


def test_no_more_is_taken_than_was_announced(sender):
    upload = sender.begin(("a.csv", 10))
    answer = sender.put(upload, 0, b"x" * 11)
    assert (answer.status_code, answer.json()["code"]) == (422, "upload_refused")

    async def unknown_length():
        yield b"x" * 11

    assert sender.put(upload, 0, unknown_length()).status_code == 422
    assert UploadFile.objects.get().received == 0
    assert sender.put(upload, 0, b"x" * 10).status_code == 200


def test_while_one_writes_another_is_told_to_wait(sender):
    upload = sender.begin(("a.csv", len(DATA)))
    row = Upload.objects.select_related("workspace", "created_by").get()
    part = services.begin_part(actor=row.created_by, upload=row, file=UploadFile.objects.get(), offset=0)
    answer = sender.put(upload, 0, DATA)
    assert (answer.status_code, answer.json()["code"]) == (409, "upload_busy")
    services.release_part(part)
    assert sender.put(upload, 0, DATA).status_code == 200


def test_two_uploads_at_once_do_not_mix(sender, workspace):
    other = Sender(member(workspace, Role.DATA_SCIENTIST), workspace)
    mine, theirs = sender.begin(("a.csv", 6)), other.begin(("a.csv", 6))
    assert mine["id"] != theirs["id"]
    sender.put(mine, 0, b"aaa")
    other.put(theirs, 0, b"bbb")
    sender.put(mine, 0, b"AAA", 3)
    other.put(theirs, 0, b"BBB", 3)
    assert (stored(mine, "a.csv"), stored(theirs, "a.csv")) == (b"aaaAAA", b"bbbBBB")


def test_bytes_lost_by_the_studio_are_asked_for_again(sender):
    upload = sender.begin(("a.csv", len(DATA)))
    sender.put(upload, 0, DATA[:1000])
    services.uploads.drafts_of(get_store()).drop(services.draft_of(UploadFile.objects.get().pk))
    answer = sender.put(upload, 0, DATA[1000:], 1000)
    assert (answer.status_code, answer.json()["received"]) == (409, 0)
    assert sender.put(upload, 0, DATA).status_code == 200
    assert stored(upload, "a.csv") == DATA


def test_a_file_moved_before_the_studio_stopped_is_found_again(sender):
    upload = sender.begin(("a.csv", len(DATA)))
    sender.put(upload, 0, DATA)
    UploadFile.objects.update(sha256="")
    assert sender.put(upload, 0, b"", len(DATA)).json() == {"received": len(DATA)}
    assert UploadFile.objects.get().sha256 == SHA256


def test_empty_files_are_files(sender):
    upload = sender.send(**{"empty": b"", "sub/one": b"1"})
    assert stored(upload, "empty") == b""
    assert stored(upload, "sub/one") == b"1"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("../up.csv", "“.” or “..”"),
        ("a/../../b", "“.” or “..”"),
        ("/etc/passwd", "starts with a slash"),
        ("C:\\data.csv", "drive letter"),
        ("a\\b.csv", "backslash"),
        ("nul\x00.csv", "Null characters"),
        ("line\nbreak", "control character"),
        ("a//b", "empty part"),
        ("x" * 256, "longer than 255 bytes"),
        ("/".join(["y" * 100] * 7), "longer than 600 bytes"),
        ("", "blank"),
    ],
)
def test_names_that_cannot_be_stored_are_refused_with_the_reason(sender, path, words):
    answer = sender.ask("POST", "uploads/", json={"files": [{"path": path, "size": 1}]})
    assert answer.status_code in {400, 422}
    assert words in answer.text
    assert not Upload.objects.exists()


def test_files_that_cannot_lie_beside_each_other_are_refused(sender):
    for paths in (["a", "a"], ["a", "a/b"]):
        answer = sender.ask("POST", "uploads/", json={"files": [{"path": path, "size": 1} for path in paths]})
        assert answer.json()["code"] == "upload_refused"
    assert sender.ask("POST", "uploads/", json={"files": []}).status_code == 422


def test_giving_up_frees_rows_and_bytes(sender, run_tasks):
    upload = sender.begin(("a.csv", 3), ("b.csv", 6))
    sender.put(upload, 0, b"abc")
    sender.put(upload, 1, b"abc")
    assert stored(upload, "a.csv") == b"abc"
    prefix = f"data/{Upload.objects.get().workspace_id}"
    assert sender.ask("DELETE", f"uploads/{upload['id']}/").status_code == 204
    run_tasks()
    assert not UploadFile.objects.exists()
    assert [*get_store().list(prefix)] == []
    assert sender.put(upload, 1, b"def", 3).status_code == 404


def test_what_nobody_goes_on_with_is_given_up_after_a_week(sender, run_tasks):
    sender.begin(("old.csv", 3))
    Upload.objects.update(active_at=timezone.now() - timedelta(days=8))
    sender.begin(("new.csv", 3))
    assert services.prune_uploads() == 1
    assert [file.path for file in UploadFile.objects.all()] == ["new.csv"]


@pytest.mark.parametrize(("role", "code"), [(None, 404), (Role.READER, 403), (Role.LABELER, 403), (Role.OWNER, 200)])
def test_who_may_send_parts(workspace, sender, role, code):
    upload = sender.begin(("a.csv", 3))
    from tests.accounts.factories import UserFactory

    other = Sender(UserFactory.create() if role is None else member(workspace, role), workspace)
    assert other.put(upload, 0, b"abc").status_code == code
    assert UploadFile.objects.get().received == (3 if code == 200 else 0)


def test_strangers_and_tokens_that_may_only_read_send_nothing(workspace, sender):
    upload = sender.begin(("a.csv", 3))
    assert Sender(None, workspace).put(upload, 0, b"abc").status_code == 401
    from tests.accounts.factories import AccessTokenFactory

    reading = AccessTokenFactory(user=member(workspace, Role.OWNER), scope="read").secret
    assert Sender(None, workspace, Authorization=f"Bearer {reading}").put(upload, 0, b"abc").status_code == 403
    assert UploadFile.objects.get().received == 0


def test_a_browser_needs_the_csrf_token_as_everywhere(workspace, browser_of):
    owner = member(workspace, Role.OWNER)
    client = browser_of(owner)
    upload = Sender(owner, workspace).begin(("a.csv", 3))
    from django.conf import settings
    from django.middleware.csrf import _get_new_csrf_string

    secret = _get_new_csrf_string()
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookie = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={secret}"
    without = Sender(None, workspace, Cookie=cookie)
    assert without.put(upload, 0, b"abc").status_code == 403
    assert (
        without.put(upload, 0, b"abc", headers={"X-CSRFToken": secret, "Origin": "https://evil.example"}).status_code
        == 403
    )
    assert UploadFile.objects.get().received == 0
    good = without.put(upload, 0, b"abc", headers={"X-CSRFToken": secret, "Origin": settings.STUDIO.url})
    assert good.status_code == 200, good.text
