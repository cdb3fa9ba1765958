"""The agent as a process: heartbeats, patience, signals, one for each home."""

import json
import signal
import socket

import pytest

from mlstudio.agent import lock
from tests.agent.conftest import TOKEN
from tests.launcher.waiting import until
from tests.sdk.scripted_server import Answer

pytestmark = pytest.mark.servers

WELL = Answer(body={"agent": "0192-abcd", "heartbeat_s": 0.05})


def test_it_tells_the_studio_about_the_machine(studio, start_agent):
    studio.answers = [WELL] * 1000
    agent = start_agent(studio.url)
    until(lambda: len(studio.seen) >= 2)
    beat = studio.seen[1]
    assert (beat.method, beat.path) == ("POST", "/api/v1/agents/heartbeat/")
    assert beat.headers["Authorization"] == f"Bearer {TOKEN}"
    facts = beat.body["machine"]
    assert facts["hostname"] == socket.gethostname()
    assert facts["cores"] >= 1
    assert facts["slots"] == facts["cores"]
    assert 0 < facts["memory_available_mb"] <= facts["memory_total_mb"]
    assert 0 < facts["disk_free_mb"] <= facts["disk_total_mb"]
    assert beat.body["isolation"]["kind"] in {"bubblewrap", "uid", "none"}
    until(lambda: f"Connected to {studio.url} as agent 0192-abcd" in agent.log)


def test_it_beats_as_often_as_the_studio_asks(studio, start_agent):
    studio.answers = [WELL, WELL, WELL, Answer(body={"agent": "x", "heartbeat_s": 3600})]
    start_agent(studio.url)
    until(lambda: len(studio.seen) == 4)
    assert not studio.answers


def test_it_goes_on_after_the_studio_was_away_and_says_each_thing_once(studio, start_agent):
    busy = Answer(503, {"detail": "The database does not answer."})
    studio.answers = [WELL, Answer(hang_up=True), busy, busy, *[WELL] * 1000]
    agent = start_agent(studio.url)
    until(lambda: len(studio.seen) >= 6, 60)
    until(lambda: agent.log.count("Connected") == 2)
    assert agent.log.count("The database does not answer.") == 1
    assert agent.process.poll() is None


def test_a_renewed_token_is_used_without_a_restart(studio, start_agent, token_file):
    refused = Answer(401, {"code": "authentication_failed", "detail": "This token belongs to no machine."})
    studio.answers = [refused, *[WELL] * 1000]
    agent = start_agent(studio.url)
    until(lambda: studio.seen)
    token_file.write_text("agent_renewed")
    until(lambda: studio.seen[-1].headers["Authorization"] == "Bearer agent_renewed", 60)
    assert "does not accept the token" in agent.log


def test_its_token_is_in_no_log_and_no_command_line(studio, start_agent):
    studio.answers = [Answer(401), Answer(500), Answer(hang_up=True), *[WELL] * 1000]
    agent = start_agent(studio.url)
    until(lambda: "Connected" in agent.log, 60)
    with open(f"/proc/{agent.process.pid}/cmdline") as command:
        assert TOKEN not in command.read()
    assert TOKEN not in agent.log
    assert TOKEN not in (agent.home / "agent.lock").read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_even_while_the_studio_does_not_answer(start_agent, number):
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and never answers
        agent = start_agent(f"http://127.0.0.1:{silent.getsockname()[1]}")
        connection, _ = silent.accept()
        agent.process.send_signal(number)
        assert agent.process.wait(timeout=10) == 0
        connection.close()


def test_without_a_studio_it_ends_itself_after_the_grace(start_agent):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        agent = start_agent(f"http://127.0.0.1:{unused.getsockname()[1]}", "--grace-s", "1")
        assert agent.process.wait(timeout=60) == 0
    assert "No studio for 1 s; this agent ends." in agent.log


def test_a_home_has_one_agent_and_says_which(studio, start_agent):
    studio.answers = [WELL] * 1000
    first = start_agent(studio.url)
    note = until(lambda: lock.holder(first.home))
    assert (note["pid"], note["server"]) == (first.process.pid, studio.url)
    second = start_agent(studio.url)
    assert second.process.wait(timeout=60) == 3
    assert f"process {first.process.pid}" in second.log
    first.process.kill()
    first.process.wait()
    assert lock.holder(first.home) is None


def test_a_wrong_address_ends_it_with_a_sentence(start_agent):
    agent = start_agent("not an address")
    assert agent.process.wait(timeout=60) != 0
    assert "Traceback" not in agent.log


def test_a_note_that_is_being_written_is_no_reason_to_start_a_second(tmp_path):
    descriptor = lock.hold_home(tmp_path, {"pid": 1})
    assert descriptor is not None
    (tmp_path / lock.NAME).write_text("")
    assert lock.holder(tmp_path) == {}
    (tmp_path / lock.NAME).write_text(json.dumps({"pid": 5}))
    assert lock.holder(tmp_path) == {"pid": 5}
