"""Tables that a script collects while it answers a request: they go to the gateway beside the answer, which keeps them.

The gateway takes the header away; callers never see it.
"""

from __future__ import annotations

import base64
import json
import threading
import zlib

HEADER = "x-studio-collected"
MOST_BYTES = 48 << 10
SIDES = {"model_inputs": "input", "model_outputs": "output"}
_here = threading.local()


class TooMuch(ValueError):
    """There is no room for what was collected for one request; its bodies are kept instead."""


def begin() -> None:
    """Begin another request in this thread."""
    _here.tables = {}


def add(name: str, rows: str) -> None:
    """Keep a table for the request of this thread; the last of a name counts. Args: rows: its rows, a JSON list of objects.

    Raises:
        TooMuch: it is too large. ValueError: it is a collection that there is not.
    """
    if name not in SIDES:
        raise ValueError(f"There is no collection {name!r} here: what is collected is {' and '.join(SIDES)}.")
    tables = {**getattr(_here, "tables", {}), SIDES[name]: rows}
    if len(_packed(tables)) > MOST_BYTES:
        raise TooMuch(
            f"The table for {name} is too large to be collected beside its request; the request is kept as it came."
        )
    _here.tables = tables


def headers() -> list[tuple[str, str]]:
    """Return what the answer to the request of this thread carries for the gateway."""
    tables = getattr(_here, "tables", {})
    return [(HEADER, _packed(tables))] if tables else []


def _packed(tables: dict[str, str]) -> str:
    return base64.b64encode(zlib.compress(json.dumps(tables).encode())).decode()
