"""Tables: looked at as a whole when they are registered, and shown a page of rows at a time.

Nobody waits for gigabytes: of each text file the first part is checked, and pages and profiles are of the first rows. What is
not of the whole says so. Parquet files know how many rows they have, and are read only where they are shown.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from apps.data.tabular.faults import BinaryFile, EmptyFile, NoParquet, NoRows, OtherColumns, TooWide, Truncated
from apps.data.tabular.guessing import GUESSED_FROM_BYTES, guess_settings
from apps.data.tabular.settings import ColumnType, Format, ParserSettings
from apps.data.tabular.sources import SourceFile
from apps.data.tabular.text import MOST_COLUMNS, Row, cell_text, check_names, delimited_rows, header_names, json_rows
from apps.data.tabular.types import MISSING, type_of

CHECKED_BYTES: Final = 32 * 2**20
SHOWN_BYTES: Final = 8 * 2**20
TYPED_ROWS: Final = 1000
MOST_ROWS: Final = 10_000


@dataclass(frozen=True)
class TableColumn:
    """A column as the file has it."""

    name: str
    type: str


@dataclass(frozen=True)
class Inspection:
    """What was found out about all files of a table. ``row_count`` is None, and ``is_checked`` False, where they are so large
    that only the beginning of each was looked at."""

    columns: list[TableColumn]
    row_count: int | None
    is_checked: bool


@dataclass
class Page:
    """Rows of a table. ``columns`` are all of them; the cells of ``rows`` are of those from ``first_column`` on.

    ``is_all``: whether there are no rows but those up to the end of this page.
    """

    columns: list[TableColumn]
    rows: list[Row] = field(default_factory=list)
    first_row: int = 0
    first_column: int = 0
    is_all: bool = True


def guess(file: SourceFile) -> ParserSettings:
    """Return how a file is most probably to be read.

    Raises:
        TableFault: it is no table.
    """
    head = file.head(GUESSED_FROM_BYTES)
    return guess_settings(file.path, head, is_whole=len(head) >= file.size)


def inspect(files: Sequence[SourceFile], settings: ParserSettings) -> Inspection:
    """Check that files make a table, and find its columns.

    Raises:
        TableFault: the first thing that is wrong, with its place.
    """
    first: list[TableColumn] | None = None
    total, is_checked = 0, True
    for file in files:
        columns, rows = _INSPECTORS[settings.format](file, settings)
        if rows is None:
            is_checked = False
        total += rows or 0
        if first is None:
            first = columns
        else:
            _compare(file.path, files[0].path, [one.name for one in columns], [one.name for one in first], settings)
    assert first is not None
    return Inspection(first, total if is_checked else None, is_checked)


def read_page(
    file: SourceFile,
    settings: ParserSettings,
    *,
    first_row: int = 0,
    rows: int = 100,
    first_column: int = 0,
    columns: int = 100,
) -> Page:
    """Return rows of a file, with the cells of some of its columns. Of text, rows beyond the first megabytes are not there.

    Raises:
        TableFault: it cannot be read so.
    """
    if settings.format == Format.PARQUET:
        return _parquet_page(file, first_row, rows, first_column, columns)
    most = min(first_row + rows, MOST_ROWS)
    names, found, is_all = _head(file, settings, max(most, TYPED_ROWS))
    width = len(names)
    sample = found[:TYPED_ROWS]
    types = [type_of((row[place] for row in sample), decimal_comma=settings.decimal_comma) for place in range(width)]
    shown = [row[first_column : first_column + columns] for row in found[first_row : first_row + rows]]
    all_columns = [TableColumn(name, kind) for name, kind in zip(names, types, strict=True)]
    return Page(all_columns, shown, first_row, first_column, is_all and len(found) <= first_row + rows)


def _head(file: SourceFile, settings: ParserSettings, most: int) -> tuple[list[str], list[Row], bool]:
    """Return the names of a text file's columns, its first rows, and whether these are all."""
    head = file.head(SHOWN_BYTES)
    is_whole = len(head) >= file.size
    names, rows = _text_rows(file.path, iter([head]), settings, is_whole=is_whole)
    found = [row for row in islice(rows, most + 1) if row is not None]
    if not names:
        names = _union_of_names(found)
    if not found:
        raise NoRows(file.path)
    return names, _as_rows(found[:most], names), is_whole and len(found) <= most


def _text_rows(
    path: str, chunks: Iterator[bytes], settings: ParserSettings, *, is_whole: bool
) -> tuple[list[str], Iterator[Any]]:
    """Return the names of the columns, and an iterator of rows. JSON lines have no names before they have been read."""
    if settings.format == Format.JSON_LINES:
        return [], json_rows(path, chunks, settings.encoding, is_whole=is_whole)
    rows = (row for _line, row in delimited_rows(path, chunks, settings, is_whole=is_whole))
    first = next(rows, None)
    if first is None:
        raise EmptyFile(path)
    if settings.has_header:
        return header_names(path, first), rows
    return [f"column_{place}" for place in range(1, len(first) + 1)], _with(first, rows)


