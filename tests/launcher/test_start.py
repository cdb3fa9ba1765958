"""What is checked before anything starts: home, ports, broker; and when a crashed process is started again."""

import io
import os
import socket
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import pytest
from django.conf import settings

from studio.launcher import broker
from studio.launcher.errors import CannotStart
from studio.launcher.lock import hold_home
from studio.launcher.output import LONGEST_LINE, Lines, LogFollower, Output
from studio.launcher.ports import open_ports
from studio.launcher.restarts import RestartPolicy


class Terminal(io.StringIO):
    """Text that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def no_patience(monkeypatch):
    """Do not wait for the processes of an earlier launcher."""
    monkeypatch.setattr("studio.launcher.ports.PATIENCE_S", 0.0)
    monkeypatch.setattr("studio.launcher.broker.PATIENCE_S", 0.0)


def test_the_second_launcher_of_a_home_is_told_who_holds_it(tmp_path):
    held = hold_home(tmp_path, "http://studio.localhost:8000")
    with pytest.raises(
        CannotStart, match=rf"already running at http://studio.localhost:8000 \(process {os.getpid()}, "
    ):
        hold_home(tmp_path, "http://studio.localhost:9000")
    os.close(held)


def test_the_home_of_a_launcher_that_is_gone_is_free(tmp_path):
    script = (
        f"from studio.launcher.lock import hold_home; hold_home(__import__('pathlib').Path({str(tmp_path)!r}), 'x')"
    )
    subprocess.run([sys.executable, "-c", script], timeout=60, check=True)
    os.close(hold_home(tmp_path, "y"))


@pytest.mark.parametrize("offset", [0, 1])
def test_a_taken_port_is_named_with_the_variable_to_set(no_patience, offset):
    environment = _on_free_ports()
    port = environment.port + offset
    refusal = pytest.raises(CannotStart, match=rf"Port {port} for .* Set STUDIO_PORT to a free one")
    with socket.create_server(("127.0.0.1", port)), refusal:
        open_ports(environment)
    for listener in open_ports(environment):  # and nothing of the refused try is left open
        listener.close()


def test_a_host_that_is_not_this_machine_is_named(no_patience):
    environment = replace(_on_free_ports(), host="203.0.113.7")
    with pytest.raises(CannotStart, match=r"STUDIO_HOST is '203\.0\.113\.7'"):
        open_ports(environment)


def test_the_broker_of_an_earlier_launcher_must_be_gone(no_patience, tmp_path):
    environment = replace(settings.STUDIO, home=tmp_path)
    environment.runtime_dir.mkdir(parents=True, exist_ok=True)
    broker.wait_for_predecessor(environment)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(environment.valkey_socket))
        listener.listen()
        with pytest.raises(CannotStart, match="Another server still listens"):
            broker.wait_for_predecessor(environment)
    broker.wait_for_predecessor(environment)  # a socket file that nobody listens on is no server


def test_a_server_on_the_path_is_preferred_to_the_packaged_one(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    packaged = broker.find_server()
    assert packaged.endswith("valkey-server")
    mine = tmp_path / "redis-server"
    mine.write_text("#!/bin/sh\necho Redis server v=7.0.15 sha=0\n")
    mine.chmod(0o755)
    assert broker.find_server() == str(mine)


def test_without_any_server_there_is_a_sentence_about_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(CannotStart, match="redis-server; or: pip install"):
        broker.find_server()


def test_servers_of_different_versions_do_not_share_files(monkeypatch, tmp_path):
    environment = replace(settings.STUDIO, home=tmp_path)
    folders = set()
    for version in ("Redis server v=7.0.15 sha=0", "Valkey server v=9.1.2 sha=0"):
        server = tmp_path / "redis-server"
        server.write_text(f"#!/bin/sh\necho {version}\n")
        server.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        command = broker.command(environment)
        folders.add(command[command.index("--dir") + 1])
    assert folders == {str(tmp_path / "broker" / "redis-7"), str(tmp_path / "broker" / "valkey-9")}


def test_restarts_come_slower_and_slower_until_they_end():
    policy = RestartPolicy()
    delays = [policy.delay_after_crash(now) for now in (0.0, 1.0, 2.0, 3.0)]
    assert all(earlier and later and later > earlier for earlier, later in pairwise(delays))
    assert policy.delay_after_crash(4.0) is None


def test_crashes_long_ago_are_forgiven():
    policy = RestartPolicy()
    delays = [policy.delay_after_crash(now * 30.0) for now in range(20)]
    assert None not in delays


def test_colours_are_for_terminals_only(monkeypatch):
    plain, terminal, quiet = io.StringIO(), Terminal(), Terminal()
    monkeypatch.delenv("NO_COLOR", raising=False)
    Output(plain).line("web", "text")
    Output(terminal).line("web", "text")
    assert plain.getvalue() == "web     │ text\n"
    assert "\x1b[36m" in terminal.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    Output(quiet).line("web", "text")
    assert "\x1b" not in quiet.getvalue()


def test_a_terminal_that_is_gone_stops_nothing():
    closed = io.StringIO()
    output = Output(closed)
    closed.close()
    output.line("web", "text")


def test_bytes_become_lines_however_they_arrive():
    lines: list[str] = []
    cutter = Lines(lines.append)
    for piece in (
        b"on",
        b"e\ntwo\r\nthr",
        "ee ñ".encode()[:-1],
        "ñ".encode()[-1:],
        b"\n",
        b"\xff\n",
        b"x" * LONGEST_LINE,
        b"y",
    ):
        cutter.feed(piece)
    cutter.close()
    assert lines == ["one", "two", "three ñ", "\ufffd", "x" * LONGEST_LINE + "y"]


def test_a_log_is_followed_from_where_it_was(tmp_path):
    log = tmp_path / "agent.log"
    log.write_text("old\n")
    lines: list[str] = []
    follower = LogFollower(log, lines.append)
    with log.open("a") as file:
        file.write("new\nhalf")
    follower.poll()
    with log.open("a") as file:
        file.write(" line\n")
    follower.poll()
    assert lines == ["new", "half line"]


def _on_free_ports():
    from tests.settings import _free_port_pair

    return replace(settings.STUDIO, port=_free_port_pair())
