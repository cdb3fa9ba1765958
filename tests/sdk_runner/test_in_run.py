"""``mlstudio.Run`` as a user's script sees it."""

import json
import math
import os
import subprocess
import sys
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from mlstudio.run import Run
from mlstudio.tracking.events import Events

SDK = Path(__file__).resolve().parents[2] / "sdk"


class Number:
    """Stands for scalars of NumPy and tensors of one element."""

    def __float__(self):
        return 0.25


@pytest.fixture
def events(tmp_path, monkeypatch):
    """The file of events, as lines; the run of this process writes to it."""
    path = tmp_path / "events.ndjson"
    path.touch()
    monkeypatch.setenv("STUDIO_RUN_EVENTS", str(path))
    monkeypatch.setenv("STUDIO_RUN_FILES", str(tmp_path / "files"))
    monkeypatch.setenv("STUDIO_RUN_FOLDER", str(tmp_path / "code"))
    monkeypatch.setenv("STUDIO_RUN_ID", "0192-run")
    monkeypatch.setenv("STUDIO_RUN_NAME", "calm_pear")
    monkeypatch.setattr(Run, "_context", None)
    return lambda: [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def run(events):
    """The run of this process."""
    return Run.get_context()


def test_it_knows_who_it_is(run):
    assert (run.id, run.name, run.display_name) == ("0192-run", "calm_pear", "calm_pear")
    assert Run.get_context() is run


def test_numbers_of_all_kinds_are_kept_as_they_are(run, events):
    before_ms = int(time.time() * 1000)
    for value in (1, 0.1, True, Number(), Decimal("0.5"), math.nan, math.inf, -math.inf, 2**70):
        run.log("loss", value)
    run.log("loss", 1, step=7)
    points = [line["m"][0] for line in events()]
    assert [point[1] for point in points] == [1, 0.1, 1, 0.25, 0.5, "NaN", "Infinity", "-Infinity", 2.0**70, 1]
    assert [point[2] for point in points] == [None] * 9 + [7]
    assert all(before_ms <= point[3] <= before_ms + 60_000 for point in points)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda run: run.log("", 1), ValueError),
        (lambda run: run.log("x" * 256, 1), ValueError),
        (lambda run: run.log(5, 1), TypeError),
        (lambda run: run.log("x", None), TypeError),
        (lambda run: run.log("x", [1]), TypeError),
        (lambda run: run.log("x", 1, step=1.5), TypeError),
        (lambda run: run.log_list("x", []), ValueError),
        (lambda run: run.log_list("x", 5), TypeError),
        (lambda run: run.log_row("x"), ValueError),
        (lambda run: run.log_table("x", [1]), TypeError),
        (lambda run: run.log_image("x"), ValueError),
        (lambda run: run.log_image("x", path="nowhere.png"), ValueError),
        (
            lambda run: run.log_confusion_matrix("x", {"schema_type": "residuals", "schema_version": "v1", "data": {}}),
            ValueError,
        ),
        (lambda run: run.log_residuals("x", "{"), ValueError),
        (lambda run: run.upload_file("../x", __file__), ValueError),
        (lambda run: run.upload_file("outputs/x", "nowhere"), ValueError),
        (lambda run: run.upload_folder("outputs", "nowhere"), ValueError),
    ],
)
def test_wrong_arguments_are_said_at_once(run, events, call, error):
    with pytest.raises(error):
        call(run)
    assert events() == []


def test_what_is_no_number_becomes_a_record(run, events):
    run.log("note", "well")
    run.log_list("list", (1, Number(), "x"))
    run.log_row("table", x=1, y=0.5, z="a")
    run.log_table("table", {"x": [1, 2], "y": 3})
    run.log_confusion_matrix(
        "matrix",
        '{"schema_type": "confusion_matrix", "schema_version": "v1", "data": {"class_labels": ["a"], "matrix": [[1]]}}',
    )
    shown = [(line["r"]["kind"], line["r"]["name"], line["r"]["value"]) for line in events()]
    assert shown[:4] == [
        ("text", "note", "well"),
        ("list", "list", [1, 0.25, "x"]),
        ("table", "table", {"x": [1], "y": [0.5], "z": ["a"]}),
        ("table", "table", {"x": [1, 2], "y": [3]}),
    ]
    assert shown[4][2]["data"] == {"class_labels": ["a"], "matrix": [[1]]}


def test_tags_properties_and_parameters(run, events):
    run.tag("stage")
    run.tag("stage", 5)
    run.add_properties({"owner": "ada"})
    run.set_properties({"size": 3})
    run.log_parameters({"lr": 0.1})
    assert events() == [
        {"t": {"stage": ""}},
        {"t": {"stage": "5"}},
        {"d": {"owner": "ada"}},
        {"d": {"size": "3"}},
        {"p": {"lr": "0.1"}},
    ]


