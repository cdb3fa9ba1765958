"""The column selector: which columns of a table a rule, a chain of rules or a list of names means.

A selector is ``{"mode": "names", "names": ["age"]}`` or ``{"mode": "rules", "begin": "none", "rules": [{"action": "include",
"by": "types", "values": ["Numeric"]}, …], "keep_order": false}``. ``begin`` is ``none`` or ``all``. A rule is by ``all``,
``names``, ``indices`` (``["1-3", "5"]``, counted from 1), ``types`` or ``roles`` (``Features``, ``Labels``, ``Scores``).
``keep_order`` allows duplicates and keeps the order of the rules; otherwise columns come once, in the order of the table. A
plain list of names, and a text with names between commas, are selectors by name as well.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.schema import BOOLEAN, DATETIME, FEATURE, LABEL, SCORE, STRING, Column, Schema, names

KINDS: dict[str, Callable[[Column], bool]] = {
    "Numeric": lambda column: column.is_numeric,
    "Integer": lambda column: column.type == "Integer",
    "Double": lambda column: column.type == "Double",
    "String": lambda column: column.type == STRING,
    "Boolean": lambda column: column.type == BOOLEAN,
    "DateTime": lambda column: column.type == DATETIME,
    "Categorical": lambda column: column.categorical,
}
ROLES = {"Features": FEATURE, "Labels": LABEL, "Scores": SCORE}
ACTIONS = ("include", "exclude")
WAYS = ("all", "names", "indices", "types", "roles")


def select(selector: Any, schema: Schema, where: str = "the dataset", parameter: str = "") -> list[str]:
    """Return the names of the columns that a selector means.

    Args: selector: see above; None means no column. schema: of the table it is applied to. where: the table, for messages.
        parameter: whose value it is.
    Raises: ComponentError: a name, index, type or rule that cannot be.
    """
    selector = parsed(selector, parameter)
    if selector["mode"] == "names":
        return _known(selector["names"], schema, where, parameter)
    every = names(schema)
    chosen = list(every) if selector["begin"] == "all" else []
    for rule in selector["rules"]:
        meant = _meant(rule, schema, where, parameter)
        if rule["action"] == "include":
            chosen += meant
        else:
            chosen = [name for name in chosen if name not in set(meant)]
    if selector["keep_order"]:
        return chosen
    wanted = set(chosen)
    return [name for name in every if name in wanted]


def parsed(selector: Any, parameter: str = "") -> dict[str, Any]:
    """Return a selector with every key present.

    Raises: ComponentError: it is none.
    """
    if isinstance(selector, str):
        text = selector.strip()
        if text[:1] in ("{", "["):
            try:
                selector = json.loads(text)
            except ValueError:
                raise _bad("is not valid JSON", parameter) from None
        else:
            selector = [name.strip() for name in text.split(",") if name.strip()]
    if selector is None:
        selector = []
    if isinstance(selector, list):
        selector = {"mode": "names", "names": selector}
    if not isinstance(selector, dict) or selector.get("mode") not in ("names", "rules"):
        raise _bad("has to say by names or by rules", parameter)
    if selector["mode"] == "names":
        return {"mode": "names", "names": _texts(selector.get("names", []), parameter)}
    rules = [_rule(rule, parameter) for rule in selector.get("rules", [])]
    begin = selector.get("begin", "none")
    if begin not in ("none", "all"):
        raise _bad("begins with all columns or with none", parameter)
    return {"mode": "rules", "begin": begin, "rules": rules, "keep_order": bool(selector.get("keep_order", False))}


def is_empty(selector: Any) -> bool:
    """Return whether it can mean no column in any table."""
    known = parsed(selector)
    return not known["names"] if known["mode"] == "names" else known["begin"] == "none" and not known["rules"]


def names_in(selector: Any) -> list[str]:
    """Return the names that a selector spells out, whether or not they exist."""
    known = parsed(selector)
    if known["mode"] == "names":
        return list(known["names"])
    return [name for rule in known["rules"] if rule["by"] == "names" for name in rule["values"]]


def all_columns() -> dict[str, Any]:
    """Return the selector of every column."""
    return {"mode": "rules", "begin": "all", "rules": [], "keep_order": False}


def of_types(*kinds: str) -> dict[str, Any]:
    """Return the selector of every column of some kinds."""
    return by_rule("types", *kinds)


def by_rule(by: str, *values: str) -> dict[str, Any]:
    """Return the selector with one including rule."""
    rule = {"action": "include", "by": by, "values": list(values)}
    return {"mode": "rules", "begin": "none", "rules": [rule], "keep_order": False}


def _rule(rule: Any, parameter: str) -> dict[str, Any]:
    if not isinstance(rule, dict) or rule.get("action") not in ACTIONS or rule.get("by") not in WAYS:
        raise _bad("has a rule that is not known", parameter)
    return {"action": rule["action"], "by": rule["by"], "values": _texts(rule.get("values", []), parameter)}


def _texts(values: Any, parameter: str) -> list[str]:
    if not isinstance(values, list) or not all(isinstance(value, (str, int)) for value in values):
        raise _bad("has to list names", parameter)
    return [str(value) for value in values]


def _meant(rule: dict[str, Any], schema: Schema, where: str, parameter: str) -> list[str]:
    by, values = rule["by"], rule["values"]
    if by == "all":
        return names(schema)
    if by == "names":
        # A column that shall be left out, and is not there, is left out.
        return _known(values, schema, where, parameter) if rule["action"] == "include" else values
    if by == "indices":
        return [names(schema)[index] for part in values for index in _indices(part, len(schema), where, parameter)]
    table = KINDS if by == "types" else {role: _has_role(kind) for role, kind in ROLES.items()}
    for value in values:
        if value not in table:
            raise _bad(f"names “{value}”; known are {', '.join(table)}", parameter)
    return [column.name for column in schema if any(table[value](column) for value in values)]


def _has_role(role: str) -> Callable[[Column], bool]:
    return lambda column: column.role == role


def _known(wanted: list[str], schema: Schema, where: str, parameter: str) -> list[str]:
    known = set(names(schema))
    for name in wanted:
        if name not in known:
            others = ", ".join(f"“{other}”" for other in names(schema)[:8]) or "no columns"
            more = " and more" if len(schema) > 8 else ""
            raise ComponentError(
                1, f"The column “{name}” is not in {where}.", f"Choose among its columns: {others}{more}.", parameter
            )
    return wanted


def _indices(part: str, count: int, where: str, parameter: str) -> list[int]:
    first, dash, last = (piece.strip() for piece in part.partition("-"))
    if not first.isdigit() or (dash and not last.isdigit()):
        raise ComponentError(59, f"“{part}” is no column index.", "Write indices such as 1-3, 5.", parameter)
    low, high = int(first), int(last) if dash else int(first)
    if low < 1 or high > count or low > high:
        message = f"The column indices “{part}” do not fit {where}, which has {count} columns."
        raise ComponentError(60, message, f"Use indices from 1 to {count}.", parameter)
    return list(range(low - 1, high))


def _bad(what: str, parameter: str) -> ComponentError:
    return ComponentError(2, f"The column selection {what}.", "Choose the columns again.", parameter)
