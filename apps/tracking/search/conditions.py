"""Comparisons of MLflow's filters as conditions of the database, on SQLite and PostgreSQL alike."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, Lookup, OuterRef, Q, QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from apps.tracking.errors import Invalid
from apps.tracking.grammar import Clause

_NUMBER_LOOKUPS = {"=": "exact", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
LATEST_MS = 253_402_300_799_999
"""The last millisecond of the year 9999, which is the last that dates can hold."""


class Like(Lookup):
    """``LIKE`` that tells large letters from small ones on every database. The pattern knows ``%`` and ``_`` and no escapes."""

    lookup_name = "like"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return self._compare(compiler, connection, "LIKE", self.rhs.replace("\\", "\\\\"))

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        translated = "".join(_GLOB.get(character, character) for character in self.rhs)
        return self._compare(compiler, connection, "GLOB", translated)

    def _compare(self, compiler: Any, connection: Any, operator: str, pattern: str) -> tuple[str, tuple[Any, ...]]:
        left, parameters = self.process_lhs(compiler, connection)
        return f"{left} {operator} %s", (*parameters, pattern)


class ILike(Like):
    """``ILIKE``: the same without regard to large and small letters."""

    lookup_name = "ilike"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return self._compare(compiler, connection, "ILIKE", self.rhs.replace("\\", "\\\\"))

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return self._compare(compiler, connection, "LIKE", self.rhs)


_GLOB = {"%": "*", "_": "?", "*": "[*]", "?": "[?]", "[": "[[]"}


def of_text(name: str, clause: Clause) -> Any:
    """Return the condition on a column, or an annotation, of texts."""
    if clause.operator in {"LIKE", "ILIKE"}:
        return (Like if clause.operator == "LIKE" else ILike)(F(name), clause.value)
    if clause.operator in {"IN", "NOT IN"}:
        found = Q(**{f"{name}__in": clause.value})
        return found if clause.operator == "IN" else ~found
    found = Q(**{name: clause.value})
    return found if clause.operator == "=" else ~found


def of_number(name: str, clause: Clause) -> Q:
    """Return the condition on a column of numbers. A row without a value is never found."""
    if clause.operator == "!=":
        return Q(**{f"{name}__isnull": False}) & ~Q(**{name: clause.value})
    return Q(**{f"{name}__{_NUMBER_LOOKUPS[clause.operator]}": clause.value})


def of_time(name: str, clause: Clause) -> Q:
    """Return the condition on a column of times, which clients compare with milliseconds since 1970.

    Times are kept to the microsecond: a millisecond is the thousand that begin with it.
    """
    ms = min(max(int(clause.value), 0), LATEST_MS - 1)
    this, following = (
        datetime.fromtimestamp(at // 1000, UTC).replace(microsecond=at % 1000 * 1000) for at in (ms, ms + 1)
    )
    within = Q(**{f"{name}__gte": this, f"{name}__lt": following})
    return {
        "=": within,
        "!=": Q(**{f"{name}__isnull": False}) & ~within,
        ">": Q(**{f"{name}__gte": following}),
        ">=": Q(**{f"{name}__gte": this}),
        "<": Q(**{f"{name}__lt": this}),
        "<=": Q(**{f"{name}__lt": following}),
    }[clause.operator]


def of_id(name: str, clause: Clause, prefix: str = "") -> Q:
    """Return the condition on a column of ids, which clients write as texts.

    Raises:
        Invalid: it asks by a pattern.
    """
    if "LIKE" in clause.operator:
        raise Invalid(_("Ids are compared by = or IN, not by patterns."))
    wanted = clause.value if isinstance(clause.value, tuple) else (clause.value,)
    found = Q(**{f"{name}__in": [key for text in wanted if (key := _uuid(text, prefix))]})
    return ~found if clause.operator in {"!=", "NOT IN"} else found


def of_words(name: str, clause: Clause, words: dict[Any, str]) -> Q:
    """Return the condition on a column that clients see in other words: those values whose word is asked for."""
    return Q(**{f"{name}__in": [value for value, word in words.items() if _matches(word, clause)]})


def of_related(rows: QuerySet[Any], clause: Clause, *, key: str = "name", value: str = "value", to: str = "run") -> Any:
    """Return the condition that there is, or is not, a row beside it with this name and value."""
    named = rows.filter(**{to: OuterRef("pk"), key: clause.key})
    if clause.operator == "IS NULL":
        return ~Exists(named)
    if clause.operator == "IS NOT NULL":
        return Exists(named)
    return Exists(named.filter(of_text(value, clause)))


def of_json(found: QuerySet[Any], column: str, clauses: Iterable[Clause]) -> QuerySet[Any]:
    """Keep the rows in whose JSON column of texts by name these comparisons hold."""
    for place, clause in enumerate(clauses):
        alias = f"{column}_{place}"
        found = found.alias(**{alias: Cast(KeyTextTransform(clause.key, column), TextField())})
        if clause.operator in {"IS NULL", "IS NOT NULL"}:
            found = found.filter(**{f"{alias}__isnull": clause.operator == "IS NULL"})
        else:
            found = found.filter(**{f"{alias}__isnull": False}).filter(of_text(alias, clause))
    return found


def _uuid(text: str, prefix: str) -> UUID | None:
    try:
        return UUID(text.removeprefix(prefix))
    except ValueError:
        return None


def _matches(word: str, clause: Clause) -> bool:
    if clause.operator in {"IN", "NOT IN"}:
        return bool(word in clause.value) == (clause.operator == "IN")
    if clause.operator in {"=", "!="}:
        return bool(word == clause.value) == (clause.operator == "=")
    pattern, text = clause.value, word
    if clause.operator == "ILIKE":
        pattern, text = pattern.lower(), text.lower()
    return _is_like(text, pattern)


def _is_like(text: str, pattern: str) -> bool:
    """Whether a short text is like a pattern; what can follow grows with the text, not with the number of wildcards."""
    reached = {0}
    for character in pattern:
        if character == "%":
            reached = set(range(min(reached, default=len(text) + 1), len(text) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(text) and character in {"_", text[at]}}
    return len(text) in reached