def test_children_say_whose_they_are_and_end(run, events):
    with run.child_run(name="fold 1") as child:
        child.log("loss", 0.5)
        inner = child.child_run()
        inner.tag("depth", 2)
        inner.cancel()
        inner.complete()
    with pytest.raises(ValueError, match="no data"), run.child_run() as failing:
        raise ValueError("no data")
    begun, logged, nested, tagged, canceled, completed, _other, _details, failed = events()
    assert (begun["c"]["id"], begun["c"]["parent"], begun["c"]["name"]) == (child.id, "0192-run", "fold 1")
    assert (logged["m"][0][:2], logged["run"]) == (["loss", 0.5], child.id)
    assert (nested["c"]["id"], nested["c"]["parent"], "run" in nested) == (inner.id, child.id, False)
    assert tagged == {"t": {"depth": "2"}, "run": inner.id}
    assert canceled == {"e": {"status": "Canceled", "reason": ""}, "run": inner.id}
    assert completed == {"e": {"status": "Completed", "reason": ""}, "run": child.id}
    assert failed == {"e": {"status": "Failed", "reason": "ValueError: no data"}, "run": failing.id}
    assert (inner.parent, child.parent, run.parent) == (child, run, None)


def test_several_children_at_once(run, events):
    assert [child.parent for child in run.create_children(2)] == [run, run]
    children = run.create_children(tag_key="fold", tag_values=[1, 2])
    assert [(line["t"], line["run"]) for line in events()[4:]] == [
        ({"fold": "1"}, children[0].id),
        ({"fold": "2"}, children[1].id),
    ]
    with pytest.raises(ValueError, match="count"):
        run.create_children()


def test_files_of_children_lie_apart(run, events, tmp_path):
    (tmp_path / "code/outputs").mkdir(parents=True)
    (tmp_path / "code/outputs/a.txt").write_text("a")
    inner = run.child_run().child_run()
    inner.upload_file("outputs/a.txt", tmp_path / "code/outputs/a.txt")
    assert events()[-1] == {"f": f".children/{inner.id}/outputs/a.txt"}
    assert (tmp_path / f"files/.children/{inner.id}/outputs/a.txt").read_text() == "a"


def test_a_model_is_said_with_all_the_studio_needs(run, events):
    run.register_model("churn", "outputs/model", tags={"stage": 1}, model_framework="ScikitLearn")
    with pytest.warns(RuntimeWarning, match="does not use model_framework_version, sample_input_dataset"):
        run.register_model("outputs/x.onnx", model_framework_version="1.5", sample_input_dataset=object())
    model, plain = (line["g"] for line in events())
    assert model == {
        "name": "churn",
        "path": "outputs/model",
        "type": None,
        "framework": "ScikitLearn",
        "tags": {"stage": "1"},
        "properties": {},
        "description": "",
    }
    assert plain["path"] == "outputs/x.onnx"
    with pytest.raises(ValueError, match="no name for a file"):
        run.register_model("churn", "../model")


def test_files_are_put_where_the_runner_looks(run, events, tmp_path):
    (tmp_path / "code/outputs").mkdir(parents=True)
    (tmp_path / "code/outputs/there.txt").write_text("there")
    (tmp_path / "a.txt").write_text("a")
    run.upload_file("outputs/a.txt", tmp_path / "a.txt")
    run.upload_file("outputs/there.txt", tmp_path / "code/outputs/there.txt")
    run.upload_folder("outputs/all", tmp_path / "code")
    assert events() == [
        {"f": "outputs/a.txt"},
        {"f": "outputs/there.txt"},
        {"f": "outputs/all/outputs/there.txt"},
    ]
    assert (tmp_path / "files/outputs/a.txt").read_text() == "a"
    assert not (tmp_path / "files/outputs/there.txt").exists()
    assert (tmp_path / "files/outputs/all/outputs/there.txt").read_text() == "there"


def test_images_are_files_and_plots(run, events, tmp_path):
    class Plot:
        def savefig(self, target):
            Path(target).write_bytes(b"png")

    (tmp_path / "a.png").write_bytes(b"png")
    run.log_image("Loss / epoch", path=tmp_path / "a.png")
    run.log_image("plot", plot=Plot())
    lines = events()
    assert [line["f"] for line in lines[::2]] == [line["r"]["path"] for line in lines[1::2]]
    assert lines[1]["r"]["path"].startswith("logged_images/Loss_epoch_")
    assert all((tmp_path / "files" / line["f"]).read_bytes() == b"png" for line in lines[::2])


def test_what_is_too_long_is_a_warning_and_no_end_of_the_program(run, events):
    with pytest.warns(RuntimeWarning, match="at most 1024 KB fit into one call"):
        run.log_table("big", {"x": list(range(300_000))})
    with pytest.warns(RuntimeWarning, match="is cut to 6000 of its 10000 characters"):
        run.log("text", "x" * 10_000)
    run.log_list("long", range(25_000))
    assert [len(line["r"]["value"]) for line in events()] == [6000, 10_000, 10_000, 5000]


