"""Data in mini-batches: files of a folder, so many or so large together, or rows of tables."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

FILES_IN_ONE = 10
BYTES_IN_ONE = 1 << 20
MLTABLE = "MLTable"
UNITS = {"": 1, "B": 1, "K": 1 << 10, "KB": 1 << 10, "M": 1 << 20, "MB": 1 << 20, "G": 1 << 30, "GB": 1 << 30}
SEPARATORS = {".csv": ",", ".tsv": "\t", ".txt": "\t"}
_SIZE = re.compile(r"\s*(\d+)\s*([A-Za-z]*)\s*")

Batch = dict[str, Any]


class BadData(Exception):
    """The data cannot be taken in mini-batches; the message says why."""


def size_of(text: str) -> tuple[int, bool]:
    """Return how much goes into a mini-batch, and whether that is bytes, not files. ``10``, ``64kb``, ``1MB``."""
    match = _SIZE.fullmatch(text)
    if match is None or match[2].upper() not in UNITS or int(match[1]) < 1:
        raise BadData(f"“{text}” is no size of a mini-batch: write a number of files, or a size such as 1MB.")
    return int(match[1]) * UNITS[match[2].upper()], bool(match[2])


def of_files(place: Path, size: str) -> list[Batch]:
    """Return mini-batches of the files at a place, in the order of their paths: ``{"files": […]}``.

    Args: place: a file, or a folder with all in it.
    Raises:
        BadData: there are none.
    """
    most, in_bytes = size_of(size) if size else (FILES_IN_ONE, False)
    batches: list[Batch] = []
    filled = most
    for path in files_at(place):
        weight = path.stat().st_size if in_bytes else 1
        if filled + weight > most or not batches:
            batches.append({"files": []})
            filled = 0
        batches[-1]["files"].append(str(path))
        filled += weight
    return batches


def of_tables(place: Path, size: str, keys: Sequence[str]) -> list[Batch]:
    """Return mini-batches of rows of the tables in a folder: ``{"table", "start", "rows"}``, or with ``keys`` one for each
    combination of their values: ``{"tables", "keys", "values"}``.

    Raises:
        BadData: there are none, or they are of a kind that is not read here.
    """
    paths = [path for path in files_at(place) if path.name != MLTABLE]
    if keys:
        import pandas

        columns = pandas.concat([read_table(path)[list(keys)] for path in paths])
        groups = columns.drop_duplicates().sort_values(list(keys))
        return [
            {"tables": [str(path) for path in paths], "keys": list(keys), "values": list(values)}
            for values in groups.itertuples(index=False, name=None)
        ]
    most, in_bytes = size_of(size) if size else (BYTES_IN_ONE, True)
    batches: list[Batch] = []
    for path in paths:
        rows = len(read_table(path))
        each = max(1, rows * most // max(1, path.stat().st_size)) if in_bytes else most
        batches += [{"table": str(path), "start": start, "rows": each} for start in range(0, rows, each)]
    return batches


def load(batch: Batch) -> Any:
    """Return what ``run`` is given: a list of paths, or a table."""
    if "files" in batch:
        return list(batch["files"])
    if "table" in batch:
        start = batch["start"]
        return read_table(Path(batch["table"])).iloc[start : start + batch["rows"]].reset_index(drop=True)
    import pandas

    table = pandas.concat([read_table(Path(path)) for path in batch["tables"]], ignore_index=True)
    for key, value in zip(batch["keys"], batch["values"]):
        table = table[table[key] == value]
    return table.reset_index(drop=True)


def count_of(loaded: Any) -> int:
    """Return how many items a mini-batch has."""
    return len(loaded)


def read_table(path: Path) -> Any:
    """Return a file as a table.

    Raises:
        BadData: it is of a kind that is not read here, or the environment has no pandas.
    """
    try:
        import pandas
    except ImportError:
        raise BadData("Tables are taken in mini-batches by pandas, which the environment does not have.") from None
    ending = path.suffix.lower()
    if ending in SEPARATORS:
        return pandas.read_csv(path, sep=SEPARATORS[ending])
    if ending == ".parquet":
        return pandas.read_parquet(path)
    if ending in (".jsonl", ".ndjson"):
        return pandas.read_json(path, lines=True)
    raise BadData(f"{path.name} is no table that is read here: .csv, .tsv, .parquet or .jsonl.")


def files_at(place: Path) -> Iterator[Path]:
    """Yield the files at a place, which is one or a folder, in the order of their paths.

    Raises:
        BadData: there are none.
    """
    found = [place] if place.is_file() else []
    for parent, folders, names in os.walk(place):
        folders.sort()
        found += [Path(parent) / name for name in names]
    if not found:
        raise BadData(f"There are no files in {place}.")
    yield from sorted(found)
