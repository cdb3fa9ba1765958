"""Partition and Sample: some of the rows, or the fold of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlstudio.components.core.declaring import (
    TRANSFORMATION,
    Component,
    Port,
    Schemas,
    Values,
    choice,
    column,
    integer,
    number,
    numbers,
    switch,
    when,
)
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import np, pl
from mlstudio.components.core.randomness import generator, shuffled_groups
from mlstudio.components.core.schema import Schema
from mlstudio.components.core.table import Table

HEAD, SAMPLING, FOLDS, PICK = "Head", "Sampling", "Assign to Folds", "Pick Fold"
EVENLY, PROPORTIONS = "Partition evenly", "Partition with customized proportions"
DRAWN = (SAMPLING, FOLDS)


class PartitionAndSample(Component):
    """The first rows, a random share of them, folds, or one fold."""

    name = "partition_and_sample"
    title = "Partition and Sample"
    category = TRANSFORMATION
    help = (
        "Takes the first rows or a random share, or divides the rows into folds, which cross-validation uses and "
        "Pick Fold takes out."
    )
    inputs = (Port("dataset", "Dataset"),)
    outputs = (Port("results", "Results dataset"),)
    parameters = (
        choice("mode", "Partition or sample mode", (SAMPLING, FOLDS, PICK, HEAD)),
        integer("rows", "Number of rows to select", 10, 1, when=when(mode=HEAD)),
        number("rate", "Rate of sampling", 0.01, 0, 1, when=when(mode=SAMPLING)),
        switch(
            "replacement",
            "Use replacement in the partitioning",
            False,
            when=when(mode=FOLDS),
            help="A row may come into several folds, or twice into one.",
        ),
        switch("randomized", "Randomized split", True, when=when(mode=FOLDS)),
        integer("seed", "Random seed", 0, 0, when=when(mode=DRAWN), help="0: another draw each time."),
        choice("method", "Specify the partitioner method", (EVENLY, PROPORTIONS), when=when(mode=FOLDS)),
        integer("folds", "Number of folds to split evenly into", 5, 1, when=when(mode=FOLDS, method=EVENLY)),
        numbers(
            "proportions",
            "List of proportions",
            "0.5; 0.5",
            minimum=0,
            maximum=1,
            when=when(mode=FOLDS, method=PROPORTIONS),
            help="What they leave of 1 is a last fold.",
        ),
        switch("stratified", "Stratified split", False, when=when(mode=DRAWN)),
        column("stratification", "Stratification key column", when=when(stratified=True)),
        integer("fold", "Specify which fold to sample from", 1, 1, when=when(mode=PICK)),
        switch("complement", "Pick complement of the selected fold", False, when=when(mode=PICK)),
    )

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """The same."""
        if values["proportions"] and sum(values["proportions"]) > 1 + 1e-9:
            raise ComponentError(8, "The proportions add up to more than 1.", "Make them smaller.", "proportions")
        return {"results": inputs.get("dataset")}

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Take, or number."""
        table: Table = inputs["dataset"].need_rows()
        if values["mode"] == HEAD:
            return {"results": table.take(np.arange(min(values["rows"], table.height)))}
        if values["mode"] == PICK:
            return {"results": _picked(table, values["fold"], values["complement"])}
        self.schema({}, values)
        strata = None
        if values["stratified"]:
            strata = table.frame[table.chosen([values["stratification"]], parameter="stratification")[0]]
        draw = generator(values["seed"])
        if values["mode"] == SAMPLING:
            groups = shuffled_groups(strata, table.height, draw)
            rows = np.concatenate([group[: round(len(group) * values["rate"])] for group in groups])
            return {"results": table.take(np.sort(rows))}
        return {"results": _assigned(table, values, strata, draw)}


def _assigned(table: Table, values: Values, strata: pl.Series | None, draw: np.random.Generator) -> Table:
    shares = [1 / values["folds"]] * values["folds"] if values["method"] == EVENLY else list(values["proportions"])
    if sum(shares) < 1 - 1e-9:
        shares.append(1 - sum(shares))
    groups = shuffled_groups(strata, table.height, draw if values["randomized"] else None)
    rows, folds = [], []
    ends = np.cumsum(shares)
    for group in groups:
        if values["replacement"]:
            sizes = np.diff(np.round(np.concatenate([[0], ends]) * len(group)).astype(int))
            rows.append(draw.choice(group, size=sizes.sum()))
            folds.append(np.repeat(np.arange(1, len(shares) + 1), sizes))
        else:
            rows.append(group)
            folds.append(np.searchsorted(ends - 1e-9, np.arange(len(group)) / len(group), side="right") + 1)
    row, fold = np.concatenate(rows), np.concatenate(folds)
    if not values["replacement"]:
        ordered = np.argsort(row)
        row, fold = row[ordered], fold[ordered]
    taken = table.take(row)
    return Table(taken.frame, taken.facts, pl.Series("fold", np.minimum(fold, len(shares)), dtype=pl.Int64))


def _picked(table: Table, fold: int, complement: bool) -> Table:
    if table.folds is None:
        hint = "Put Partition and Sample with Assign to Folds before it."
        raise ComponentError(18, "The dataset is not divided into folds.", hint)
    most = int(table.folds.max())  # type: ignore[arg-type]
    if fold > most:
        raise ComponentError(8, f"Fold {fold} is wanted, and there are {most}.", "Choose a lower one.", "fold")
    taken = table.take(((table.folds == fold) != complement).to_numpy())
    return taken if complement else Table(taken.frame, taken.facts)
