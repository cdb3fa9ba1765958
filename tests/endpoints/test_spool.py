"""Collected requests on disk: what was appended is never lost, whoever is killed."""

import subprocess
import sys

import orjson
import pytest

from studio.asgi.scoring import spool
from studio.asgi.scoring.spool import Spool

HEAD = {"name": "iris-blue"}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "collected"


def lines_of(path):
    head, lines = spool.read(path)
    return head, [orjson.loads(line) for line in lines.splitlines()]


def test_lines_come_back_as_they_were_appended(folder):
    one = Spool(folder)
    one.start()
    for number in range(3):
        assert one.append(HEAD, {"id": number})
    assert one.append({"name": "iris-green"}, {"id": 9})
    assert one.closed() == []
    one.close_old(everything=True)
    found = [lines_of(path) for path in one.closed()]
    assert sorted(found, key=str) == [
        (HEAD, [{"id": 0}, {"id": 1}, {"id": 2}]),
        ({"name": "iris-green"}, [{"id": 9}]),
    ]
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir()), "They may hold what concerns people."
    for path in one.closed():
        one.drop(path)
    assert list(folder.iterdir()) == []


@pytest.mark.servers
def test_what_a_killed_process_appended_is_taken_over_and_half_a_line_is_none(folder):
    script = (
        "import sys, os, signal, pathlib\n"
        "from studio.asgi.scoring.spool import Spool\n"
        "one = Spool(pathlib.Path(sys.argv[1])); one.start()\n"
        "for number in range(100): assert one.append({'name': 'iris-blue'}, {'id': number})\n"
        "(file,) = one._open.values(); os.write(file.descriptor, b'{\"id\": 10')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    code = "import django; django.setup()\n" + script
    ended = subprocess.run([sys.executable, "-c", code, str(folder)], check=False, timeout=60)
    assert ended.returncode == -9
    other = Spool(folder)
    other.start()
    (path,) = other.closed()
    head, found = lines_of(path)
    assert head == HEAD
    assert [line["id"] for line in found] == list(range(100))


def test_a_file_that_another_gateway_writes_is_left_alone(folder):
    one, other = Spool(folder), Spool(folder)
    one.start()
    one.append(HEAD, {"id": 1})
    other.start()
    assert other.closed() == []
    assert one.append(HEAD, {"id": 2})


def test_large_files_are_closed_and_a_full_share_takes_no_more(folder, monkeypatch):
    monkeypatch.setattr(spool, "CLOSED_FROM_BYTES", 200)
    monkeypatch.setattr(spool, "MOST_BYTES", 1000)
    one = Spool(folder)
    one.start()
    taken = 0
    while one.append(HEAD, {"id": taken, "input": "x" * 50}):
        taken += 1
        assert taken < 100
    one.close_old(everything=True)
    assert sum(len(lines_of(path)[1]) for path in one.closed()) == taken
    one.drop(one.closed()[0])
    assert one.append(HEAD, {"id": "again"}), "There is room again."


def test_a_folder_that_cannot_be_written_costs_no_request(folder, monkeypatch):
    one = Spool(folder)
    one.start()
    folder.rmdir()
    assert not one.append(HEAD, {"id": 1})
