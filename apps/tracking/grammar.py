"""MLflow's filters and orders, read: ``metrics.acc > 0.9 and params.depth IN ('1', '2')``. No models, no I/O.

A filter is comparisons joined by AND. What stands before the first dot says what is compared; without a dot it is an attribute.
Names with other characters stand in backticks or quotes. Texts stand in quotes, in which a doubled quote is one.
"""

import math
import re
from dataclasses import dataclass
from typing import Any, Final, Literal

from django.utils.translation import gettext as _

from apps.tracking.errors import Invalid

Entity = Literal["metric", "parameter", "tag", "attribute", "dataset"]

LONGEST: Final = 20_000
MOST_CLAUSES: Final = 50
MOST_LISTED: Final = 1000
MOST_WILDCARDS: Final = 20
MOST_ORDERS: Final = 10

ENTITIES: Final[dict[str, Entity]] = {
    "metric": "metric", "metrics": "metric",
    "parameter": "parameter", "parameters": "parameter", "param": "parameter", "params": "parameter",
    "tag": "tag", "tags": "tag",
    "attribute": "attribute", "attributes": "attribute", "attr": "attribute", "run": "attribute",
    "dataset": "dataset", "datasets": "dataset",
}  # fmt: skip
DATASET_KEYS: Final = frozenset({"name", "digest", "context"})
NUMERIC: Final = frozenset({"=", "!=", ">", ">=", "<", "<="})
TEXTUAL: Final = frozenset({"=", "!=", "LIKE", "ILIKE", "IN", "NOT IN"})
MAY_BE_MISSING: Final = frozenset({"IS NULL", "IS NOT NULL"})

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")
    | (?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
    | (?P<operator><=|>=|!=|<>|==|=|<|>)
    | (?P<mark>[(),])
    | (?P<word>(?:[^\s<>=!(),'"`]|`[^`]*`|(?<=\.)"[^"]*"|(?<=\.)'[^']*')+)
    )""",
    re.VERBOSE,
)
_SAME = {"==": "=", "<>": "!="}


@dataclass(frozen=True)
class Clause:
    """One comparison. ``operator`` is one of ``= != > >= < <= LIKE ILIKE IN``, ``NOT IN``, ``IS NULL``, ``IS NOT NULL``;
    ``value`` a number, a text, texts for ``IN``, or None."""

    entity: Entity
    key: str
    operator: str
    value: Any


@dataclass(frozen=True)
class Order:
    """What is sorted by."""

    entity: Entity
    key: str
    ascending: bool


@dataclass(frozen=True)
class Grammar:
    """What can be asked of one kind of thing: which entities, and the attributes of texts and of numbers."""

    entities: frozenset[Entity]
    texts: frozenset[str]
    numbers: frozenset[str]

    @property
    def attributes(self) -> frozenset[str]:
        """All attributes."""
        return self.texts | self.numbers


def read_filter(said: Any, grammar: Grammar) -> list[Clause]:
    """Return the comparisons of a filter; none where it is empty.

    Raises:
        Invalid: it cannot be read, or asks for what there is not; says where.
    """
    if said is None or said == "":
        return []
    tokens = _Tokens(said)
    clauses = [_clause(tokens, grammar)]
    while not tokens.at_end:
        word = tokens.take("word")
        if word.upper() != "AND":
            raise Invalid(_("Comparisons are joined by AND; “%(word)s” cannot stand there.") % {"word": word[:60]})
        clauses.append(_clause(tokens, grammar))
        if len(clauses) > MOST_CLAUSES:
            raise Invalid(_("A filter has at most %(most)d comparisons.") % {"most": MOST_CLAUSES})
    return clauses


def read_orders(said: Any, grammar: Grammar) -> list[Order]:
    """Return what to sort by: ``["metrics.acc DESC", "start_time"]``.

    Raises:
        Invalid: one cannot be read, or names what there is not.
    """
    listed = said if isinstance(said, list) else [said] if said else []
    if len(listed) > MOST_ORDERS:
        raise Invalid(_("Sort by at most %(most)d things.") % {"most": MOST_ORDERS})
    return [_order(one, grammar) for one in listed]


def read_name(text: str, grammar: Grammar) -> tuple[Entity, str]:
    """Return what a name such as ``metrics.acc`` names."""
    before, dot, after = text.partition(".")
    entity, key = (ENTITIES.get(before.strip("`")), _bare(after)) if dot else ("attribute", _bare(before))
    if entity not in grammar.entities:
        known = ", ".join(sorted({f"{entity}s.…" for entity in grammar.entities}))
        raise Invalid(_("“%(name)s” is none of %(known)s.") % {"name": text[:100], "known": known})
    known_keys = grammar.attributes if entity == "attribute" else DATASET_KEYS if entity == "dataset" else None
    if known_keys is not None and key not in known_keys:
        values = {"name": key[:100], "known": ", ".join(sorted(known_keys))}
        raise Invalid(_("There is no attribute “%(name)s”. There are: %(known)s.") % values)
    if not key:
        raise Invalid(_("The name after “%(name)s” is missing.") % {"name": text[:100]})
    return entity, key


def _order(said: Any, grammar: Grammar) -> Order:
    match = re.fullmatch(r"\s*(.+?)(?:\s+(asc|desc))?\s*", said, re.IGNORECASE | re.DOTALL) if _is_short(said) else None
    if match is None:
        raise Invalid(_("“%(text)s” is nothing to sort by.") % {"text": str(said)[:100]})
    name, direction = match.groups()
    return Order(*read_name(name, grammar), ascending=(direction or "asc").lower() == "asc")


def _clause(tokens: "_Tokens", grammar: Grammar) -> Clause:
    name = tokens.take_name()
    entity, key = read_name(name, grammar)
    operator = tokens.take_operator()
    is_number = entity == "metric" or (entity == "attribute" and key in grammar.numbers)
    allowed = NUMERIC if is_number else TEXTUAL | MAY_BE_MISSING if entity in {"tag", "parameter"} else TEXTUAL
    if operator not in allowed:
        values = {"name": name[:100], "operator": operator, "known": ", ".join(sorted(allowed))}
        raise Invalid(_("“%(name)s” cannot be compared by “%(operator)s”, only by %(known)s.") % values)
    return Clause(entity, key, operator, _value(tokens, name, operator, is_number=is_number))


def _value(tokens: "_Tokens", name: str, operator: str, *, is_number: bool) -> Any:
    if operator in MAY_BE_MISSING:
        return None
    if is_number:
        return tokens.take_number(name)
    if operator in {"IN", "NOT IN"}:
        return tokens.take_texts(name)
    text = tokens.take_text(name)
    if "LIKE" in operator and text.count("%") > MOST_WILDCARDS:
        raise Invalid(_("A pattern has at most %(most)d “%%”.") % {"most": MOST_WILDCARDS})
    return text


class _Tokens:
    """The words of a filter, taken one after the other."""

    def __init__(self, said: Any) -> None:
        if not _is_short(said):
            raise Invalid(_("A filter is a text of up to %(most)d characters.") % {"most": LONGEST})
        self._text, self._at = said.strip(), 0
        self._found: list[tuple[str, str]] = []
        while self._at < len(self._text):
            match = _TOKEN.match(self._text, self._at)
            if match is None or not match.lastgroup:
                raise Invalid(
                    _("The filter cannot be read from “%(rest)s” on.") % {"rest": self._text[self._at :][:60]}
                )
            self._found.append((match.lastgroup, match[match.lastgroup]))
            self._at = match.end()
        self._found.reverse()

    @property
    def at_end(self) -> bool:
        return not self._found

    def take(self, *kinds: str) -> str:
        """Return the next word, which must be of one of these kinds."""
        kind, word = self._found.pop() if self._found else ("", "")
        if kind not in kinds:
            raise Invalid(_("The filter cannot be read at “%(word)s”.") % {"word": word[:60] or _("its end")})
        return word

    def take_name(self) -> str:
        return self.take("word")

    def take_operator(self) -> str:
        word = self.take("operator", "word").upper()
        if word == "NOT":
            word = f"NOT {self.take('word').upper()}"
        elif word == "IS":
            second = self.take("word").upper()
            word = f"IS {second} {self.take('word').upper()}" if second == "NOT" else f"IS {second}"
        return _SAME.get(word, word)

    def take_number(self, name: str) -> float | int:
        kind, word = self._found.pop() if self._found else ("", "")
        # Some clients put numbers into quotes.
        word = word[1:-1] if kind == "text" else word
        try:
            value = int(word) if re.fullmatch(r"[+-]?\d{1,18}", word) else float(word)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise Invalid(_("“%(name)s” is compared with a number.") % {"name": name[:100]})
        return value

    def take_text(self, name: str) -> str:
        kind, word = self._found.pop() if self._found else ("", "")
        if kind != "text":
            raise Invalid(_("“%(name)s” is compared with a text in quotes.") % {"name": name[:100]})
        quote = word[0]
        return word[1:-1].replace(quote * 2, quote)

    def take_texts(self, name: str) -> tuple[str, ...]:
        texts: list[str] = []
        mark = self.take("mark")
        while mark != ")" and len(texts) < MOST_LISTED:
            texts.append(self.take_text(name))
            mark = self.take("mark")
        if mark != ")" or not texts:
            raise Invalid(_("After IN stands a list of up to %(most)d texts.") % {"most": MOST_LISTED})
        return tuple(texts)


def _is_short(said: Any) -> bool:
    return isinstance(said, str) and len(said) <= LONGEST and "\0" not in said


def _bare(name: str) -> str:
    """Return a name without the quotes around it."""
    name = name.strip()
    return name[1:-1] if len(name) >= 2 and name[0] == name[-1] and name[0] in "`'\"" else name
