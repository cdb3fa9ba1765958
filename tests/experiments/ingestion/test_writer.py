"""The writer: what it does when the database is full or away, when it has too much to do, and when one of a group is at fault."""

import asyncio
from uuid import uuid4

import pytest
from django.db import OperationalError, connection

from apps.core.errors import StudioError
from apps.core.faults import DatabaseAway, DiskFull, recognise
from apps.experiments.ingestion import series
from apps.experiments.ingestion import writer as writers
from apps.experiments.ingestion.errors import Busy, RunUnknown
from apps.experiments.ingestion.requests import LogPart, read_lines
from apps.experiments.ingestion.store import Stored, store
from apps.experiments.metrics.reading import read_series
from apps.experiments.models import MetricSummary, Run, RunLog
from tests.experiments.factories import RunFactory
from tests.experiments.working import as_lines

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.service]


def logged(run: Run, number: int = 0):
    return read_lines(run.pk, "events", number * 1000, as_lines({"m": [["loss", float(number), number, number]]}))


async def outcomes_of(writer: writers.Writer, requests) -> list:
    return await asyncio.gather(*(writer.write(request) for request in requests), return_exceptions=True)


def test_what_comes_together_is_stored_together_and_each_gets_its_own_answer():
    runs = RunFactory.create_batch(3)
    gone = LogPart(uuid4(), "a.txt", 0, b"x", False)
    gap = LogPart(runs[0].pk, "a.txt", 5, b"x", False)
    requests = [logged(run, number) for number in range(20) for run in runs] + [gone, gap]
    answers = asyncio.run(outcomes_of(writers.Writer(), requests))
    assert all(isinstance(answer, Stored) and answer.accepted == 1 for answer in answers[:-2])
    assert isinstance(answers[-2], RunUnknown)
    assert isinstance(answers[-1], StudioError)
    for run in runs:
        assert read_series(run.pk, ["loss"])[1]["loss"].steps.tolist() == list(range(20))
        assert MetricSummary.objects.get(run=run).count == 20


def test_one_that_the_database_refuses_takes_no_other_with_it():
    one, other = RunFactory.create_batch(2)
    # Nobody but this test sends a path that is too long for the column past the checks of the request.
    poisoned = LogPart(one.pk, "x\0y" if connection.vendor == "postgresql" else None, 0, b"x", False)  # type: ignore[arg-type]
    answers = asyncio.run(outcomes_of(writers.Writer(), [logged(one), poisoned, logged(other)]))
    assert [isinstance(answer, Stored) for answer in answers] == [True, False, True]
    assert MetricSummary.objects.count() == 2


def test_more_than_can_wait_is_refused_at_once(monkeypatch):
    monkeypatch.setattr(writers, "MOST_WAITING", 3)
    run = RunFactory.create()
    answers = asyncio.run(outcomes_of(writers.Writer(), [logged(run, number) for number in range(200)]))
    stored = sum(isinstance(answer, Stored) for answer in answers)
    assert {type(answer) for answer in answers} == {Stored, Busy}
    assert MetricSummary.objects.get().count == stored


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="the limit is SQLite's")
def test_a_full_database_says_so_and_keeps_what_it_had():
    run = RunFactory.create()
    store([LogPart(run.pk, "a.txt", 0, b"before\n", False)])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # else earlier tests have left room inside
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
    try:
        with pytest.raises(Exception) as full:
            store([LogPart(run.pk, "a.txt", 7, b"x" * 2**20, False)])
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    assert isinstance(recognise(full.value), DiskFull)
    assert RunLog.objects.get().size == 7
    store([LogPart(run.pk, "a.txt", 7, b"after\n", False)])
    assert RunLog.objects.get().size == 13


def test_a_database_that_is_away_fails_all_that_wait_and_the_next_are_stored(monkeypatch):
    run = RunFactory.create()
    writer = writers.Writer()

    def away(requests):
        raise OperationalError("connection refused")

    with monkeypatch.context() as broken:
        broken.setattr(writers, "store", away)
        answers = asyncio.run(outcomes_of(writer, [logged(run), logged(run, 1)]))
    assert all(isinstance(recognise(answer), DatabaseAway) for answer in answers)
    assert isinstance(asyncio.run(writer.write(logged(run, 2))), Stored)
    assert MetricSummary.objects.get().count == 1


def test_names_that_were_not_stored_do_not_count(monkeypatch):
    monkeypatch.setattr(series, "MOST_NAMES", 1)
    run = RunFactory.create()
    writer = writers.Writer()
    with monkeypatch.context() as broken:
        broken.setattr(series.Group, "write", lambda self: (_ for _ in ()).throw(OperationalError("gone")))
        asyncio.run(outcomes_of(writer, [logged(run)]))
    line = as_lines({"m": [["another", 1.0, 0, 0]]})
    assert asyncio.run(writer.write(read_lines(run.pk, "events", 0, line))).accepted == 1
