"""Components run on folders, what they leave, and how it is shown."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score

import mlstudio
from mlstudio.components import components
from mlstudio.components.core import store
from mlstudio.components.core.declaring import CLUSTERING, MODEL, TABLE, TRANSFORM, UNTRAINED
from mlstudio.components.core.running import run, run_guarded
from mlstudio.components.showing import describe, scatter
from tests.components.helpers import DATA, table

SDK = str(Path(mlstudio.__file__).parent.parent)


class Steps:
    """A pipeline by hand: each step's outputs are folders of their own."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __call__(
        self, key: str, name: str, inputs: dict[str, Path] | None = None, **parameters: Any
    ) -> dict[str, Path]:
        outputs = {port.name: self.place / key / port.name for port in components()[name].outputs}
        run(name, inputs or {}, outputs, parameters)
        return outputs


def test_the_automobile_story(tmp_path: Path):
    """Prices of cars: the figures are those of scikit-learn on the same rows, calculated apart."""
    step = Steps(tmp_path)
    raw = step("raw", "convert_to_dataset", {"dataset": DATA}, action="SetMissingValue")
    without = {
        "mode": "rules",
        "begin": "all",
        "rules": [{"action": "exclude", "by": "names", "values": ["normalized-losses"]}],
    }
    chosen = step("chosen", "select_columns_in_dataset", {"dataset": raw["results"]}, columns=without)
    clean = step("clean", "clean_missing_data", {"dataset": chosen["results"]}, mode="Remove entire row")
    parts = step("parts", "split_data", {"dataset": clean["cleaned"]}, fraction=0.7, seed=7)
    learner = step("learner", "linear_regression")
    model = step("model", "train_model", {"untrained": learner["untrained"], "dataset": parts["left"]}, label="price")
    scored = step("scored", "score_model", {"model": model["model"], "dataset": parts["right"]})
    results = step("results", "evaluate_model", {"scored": scored["scored"]})

    frames = [store.read(TABLE, parts[side]).frame.to_pandas() for side in ("left", "right")]
    encoded = pd.get_dummies(pd.concat(frames).drop(columns="price"), dtype=float)
    count = len(frames[0])
    ridge = Ridge(alpha=0.001).fit(encoded[:count], frames[0]["price"])
    expected = r2_score(frames[1]["price"], ridge.predict(encoded[count:]))
    shown = describe(results["results"], TABLE)
    assert shown["kind"] == "evaluation"
    assert shown["evaluation"]["models"][0]["metrics"]["coefficient_of_determination"] == pytest.approx(
        expected, abs=0.02
    )
    assert len(store.read(TABLE, scored["scored"]).frame["Scored Labels"]) == len(frames[1])

    summary = describe(model["model"], MODEL)
    assert (summary["kind"], summary["title"], summary["label"]) == ("model", "Linear Regression", "price")
    assert summary["parameters"]["L2 regularization weight"] == 0.001
    assert summary["coefficients"]["make=bmw"] > summary["coefficients"]["make=dodge"]
    assert describe(learner["untrained"], UNTRAINED)["algorithm"] == "linear_regression"
    assert describe(clean["transformation"], TRANSFORM)["transformation"] == "clean"


def test_columns_are_described(tmp_path: Path):
    values = [1.0, 2.0, 2.0, 100.0, None]
    given = table({"n": values, "t": ["a", "b", "a", None, "c"], "ok": [True, False, True, None, None]}, label="t")
    store.write(TABLE, given, tmp_path)
    shown = describe(tmp_path, TABLE)
    assert (shown["kind"], shown["rows"], shown["columns"]) == ("table", 5, 3)
    n, t, ok = shown["schema"]
    assert (n["missing"], n["unique"], n["mean"], n["median"], n["max"]) == (1, 3, 26.25, 2.0, 100.0)
    assert n["std"] == pytest.approx(np.std([1, 2, 2, 100], ddof=1))
    assert sum(n["histogram"]["counts"]) == 4
    assert n["box"]["high"] < 100
    assert (t["role"], t["top"]) == ("label", [["a", 2], ["b", 1], ["c", 1]])
    assert ok["mean"] == pytest.approx(2 / 3)
    assert shown["data"][3] == [100.0, None, None]
    points = scatter(tmp_path, "n", "t")
    assert (points["x"]["points"], points["y"]["points"], points["y"]["values"]) == (
        [1.0, 2.0, 2.0],
        [0, 1, 0],
        ["a", "b"],
    )
    json.dumps(shown, allow_nan=False)


