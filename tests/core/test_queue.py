"""Nothing that was promised in a transaction is lost: not with the broker, not with a worker."""

import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import kombu.pools
import pytest
from celery.contrib.testing.worker import start_worker
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.utils import timezone

from apps.core import queue
from apps.core.models import PendingTask
from studio.celery import app
from studio.environment import PROJECT_DIR
from tests import services
from tests.core import queue_tasks

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.service, pytest.mark.servers]

WITHIN_S = 60.0


def until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def nothing_waits() -> bool:
    return not PendingTask.objects.exists()


def make_due() -> None:
    """Let the time pass after which rows are sent again."""
    PendingTask.objects.update(send_at=timezone.now() - timedelta(seconds=1))


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """The file to which the tests' tasks write."""
    file = tmp_path / "notes"
    file.touch()
    return file


@contextmanager
def working() -> Iterator[None]:
    """A worker in a thread of this process, on the real broker; it leaves logging as it was."""
    level = logging.root.level
    try:
        with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=30):
            logging.root.setLevel(level)
            yield
    finally:
        logging.root.setLevel(level)


@pytest.fixture
def worker() -> Iterator[None]:
    """A worker for the whole test."""
    app.control.purge()
    with working():
        yield
    app.control.purge()


@contextmanager
def broker_at(url: str) -> Iterator[None]:
    """Have this process send to another broker."""

    def forget_connections() -> None:
        kombu.pools.reset()
        app.amqp._producer_pool = None  # type: ignore[attr-defined]
        app._pool = None  # type: ignore[attr-defined]

    usual = app.conf.broker_url
    app.conf.broker_url = url  # type: ignore[misc]
    forget_connections()
    try:
        yield
    finally:
        app.conf.broker_url = usual  # type: ignore[misc]
        forget_connections()


def test_what_is_rolled_back_was_never_asked_for(worker, notes):
    def fail() -> None:
        with transaction.atomic():
            queue.enqueue("tests.write", str(notes), "rolled back")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert nothing_waits()
    queue.enqueue("tests.write", str(notes), "committed")
    until(nothing_waits)
    assert notes.read_text() == "committed\n"


def test_a_task_runs_after_the_commit_and_leaves_nothing_behind(worker, notes):
    with transaction.atomic():
        queue.enqueue("tests.write", str(notes), "done")
        assert notes.read_text() == ""
    until(nothing_waits)
    assert notes.read_text() == "done\n"


def test_ids_travel_as_text(worker, notes):
    number = uuid4()
    queue.enqueue("tests.write", str(notes), number)
    until(nothing_waits)
    assert notes.read_text() == f"{number}\n"


def test_while_the_broker_is_away_rows_wait_and_then_are_sent(notes, caplog):
    folder = Path(tempfile.mkdtemp(prefix="studio-broker-"))  # pytest's own are too long for sockets
    socket = folder / "broker.sock"
    with broker_at(f"redis+socket://{socket}"):
        for number in range(3):
            queue.enqueue("tests.write", str(notes), str(number))
        assert "will be sent again" in caplog.text
        make_due()
        assert queue.resend_waiting() == 0
        assert PendingTask.objects.count() == 3
        with ExitStack() as server:
            server.enter_context(services.redis(socket))
            assert queue.resend_waiting() == 3
            with working():
                until(nothing_waits)
    folder.rmdir()
    assert sorted(notes.read_text().split()) == ["0", "1", "2"]


def test_a_task_that_fails_is_kept_with_its_error_and_tried_again_later(worker, notes):
    queue.enqueue("tests.fail", str(notes))
    for attempt in range(1, queue.MOST_ATTEMPTS + 1):
        until(PendingTask.objects.filter(attempts=attempt).exists)
        row = PendingTask.objects.get()
        assert row.last_error == "ValueError: the well is dry"
        longest = timedelta(seconds=min(2**attempt, queue.LONGEST_BACKOFF_S))
        assert timedelta() < row.send_at - row.updated_at <= longest
        assert queue.resend_waiting() == 0 or attempt == queue.MOST_ATTEMPTS, "not before its time"
        assert (row.failed_at is not None) == (attempt == queue.MOST_ATTEMPTS)
        make_due()
        assert queue.resend_waiting() == (0 if row.failed_at else 1)
    assert notes.read_text().count("tried") == queue.MOST_ATTEMPTS
    queue.retry(PendingTask.objects.get())
    until(lambda: PendingTask.objects.filter(attempts=1, failed_at=None).exists())


