"""Texts as counts of words: Extract N-Gram Features from Text, Feature Hashing."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from mlstudio.components.core.declaring import (
    TEXT,
    Component,
    Port,
    Schemas,
    Values,
    choice,
    column,
    columns,
    integer,
    number,
    switch,
    when,
)
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import learn, np, pl
from mlstudio.components.core.schema import DOUBLE, FEATURE, INTEGER, STRING, Column, Schema, free_name
from mlstudio.components.core.selecting import of_types, select
from mlstudio.components.core.table import Table
from mlstudio.components.text.words import grams, text_column, words

CREATE, READ_ONLY = "Create", "ReadOnly"
BINARY, TF, IDF, TF_IDF = "Binary Weight", "TF Weight", "IDF Weight", "TF-IDF Weight"
MOST_COLUMNS = 50_000
VOCABULARY = (Column("Id", INTEGER), Column("NGram", STRING), Column("DF", INTEGER), Column("IDF", DOUBLE))


class ExtractNGramFeatures(Component):
    """One column for each frequent sequence of words."""

    name = "extract_n_gram_features_from_text"
    title = "Extract N-Gram Features from Text"
    category = TEXT
    help = "Counts words and sequences of words. With ReadOnly it counts those of the vocabulary of an earlier use."
    inputs = (Port("dataset", "Dataset"), Port("vocabulary", "Input vocabulary", optional=True))
    outputs = (Port("results", "Results dataset"), Port("result_vocabulary", "Result vocabulary"))
    parameters = (
        column("column", "Text column"),
        choice("mode", "Vocabulary mode", (CREATE, READ_ONLY)),
        integer("size", "N-Grams size", 1, 1, 10, when=when(mode=CREATE)),
        choice(
            "weighting",
            "Weighting function",
            (BINARY, TF, IDF, TF_IDF),
            help="IDF is the logarithm of the number of texts over the number of those with the n-gram.",
        ),
        integer("shortest", "Minimum word length", 3, 1, when=when(mode=CREATE)),
        integer("longest", "Maximum word length", 25, 1, when=when(mode=CREATE)),
        number("fewest", "Minimum n-gram document absolute frequency", 5, 1, when=when(mode=CREATE)),
        number("largest_share", "Maximum n-gram document ratio", 1, 0, 1, when=when(mode=CREATE)),
        switch("normalize", "Normalize n-gram feature vectors", False, help="To length 1."),
    )

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """The columns depend on the texts; the vocabulary's do not."""
        return {"result_vocabulary": VOCABULARY}

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Find the vocabulary, or take it, and count."""
        table: Table = inputs["dataset"].need_rows()
        name = table.chosen([values["column"]], parameter="column")[0]
        tokens = [words(each) for each in text_column(table, name, self.title).to_list()]
        if values["mode"] == READ_ONLY:
            if "vocabulary" not in inputs:
                raise ComponentError(
                    3, "ReadOnly needs a vocabulary at the second input.", "Connect one, or use Create.", "mode"
                )
            vocabulary = inputs["vocabulary"]
            vocabulary.chosen(["NGram", "IDF"], "the input vocabulary")
        else:
            vocabulary = _vocabulary(tokens, values)
        found, inverse = vocabulary.frame["NGram"].to_list(), vocabulary.frame["IDF"].cast(pl.Float64).to_numpy()
        if len(found) > MOST_COLUMNS:
            message = f"{len(found):,} n-grams are too many columns; {MOST_COLUMNS:,} are the most."
            raise ComponentError(129, message, "Raise the minimum document frequency.", "fewest")
        weights = _weights(tokens, found, inverse, values)
        taken = set(table.frame.columns)
        titles = [free_name(f"{name}.[{gram}]", taken) for gram in found]
        frame = (
            table.frame.hstack(pl.DataFrame(weights, schema=dict.fromkeys(titles, pl.Float64)))
            if titles
            else table.frame
        )
        # The text itself is no feature any more: its words are.
        return {
            "results": table.with_columns(frame, [table.column(name).but(role="")]),
            "result_vocabulary": vocabulary,
        }


def _vocabulary(tokens: list[list[str]], values: Values) -> Table:
    texts_with: Counter[str] = Counter()
    for each in tokens:
        fitting = [word for word in each if values["shortest"] <= len(word) <= values["longest"]]
        texts_with.update(set(grams(fitting, values["size"])))
    most = values["largest_share"] * len(tokens)
    kept = sorted(gram for gram, count in texts_with.items() if values["fewest"] <= count <= most)
    if not kept:
        message = "No n-gram is frequent enough for the vocabulary."
        raise ComponentError(
            3, message, "Lower the minimum n-gram document absolute frequency, or give more texts.", "fewest"
        )
    rows = {
        "Id": list(range(len(kept))),
        "NGram": kept,
        "DF": [texts_with[gram] for gram in kept],
        "IDF": [math.log(len(tokens) / texts_with[gram]) for gram in kept],
    }
    return Table(pl.DataFrame(rows))


def _weights(tokens: list[list[str]], vocabulary: list[str], inverse: np.ndarray, values: Values) -> np.ndarray:
    index = {gram: place for place, gram in enumerate(vocabulary)}
    size = max((gram.count("_") + 1 for gram in vocabulary), default=1)
    shortest, longest = values["shortest"] or 1, values["longest"] or math.inf
    if values["mode"] == READ_ONLY:
        lengths = [len(word) for gram in vocabulary for word in gram.split("_")]
        shortest, longest = min(lengths, default=1), max(lengths, default=1)
    counts = np.zeros((len(tokens), len(vocabulary)))
    for row, each in enumerate(tokens):
        for gram in grams([word for word in each if shortest <= len(word) <= longest], size):
            if gram in index:
                counts[row, index[gram]] += 1
    weights = {
        BINARY: lambda: (counts > 0).astype(float),
        TF: lambda: counts,
        IDF: lambda: (counts > 0) * inverse,
        TF_IDF: lambda: counts * inverse,
    }
    found: np.ndarray = weights[values["weighting"]]()
    if values["normalize"]:
        lengths_of = np.linalg.norm(found, axis=1, keepdims=True)
        found = found / np.where(lengths_of > 0, lengths_of, 1.0)
    return found


class FeatureHashing(Component):
    """Words counted in a fixed number of columns."""

    name = "feature_hashing"
    title = "Feature Hashing"
    category = TEXT
    help = "Counts words and sequences of words in a fixed number of columns, which each stand for many of them."
    inputs = (Port("dataset", "Dataset"),)
    outputs = (Port("transformed", "Transformed dataset"),)
    parameters = (
        columns("columns", "Target column", of_types("String")),
        integer("bits", "Hashing bitsize", 10, 1, 16, help="10 makes 1024 columns of each text column."),
        integer("grams", "N-grams", 2, 1, 10),
    )

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """As many columns as the bits say."""
        known = inputs.get("dataset")
        if known is None:
            return {}
        chosen = select(values["columns"], known, parameter="columns")
        taken = {column.name for column in known}
        fresh = [Column(free_name(title, taken), INTEGER) for name in chosen for title in _titles(name, values["bits"])]
        return {
            "transformed": tuple(
                column.but(role="") if column.name in chosen and column.role == FEATURE else column for column in known
            )
            + tuple(fresh)
        }

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Hash."""
        table: Table = inputs["dataset"]
        hashed = learn("utils").murmurhash3_32
        taken, frame, facts, seen = set(table.frame.columns), table.frame, [], dict[str, int]()
        size = 1 << values["bits"]
        for name in table.chosen(values["columns"], parameter="columns"):
            counts = np.zeros((table.height, size), dtype=np.int64)
            for row, each in enumerate(text_column(table, name, self.title).to_list()):
                for gram in grams(words(each), values["grams"]):
                    if gram not in seen:
                        seen[gram] = hashed(gram, seed=0, positive=True) % size
                    counts[row, seen[gram]] += 1
            titles = [free_name(title, taken) for title in _titles(name, values["bits"])]
            frame = frame.hstack(pl.DataFrame(counts, schema=dict.fromkeys(titles, pl.Int64)))
            fact = table.column(name)
            facts.append(fact.but(role="") if fact.role == FEATURE else fact)
        return {"transformed": table.with_columns(frame, facts)}


def _titles(name: str, bits: int) -> list[str]:
    return [f"{name} - Hashing feature {number}" for number in range(1, (1 << bits) + 1)]
