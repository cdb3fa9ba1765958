"""News of metrics and logs on the sockets that a run's page follows: all of it, once, also after a reconnect."""

from typing import Any

import orjson
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection

from apps.experiments.metrics.packer import pack_run
from apps.experiments.models import MetricJournal
from tests.accounts.factories import UserFactory
from tests.experiments.working import WITHIN_S

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.service, pytest.mark.servers]

LOG = "logs/?path=user_logs/std_log.txt"


def news(socket: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = orjson.loads(socket.recv(timeout=WITHIN_S))
    return message


def text_until(socket: ClientConnection, size: int) -> str:
    """Read pieces up to an offset, each beginning where the last one ended."""
    text, offset = "", None
    while offset is None or offset < size:
        message = news(socket)
        assert message["type"] == "log"
        assert offset is None or message["data"]["offset"] == offset
        text, offset = text + message["data"]["text"], message["seq"]
    assert offset == size
    return text


def test_points_come_as_they_are_logged(runner, open_socket, reader):
    socket = open_socket("metrics/?after=0", reader)
    runner.events({"m": [["loss", 0.5, 0, 1000], ["loss", "NaN", 1, 2000]]})
    message = news(socket)
    assert message["type"] == "metrics"
    assert message["data"]["points"] == [["loss", 0, 1000, 0.5], ["loss", 1, 2000, "NaN"]]
    assert message["seq"] == MetricJournal.objects.get().pk


def test_no_point_is_lost_between_two_connections(runner, open_socket, reader):
    with open_socket("metrics/?after=0", reader) as socket:
        runner.events({"m": [["loss", 0.0, 0, 0]]})
        seen = news(socket)["seq"]
    for step in range(1, 4):
        runner.events({"m": [["loss", 0.0, step, 0]]}, offset=step * 100)
    socket = open_socket(f"metrics/?after={seen}", reader)
    assert [news(socket)["data"]["points"][0][1] for _message in range(3)] == [1, 2, 3]


def test_whoever_missed_what_has_been_packed_is_told_to_load_afresh(runner, work, open_socket, reader):
    runner.events({"m": [["loss", 0.0, 0, 0]]})
    first = MetricJournal.objects.get().pk
    runner.events({"m": [["loss", 0.0, 1, 0]]}, offset=100)
    last = MetricJournal.objects.order_by("-pk")[0].pk
    pack_run(work.run.pk)
    late, current = open_socket(f"metrics/?after={first}", reader), open_socket(f"metrics/?after={last}", reader)
    assert news(late) == {"type": "reset", "seq": last}
    runner.events({"m": [["loss", 0.0, 2, 0]]}, offset=200)
    assert news(late)["data"]["points"] == news(current)["data"]["points"] == [["loss", 2, 0, 0.0]]


def test_text_comes_as_it_is_written_and_whole_characters_only(runner, open_socket, reader):
    socket = open_socket(f"{LOG}&after=0", reader)
    data = "año 日本 🚀\n".encode()
    for at in range(len(data)):
        runner.log(data[at : at + 1], at)
    assert text_until(socket, len(data)) == data.decode()
    runner.log(b"", len(data), end=True)
    assert news(socket) == {"type": "log.ended"}


def test_a_page_that_comes_back_goes_on_where_it_was(runner, open_socket, reader):
    first = open_socket(f"{LOG}&after=0", reader)
    runner.log(b"one\ntwo\n", 0)
    assert text_until(first, 8) == "one\ntwo\n"
    second = open_socket(f"{LOG}&after=6", reader)
    assert text_until(second, 8) == "o\n"
    runner.log(b"three\n", 8)
    assert text_until(first, 14) == text_until(second, 14) == "three\n"


def test_a_long_log_comes_in_pieces_without_a_gap(runner, open_socket, reader):
    data = "日本語のログ\n".encode() * 60_000
    for at in range(0, len(data), 2**20):
        runner.log(data[at : at + 2**20], at, end=at + 2**20 >= len(data))
    socket = open_socket(f"{LOG}&after=0", reader)
    assert text_until(socket, len(data)) == data.decode()
    assert news(socket) == {"type": "log.ended"}
    assert news(open_socket(f"{LOG}&after={len(data)}", reader)) == {"type": "log.ended"}


def test_a_log_that_breaks_off_within_a_character_is_shown_to_its_end(runner, open_socket, reader):
    runner.log("é".encode()[:1], 0, end=True)
    socket = open_socket(f"{LOG}&after=0", reader)
    assert text_until(socket, 1) == "\ufffd"


def test_parameters_reach_the_runs_own_page(runner, open_socket, reader):
    socket = open_socket("?after=0", reader)
    runner.events({"p": {"lr": "0.1"}})
    assert news(socket)["type"] == "run.changed"


def test_strangers_and_deleted_runs(runner, work, open_socket, reader):
    for path in ("?after=0", "metrics/?after=0", f"{LOG}&after=0"):
        with pytest.raises(InvalidStatus):
            open_socket(path, UserFactory.create())
    work.run.deleted_at = work.run.created_at
    work.run.save()
    with pytest.raises(InvalidStatus):
        open_socket("metrics/?after=0", reader)