def test_an_end_that_the_task_expects_is_no_failure(worker, notes):
    queue.enqueue("tests.end_early", str(notes))
    until(nothing_waits)
    assert notes.read_text() == "tried\n"


def test_a_message_that_comes_twice_does_nothing_the_second_time(worker, notes):
    with transaction.atomic():
        queue.enqueue("tests.write", str(notes), "once")
        row = PendingTask.objects.get()
    until(nothing_waits)
    queue.send(row)
    queue.enqueue("tests.write", str(notes), "and after it")
    until(nothing_waits)
    assert notes.read_text() == "once\nand after it\n"


def test_a_delayed_task_is_sent_when_its_time_has_come(worker, notes):
    queue.enqueue("tests.write", str(notes), "later", delay_s=3600)
    assert queue.resend_waiting() == 0
    make_due()
    assert queue.resend_waiting() == 1
    until(nothing_waits)
    assert notes.read_text() == "later\n"


def test_what_waits_for_long_is_sent_again_ever_more_rarely(notes):
    queue.enqueue("tests.write", str(notes), "x")
    waits = []
    for age in (timedelta(0), timedelta(minutes=2), timedelta(days=1)):
        PendingTask.objects.update(created_at=timezone.now() - age)
        make_due()
        assert queue.resend_waiting() == 1
        waits.append(PendingTask.objects.get().send_at - timezone.now())
    assert waits[0] <= queue.RESEND_AFTER < waits[1] < waits[2] <= queue.LONGEST_WAIT
    app.control.purge()


def database_url() -> str:
    """The address of the test database, for another process."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{quote(str(found['NAME']))}"
    host = f"{found['HOST']}:{found['PORT']}"
    return f"postgresql://{quote(found['USER'])}:{quote(found['PASSWORD'])}@{host}/{found['NAME']}"


@contextmanager
def real_worker(log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker as the studio runs it: a parent and two children, in a process group of its own."""
    studio = django_settings.STUDIO
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "studio.settings",
        "STUDIO_HOME": str(studio.home),
        "STUDIO_PORT": str(studio.port),
        "STUDIO_DATABASE_URL": database_url(),
        "STUDIO_BROKER_URL": studio.broker_url,
        "STUDIO_CHANNEL_URL": studio.channel_url,
    }
    module = queue_tasks.__name__
    command = [sys.executable, "-m", "celery", "-A", module, "worker", "--concurrency=2", "--without-gossip"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=PROJECT_DIR, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(WITHIN_S)


@pytest.mark.processes
@pytest.mark.parametrize("killed", ["the child that works", "the whole worker"])
def test_a_task_whose_worker_is_killed_runs_again(notes, tmp_path, killed):
    app.control.purge()
    may_end = tmp_path / "may end"
    with real_worker(tmp_path / "first.log") as first:
        queue.enqueue("tests.hold", str(notes), str(may_end))
        until(lambda: notes.read_text().count("\n") == 1)
        if killed == "the whole worker":
            os.killpg(first.pid, signal.SIGKILL)
            first.wait(WITHIN_S)
        else:
            os.kill(int(notes.read_text()), signal.SIGKILL)
        assert PendingTask.objects.count() == 1
        with ExitStack() as others:
            if killed == "the whole worker":
                others.enter_context(real_worker(tmp_path / "second.log"))
                make_due()
                assert queue.resend_waiting() == 1
            until(lambda: len(notes.read_text().split()) >= 2)
            assert len(set(notes.read_text().split())) == 2, "another process works on it"
            may_end.touch()
            until(nothing_waits)
    assert notes.read_text().split().count("done") >= 1
    app.control.purge()
