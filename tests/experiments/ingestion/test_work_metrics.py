"""What runners send of metrics, over real HTTP: counted once, in order, and refused in words."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.compute.states import WorkState
from apps.experiments.ingestion import callers
from apps.experiments.metrics import points
from apps.experiments.metrics.packer import pack_run
from apps.experiments.metrics.reading import read_series
from apps.experiments.models import MetricSummary, RunParameter, RunRecord, RunTag
from tests.experiments.working import Runner, WorkingRun, as_lines

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.service, pytest.mark.servers]


def series(work: WorkingRun, name: str) -> list[tuple[int, int, float]]:
    found = read_series(work.run.pk, [name])[1][name]
    return list(zip(found.steps.tolist(), found.times.tolist(), found.values.tolist(), strict=True))


def test_what_is_acknowledged_can_be_read(runner, work):
    answer = runner.events({"m": [["loss", 0.5, 0, 1000], ["loss", 0.25, 1, 2000]]}, {"m": [["lr", 1, 0, 1000]]})
    assert (answer.status_code, answer.json()) == (200, {"accepted": 2, "refused": []})
    assert series(work, "loss") == [(0, 1000, 0.5), (1, 2000, 0.25)]
    loss = MetricSummary.objects.get(run=work.run, name="loss")
    assert (loss.count, loss.last, loss.minimum, loss.maximum, loss.last_step) == (2, 0.25, 0.25, 0.5, 1)


@pytest.mark.parametrize("packed", [False, True])
def test_lines_sent_twice_count_once_even_with_others_behind_them(runner, work, packed):
    first, second = {"m": [["loss", 1.0, None, 1000]]}, {"m": [["loss", 2.0, None, 2000]]}
    runner.events(first)
    if packed:
        pack_run(work.run.pk)
    answer = runner.events(first, second)
    assert answer.json() == {"accepted": 2, "refused": []}
    assert series(work, "loss") == [(0, 1000, 1.0), (1, 2000, 2.0)]
    assert MetricSummary.objects.get(run=work.run).count == 2


def test_values_without_a_step_follow_the_highest_one(runner, work):
    runner.events({"m": [["a", 1.0, None, 1], ["a", 2.0, None, 2], ["a", 3.0, 10, 3], ["a", 4.0, None, 4]]})
    runner.events({"m": [["a", 5.0, None, 5]]}, offset=1000)
    assert [step for step, _at, _value in series(work, "a")] == [0, 1, 10, 11, 12]


def test_numbers_that_are_not_finite_are_kept(runner, work):
    runner.events({"m": [["loss", 1.5, 0, 1], ["loss", "Infinity", 1, 2], ["loss", "NaN", 2, 3]]})
    values = [value for _step, _at, value in series(work, "loss")]
    assert values[:2] == [1.5, float("inf")]
    assert values[2] != values[2]
    loss = MetricSummary.objects.get(run=work.run)
    assert (loss.last, loss.last_text, loss.minimum, loss.maximum, loss.count) == (None, "NaN", 1.5, 1.5, 3)


def test_parameters_tags_properties_and_records(runner, work):
    table = {"kind": "table", "name": "scores", "step": None, "at_ms": 5, "value": {"a": [1, 2]}, "path": ""}
    answer = runner.events(
        {"p": {"lr": "0.1"}}, {"t": {"stage": "one"}}, {"t": {"stage": "two"}}, {"d": {"git": "abc"}}, {"r": table}
    )
    assert answer.json()["accepted"] == 5
    assert RunParameter.objects.get(run=work.run).value == "0.1"
    assert RunTag.objects.get(run=work.run).value == "two"
    work.run.refresh_from_db()
    assert work.run.properties == {"git": "abc"}
    assert RunRecord.objects.get(run=work.run).value == {"a": [1, 2]}


def test_a_parameter_never_changes_and_the_other_lines_stay(runner, work):
    runner.events({"p": {"lr": "0.1"}})
    answer = runner.events({"p": {"lr": "0.2"}}, {"d": {"x": "1"}}, {"d": {"x": "2"}}, {"p": {"lr": "0.1"}}, offset=500)
    refused = answer.json()["refused"]
    assert [line["line"] for line in refused] == [1, 3]
    assert "'lr' is '0.1' already" in refused[0]["reason"]
    assert RunParameter.objects.get(run=work.run).value == "0.1"


BAD_LINES = [
    b"{",
    b"[]",
    {"m": {}},
    {"m": [["loss", "high", 0, 1]]},
    {"m": [["loss", True, 0, 1]]},
    {"m": [["loss", 1.0, 0.5, 1]]},
    {"m": [["loss", 1.0, 0, -1]]},
    {"m": [["", 1.0, 0, 1]]},
    {"m": [["x" * 256, 1.0, 0, 1]]},
    {"m": [["a\u0000b", 1.0, 0, 1]]},
    {"m": [["loss", 1.0, 2**63, 1]]},
    {"p": {"lr": 0.1}},
    {"p": {"lr": "x" * 6001}},
    {"t": {"lr": "a\u0000"}},
    {"r": {"kind": "song", "name": "x"}},
    {"r": {"kind": "text", "name": "x", "value": "a\u0000"}},
    {"z": 1},
    {"m": [], "p": {}},
]


def test_lines_that_cannot_be_kept_are_named_and_the_others_stored(runner, work):
    mixed = [one for bad in BAD_LINES for one in (bad, {"m": [["good", 1.0, None, 1]]})]
    answer = runner.events(*mixed)
    assert answer.status_code == 200
    assert answer.json()["accepted"] == len(BAD_LINES)
    assert [refused["line"] for refused in answer.json()["refused"]] == list(range(1, len(mixed), 2))
    assert all(refused["reason"] for refused in answer.json()["refused"])
    assert len(series(work, "good")) == len(BAD_LINES)


def test_measurements_of_the_system_are_kept_apart(runner, work):
    runner.events({"s": [["system/cpu_percent", 55.5, 1000]]}, source="system")
    runner.events({"m": [["loss", 1.0, 0, 1]]})
    assert dict(MetricSummary.objects.values_list("name", "is_system")) == {"system/cpu_percent": True, "loss": False}


def test_too_many_names_are_refused_in_words(runner, work, monkeypatch):
    monkeypatch.setattr("apps.experiments.ingestion.series.MOST_NAMES", 3)
    answer = runner.events(*({"m": [[f"metric-{number}", 1.0, 0, 1]]} for number in range(5)))
    assert answer.json()["accepted"] == 3
    assert "up to 3 metric names" in answer.json()["refused"][0]["reason"]
    again = runner.events({"m": [["metric-1", 2.0, 1, 2]]}, offset=5000)
    assert again.json()["accepted"] == 1


def test_ten_thousand_names_in_one_request(runner, work):
    names = [[f"layer/{number}/gradient", float(number), 0, 1] for number in range(10_000)]
    assert runner.events({"m": names}).json() == {"accepted": 1, "refused": []}
    assert MetricSummary.objects.filter(run=work.run).count() == 10_000
    assert series(work, "layer/9999/gradient") == [(0, 1, 9999.0)]
    pack_run(work.run.pk)
    assert series(work, "layer/9999/gradient") == [(0, 1, 9999.0)]


def test_half_a_line_is_refused(runner):
    answer = runner.client.post("/api/v1/work/metrics/", params={"source": "events", "offset": 0}, content=b'{"m":[]}')
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


def test_a_body_that_is_too_large_is_refused_in_words(runner):
    answer = runner.client.post(
        "/api/v1/work/metrics/",
        params={"source": "events", "offset": 0},
        content=b"\n" * (points.PACK_FROM_POINTS + 2**22),
    )
    assert answer.status_code == 413
    assert "4 MiB" in answer.json()["detail"]


def test_requests_must_say_what_they_are(runner):
    for query in (
        {},
        {"source": "events"},
        {"offset": 0},
        {"source": "a/b", "offset": 0},
        {"source": "events", "offset": "-1"},
    ):
        assert runner.client.post("/api/v1/work/metrics/", params=query, content=b"").status_code == 400, query


def test_only_the_works_own_token_of_this_attempt_may_log(asgi_server, work):
    body = as_lines({"m": [["loss", 1.0, 0, 1]]})
    for token in ("x", work.run_token, work.work_token[:-1] + "x", "work_x"):
        runner = Runner(asgi_server, token)
        assert runner.client.post("/api/v1/work/metrics/?source=events&offset=0", content=body).status_code == 401
    work.order.attempt = 2
    work.order.save()
    assert Runner(asgi_server, work.work_token).events().status_code == 401


def test_work_that_ended_long_ago_is_over(asgi_server, work):
    work.order.state, work.order.ended_at = WorkState.ENDED, timezone.now() - timedelta(hours=1)
    work.order.save()
    assert Runner(asgi_server, work.work_token).events({"t": {"a": "b"}}).status_code == 200
    callers.forget()
    work.order.ended_at = timezone.now() - timedelta(days=2)
    work.order.save()
    answer = Runner(asgi_server, work.work_token).events({"t": {"a": "c"}})
    assert (answer.status_code, answer.json()["code"]) == (409, "work_over")


def test_a_deleted_run_takes_nothing(runner, work):
    work.run.deleted_at = timezone.now()
    work.run.save()
    assert runner.events({"m": [["loss", 1.0, 0, 1]]}).status_code == 404


def test_only_post(runner):
    for verb in ("GET", "PUT", "DELETE", "PATCH"):
        assert runner.client.request(verb, "/api/v1/work/metrics/").status_code == 405
