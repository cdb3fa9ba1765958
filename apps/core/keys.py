"""Pairs of keys that open something: both do, so that one can be replaced while programs use the other.

A row that has a pair keeps each key twice: encrypted (``primary_key``, ``secondary_key``), since keys are shown again, and hashed
(``primary_hash``, ``secondary_hash``), since callers are known by the hash.
"""

import hmac
from dataclasses import dataclass
from typing import Any, Final

from apps.core import crypto

PRIMARY: Final = "primary"
SECONDARY: Final = "secondary"


@dataclass(frozen=True)
class Keys:
    """The two keys of something."""

    primary: str
    secondary: str


def new_pair(prefix: str) -> dict[str, Any]:
    """Return the four fields of a new row. Args: prefix: what its keys begin with."""
    fields: dict[str, Any] = {}
    for which in (PRIMARY, SECONDARY):
        key = crypto.new_token(prefix)
        fields |= {f"{which}_key": crypto.encrypt(key), f"{which}_hash": crypto.token_hash(key)}
    return fields


def keys_in(row: Any) -> Keys:
    """Return the keys of a row."""
    return Keys(crypto.decrypt(row.primary_key), crypto.decrypt(row.secondary_key))


def replace(row: Any, which: str, prefix: str) -> tuple[str, str]:
    """Give a row another key in place of one. Returns the fields to save.

    Args: which: ``primary``, or else the secondary one.
    """
    name = PRIMARY if which == PRIMARY else SECONDARY
    key = crypto.new_token(prefix)
    setattr(row, f"{name}_key", crypto.encrypt(key))
    setattr(row, f"{name}_hash", crypto.token_hash(key))
    return f"{name}_key", f"{name}_hash"


def opened_by(row: Any, key: str) -> str:
    """Return which of a row's keys this is, ``primary`` or ``secondary``; empty where it is neither. Takes as long for each."""
    asked = crypto.token_hash(key)
    fits = {which: hmac.compare_digest(asked, getattr(row, f"{which}_hash")) for which in (PRIMARY, SECONDARY)}
    return next((which for which, is_it in fits.items() if is_it), "")
