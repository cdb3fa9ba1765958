"""Rows out of delimited text and JSON lines, as they come, each checked on the way."""

import codecs
import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import orjson

from apps.data.tabular.faults import (
    DuplicateColumns,
    EmptyFile,
    LineTooLong,
    NoJson,
    Ragged,
    TooWide,
    Truncated,
    WrongEncoding,
)
from apps.data.tabular.settings import ParserSettings

MOST_COLUMNS: Final = 100_000
LONGEST_LINE: Final = 16 * 2**20
LONGEST_VALUE: Final = 2**20

Row = list[str | None]

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)")


def lines_of(path: str, chunks: Iterable[bytes], encoding: str, *, is_whole: bool = True) -> Iterator[str]:
    """Give lines with their ends, decoded. Without ``is_whole``, what is cut off at the end is left out.

    Raises:
        WrongEncoding: with line and character. LineTooLong.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    held, number = "", 0
    for chunk in _and_end(chunks):
        try:
            text = decoder.decode(chunk or b"", final=chunk is None and is_whole)
        except UnicodeDecodeError as error:
            before, rest = _whole_lines(held + error.object[: error.start].decode(encoding, errors="replace"))
            line, column = number + len(before) + 1, len(rest) + 1
            raise WrongEncoding(path, encoding, line, column, error.object[error.start]) from None
        except UnicodeError:  # UTF-16 without the mark that it needs
            raise WrongEncoding(path, encoding, 1, 1, (chunk or b"\0")[0]) from None
        found, held = _whole_lines(held + text, is_end=chunk is None)
        number += len(found)
        yield from found
        if len(held) > LONGEST_LINE:
            raise LineTooLong(path, number + 1, LONGEST_LINE)
    if held and is_whole:
        yield held


def delimited_rows(
    path: str, chunks: Iterable[bytes], settings: ParserSettings, *, is_whole: bool = True
) -> Iterator[tuple[int, Row]]:
    """Give the rows of delimited text with the line each begins in, the header among them; empty lines are passed over.

    Raises:
        Ragged: a row is longer or shorter than the first. Truncated: it ends within quotes. Others of ``lines_of``.
    """
    csv.field_size_limit(LONGEST_VALUE)
    lines = lines_of(path, chunks, settings.encoding, is_whole=is_whole)
    for _skipped in range(settings.skip_lines):
        next(lines, None)
    counted = _Counted(lines)
    # Strict, so that an open quote at the end is told from an empty rest.
    reader = csv.reader(counted, delimiter=settings.delimiter, strict=True)
    width, begins = 0, 1
    while True:
        begins = counted.number + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            if "unexpected end" in str(error):
                if is_whole:
                    raise Truncated(path, begins + settings.skip_lines) from None
                return
            row = _leniently(path, begins + settings.skip_lines, counted.last, settings, error)
        if row is None:
            return
        if not row:
            continue
        if not width:
            width = len(row)
            if width > MOST_COLUMNS:
                raise TooWide(path, width, MOST_COLUMNS)
        elif len(row) != width:
            raise Ragged(path, begins + settings.skip_lines, len(row), width)
        yield begins + settings.skip_lines, row  # type: ignore[misc]  # texts are a part of what rows hold


def json_rows(path: str, chunks: Iterable[bytes], encoding: str, *, is_whole: bool = True) -> Iterator[dict[str, Any]]:
    """Give the objects of JSON lines; empty lines are passed over.

    Raises:
        NoJson: a line is none. Others of ``lines_of``.
    """
    for number, line in enumerate(lines_of(path, chunks, encoding, is_whole=is_whole), start=1):
        if not line.strip():
            continue
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            reason = str(error).partition(":")[0]
            raise NoJson(path, number, reason, error.colno) from None
        if not isinstance(value, dict):
            raise NoJson(path, number, f"{type(value).__name__}")
        yield value


def header_names(path: str, row: Sequence[str | None]) -> list[str]:
    """Return the names in a header; columns without one are called by their place.

    Raises:
        DuplicateColumns: a name stands there twice. EmptyFile: there is nothing.
    """
    names = [(cell or "").strip() or f"column_{place}" for place, cell in enumerate(row, start=1)]
    if not names:
        raise EmptyFile(path)
    check_names(path, names)
    return names


def check_names(path: str, names: Sequence[str]) -> None:
    """Raise ``DuplicateColumns`` where a name stands twice."""
    counts = Counter(names)
    if len(counts) == len(names):
        return
    places: dict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(names, start=1):
        if counts[name] > 1:
            places[name].append(place)
    raise DuplicateColumns(path, [*places.items()])


def cell_text(value: Any) -> str | None:
    """Return a JSON value as the text a table shows; None where there is none."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return orjson.dumps(value).decode()


class _Counted:
    """Lines, counted as they are taken."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.number = 0
        self.last = ""

    def __iter__(self) -> "_Counted":
        return self

    def __next__(self) -> str:
        self.last = next(self._lines)
        self.number += 1
        return self.last


def _leniently(path: str, line: int, text: str, settings: ParserSettings, error: csv.Error) -> list[str]:
    """Read one line as most programs do, where it breaks the rules for quotes: ``a,"b"c,d``."""
    if "field larger" in str(error):
        raise LineTooLong(path, line, LONGEST_VALUE) from None
    return next(csv.reader([text], delimiter=settings.delimiter), [])


def _whole_lines(text: str, *, is_end: bool = False) -> tuple[list[str], str]:
    """Return the lines of a text that have come to their end, and the rest. ``is_end``: nothing follows."""
    # Looking for an end only where there is one: beyond, the pattern takes time by the square of the length.
    cut = max(text.rfind("\n"), text.rfind("\r")) + 1
    if not is_end and text.endswith("\r"):
        cut = max(text.rfind("\n", 0, -1), text.rfind("\r", 0, -1)) + 1  # perhaps the first half of a line's end
    return _LINE.findall(text[:cut]), text[cut:]


def _and_end(chunks: Iterable[bytes]) -> Iterator[bytes | None]:
    yield from chunks
    yield None
