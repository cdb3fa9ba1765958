"""Pipelines that were trained here, turned, and served: what an endpoint answers is what the batch path gives."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from apps.designer.inference.graphs import BATCH, REALTIME, Inference, inference_of
from apps.designer.inference.packages import packed, web_nodes
from mlstudio.components.serving import ScoringPipeline
from mlstudio.serving.bodies import BadInput
from tests.designer.running import Drawing, Run, unpack


def cars(rows: int = 120, scale: float = 1.0) -> pl.DataFrame:
    """Return made-up cars, whose price follows from the rest; some values are missing."""
    power = [60.0 + (place * 37) % 140 for place in range(rows)]
    return pl.DataFrame(
        {
            "make": [("audi", "bmw", "kia", "opel")[place % 4] for place in range(rows)],
            "power": [None if place % 29 == 3 else value * scale for place, value in enumerate(power)],
            "doors": [2 + 2 * (place % 2) for place in range(rows)],
            "weight": [900 + (place * 53) % 700 for place in range(rows)],
            "price": [None if place % 31 == 5 else 80 * power[place] + 900 * (place % 4) for place in range(rows)],
        }
    )


def car_training(folder: Path, frame: pl.DataFrame, cleaning: str = "Remove entire row") -> Run:
    (folder / "cars").mkdir(parents=True)
    frame.write_csv(folder / "cars" / "cars.csv")
    draw = Drawing()
    draw.data("cars", folder / "cars")
    draw.node(
        "columns", "select_columns_in_dataset", dataset="cars", columns=["make", "power", "doors", "weight", "price"]
    )
    draw.node("clean", "clean_missing_data", dataset="columns.results", mode=cleaning)
    draw.node("scale", "normalize_data", dataset="clean.cleaned", columns=["power", "weight"])
    draw.node("split", "split_data", dataset="scale.transformed", fraction=0.7, seed=1)
    draw.node("learner", "linear_regression")
    draw.node("train", "train_model", untrained="learner.untrained", dataset="split.left", label="price")
    draw.node("score", "score_model", model="train.model", dataset="split.right")
    draw.node("evaluate", "evaluate_model", scored="score.scored")
    return Run(draw.document, folder / "trained")


def served(turned: Inference, folder: Path) -> ScoringPipeline:
    """Try an inference pipeline out, as must be done before it is deployed, and load what is deployed then."""
    tried = Run(turned.document, folder / "tried")
    inputs, outputs = web_nodes(turned.document)
    package = packed(
        turned.document,
        "cars",
        {name: tried.facts(key, "data") for name, key in inputs.items()},
        {name: tried.facts(key, "answer") for name, key in outputs.items()},
        turned.labels,
        {},
    )
    return ScoringPipeline(unpack(package, folder / "package"))


def ask(pipeline: ScoringPipeline, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    answer: list[dict[str, Any]] = pipeline.score({"Inputs": {"WebServiceInput0": rows}, "GlobalParameters": {}})[
        "Results"
    ]["WebServiceOutput0"]
    return answer


def batch(run: Run, folder: Path, frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Score rows by the batch pipeline of the same training."""
    turned = inference_of(run.document, run, BATCH)
    (folder / "new").mkdir(parents=True)
    frame.write_csv(folder / "new" / "cars.csv")
    done = Run(turned.document, folder / "done", {"dataset": str(folder / "new")})
    end = turned.document["outputs"]["scored"]
    found: list[dict[str, Any]] = done.table(end["node"], end["output"]).frame.to_dicts()
    return found


NEW = cars(160).drop_nulls()[120:].drop("price")


