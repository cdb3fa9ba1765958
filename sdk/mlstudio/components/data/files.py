"""Files that anybody wrote, as tables, and tables as such files."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import pl
from mlstudio.components.core.table import Table, normal

SEPARATORS = {".csv": ",", ".tsv": "\t", ".tab": "\t", ".txt": "\t"}
OTHERS = (".parquet", ".json", ".jsonl", ".ndjson")
TRUE_FALSE = {"true": True, "false": False}


def read_files(
    folder: Path,
    *,
    pattern: str = "**/*",
    separator: str = "",
    header: bool = True,
    skip: int = 0,
    encoding: str = "utf8",
) -> Table:
    """Return the files of a folder, or one file, as one table; their rows follow each other by name of file.

    Args: pattern: which files. separator: of columns; "" as the ending of the file says. header: the first line of each file
        has the names of its columns; else they are Col1, Col2, … skip: lines to pass over at the beginning of each file.
    Raises: ComponentError: there is none, one cannot be read, or they have different columns.
    """
    files = [folder] if folder.is_file() else [path for path in sorted(folder.glob(pattern)) if readable(path)]
    if not files:
        endings = ", ".join([*SEPARATORS, *OTHERS])
        raise ComponentError(3, "There is no file to read.", f"Give a file that ends in one of {endings}.")
    frames = [_read(path, separator, header, skip, encoding) for path in files]
    return Table(normal(concatenated(frames, [path.name for path in files])))


def readable(path: Path) -> bool:
    """Return whether it is a file of a kind that is read."""
    return path.is_file() and not path.name.startswith((".", "_")) and path.suffix.lower() in (*SEPARATORS, *OTHERS)


def concatenated(frames: list[pl.DataFrame], titles: list[str]) -> pl.DataFrame:
    """Return the rows of all, the types widened where they differ.

    Raises: ComponentError: their columns differ.
    """
    for title, frame in zip(titles, frames):
        if frame.columns != frames[0].columns:
            differing = sorted(set(frame.columns) ^ set(frames[0].columns)) or ["their order"]
            message = f"The files {titles[0]} and {title} have different columns: {', '.join(differing[:5])}."
            raise ComponentError(16, message, "Give only files with the same columns.")
    return pl.concat(frames, how="vertical_relaxed") if len(frames) > 1 else frames[0]


def _read(path: Path, separator: str, header: bool, skip: int, encoding: str) -> pl.DataFrame:
    ending = path.suffix.lower()
    try:
        if ending == ".parquet":
            return pl.read_parquet(path)
        if ending in (".jsonl", ".ndjson"):
            return pl.read_ndjson(path, infer_schema_length=None)
        if ending == ".json":
            return pl.read_json(path, infer_schema_length=None)
        content = path.read_bytes()
        return parse_delimited(content, separator or SEPARATORS.get(ending, ","), header, skip, encoding)
    except (pl.exceptions.PolarsError, LookupError, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0]
        hint = "Check the separator, the encoding, and that each line has as many values as the first."
        raise ComponentError(49, f"The file {path.name} cannot be read: {reason}", hint) from error


def parse_delimited(
    content: bytes, separator: str, header: bool, skip: int = 0, encoding: str = "utf8"
) -> pl.DataFrame:
    """Return delimited text as a table, each column of the narrowest type that takes all its values."""
    decoded = content.decode("utf-8-sig" if encoding == "utf8" else encoding)
    frame = pl.read_csv(
        io.BytesIO(decoded.encode()),
        separator=separator,
        has_header=header,
        skip_rows=skip,
        infer_schema_length=None,
        new_columns=None,
        null_values=[""],
        try_parse_dates=True,
        raise_if_empty=False,
    )
    return frame if header else frame.rename({name: f"Col{number + 1}" for number, name in enumerate(frame.columns)})


def typed(rows: Iterable[list[Any]], names: list[str]) -> pl.DataFrame:
    """Return rows of texts (None: missing) as a table, each column of the narrowest type that takes all its values."""
    columns = list(zip(*rows)) or [()] * len(names)
    return pl.DataFrame(
        [narrowed(pl.Series(name, list(values), dtype=pl.String)) for name, values in zip(names, columns)]
    )


def narrowed(series: pl.Series) -> pl.Series:
    """Return a column of texts as whole numbers, numbers or booleans, where all its values are such."""
    present = series.drop_nulls()
    if not len(present):
        return series
    for kind in (pl.Int64, pl.Float64):
        if present.cast(kind, strict=False).null_count() == 0:
            return series.cast(kind)
    lowered = present.str.to_lowercase()
    if bool(lowered.is_in(list(TRUE_FALSE)).all()):
        return series.str.to_lowercase().replace_strict(TRUE_FALSE, return_dtype=pl.Boolean)
    return series


def write_file(table: Table, path: Path, kind: str) -> None:
    """Write a table as ``csv``, ``tsv``, ``parquet`` or ``jsonl``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "parquet":
        table.frame.write_parquet(path)
    elif kind == "jsonl":
        table.frame.write_ndjson(path)
    else:
        table.frame.write_csv(path, separator="\t" if kind == "tsv" else ",")
