"""Latent Dirichlet Allocation: topics of texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from mlstudio.components.core.declaring import (
    TEXT,
    TRANSFORM,
    Component,
    Parameter,
    Port,
    Schemas,
    Values,
    columns,
    integer,
    number,
    switch,
    when,
)
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import learn, np, pl, sparse, special
from mlstudio.components.core.schema import DOUBLE, Column, Schema, free_name
from mlstudio.components.core.selecting import of_types, select
from mlstudio.components.core.table import Table
from mlstudio.components.core.values import Transformation
from mlstudio.components.text.words import STOP_WORDS, grams, text_column, words

STEPS, SETTLED = 100, 1e-3


def _option(parameter: Parameter) -> Parameter:
    """Shown on demand; it counts all the same, as its default does."""
    return Parameter(**{**parameter.__dict__, "when": when(all_options=True)})


class LatentDirichletAllocation(Component):
    """How much of each topic is in each text."""

    name = "latent_dirichlet_allocation"
    title = "Latent Dirichlet Allocation"
    category = TEXT
    help = "Finds topics, which are words that occur together, and says how much of each is in every text."
    inputs = (Port("dataset", "Dataset"),)
    outputs = (
        Port("transformed", "Transformed dataset"),
        Port("topics", "Feature topic matrix"),
        Port("transformation", "LDA transformation", TRANSFORM),
    )
    parameters = (
        columns("columns", "Target columns", of_types("String")),
        integer("count", "Number of topics to model", 5, 1, 1000),
        integer("grams", "N-grams", 2, 1, 10),
        switch("normalize", "Normalize", True, help="The topics of a text, and the words of a topic, add up to 1."),
        switch("all_options", "Show all options", False),
        _option(number("rho", "Rho parameter", 0.01, 1e-9)),
        _option(number("alpha", "Alpha parameter", 0.01, 1e-9)),
        _option(integer("documents", "Estimated number of documents", 1000, 1)),
        _option(integer("batch", "Size of the batch", 32, 1)),
        _option(number("offset", "Initial value of iteration used in learning rate update schedule", 0, 0)),
        _option(number("power", "Power applied to the iteration during updates", 0.5, 0, 1)),
        _option(integer("iterations", "Number of training iterations", 25, 1)),
        switch("dictionary", "Build dictionary of ngrams prior to LDA", True),
        integer("dictionary_size", "Maximum size of ngram dictionary", 20_000, 1, when=when(dictionary=True)),
        integer("bits", "Number of bits to use for feature hashing", 12, 1, 20, when=when(dictionary=False)),
    )

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """One column more for each topic."""
        known = inputs.get("dataset")
        if known is None:
            return {}
        select(values["columns"], known, parameter="columns")
        taken = {column.name for column in known}
        return {
            "transformed": known + tuple(Column(free_name(title, taken), DOUBLE) for title in _titles(values["count"]))
        }

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Learn the topics, and find them."""
        table: Table = inputs["dataset"].need_rows(2)
        options = {
            parameter.name: parameter.default if values[parameter.name] is None else values[parameter.name]
            for parameter in self.parameters
        }
        facts: dict[str, Any] = {
            "columns": table.chosen(values["columns"], parameter="columns"),
            "grams": values["grams"],
            "normalize": values["normalize"],
            "alpha": options["alpha"],
        }
        if not facts["columns"]:
            raise ComponentError(11, "No column of texts is chosen.", "Choose one.", "columns")
        tokens = _tokens(table, facts)
        if values["dictionary"]:
            counted = Counter(gram for each in tokens for gram in each)
            facts["dictionary"] = sorted(
                gram
                for gram, _ in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[
                    : values["dictionary_size"]
                ]
            )
            if not facts["dictionary"]:
                raise ComponentError(3, "The texts have no words.", "Choose another column.", "columns")
        else:
            facts["bits"] = values["bits"]
        counts = _counts(tokens, facts)
        model = (
            learn("decomposition")
            .LatentDirichletAllocation(
                n_components=values["count"],
                topic_word_prior=options["rho"],
                doc_topic_prior=options["alpha"],
                total_samples=options["documents"],
                batch_size=options["batch"],
                # Its own count of iterations begins with 1.
                learning_offset=1 + options["offset"],
                learning_decay=options["power"],
                max_iter=options["iterations"],
                learning_method="online",
                random_state=0,
            )
            .fit(counts)
        )
        facts["topics"] = np.round(model.components_, 6).tolist()
        return {
            "transformed": apply_topics(facts, table),
            "topics": _matrix(facts),
            "transformation": Transformation("topics", facts),
        }


