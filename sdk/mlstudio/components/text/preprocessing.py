"""Preprocess Text: texts cleaned before they are counted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mlstudio.components.core.declaring import TEXT, Component, Port, Schemas, Values, choice, column, switch, text
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import pl
from mlstudio.components.core.schema import STRING, Column, Schema, free_name
from mlstudio.components.core.table import Table
from mlstudio.components.text.lemmas import lemma
from mlstudio.components.text.words import CONTRACTIONS, STOP_WORDS, text_column

EMAIL = re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.-]+\b")
URL = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
NUMBER = re.compile(r"(?<![^\W\d_])[-+]?\d+(?:[.,]\d+)*(?![^\W\d_])")
SPECIAL = re.compile(r"[^\w\s'’|]|_")
REPEATED = re.compile(r"(.)\1{2,}")
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[\"'“‘(]?[A-Z0-9])")
SPLIT_AT = re.compile(r"[&@#/\\\-]+")
SENTENCES = "|||"


class PreprocessText(Component):
    """Cleaned texts beside the originals."""

    name = "preprocess_text"
    title = "Preprocess Text"
    category = TEXT
    help = (
        "Cleans a column of English texts: words without meaning, numbers, addresses and the like go, others get "
        "their base form."
    )
    inputs = (Port("dataset", "Dataset"), Port("stop_words", "Stop words", optional=True))
    outputs = (Port("results", "Results dataset"),)
    parameters = (
        choice("language", "Language", ("English",)),
        column("column", "Text column to clean"),
        switch(
            "remove_stop_words",
            "Remove stop words",
            True,
            help="Those of the second input, one in each row of its first column, else common English ones.",
        ),
        switch("lemmatize", "Use lemmatization", True, help="By rules and a list of irregular forms, without grammar."),
        switch("sentences", "Detect sentences", True, help="Puts ||| between sentences."),
        text("regex", "Custom regular expression", "", help="What matches is replaced before anything else."),
        text("replacement", "Custom replacement string", ""),
        switch("lowercase", "Normalize case to lowercase", True),
        switch("remove_numbers", "Remove numbers", True),
        switch("remove_special", "Remove special characters", True),
        switch("remove_duplicates", "Remove duplicate characters", True, help="Three or more of a kind become two."),
        switch("remove_emails", "Remove email addresses", True),
        switch("remove_urls", "Remove URLs", True),
        switch("expand", "Expand verb contractions", True),
        switch("slashes", "Normalize backslashes to slashes", True),
        switch("split_tokens", "Split tokens on special characters", True),
    )

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """One column more."""
        _pattern(values)
        known = inputs.get("dataset")
        if known is None:
            return {}
        fresh = free_name(f"Preprocessed {values['column']}", {column.name for column in known})
        return {"results": (*known, Column(fresh, STRING))}

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Clean."""
        table: Table = inputs["dataset"]
        name = table.chosen([values["column"]], parameter="column")[0]
        stop = STOP_WORDS
        if "stop_words" in inputs:
            first = inputs["stop_words"].frame.to_series(0)
            stop = frozenset(word.strip().lower() for word in first.cast(pl.String).drop_nulls().to_list())
        pattern = _pattern(values)
        cleaned = [_clean(each, values, stop, pattern) for each in text_column(table, name, self.title).to_list()]
        fresh = free_name(f"Preprocessed {name}", set(table.frame.columns))
        return {"results": table.with_columns(table.frame.with_columns(pl.Series(fresh, cleaned, dtype=pl.String)))}


def _pattern(values: Values) -> re.Pattern[str] | None:
    if not values["regex"]:
        return None
    try:
        pattern = re.compile(values["regex"])
        pattern.sub(values["replacement"] or "", "")
    except (re.error, IndexError) as error:
        raise ComponentError(2, f"“{values['regex']}” is no regular expression: {error}.", "", "regex") from error
    return pattern


def _clean(given: str, values: Values, stop: frozenset[str], pattern: re.Pattern[str] | None) -> str:
    if pattern is not None:
        given = pattern.sub(values["replacement"] or "", given)
    if values["slashes"]:
        given = given.replace("\\", "/")
    if values["remove_urls"]:
        given = URL.sub(" ", given)
    if values["remove_emails"]:
        given = EMAIL.sub(" ", given)
    sentences = SENTENCE.split(given) if values["sentences"] else [given]
    cleaned = [_sentence(sentence, values, stop) for sentence in sentences]
    return f" {SENTENCES} ".join(sentence for sentence in cleaned if sentence)


def _sentence(given: str, values: Values, stop: frozenset[str]) -> str:
    if values["expand"]:
        for found, meant in CONTRACTIONS:
            given = re.sub(found, meant, given, flags=re.IGNORECASE)
    if values["remove_numbers"]:
        given = NUMBER.sub(" ", given)
    if values["split_tokens"]:
        given = SPLIT_AT.sub(" ", given)
    if values["remove_special"]:
        given = SPECIAL.sub(" ", given).replace("|", " ")
    if values["remove_duplicates"]:
        given = REPEATED.sub(r"\1\1", given)
    tokens = given.split()
    if values["remove_stop_words"]:
        tokens = [token for token in tokens if token.lower().strip(".,;:!?\"'’“”()") not in stop]
    if values["lemmatize"]:
        tokens = [lemma(token) for token in tokens]
    return " ".join(token.lower() for token in tokens) if values["lowercase"] else " ".join(tokens)
