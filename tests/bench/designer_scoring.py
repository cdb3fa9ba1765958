"""One row through a designer's pipeline in memory, as its endpoint does it: cleaning, scaling, indicators, a model.

    .venv/bin/python -m tests.bench.designer_scoring [--calls 2000]

Prints the median and the 99th percentile for each learner; the gateway and HTTP come on top (``tests.bench.serving``).
"""

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

from apps.designer.inference.graphs import REALTIME, inference_of
from mlstudio.components.serving import ScoringPipeline
from tests.designer.running import Drawing, Run
from tests.designer.test_inference_scoring import cars, served

LEARNERS = ("linear_regression", "boosted_decision_tree_regression", "decision_forest_regression")
ROW = {"make": "audi", "power": 110, "doors": 4, "weight": 1200}


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=2000)
    calls = parser.parse_args().calls
    for learner in LEARNERS:
        with tempfile.TemporaryDirectory() as folder:
            times = measured(pipeline_of(learner, Path(folder)), calls)
        middle, slow = statistics.median(times), statistics.quantiles(times, n=100)[98]
        print(f"{learner:<36} p50 {middle * 1000:6.2f} ms   p99 {slow * 1000:6.2f} ms")


def pipeline_of(learner: str, folder: Path) -> ScoringPipeline:
    """Train with a learner, and load what an endpoint would."""
    (folder / "cars").mkdir()
    cars(400).write_csv(folder / "cars" / "cars.csv")
    draw = Drawing()
    draw.data("cars", folder / "cars")
    draw.node(
        "columns", "select_columns_in_dataset", dataset="cars", columns=["make", "power", "doors", "weight", "price"]
    )
    draw.node("clean", "clean_missing_data", dataset="columns.results", mode="Remove entire row")
    draw.node("scale", "normalize_data", dataset="clean.cleaned", columns=["power", "weight"])
    draw.node("kinds", "edit_metadata", dataset="scale.transformed", columns=["make"], categorical="Categorical")
    draw.node("indicators", "convert_to_indicator_values", dataset="kinds.results", columns=["make"])
    draw.node("split", "split_data", dataset="indicators.results", fraction=0.7, seed=1)
    draw.node("learner", learner)
    draw.node("train", "train_model", untrained="learner.untrained", dataset="split.left", label="price")
    draw.node("score", "score_model", model="train.model", dataset="split.right")
    run = Run(draw.document, folder / "trained")
    return served(inference_of(run.document, run, REALTIME), folder)


def measured(pipeline: ScoringPipeline, calls: int) -> list[float]:
    """Return how long each request takes, in seconds, from its body to that of the answer."""
    body = json.dumps({"Inputs": {"WebServiceInput0": [ROW]}, "GlobalParameters": {}})
    times = []
    for call in range(calls + 50):
        began = time.perf_counter()
        json.dumps(pipeline.run(body))
        if call >= 50:
            times.append(time.perf_counter() - began)
    return times


if __name__ == "__main__":
    main()
