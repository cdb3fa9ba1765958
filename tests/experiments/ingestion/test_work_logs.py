"""What runners send of logs, over real HTTP."""

from dataclasses import replace

import pytest
from django.conf import settings

from apps.experiments.models import LogSegment, RunLog
from apps.experiments.text import warnings_of
from tests.experiments.working import WorkingRun

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.service, pytest.mark.servers]


def text_of(work: WorkingRun) -> bytes:
    return b"".join(bytes(row.data or b"") for row in LogSegment.objects.filter(log__run=work.run).order_by("offset"))


def test_parts_come_together_and_what_is_there_already_is_skipped(runner, work):
    assert runner.log(b"one\ntwo\n", 0).json() == {"size": 8}
    assert runner.log(b"one\ntwo\n", 0).json() == {"size": 8}
    assert runner.log(b"two\nthree\nfo", 4).json() == {"size": 16}
    assert text_of(work) == b"one\ntwo\nthree\nfo"
    log = RunLog.objects.get(run=work.run)
    assert (log.path, log.size, log.lines, log.ended_at) == ("user_logs/std_log.txt", 16, 3, None)


def test_a_gap_is_refused_and_says_what_is_there(runner, work):
    runner.log(b"one\n", 0)
    answer = runner.log(b"three\n", 8)
    assert (answer.status_code, answer.json()["size"], answer.json()["code"]) == (409, 4, "log_gap")
    assert answer.headers["content-type"] == "application/problem+json"
    assert text_of(work) == b"one\n"


def test_the_end_is_noted_also_of_an_empty_log(runner, work):
    assert runner.log(b"", 0, end=True).json() == {"size": 0}
    assert runner.log(b"x", 0, path="logs/other.txt").json() == {"size": 1}
    ended = {log.path: log.ended_at is not None for log in RunLog.objects.filter(run=work.run)}
    assert ended == {"user_logs/std_log.txt": True, "logs/other.txt": False}


def test_an_endless_line_is_broken(runner, work):
    half = b"x" * 2**19
    for number in range(5):
        runner.log(half, number * len(half))
    log = RunLog.objects.get(run=work.run)
    assert log.size == 5 * len(half)
    assert 1 <= log.lines <= 3


@pytest.fixture
def one_megabyte(monkeypatch):
    """Logs have at most 1 MB."""
    monkeypatch.setattr(settings, "STUDIO", replace(settings.STUDIO, log_limit_mb=1))


def test_a_log_that_is_too_long_is_cut_and_log_and_run_say_so_once(runner, work, one_megabyte):
    runner.log(b"x" * 2**19, 0)
    answer = runner.log(b"y" * 2**20, 2**19)
    assert answer.json()["cut"] is True
    assert runner.log(b"z" * 100, answer.json()["size"]).json() == answer.json()
    assert runner.log(b"z" * 100, 5 * 2**20).json() == answer.json()  # a runner that did not hear of it
    assert runner.log(b"", answer.json()["size"], end=True).json() == answer.json()
    kept = text_of(work)
    assert kept[: 2**20] == b"x" * 2**19 + b"y" * 2**19
    assert (
        kept[2**20 :].decode()
        == "\n=== The log ends here: it has reached 1.0\xa0MB, the most that is kept of one. The run goes on. ===\n"
    )
    (warning,) = warnings_of(work.run)
    assert warning.startswith("The log user_logs/std_log.txt was cut at 1.0\xa0MB")
    assert RunLog.objects.get(run=work.run).ended_at is not None
    assert runner.log(b"fine", 0, path="system_logs/runner.txt").json() == {"size": 4}


def test_wrong_paths_and_sizes_are_refused_in_words(runner):
    for path in ("", "/etc/passwd", "../x", "a\nb", "x" * 600):
        answer = runner.log(b"x", 0, path=path)
        assert answer.status_code == 400, path
        assert answer.json()["detail"]
    answer = runner.log(b"x" * (2**20 + 1), 0)
    assert (answer.status_code, answer.json()["detail"]) == (413, "The body is larger than 1 MiB. Send it in parts.")