def _inspect_text(file: SourceFile, settings: ParserSettings) -> tuple[list[TableColumn], int | None]:
    if not file.size:
        raise EmptyFile(file.path)
    if b"\x00" in file.head(GUESSED_FROM_BYTES) and not settings.encoding.startswith("utf-16"):
        raise BinaryFile(file.path)
    is_whole = file.size <= CHECKED_BYTES
    chunks = file.open(0, None if is_whole else CHECKED_BYTES)
    columns = read_page(file, settings, rows=1).columns
    names, rows = _text_rows(file.path, chunks, settings, is_whole=is_whole)
    count = 0
    if names:
        count = sum(1 for _row in rows)
    else:
        known = {column.name: column for column in columns}
        for value in rows:
            count += 1
            if not known.keys() >= value.keys():
                known.update({name: TableColumn(name, ColumnType.STRING) for name in value if name not in known})
                _check_width(file.path, len(known))
        columns = [*known.values()]
    return columns, count if is_whole else None


def _inspect_parquet(file: SourceFile, settings: ParserSettings) -> tuple[list[TableColumn], int | None]:
    import polars

    _check_parquet(file)
    with file.on_disk() as path:
        try:
            schema = polars.read_parquet_schema(path)
            count = polars.scan_parquet(path).select(polars.len()).collect().item()
        except Exception as error:
            raise _unreadable(file) from error
    _check_width(file.path, len(schema))
    if not schema:
        raise EmptyFile(file.path)
    check_names(file.path, list(schema))
    return [TableColumn(name, type_of_polars(kind)) for name, kind in schema.items()], int(count)


def _parquet_page(file: SourceFile, first_row: int, rows: int, first_column: int, columns: int) -> Page:
    import polars

    _check_parquet(file)
    with file.on_disk() as path:
        try:
            schema = polars.read_parquet_schema(path)
            names = list(schema)[first_column : first_column + columns]
            wanted = polars.scan_parquet(path).select(names).slice(first_row, rows + 1)
            found = wanted.collect().rows()
        except Exception as error:
            raise _unreadable(file) from error
    shown: list[Row] = [[_shown(value) for value in row] for row in found[:rows]]
    all_columns = [TableColumn(name, type_of_polars(kind)) for name, kind in schema.items()]
    return Page(all_columns, shown, first_row, first_column, len(found) <= rows)


def type_of_polars(kind: Any) -> str:
    """Return what a type of Polars is called here."""
    import polars

    if kind.is_integer():
        return ColumnType.INTEGER
    if kind.is_numeric():
        return ColumnType.DECIMAL
    others = {polars.Boolean: ColumnType.BOOLEAN, polars.Date: ColumnType.DATE, polars.Datetime: ColumnType.DATETIME}
    return others.get(kind.base_type(), ColumnType.STRING)


def _check_parquet(file: SourceFile) -> None:
    """Look at the marks at both ends, so that a file that is cut off is told from one that is something else."""
    if not file.size:
        raise EmptyFile(file.path)
    if file.head(4) != b"PAR1":
        raise NoParquet(file.path)
    if file.size < 12 or b"".join(file.open(file.size - 4, None)) != b"PAR1":
        raise Truncated(file.path)


def _unreadable(file: SourceFile) -> NoParquet:
    return NoParquet(file.path)


def _check_width(path: str, count: int) -> None:
    if count > MOST_COLUMNS:
        raise TooWide(path, count, MOST_COLUMNS)


def _compare(path: str, first: str, found: Sequence[str], expected: Sequence[str], settings: ParserSettings) -> None:
    if settings.format == Format.JSON_LINES:
        return  # objects may leave out what they do not have
    for place in range(max(len(found), len(expected))):
        one = found[place] if place < len(found) else ""
        other = expected[place] if place < len(expected) else ""
        if one != other:
            raise OtherColumns(path, first, place + 1, one, other)


def _union_of_names(values: Sequence[Any]) -> list[str]:
    names: dict[str, None] = {}
    for value in values:
        names.update(dict.fromkeys(value))
    return [*names]


def _as_rows(found: Sequence[Any], names: Sequence[str]) -> list[Row]:
    """Return rows of texts, with None where there is no value."""
    if found and isinstance(found[0], dict):
        return [[cell_text(value.get(name)) for name in names] for value in found]
    return [[None if cell in MISSING else cell for cell in row] for row in found]


def _shown(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return f"0x{value[:40].hex()}"
    return str(value)[:2000]


def _with(first: Any, rest: Iterator[Any]) -> Iterator[Any]:
    yield first
    yield from rest


_INSPECTORS: dict[str, Callable[[SourceFile, ParserSettings], tuple[list[TableColumn], int | None]]] = {
    Format.DELIMITED: _inspect_text,
    Format.JSON_LINES: _inspect_text,
    Format.PARQUET: _inspect_parquet,
}
