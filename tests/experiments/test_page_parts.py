"""The parts of a run's page that are worked out: its stages, advice on its failure, tables of what it logged, git."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.experiments.models import LogSegment, RunLog, RunRecord
from apps.experiments.states import RunStatus
from apps.experiments.views.advice import advice_on
from apps.experiments.views.failure import LAST_LINES, last_lines
from apps.experiments.views.records import MOST_ROWS, groups_of, table_of
from apps.experiments.views.run import git_of
from apps.experiments.views.timeline import steps_of
from tests.experiments.factories import RunFactory

BEGAN = timezone.now() - timedelta(minutes=5)


def stage(name: str, ended: bool = True, detail: str = "") -> dict[str, object]:
    end = (BEGAN + timedelta(seconds=12)).isoformat() if ended else None
    return {"name": name, "started_at": BEGAN.isoformat(), "ended_at": end, "detail": detail}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"status": RunStatus.QUEUED, "stages": [stage("submitted"), stage("queue", ended=False)]},
            ["Queue now", "Run ahead", "Outputs ahead"],
        ),
        (
            {"status": RunStatus.RUNNING, "stages": [stage("queue"), stage("run", ended=False)]},
            ["Queue done", "Run now", "Outputs ahead"],
        ),
        (
            {"status": RunStatus.COMPLETED, "stages": [stage("queue"), stage("run"), stage("upload_outputs")]},
            ["Queue done", "Run done", "Outputs done"],
        ),
        (
            {"status": RunStatus.FAILED, "exit_code": 1, "stages": [stage("run"), stage("upload_outputs")]},
            ["Run bad", "Outputs done"],
        ),
        ({"status": RunStatus.FAILED, "stages": [stage("queue"), stage("fetch_code")]}, ["Queue done", "Code bad"]),
        ({"status": RunStatus.CANCELED, "stages": [stage("queue")]}, ["Queue stopped"]),
        ({"status": RunStatus.RUNNING, "kind": "interactive", "stages": [stage("run", ended=False)]}, ["Run now"]),
        (
            {"status": RunStatus.COMPLETED, "stages": ["nonsense", {}, {"started_at": "2026-02-31T00:00:00Z"}]},
            [" done", " done"],
        ),
        ({"status": RunStatus.COMPLETED, "stages": [stage("warm_up")]}, ["Warm up done"]),
    ],
)
def test_stages(fields, expected):
    assert [f"{step.label} {step.state}" for step in steps_of(RunFactory.build(**fields))] == expected


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["Traceback", "ModuleNotFoundError: No module named 'xgboost'"], "no module “xgboost”"),
        (["FileNotFoundError: [Errno 2] No such file or directory: 'data.csv'"], "“data.csv” is not there"),
        (["python: can't open file '/studio/code/tain.py': [Errno 2] No such file or directory"], "tain.py"),
        (["/bin/bash: line 1: pyton: command not found"], "“pyton” is no program"),
        (["torch.cuda.OutOfMemoryError: CUDA out of memory."], "more memory"),
        (["something else"], "Its last lines mostly say why."),
        ([], "Its last lines mostly say why."),
    ],
)
def test_advice_follows_from_the_last_lines(lines, words):
    assert words in advice_on(error_code="UserError", exit_code=1, message="", last_lines=lines)


def test_advice_on_what_was_not_the_programs_fault():
    assert "Run it again" in advice_on(
        error_code="SystemError", exit_code=None, message="lost", last_lines=["MemoryError"]
    )
    assert advice_on(error_code="UserError", exit_code=None, message="", last_lines=[]) == ""


@pytest.mark.django_db
def test_the_last_lines_of_a_log_are_plain_text():
    run = RunFactory.create(failed=True)
    assert last_lines(run) == ([], 0)
    text = "".join(f"line {number}\n" for number in range(1, 31))
    text += "\x1b[31mred\x1b[0m\n10%\r50%\r100%\n" + "x" * 1000
    data = text.encode()
    log = RunLog.objects.create(run=run, path="user_logs/std_log.txt", size=len(data), lines=text.count("\n"))
    LogSegment.objects.create(log=log, offset=0, length=len(data), first_line=0, lines=text.count("\n"), data=data)
    lines, first = last_lines(run)
    assert (len(lines), first) == (LAST_LINES, 22)
    assert lines[0] == "line 22"
    assert lines[-3:-1] == ["red", "100%"]
    assert lines[-1].endswith("x…")


@pytest.mark.parametrize(
    ("values", "columns", "rows", "more"),
    [
        ([{"x": [1, 2], "y": ["a", 0.123456789]}], ["x", "y"], [["1", "a"], ["2", "0.123457"]], 0),
        ([{"epoch": 0, "loss": 1.0}, {"epoch": 1}], ["epoch", "loss"], [["0", "1"], ["1", ""]], 0),
        ([{"x": list(range(MOST_ROWS + 5))}], ["x"], [[str(n)] for n in range(MOST_ROWS)], 5),
    ],
)
def test_tables_are_shown_as_they_were_logged(values, columns, rows, more):
    table = table_of(values)
    assert table is not None
    assert (table.columns, table.rows, table.more) == (columns, rows, more)


@pytest.mark.parametrize("values", [[], [None], ["text"], [{}], [[1, 2]]])
def test_what_has_no_columns_is_no_table(values):
    assert table_of(values) is None


@pytest.mark.django_db
def test_records_come_in_groups_with_the_latest_of_each():
    run = RunFactory.create()
    for number in range(30):
        RunRecord.objects.create(run=run, kind="image", name="sample", step=number, path=f"{number}.png")
    RunRecord.objects.create(run=run, kind="text", name="a/b", value="x")
    RunRecord.objects.create(run=run, kind="text", name="c", value=["x", "y"])
    (images,) = groups_of(run, count=1)
    assert (images.name, images.count, len(images.records), images.latest.step) == ("sample", 30, 24, 29)
    following = groups_of(run, after=images.cursor, count=5)
    assert [group.name for group in following] == ["a/b", "c"]
    assert following[1].text == "x\ny"
    assert groups_of(run, after=following[1].cursor, count=5) == []


@pytest.mark.parametrize(
    ("repository", "url"),
    [
        ("https://github.com/acme/churn.git", "https://github.com/acme/churn/commit/4f2c9a"),
        ("git@github.com:acme/churn.git", "https://github.com/acme/churn/commit/4f2c9a"),
        ("https://gitlab.com/a/b/c", "https://gitlab.com/a/b/c/-/commit/4f2c9a"),
        ("https://git.acme.example/churn.git", ""),
        ("/home/ada/churn", ""),
    ],
)
def test_a_commit_is_linked_where_its_host_is_known(repository, url):
    properties = {"azureml.git.repository_uri": repository, "azureml.git.commit": "4f2c9a", "azureml.git.dirty": "True"}
    git = git_of(RunFactory.build(properties=properties))
    assert git is not None
    assert (git.url, git.is_dirty) == (url, True)


def test_code_from_no_repository_has_no_git_state():
    assert git_of(RunFactory.build(properties={"a": "b"})) is None