def test_a_file_that_cannot_be_written_is_a_warning_said_once(monkeypatch):
    full = Events("/dev/full")
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for _ in range(3):
            full.write({"m": []}, "The metric")
    assert ["No space left" in str(each.message) for each in warned] == [True]


def test_threads_and_forks_keep_lines_whole(run, events):
    def log(worker: int) -> None:
        for number in range(300):
            run.log(f"loss_{worker}", number)

    child = os.fork()
    if child == 0:
        log(9)
        os._exit(0)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(log, range(4)))
    os.waitpid(child, 0)
    points = [line["m"][0] for line in events()]
    for worker in (0, 1, 2, 3, 9):
        assert [value for name, value, *_ in points if name == f"loss_{worker}"] == list(range(300))


def test_outside_of_a_run_everything_is_printed(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(Run, "_context", None)
    monkeypatch.delenv("STUDIO_RUN_EVENTS", raising=False)
    run = Run.get_context()
    run.log("loss", 0.5, step=3)
    run.tag("stage", "test")
    run.log_row("table", x=1)
    run.upload_file("outputs/x.py", __file__)
    with run.child_run("fold 1") as child:
        child.child_run().log("loss", 0.25)
        child.log("loss", 0.125)
    run.register_model("churn", "outputs/model")
    printed = capsys.readouterr().out
    for line in (
        "Child run fold 1 begins",
        "[fold 1] Metric loss: 0.125",
        "[fold 1] Completed",
        "Model churn: not registered",
    ):
        assert line in printed
    assert "Metric loss: 0.5 (step 3)" in printed
    assert "Tag stage: test" in printed
    assert 'Table table: {"x": [1]}' in printed
    assert "not kept" in printed
    monkeypatch.setattr(Run, "_context", None)
    with pytest.raises(RuntimeError, match="was not started by the studio"):
        Run.get_context(allow_offline=False)


def test_a_run_without_its_file_still_runs(tmp_path):
    variables = {**os.environ, "PYTHONPATH": str(SDK), "STUDIO_RUN_EVENTS": str(tmp_path / "gone" / "events")}
    code = "from mlstudio import Run; Run.get_context().log('loss', 1); print('went on')"
    done = subprocess.run(
        [sys.executable, "-c", code], env=variables, capture_output=True, text=True, check=True, timeout=60
    )
    assert "went on" in done.stdout
    assert "Nothing is logged to the studio" in done.stderr


def test_what_was_logged_is_read_back(run):
    run.log("accuracy", 0.9)
    run.log("loss", 2)
    run.log("loss", math.nan)
    run.log("note", "so far so good")
    run.log_list("sizes", [1, 2, 3])
    run.log_row("cos", x=0, y=1)
    run.log_row("cos", x=1, y=0.5)
    run.log_parameter("depth", 3)
    run.tag("stage", "draft")
    run.tag("stage", "final")
    run.add_properties({"code": "abc"})
    found = run.get_metrics()
    assert found.pop("loss") == pytest.approx([2, math.nan], nan_ok=True)
    assert found == {"accuracy": 0.9, "note": "so far so good", "sizes": [1, 2, 3], "cos": {"x": [0, 1], "y": [1, 0.5]}}
    assert run.get_metrics("accuracy") == {"accuracy": 0.9}
    assert (run.get_tags(), run.get_parameters(), run.get_properties()) == (
        {"stage": "final"},
        {"depth": "3"},
        {"code": "abc"},
    )
    run.log("accuracy", 0.95)
    assert run.get_metrics("accuracy") == {"accuracy": [0.9, 0.95]}


def test_children_are_read_back_apart(run):
    first, second = run.child_run("first"), run.child_run("second")
    below = first.child_run("below")
    first.log("score", 1)
    below.log("score", 2)
    run.log("score", 3)
    assert run.get_children() == [second, first]
    assert set(run.get_children(recursive=True)) == {first, second, below}
    assert first.get_metrics() == {"score": 1}
    assert run.get_metrics("score", recursive=True) == {
        run.id: {"score": 3},
        first.id: {"score": 1},
        second.id: {},
        below.id: {"score": 2},
    }


def test_half_of_an_event_does_not_keep_from_reading_the_others(run, tmp_path):
    run.log("loss", 1)
    with (tmp_path / "events.ndjson").open("ab") as file:
        file.write(b'{"m": [["lo\n')  # the disk was full
    run.log("loss", 2)
    assert run.get_metrics() == {"loss": [1, 2]}


def test_outside_of_the_studio_metrics_are_read_back_too(monkeypatch, capsys):
    monkeypatch.delenv("STUDIO_RUN_EVENTS", raising=False)
    monkeypatch.setattr(Run, "_context", None)
    offline = Run.get_context()
    offline.log("loss", 0.5)
    child = offline.child_run("fold")
    child.log("loss", 0.25)
    assert offline.get_metrics() == {"loss": 0.5}
    assert child.get_metrics() == {"loss": 0.25}