def test_an_empty_and_a_wide_table_are_described(tmp_path: Path):
    store.write(TABLE, table({f"c{number}": pl.Series([], dtype=pl.Float64) for number in range(300)}), tmp_path)
    shown = describe(tmp_path, TABLE)
    assert (shown["rows"], shown["columns"], len(shown["names"]), len(shown["schema"])) == (0, 300, 300, 100)
    assert describe(tmp_path, TABLE, first_column=250)["schema"][0]["name"] == "c250"


def test_of_a_long_table_rows_from_all_over_it_stand_for_all(tmp_path: Path):
    store.write(TABLE, table({"n": range(50_000)}), tmp_path)
    shown = describe(tmp_path, TABLE, most_cells=10_000)
    assert (shown["rows"], shown["described_rows"]) == (50_000, 10_000)
    assert [row[0] for row in shown["data"]] == list(range(100))
    (n,) = shown["schema"]
    assert (n["min"], n["max"], n["mean"]) == (0, 49_999, pytest.approx(24_999.5, rel=0.01))


def test_clusters_and_models_say_what_they_are_without_being_loaded(tmp_path: Path):
    step = Steps(tmp_path)
    store.write(TABLE, table({"x": [0.0, 0.1, 9.0, 9.2]}), tmp_path / "data")
    untrained = step("k", "k_means_clustering", seed=1)
    made = step("m", "train_clustering_model", {"untrained": untrained["untrained"], "dataset": tmp_path / "data"})
    (made["model"] / store.MODEL_FILE).unlink()
    centers = sorted(center["x"] for center in describe(made["model"], CLUSTERING)["centers"])
    assert centers == pytest.approx([0.05, 9.1])


@pytest.mark.parametrize(
    ("inputs", "parameters", "code", "says"),
    [
        ({}, {}, "0003", "“Dataset” of Summarize Data is not connected"),
        ({"dataset": "nowhere"}, {}, "0003", "is missing"),
        ({"dataset": "."}, {}, "0003", "no file to read"),
    ],
)
def test_what_is_wrong_is_left_for_the_pane(inputs, parameters, code, says, tmp_path: Path, capsys):
    given = {name: tmp_path / path for name, path in inputs.items()}
    error_file = tmp_path / "error.json"
    assert run_guarded("summarize_data", given, {"results": tmp_path / "out"}, parameters, error_file) == 1
    error = json.loads(error_file.read_text("utf-8"))
    assert error["code"] == code
    assert says in error["message"]
    assert f"Error {code}: " in capsys.readouterr().err


@pytest.mark.servers
def test_a_component_is_a_command(tmp_path: Path):
    store.write(TABLE, table({"x": [1, 2, 3]}), tmp_path / "in")
    (tmp_path / "parameters.json").write_text('{"mode": "Head", "rows": 2}')
    command = [
        sys.executable,
        "-m",
        "mlstudio.components",
        "run",
        "partition_and_sample",
        "--input",
        f"dataset={tmp_path / 'in'}",
    ]
    command += ["--output", f"results={tmp_path / 'out'}", "--parameters", str(tmp_path / "parameters.json")]
    subprocess.run(command, env={**os.environ, "PYTHONPATH": SDK}, timeout=120, check=True)
    assert store.read(TABLE, tmp_path / "out").frame["x"].to_list() == [1, 2]


FORKED = """
import os, sys
from pathlib import Path
from mlstudio.components.core.running import preload, run_guarded
assert "polars" in preload()
child = os.fork()
if not child:
    os._exit(run_guarded("summarize_data", {"dataset": Path(sys.argv[1])}, {"results": Path(sys.argv[2])}, {}))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.servers
def test_a_process_that_has_imported_everything_can_be_forked(tmp_path: Path):
    store.write(TABLE, table({"x": [1, 2, 3]}), tmp_path / "in")
    command = [sys.executable, "-c", FORKED, str(tmp_path / "in"), str(tmp_path / "out")]
    subprocess.run(command, env={**os.environ, "PYTHONPATH": SDK}, timeout=120, check=True)
    assert store.read(TABLE, tmp_path / "out").frame["Mean"].to_list() == [2.0]
