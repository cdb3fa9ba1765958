"""Texts as lists of words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import pl
from mlstudio.components.core.schema import STRING
from mlstudio.components.core.table import Table

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
STOP_WORDS = frozenset(
    [
        "a",
        "about",
        "above",
        "after",
        "again",
        "against",
        "all",
        "am",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "because",
        "been",
        "before",
        "being",
        "below",
        "between",
        "both",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "doing",
        "down",
        "during",
        "each",
        "few",
        "for",
        "from",
        "further",
        "had",
        "has",
        "have",
        "having",
        "he",
        "her",
        "here",
        "hers",
        "herself",
        "him",
        "himself",
        "his",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "itself",
        "just",
        "me",
        "more",
        "most",
        "my",
        "myself",
        "no",
        "nor",
        "not",
        "now",
        "of",
        "off",
        "on",
        "once",
        "only",
        "or",
        "other",
        "our",
        "ours",
        "ourselves",
        "out",
        "over",
        "own",
        "same",
        "she",
        "should",
        "so",
        "some",
        "such",
        "than",
        "that",
        "the",
        "their",
        "theirs",
        "them",
        "themselves",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "through",
        "to",
        "too",
        "under",
        "until",
        "up",
        "very",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "whom",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
        "yours",
        "yourself",
        "yourselves",
    ]
)
CONTRACTIONS = (
    (r"\bcan['’]t\b", "cannot"), (r"\bwon['’]t\b", "will not"), (r"\bshan['’]t\b", "shall not"), (r"n['’]t\b", " not"),
    (r"['’]re\b", " are"), (r"['’]ve\b", " have"), (r"['’]ll\b", " will"), (r"['’]m\b", " am"), (r"['’]d\b", " would"),
    (r"\b(it|he|she|that|there|what|who|where|how|let)['’]s\b", r"\1 is"),
)  # fmt: skip


def text_column(table: Table, name: str, why: str) -> pl.Series:
    """Return a column of texts, "" where there is none.

    Raises: ComponentError: it holds something else.
    """
    if table.column(name).type != STRING:
        message = f"{why} needs texts, and the column “{name}” holds {table.column(name).type} values."
        raise ComponentError(17, message, "Choose a column of texts, or change its type with Edit Metadata.")
    return table.frame[name].fill_null("")


def words(text: str) -> list[str]:
    """Return the words of a text, in lower case."""
    return [match.group().lower() for match in WORD.finditer(text)]


def grams(tokens: list[str], most: int) -> Iterator[str]:
    """Yield the sequences of one up to ``most`` words, with _ between them."""
    for size in range(1, most + 1):
        for start in range(len(tokens) - size + 1):
            yield "_".join(tokens[start : start + size])
