"""Logs over the API: lines by number, search, the file itself; joined or not, it is the same text."""

import pytest
from asgiref.sync import async_to_sync

from apps.experiments.ingestion.requests import LogPart
from apps.experiments.ingestion.store import Stored, store
from apps.experiments.logs import joining
from apps.experiments.logs.joining import join_segments
from apps.experiments.models import LogSegment, RunLog
from apps.workspaces.roles import Role
from tests.workspaces.factories import member

pytestmark = [pytest.mark.django_db, pytest.mark.service, pytest.mark.servers]

PATH = "user_logs/std_log.txt"


@pytest.fixture
def append(run):
    """A function that appends to the log, cut into parts of ``size`` bytes."""

    def append_(data: bytes, *, size: int = 2**20, end: bool = False) -> None:
        log = RunLog.objects.filter(run=run).first()
        offset = log.size if log else 0
        for start in range(0, max(1, len(data)), size):
            part = data[start : start + size]
            is_last = end and start + size >= len(data)
            (stored,) = store([LogPart(run.pk, PATH, offset + start, part, is_last)])
            assert isinstance(stored, Stored), stored

    return append_


@pytest.fixture(params=["as it came", "joined"])
def settle(request, monkeypatch):
    """A function that joins the log's segments, or leaves them; tests with it hold for both."""

    def settle_() -> None:
        if request.param == "joined":
            monkeypatch.setattr(joining, "JOINED_BYTES", 1000)
            join_segments(RunLog.objects.get().pk)
            assert LogSegment.objects.exclude(key="").exists()

    return settle_


def numbered(count: int) -> bytes:
    return b"".join(b"line %d of the log\n" % number for number in range(count))


def body_of(answer) -> bytes:
    async def collected() -> list[bytes]:
        return [piece async for piece in answer.streaming_content]

    return b"".join(async_to_sync(collected)())


def test_lines_by_number(append, read, settle):
    append(numbered(1000), size=137)
    settle()
    answer = read("logs/lines/", path=PATH, **{"from": 400, "count": 3})
    assert answer["lines"] == ["line 400 of the log", "line 401 of the log", "line 402 of the log"]
    assert (answer["first_line"], answer["total_lines"], answer["ended"]) == (400, 1000, False)
    everything = [
        read("logs/lines/", path=PATH, **{"from": number, "count": 7})["lines"] for number in range(0, 1000, 7)
    ]
    assert [line for lines in everything for line in lines] == numbered(1000).decode().splitlines()
    assert read("logs/lines/", path=PATH, **{"from": 1000})["lines"] == []


def test_the_last_lines_with_one_that_has_not_ended(append, read, settle):
    append(numbered(1000) + b"50% done", size=137)
    settle()
    answer = read("logs/lines/", path=PATH, tail=2)
    assert answer["lines"] == ["line 999 of the log", "50% done"]
    assert (answer["first_line"], answer["total_lines"], answer["size"]) == (999, 1001, len(numbered(1000)) + 8)
    append(b"\rall done\n")
    assert read("logs/lines/", path=PATH, tail=1)["lines"] == ["50% done\rall done"]


def test_characters_cut_in_two_come_together(append, read, settle):
    append("précis naïve 日本語\n".encode() * 300, size=7)
    settle()
    answer = read("logs/lines/", path=PATH, **{"from": 298})
    assert answer["lines"] == ["précis naïve 日本語"] * 2


def test_what_is_no_text_is_shown_all_the_same(append, read):
    append(b"\xff\xfe broken \x1b[31mred\x1b[0m\n")
    assert read("logs/lines/", path=PATH)["lines"] == ["\ufffd\ufffd broken \x1b[31mred\x1b[0m"]


def test_a_long_line_is_cut_and_an_endless_one_broken(append, read, run):
    append(b"x" * 30_000 + b"\nshort\n")
    answer = read("logs/lines/", path=PATH)
    assert ([len(line) for line in answer["lines"]], answer["truncated"]) == ([20_000, 5], [0])
    for _part in range(6):
        append(b"y" * 2**19)
    answer = read("logs/lines/", path=PATH, **{"from": 2})
    assert len(answer["lines"]) > 1
    assert {line[0] for line in answer["lines"]} == {"y"}
    append(b"\nlast\n", end=True)
    assert read("logs/lines/", path=PATH, tail=1)["lines"] == ["last"]
    before = read("logs/lines/", path=PATH)
    join_segments(RunLog.objects.get().pk)
    assert not LogSegment.objects.filter(key="").exists()
    assert read("logs/lines/", path=PATH) == before


