"""Components called as a pipeline calls them, without folders between them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from mlstudio.components import Column, get
from mlstudio.components.core.checking import checked
from mlstudio.components.core.table import Table

DATA = Path(__file__).with_name("data")


def table(columns: Mapping[str, Any], label: str = "", categorical: tuple[str, ...] = ()) -> Table:
    """Return a table of lists; ``label`` is marked as the label."""
    facts = {name: Column(name, "", categorical=True) for name in categorical}
    if label:
        facts[label] = Column(label, "", role="label", categorical=label in categorical)
    return Table(pl.DataFrame(columns), facts)


def run(name: str, /, inputs: Mapping[str, Any] | None = None, **parameters: Any) -> dict[str, Any]:
    """Run a component with checked parameters."""
    component = get(name)
    return component.run(inputs or {}, checked(component, parameters))


def one(name: str, /, dataset: Table, **parameters: Any) -> Table:
    """Run a component of one dataset, and return its first output."""
    found: Table = next(iter(run(name, {"dataset": dataset}, **parameters).values()))
    return found


def trained(algorithm: str, dataset: Table, label: str, /, **parameters: Any) -> Any:
    """Return a model of a learner with parameters."""
    untrained = run(algorithm, **parameters)["untrained"]
    return run("train_model", {"untrained": untrained, "dataset": dataset}, label=label)["model"]


def scored(model: Any, dataset: Table) -> Table:
    """Return the scores of a model beside the data."""
    found: Table = run("score_model", {"model": model, "dataset": dataset})["scored"]
    return found


def metrics(dataset: Table) -> dict[str, Any]:
    """Return the figures of a scored dataset."""
    found: Table = run("evaluate_model", {"scored": dataset})["results"]
    return found.frame.row(0, named=True)
