"""Metrics over the API: what was written is read, packed or not."""

import itertools
from typing import Any

import pytest

from apps.experiments.metrics.packer import pack_run
from apps.experiments.models import MetricChunk, MetricJournal, MetricSummary

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def values(answer, name="loss"):
    (series,) = [series for series in answer["series"] if series["name"] == name]
    return list(zip(series["x"], series["last"], strict=True))


def test_a_list_of_metrics(write, read):
    write(("loss", 0.5, 0, 10), ("loss", 0.25, 1, 20), ("acc", "NaN", 0, 10))
    answer = read("metrics/")
    assert answer["cursor"] == MetricJournal.objects.get().pk
    assert answer["next"] is None
    acc, loss = answer["items"]
    assert loss == {
        "name": "loss",
        "is_system": False,
        "count": 2,
        "last": 0.25,
        "last_text": "",
        "last_step": 1,
        "last_at_ms": 20,
        "minimum": 0.25,
        "maximum": 0.5,
    }
    assert (acc["last"], acc["last_text"]) == (None, "NaN")


def test_thousands_of_names_come_in_pages(write, read):
    write(*((f"layer/{number:05}", 1.0, 0, 1) for number in range(3000)))
    names, after = [], ""
    while after is not None:
        page = read("metrics/", limit=1000, after=after)
        names += [item["name"] for item in page["items"]]
        after = page["next"]
    assert names == [f"layer/{number:05}" for number in range(3000)]
    assert [item["name"] for item in read("metrics/", q="LAYER/0299")["items"]][:2] == ["layer/02990", "layer/02991"]


def test_packed_and_unpacked_read_alike(write, read, run):
    queries: list[dict[str, Any]] = [
        {"x": "step"},
        {"x": "time"},
        {"x": "relative"},
        {"x": "step", "points": 10},
        {"x": "step", "from": 100.5, "to": 120},
    ]
    points = [("loss", 1000.0 - step, step, 1_000_000 + 7 * step) for step in range(2000)]
    write(*points[:1500])
    write(*points[1000:])  # some of them twice
    before = [read("metrics/series/", name=["loss", "none"], **query)["series"] for query in queries]
    assert pack_run(run.pk) == 3
    assert MetricJournal.objects.count() == 0
    after = [read("metrics/series/", name=["loss", "none"], **query)["series"] for query in queries]
    assert after == before
    assert MetricSummary.objects.get().count == 2000


def test_what_comes_after_packing_lies_over_it(write, read, run):
    write(("loss", 1.0, 0, 1), ("loss", 3.0, 2, 3))
    pack_run(run.pk)
    write(("loss", 2.0, 1, 2), ("loss", 1.0, 0, 1), ("loss", "Infinity", 3, 4))
    expected = [(0, 1.0), (1, 2.0), (2, 3.0), (3, "Infinity")]
    assert values(read("metrics/series/", name="loss")) == expected
    pack_run(run.pk)
    assert values(read("metrics/series/", name="loss")) == expected
    assert MetricSummary.objects.get().count == 4


def test_a_long_series_in_few_chunks(write, read, run):
    for part in range(5):
        write(*(("loss", float(step), step, step) for step in range(part * 9000, part * 9000 + 9000)))
        pack_run(run.pk)
    assert [chunk.count for chunk in MetricChunk.objects.order_by("number")] == [16384, 16384, 12232]
    (series,) = read("metrics/series/", name="loss", points=9)["series"]
    assert series["max"] == [4999.0 + 5000 * bucket for bucket in range(9)]
    assert (series["exact"], series["count"]) == (False, 45_000)


def test_late_points_find_their_place_among_packed_ones(write, read, run):
    write(*(("loss", float(step), 2 * step, step) for step in range(40_000)))
    pack_run(run.pk)
    write(("loss", -1.0, 5, 1), ("loss", -2.0, 79_999, 1))
    pack_run(run.pk)
    assert values(read("metrics/series/", **{"name": "loss", "from": 4, "to": 5}))[1:3] == [(4, 2.0), (5, -1.0)]
    steps = [(chunk.first_step, chunk.last_step) for chunk in MetricChunk.objects.order_by("number")]
    assert steps == sorted(steps)
    assert all(last < first for (_f, last), (first, _l) in itertools.pairwise(steps))
    assert sum(chunk.count for chunk in MetricChunk.objects.all()) == 40_002


def test_values_without_steps_of_their_own_keep_their_order(write, read, run):
    """MLflow clients that name no step send 0 for all."""
    for number in range(4):
        write(*(("loss", float(number * 100 + at), 0, number * 100 + at) for at in range(100)))
        pack_run(run.pk)
    (series,) = read("metrics/series/", name="loss")["series"]
    assert series["last"] == [float(value) for value in range(400)]


def test_a_chart(write, read):
    write(*(("loss", float(step % 7), step, step) for step in range(100)), ("acc", "NaN", 0, 1), ("acc", 1.0, 1, 2))
    answer = read("charts/", name=["loss", "acc"], points=10, y="log")
    roles = [(trace["meta"]["series"], trace["meta"]["role"]) for trace in answer["figure"]["data"]]
    assert roles == [("loss", "band"), ("loss", "band"), ("loss", "last"), ("acc", "last"), ("acc", "not finite")]
    assert answer["figure"]["layout"]["yaxis"]["type"] == "log"
    assert [series["name"] for series in answer["series"]] == ["loss", "acc"]
    assert answer["figure"]["data"][3]["y"] == [None, 1.0]


def test_wrong_questions_are_answered_in_words(read):
    assert "name" in read("metrics/series/", 400)["errors"]
    assert "x" in read("metrics/series/", 400, name="a", x="colour")["errors"]
    assert "points" in read("charts/", 400, name="a", points=0)["errors"]


def test_a_run_of_another_workspace_is_not_there(read, run):
    from tests.experiments.factories import RunFactory

    other = RunFactory.create()
    read(f"../{other.pk}/metrics/", 404)
