"""Logs of replicas: in files of a limited size, nothing lost or doubled between them."""

from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest

from mlstudio.runner.rotation import RotatedLog
from mlstudio.runner.streams import Refused


class Logs:
    """What a studio keeps of logs; ``loses``: how many answers do not arrive."""

    def __init__(self):
        self.files = {}
        self.ended = set()
        self.cut_at = None

    def send(self, _method, address, data, _headers):
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        kept = self.files.setdefault(query["path"], b"")
        offset = int(query["offset"])
        if offset > len(kept):
            return SimpleNamespace(is_good=False, status=409, body={"size": len(kept)}, words="gap")
        self.files[query["path"]] = kept = kept + data[len(kept) - offset :]
        if "end" in query:
            self.ended.add(query["path"])
        return SimpleNamespace(is_good=True, status=200, body={"size": len(kept)})


@pytest.fixture
def log(tmp_path):
    file = tmp_path / "std.txt"
    file.touch()
    return RotatedLog(file, "logs/replica.txt", 1000)


def send_all(stream, studio, is_over=False):
    while not stream.position["ended"] and stream.send_some(studio, is_over):
        pass


def write(stream, text):
    with stream.file.open("a") as file:
        file.write(text)


def test_a_log_goes_on_in_another_file_at_the_end_of_a_line(log):
    studio = Logs()
    text = "".join(f"line {number} {'x' * 80}\n" for number in range(50))
    for start in range(0, len(text), 333):
        write(log, text[start : start + 333])
        send_all(log, studio)
    send_all(log, studio, is_over=True)
    names = ["logs/replica.txt", *(f"logs/replica.{number}.txt" for number in range(2, len(studio.files) + 1))]
    assert list(studio.files) == names
    assert b"".join(studio.files.values()).decode() == text
    assert all(1000 <= len(one) < 1100 for one in [*studio.files.values()][:-1])
    assert all(one.endswith(b"\n") for one in studio.files.values() if one)
    assert studio.ended == set(studio.files)


def test_a_later_runner_goes_on_where_the_last_was_though_it_does_not_know_that_the_last_batch_arrived(log):
    studio = Logs()
    write(log, "one\n" * 400)
    before = dict(log.position)
    log.send_some(studio, False)
    log.position.clear()
    log.position.update(before)
    send_all(log, studio, is_over=True)
    assert b"".join(studio.files.values()) == b"one\n" * 400


def test_a_line_without_end_is_not_waited_for(log):
    studio = Logs()
    write(log, "x" * 5000)
    send_all(log, studio)
    assert studio.files == {"logs/replica.txt": b"x" * 5000}
    write(log, "\nnext\n")
    send_all(log, studio, is_over=True)
    assert studio.files["logs/replica.txt"] == b"x" * 5000 + b"\n"
    assert studio.files["logs/replica.2.txt"] == b"next\n"


def test_a_refusal_is_told(log):
    write(log, "one\n")
    studio = SimpleNamespace(send=lambda *_args: SimpleNamespace(is_good=False, status=403, body={}, words="no"))
    with pytest.raises(Refused):
        log.send_some(studio, False)
