"""Steps in mini-batches: what the driver gives to the script, tries again, counts and puts together."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import mlstudio
from apps.pipelines.graph.types import Component, InputPort, OutputPort
from apps.pipelines.services.commands import command_of
from mlstudio.parallel.batches import BadData, of_files, size_of

SDK = Path(mlstudio.__file__).parents[1]
COUNT = """
import os, sys

def init():
    print("ready with", sys.argv[1:])

def run(mini_batch):
    return [f"{os.path.basename(path)}:{len(open(path).read())}" for path in mini_batch]

def shutdown():
    open(os.path.join(os.environ["OUT"], f"bye-{os.getpid()}"), "w")
"""


@pytest.fixture
def folder(tmp_path):
    for number in range(7):
        (tmp_path / "in" / "sub" if number > 4 else tmp_path / "in").mkdir(parents=True, exist_ok=True)
        name = f"in/sub/{number}.txt" if number > 4 else f"in/{number}.txt"
        (tmp_path / name).write_text("x" * number)
    (tmp_path / "out").mkdir()
    return tmp_path


def run(
    folder: Path, script: str, *, arguments: str = "", source: str = "in", **settings: Any
) -> tuple[subprocess.CompletedProcess[str], list[str] | None]:
    """Run a parallel step's command in a folder, as a machine would."""
    (folder / "score.py").write_text(script)
    component = Component(
        "parallel",
        inputs={"data": InputPort(settings.pop("type", "uri_folder"))},
        outputs={"rows": OutputPort("uri_file")},
        parallel={
            "entry_script": "score.py", "input_data": "data", "append_row_to": "rows", "program_arguments": arguments,
            "max_concurrency_per_instance": 2, **settings,
        },
    )  # fmt: skip
    line = command_of(component, {}).replace("${{inputs.data}}", shlex.quote(str(folder / source)))
    line = line.replace("${{outputs.rows}}", str(folder / "out" / "rows")).replace("python ", f"{sys.executable} ", 1)
    variables = {**os.environ, "PYTHONPATH": str(SDK), "OUT": str(folder / "out")}
    done = subprocess.run(["bash", "-c", line], cwd=folder, env=variables, capture_output=True, text=True, timeout=60)
    rows = folder / "out" / "rows"
    return done, rows.read_text().splitlines() if rows.exists() else None


def test_files_in_mini_batches_give_one_file_in_their_order(folder):
    done, rows = run(folder, COUNT, arguments="--mode fast", mini_batch_size="3")
    assert done.returncode == 0, done.stderr
    assert rows == [f"{number}.txt:{number}" for number in range(7)]
    assert "ready with ['--mode', 'fast']" in done.stdout
    assert "3 of 3 mini-batches done." in done.stdout
    assert len(list((folder / "out").glob("bye-*"))) == 2


def test_sizes_count_bytes(folder):
    assert [len(batch["files"]) for batch in of_files(folder / "in", "6b")] == [4, 1, 1, 1]
    assert size_of("2MB") == (2 << 20, True)
    with pytest.raises(BadData):
        size_of("a lot")


FLAKY = """
import os, time

def run(mini_batch):
    name = os.path.basename(mini_batch[0])
    seen = os.path.join(os.environ["OUT"], "seen-" + name)
    first = not os.path.exists(seen)
    open(seen, "w")
    if first and name == "1.txt":
        raise ValueError("not yet")
    if first and name == "2.txt":
        os._exit(3)
    if first and name == "3.txt":
        time.sleep(60)
    return [name]
"""


def test_what_fails_dies_or_hangs_is_tried_again(folder):
    done, rows = run(folder, FLAKY, mini_batch_size="1", timeout=1, max_retries=1)
    assert done.returncode == 0, done.stderr
    assert rows == [f"{number}.txt" for number in range(7)]
    assert "Mini-batch 2, try 1 of 2: ValueError: not yet" in done.stdout
    assert "Mini-batch 3, try 1 of 2: its process ended" in done.stdout
    assert "Mini-batch 4, try 1 of 2: run() took longer than 1 s" in done.stdout


BAD = "def run(mini_batch):\n    if 'sub' in mini_batch[0]:\n        raise ValueError('bad')\n    return mini_batch\n"


def test_so_much_may_fail(folder):
    settings: dict[str, Any] = {"mini_batch_size": "1", "max_retries": 0}
    done, rows = run(folder, BAD, **settings)
    assert done.returncode == 0
    assert len(rows or []) == 5
    assert "5 of 7 mini-batches done, 2 failed." in done.stdout
    assert run(folder, BAD, error_threshold=2, **settings)[0].returncode == 0
    done, _rows = run(folder, BAD, error_threshold=1, **settings)
    assert done.returncode == 1
    assert "2 items failed, and 1 may: ValueError: bad" in done.stderr
    done, _rows = run(folder, BAD, mini_batch_error_threshold=1, **settings)
    assert "2 mini-batches failed, and 1 may" in done.stderr


def test_items_without_a_result_count_as_failed(folder):
    script = "def run(mini_batch):\n    return mini_batch[:1]\n"
    done, _rows = run(folder, script, mini_batch_size="7", error_threshold=5)
    assert "6 items failed, and 5 may: items for which run() gave nothing" in done.stderr


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("def run(:", "SyntaxError"),
        ("def ran(mini_batch):\n    return []\n", "has no function run(mini_batch)"),
        ("def init():\n    raise RuntimeError('no model')\ndef run(b):\n    return b\n", "RuntimeError: no model"),
    ],
)
def test_a_script_that_cannot_be_loaded_is_told(folder, script, words):
    done, _rows = run(folder, script)
    assert done.returncode == 1
    assert words in done.stderr
    assert "The script could not be loaded" in done.stderr


def test_no_data_is_told(folder):
    (folder / "empty").mkdir()
    done, _rows = run(folder, COUNT, source="empty")
    assert done.returncode == 1
    assert "There are no files in " in done.stderr


def test_settings_cannot_be_taken_for_places_of_the_command():
    component = Component(
        "parallel",
        inputs={"data": InputPort("uri_folder")},
        parallel={"entry_script": "${{inputs.x}}'; rm -rf /", "input_data": "data"},
    )
    line = command_of(component, {})
    assert line.count("${{") == 1
    assert json.loads(line.splitlines()[1])["entry_script"] == "${{inputs.x}}'; rm -rf /"
