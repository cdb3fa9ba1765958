"""``manage.py up``, for real: start, stop, accidents, adoption."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.launcher.studio import Studio, sign_in_links
from tests.launcher.waiting import is_running, until

pytestmark = pytest.mark.processes

PARTS = ("valkey", "web", "gateway", "worker", "beat", "agent")


@pytest.fixture
def new_studio(tmp_path) -> Iterator[Studio]:
    """A studio whose home folder is still empty."""
    studio = Studio(tmp_path / "home")
    yield studio
    studio.clean_up()


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Studio]:
    """A running studio for tests that leave it running."""
    studio = Studio(tmp_path_factory.mktemp("studio") / "home")
    studio.start()
    yield studio
    studio.clean_up()


def agent_row(studio: Studio) -> tuple[str, str] | None:
    """Name and isolation of a machine that the studio has heard of."""
    with sqlite3.connect(studio.home / "studio.sqlite3") as connection:
        query = "SELECT name, isolation FROM compute_agent WHERE last_seen_at IS NOT NULL"
        found: tuple[str, str] | None = connection.execute(query).fetchone()
        return found


def test_everything_runs_once_it_says_ready(running):
    assert f"READY http://studio.localhost:{running.port}/" in running.output
    assert set(running.processes) == set(PARTS)
    assert running.answers()
    assert running.answers(running.port + 1)


def test_the_first_start_prints_a_link_that_signs_in_as_admin(running):
    (link,) = sign_in_links(running.output)
    path = link.partition(f":{running.port}")[2]
    request = urllib.request.Request(
        f"http://127.0.0.1:{running.port}{path}", headers={"Host": f"studio.localhost:{running.port}"}
    )
    with urllib.request.urlopen(request, timeout=30) as page:
        assert page.status == 200
        assert "admin" in page.read().decode()


def test_the_machine_shows_up_with_how_it_isolates_user_code(running):
    until(lambda: agent_row(running), what="a heartbeat of the agent")
    assert agent_row(running) in {("local", kind) for kind in ("bubblewrap", "uid", "none")}


def test_what_other_users_must_not_read_is_closed_to_them(running):
    private = [running.home, running.home / "run", running.home / "agent", running.home / "agent" / "token"]
    assert [oct(path.stat().st_mode & 0o077) for path in private] == ["0o0"] * 4
    environment = Path(f"/proc/{running.processes['agent']}/environ").read_bytes()
    assert b"STUDIO_SECRET" not in environment
    assert b"STUDIO_DATABASE" not in environment


def test_the_launcher_has_one_thread_or_its_forks_would_not_be_safe(running):
    assert len(os.listdir(f"/proc/{running.launcher.pid}/task")) == 1


def test_a_second_launcher_on_the_same_home_names_the_first(running):
    command = ["manage.py", "up"]
    second = subprocess.run(
        [sys.executable, *command],
        cwd=Path(__file__).parents[2],
        env=running.variables,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert second.returncode == 1
    assert (
        f"already running at http://studio.localhost:{running.port} (process {running.launcher.pid}, since"
        in second.stderr
    )
    assert "Traceback" not in second.stderr
    assert running.answers()


@pytest.mark.parametrize("part", PARTS)
def test_a_killed_part_comes_back_while_the_others_go_on(running, part):
    before = running.processes
    os.kill(before[part], signal.SIGKILL)
    until(lambda: running.processes.get(part, before[part]) != before[part], 60, f"a new {part}")
    until(running.answers, 60, "the web to answer")
    until(lambda: running.answers(running.port + 1), 60, "the gateway to answer")
    after = running.processes
    assert {name: pid for name, pid in after.items() if name != part} == {
        name: pid for name, pid in before.items() if name != part
    }


def test_background_work_goes_on_after_worker_and_broker_were_killed(running):
    """The reconciler of machines runs every few seconds by beat, broker and worker."""
    agent = running.processes["agent"]
    os.kill(agent, signal.SIGSTOP)
    try:
        until(lambda: told_silent(running), 90, "the silence of the agent to be noticed")
    finally:
        os.kill(agent, signal.SIGCONT)
    until(lambda: not told_silent(running), 60, "the agent to be back")


def told_silent(studio: Studio) -> bool:
    with sqlite3.connect(studio.home / "studio.sqlite3") as connection:
        return bool(connection.execute("SELECT told_silent FROM compute_agent").fetchone()[0])


def test_ctrl_c_stops_everything_and_leaves_nothing(new_studio):
    new_studio.start()
    pids = new_studio.all_pids()
    assert len(pids) >= len(PARTS) + 1
    assert new_studio.stop() == 0
    assert not [pid for pid in pids if is_running(pid)]
    assert new_studio.output.rstrip().endswith("Stopped.")


def test_after_the_launcher_is_killed_the_next_one_adopts_the_agent(new_studio):
    new_studio.start()
    before = new_studio.processes
    servers = new_studio.all_pids() - {before["agent"]}
    new_studio.launcher.kill()
    new_studio.launcher.wait()
    until(lambda: not [pid for pid in servers if is_running(pid)], 10, "the servers to die")
    assert is_running(before["agent"])

    new_studio.start()
    assert new_studio.processes["agent"] == before["agent"]
    assert "The agent of the last start goes on" in new_studio.output
    assert new_studio.stop(signal.SIGTERM) == 0
    until(lambda: not is_running(before["agent"]), 5, "the adopted agent to be stopped with the rest")


def test_an_agent_for_another_address_is_replaced(new_studio):
    new_studio.start()
    agent = new_studio.processes["agent"]
    new_studio.launcher.kill()
    new_studio.launcher.wait()
    moved = Studio(new_studio.home)
    moved.start()
    until(lambda: moved.processes.get("agent", agent) != agent, 30, "a new agent")
    assert not is_running(agent)
    moved.clean_up()


def test_ctrl_c_while_it_starts_leaves_nothing(new_studio):
    new_studio.is_bare = True
    launcher = new_studio.launch()
    until(lambda: "Bringing the database up to date" in new_studio.output, 60, "the start to be under way")
    pids = new_studio.all_pids()
    assert new_studio.stop() == 0
    assert not [pid for pid in pids if is_running(pid)]
    assert "READY" not in new_studio.output
    assert "Traceback" not in new_studio.output
    assert launcher.returncode == 0


def test_it_can_listen_on_one_address_of_the_machine(tmp_path):
    studio = Studio(tmp_path / "home", STUDIO_HOST="127.0.0.2")
    try:
        studio.start()
        until(lambda: agent_row(studio), what="a heartbeat of the agent")
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", studio.port), timeout=5)
    finally:
        studio.clean_up()


def test_a_taken_port_ends_the_start_with_a_sentence(new_studio):
    with socket.create_server(("127.0.0.1", new_studio.port + 1)):
        launcher = new_studio.launch()
        assert launcher.wait(timeout=60) == 1
    assert f"Port {new_studio.port + 1} for the gateway" in new_studio.output
    assert "STUDIO_PORT" in new_studio.output
    assert "Traceback" not in new_studio.output


def test_a_database_that_does_not_answer_ends_the_start_with_a_sentence(tmp_path):
    studio = Studio(tmp_path / "home", STUDIO_DATABASE_URL="postgresql://nobody:x@127.0.0.1:1/none")
    assert studio.launch().wait(timeout=60) == 1
    assert "The database cannot be used" in studio.output
    assert "STUDIO_DATABASE_URL" in studio.output
    assert "Traceback" not in studio.output