@pytest.mark.parametrize("cleaning", ["Remove entire row", "Replace with mean"])
def test_an_endpoint_gives_the_scores_of_the_batch_path(tmp_path: Path, cleaning: str) -> None:
    run = car_training(tmp_path, cars(), cleaning)
    pipeline = served(inference_of(run.document, run, REALTIME), tmp_path)
    answers = ask(pipeline, NEW.to_dicts())
    expected = batch(run, tmp_path / "batch", NEW)
    assert len(answers) == NEW.height
    assert [row["Scored Labels"] for row in answers] == pytest.approx([row["Scored Labels"] for row in expected])
    assert "price" not in answers[0]  # nobody gave it
    # One by one they are what they are together: nothing is learned of the rows of a request.
    alone = [ask(pipeline, [row])[0]["Scored Labels"] for row in NEW.to_dicts()[:5]]
    assert alone == pytest.approx([row["Scored Labels"] for row in answers[:5]])


def test_an_update_takes_the_scaling_of_the_newer_training_along(tmp_path: Path) -> None:
    first = car_training(tmp_path / "first", cars())
    # The same cars, their power now given in watts: new model *and* new scaling, or scores are far off.
    second = car_training(tmp_path / "second", cars(scale=735.5))
    old = served(inference_of(first.document, first, REALTIME), tmp_path / "first")
    new = served(inference_of(second.document, second, REALTIME), tmp_path / "second")
    watts = NEW.with_columns(pl.col("power") * 735.5)
    before = [row["Scored Labels"] for row in ask(old, NEW.to_dicts())]
    after = [row["Scored Labels"] for row in ask(new, watts.to_dicts())]
    assert after == pytest.approx(before, rel=1e-6)


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> ScoringPipeline:
    folder = tmp_path_factory.mktemp("cars")
    run = car_training(folder, cars())
    return served(inference_of(run.document, run, REALTIME), folder)


ROW = {"make": "audi", "power": 110, "doors": 4, "weight": 1200}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"make": "audi", "doors": 4, "weight": 1200}, "Error 0001: Row 0 of “WebServiceInput0” has no column “power”"),
        ({**ROW, "power": "strong"}, "Error 0017: The column “power” takes numbers, and row 0 has “strong”"),
        ({**ROW, "doors": 2.5}, "Error 0017: The column “doors” takes whole numbers, and row 0 has “2.5”"),
        ({**ROW, "power": None}, "Error 0018: Row 0 has no value in the column “power”"),
    ],
)
def test_what_is_wrong_with_a_row_is_said_with_its_column(pipeline: ScoringPipeline, row: Any, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        ask(pipeline, [row])
    assert words in str(caught.value)
    assert caught.value.status == 422


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"Inputs": {}},
        {"Inputs": {"other": []}},
        {"Inputs": {"WebServiceInput0": []}},
        {"Inputs": {"WebServiceInput0": [1]}},
    ],
)
def test_bodies_of_another_shape_are_refused(pipeline: ScoringPipeline, body: Any) -> None:
    with pytest.raises(BadInput):
        pipeline.score(body)


def test_values_are_read_as_in_training_and_unknown_columns_are_told(pipeline: ScoringPipeline) -> None:
    plain = ask(pipeline, [ROW])[0]["Scored Labels"]
    row = {**ROW, "power": "110", "doors": 4.0, "price": 1, "dors": 3}  # a label does no harm
    answer = pipeline.score({"Inputs": {"WebServiceInput0": [row]}})
    assert answer["Results"]["WebServiceOutput0"][0]["Scored Labels"] == pytest.approx(plain)
    assert answer["Warnings"] == ["“WebServiceInput0” has no column “dors”, so it was ignored. Is “doors” meant?"]


def test_the_schema_has_a_sample_that_is_answered(pipeline: ScoringPipeline) -> None:
    schema = pipeline.service_schema()
    rows = schema["input"]["properties"]["Inputs"]["properties"]["WebServiceInput0"]
    assert rows["items"]["required"] == ["make", "power", "doors", "weight"]
    assert rows["items"]["properties"]["doors"] == {"type": "integer"}
    assert pipeline.score(schema["input"]["example"])["Results"]["WebServiceOutput0"]