def test_an_answer_stays_of_a_size_a_browser_can_hold(append, read):
    for _part in range(4):
        append((b"z" * 9_999 + b"\n") * 100)
    answer = read("logs/lines/", path=PATH, count=2000)
    assert len(answer["lines"]) == 400
    assert answer["total_lines"] == 400
    for _part in range(2):
        append((b"z" * 9_999 + b"\n") * 100)
    first = read("logs/lines/", path=PATH, count=2000)
    assert 400 < len(first["lines"]) < 600
    assert read("logs/lines/", path=PATH, count=2000, **{"from": len(first["lines"])})["lines"]


def test_search_finds_and_goes_on(append, read, settle):
    append(b"".join(b"step %d Loss=%d\n" % (number, number % 10) for number in range(2000)), size=997)
    settle()
    first = read("logs/search/", path=PATH, q="loss=7", limit=150)
    assert first["hits"][:2] == [{"line": 7, "text": "step 7 Loss=7"}, {"line": 17, "text": "step 17 Loss=7"}]
    assert (len(first["hits"]), first["complete"], first["next"]) == (150, False, 1507)
    rest = read("logs/search/", path=PATH, q="loss=7", limit=150, **{"from": first["next"]})
    assert ([hit["line"] for hit in rest["hits"]], rest["complete"], rest["next"]) == (
        list(range(1507, 2000, 10)),
        True,
        None,
    )
    assert read("logs/search/", path=PATH, q="loss=7", case=1)["hits"] == []
    assert len(read("logs/search/", path=PATH, q=r"^step 19\d\d .*=[0-1]$", regex=1)["hits"]) == 20


def test_a_search_stops_after_its_share_and_says_where_to_go_on(append, read, monkeypatch):
    monkeypatch.setattr("apps.experiments.logs.searching.MOST_BYTES", 5000)
    append(numbered(1000), size=1000)
    found, following = [], 0
    while following is not None:
        answer = read("logs/search/", path=PATH, q="line 9", **{"from": following})
        found += [hit["line"] for hit in answer["hits"]]
        following = answer["next"]
    assert found == [9, *range(90, 100), *range(900, 1000)]


def test_no_pattern_can_hang_the_search(append, read):
    append(b"a" * 5000 + b"!\n")
    assert read("logs/search/", path=PATH, q="(a+)+$", regex=1)["hits"] == []
    for pattern in ("(", r"(a)\1", "(?=a)"):
        assert read("logs/search/", 400, path=PATH, q=pattern, regex=1)["code"] == "invalid_pattern"
    assert read("logs/search/", path=PATH, q="(")["hits"] == []


def test_patterns_stay_within_a_line(append, read):
    append(b"one\ntwo\n\nthree")
    assert read("logs/search/", path=PATH, q=r"one\ntwo", regex=1)["hits"] == []
    assert [hit["line"] for hit in read("logs/search/", path=PATH, q=r"o[^x]*t|x*$", regex=1)["hits"]] == [0, 1, 2, 3]


def test_the_file_whole_and_in_part(append, settle, run, workspace, read, client):
    append(numbered(500), size=333)
    settle()
    client.force_login(member(workspace, Role.READER))
    address = f"/api/v1/workspaces/{workspace.name}/runs/{run.pk}/logs/content/?path={PATH}"
    whole = client.get(address)
    assert body_of(whole) == numbered(500)
    assert whole["Content-Disposition"] == 'attachment; filename="std_log.txt"'
    part = client.get(address, headers={"range": "bytes=100-1299"})
    assert (part.status_code, body_of(part)) == (206, numbered(500)[100:1300])
    assert part["Content-Range"] == f"bytes 100-1299/{len(numbered(500))}"
    assert body_of(client.get(address, headers={"range": "bytes=-10"})) == numbered(500)[-10:]


def test_which_logs_there_are(append, read):
    assert read("logs/") == {"items": []}
    append(b"one\ntwo", end=True)
    (log,) = read("logs/")["items"]
    assert (log["path"], log["size"], log["lines"], log["ended"]) == (PATH, 7, 1, True)
    assert read("logs/lines/", 404, path="other.txt")["code"] == "log_missing"


def test_joining_goes_on_where_it_was_killed(append, read, run, monkeypatch):
    append(numbered(1000), size=100)
    before = read("logs/lines/", path=PATH, count=2000)
    monkeypatch.setattr(joining, "JOINED_BYTES", 4000)
    with monkeypatch.context() as killed:
        killed.setattr(LogSegment.objects, "create", lambda **_fields: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            join_segments(RunLog.objects.get().pk)
    assert read("logs/lines/", path=PATH, count=2000) == before
    assert join_segments(RunLog.objects.get().pk) == len(numbered(1000)) // 4000
    assert read("logs/lines/", path=PATH, count=2000) == before
    append(b"", end=True)
    assert joining.join_what_waits() == 1
    assert not LogSegment.objects.filter(key="").exists()
    assert read("logs/lines/", path=PATH, count=2000)["lines"] == before["lines"]