def _titles(count: int) -> list[str]:
    return [f"Topic {number}" for number in range(1, count + 1)]


def _tokens(table: Table, facts: Mapping[str, Any]) -> list[list[str]]:
    several = [
        text_column(table, name, LatentDirichletAllocation.title).to_list() for name in table.chosen(facts["columns"])
    ]
    plain = [[word for each in row for word in words(each) if word not in STOP_WORDS] for row in zip(*several)]
    return [list(grams(row, facts["grams"])) for row in plain]


def _counts(tokens: list[list[str]], facts: Mapping[str, Any]) -> Any:
    """Return how often each n-gram is in each text, as a sparse matrix."""
    if "dictionary" in facts:
        index = {gram: place for place, gram in enumerate(facts["dictionary"])}
        width = len(index)
    else:
        hashed, width = learn("utils").murmurhash3_32, 1 << facts["bits"]
        index = {gram: hashed(gram, seed=0, positive=True) % width for each in tokens for gram in each}
    rows = [row for row, each in enumerate(tokens) for gram in each if gram in index]
    places = [index[gram] for each in tokens for gram in each if gram in index]
    return sparse.csr_matrix((np.ones(len(rows)), (rows, places)), shape=(len(tokens), width))


def apply_topics(facts: Mapping[str, Any], table: Table) -> Table:
    """Find the topics of then in other texts."""
    found = _shares(_counts(_tokens(table, facts), facts), np.array(facts["topics"]), facts["alpha"])
    if facts["normalize"]:
        found = found / found.sum(axis=1, keepdims=True)
    taken = set(table.frame.columns)
    titles = [free_name(title, taken) for title in _titles(found.shape[1])]
    return table.with_columns(table.frame.hstack(pl.DataFrame(found, schema=dict.fromkeys(titles, pl.Float64))))


def _shares(counts: Any, topics: np.ndarray, alpha: float) -> np.ndarray:
    """Return the expected weights of topics in each text (the E step of variational Bayes), shape (n_texts, n_topics)."""
    likely = np.exp(special.psi(topics) - special.psi(topics.sum(axis=1, keepdims=True)))
    found = np.full((counts.shape[0], len(topics)), alpha)
    for row in range(counts.shape[0]):
        begin, end = counts.indptr[row], counts.indptr[row + 1]
        places, often = counts.indices[begin:end], counts.data[begin:end]
        weights = np.ones(len(topics))
        for _ in range(STEPS if len(places) else 0):
            before = weights
            share = np.exp(special.psi(weights) - special.psi(weights.sum()))
            weights = alpha + share * (likely[:, places] @ (often / (share @ likely[:, places] + 1e-100)))
            if np.abs(weights - before).mean() < SETTLED:
                break
        if len(places):
            found[row] = weights
    return found


def _matrix(facts: Mapping[str, Any]) -> Table:
    topics = np.array(facts["topics"])
    if facts["normalize"]:
        topics = topics / topics.sum(axis=1, keepdims=True)
    features = facts.get("dictionary") or [f"Hash {place}" for place in range(topics.shape[1])]
    return Table(pl.DataFrame({"Feature": features, **dict(zip(_titles(len(topics)), topics))}))
