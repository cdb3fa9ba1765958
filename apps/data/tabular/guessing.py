"""What a file seems to be, from its name and its first bytes."""

import csv
import io
from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext_lazy

from apps.data.tabular.faults import BinaryFile, EmptyFile
from apps.data.tabular.settings import ColumnType, Format, ParserSettings
from apps.data.tabular.types import MISSING, type_of

GUESSED_FROM_BYTES: Final = 256 * 1024
GUESSED_FROM_ROWS: Final = 200
# In the order in which they win: a comma may also stand in numbers and in sentences.
CANDIDATES: Final = ("\t", ";", "|", ",")

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_KNOWN_BINARIES = (
    (b"PK\x03\x04", gettext_lazy("a zip archive, or an Excel workbook")),
    (b"\x1f\x8b", gettext_lazy("compressed with gzip")),
    (b"%PDF-", gettext_lazy("a PDF document")),
    (b"\x89PNG", gettext_lazy("an image")),
    (b"\xff\xd8\xff", gettext_lazy("an image")),
    (b"\xd0\xcf\x11\xe0", gettext_lazy("an old Excel workbook")),
    (b"SQLite format 3", gettext_lazy("an SQLite database")),
    (b"\x89HDF", gettext_lazy("an HDF5 file")),
    (b"\x80\x04\x95", gettext_lazy("a Python pickle")),
)
# Bytes that Windows-1252 has no character for.
_NOT_IN_CP1252 = frozenset(b"\x81\x8d\x8f\x90\x9d")
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\f\x1a")
_MOST_CONTROLS = 0.01


def guess_settings(path: str, head: bytes, *, is_whole: bool) -> ParserSettings:
    """Return how a file is most probably to be read.

    Args: head: its first bytes (``GUESSED_FROM_BYTES`` are enough). is_whole: whether that is all of it.

    Raises:
        EmptyFile, BinaryFile: it is no table.
    """
    if not head.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise EmptyFile(path)
    if head.startswith(b"PAR1") or path.lower().endswith((".parquet", ".pq")):
        return ParserSettings(format=Format.PARQUET)
    encoding = guess_encoding(path, head, is_whole=is_whole)
    text = head.decode(encoding, errors="replace")
    lines = text.splitlines(keepends=True)
    if not is_whole and len(lines) > 1:
        lines.pop()  # cut off
    first = next((line for line in lines if line.strip()), "")
    if first.lstrip().startswith("{") and first.rstrip().endswith("}"):
        return ParserSettings(format=Format.JSON_LINES, encoding=encoding)
    text = "".join(lines)
    delimiter = guess_delimiter(text)
    rows = _rows(text, delimiter)
    decimal_comma = delimiter != "," and _has_decimal_commas(rows)
    return ParserSettings(
        delimiter=delimiter,
        encoding=encoding,
        has_header=has_header(rows, decimal_comma=decimal_comma),
        decimal_comma=decimal_comma,
    )


def guess_encoding(path: str, head: bytes, *, is_whole: bool) -> str:
    """Return the encoding of text.

    Raises:
        BinaryFile: it is no text.
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    for mark, kind in _KNOWN_BINARIES:
        if head.startswith(mark):
            raise BinaryFile(path, str(kind))
    if b"\x00" in head:
        return _wide_encoding(path, head)
    if sum(head.count(control) for control in _CONTROLS) > _MOST_CONTROLS * len(head):
        raise BinaryFile(path)
    try:
        head.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError as error:
        if not is_whole and error.start >= len(head) - 3 and error.reason == "unexpected end of data":
            return "utf-8"
    return "latin-1" if _NOT_IN_CP1252.intersection(head) else "cp1252"


def guess_delimiter(text: str) -> str:
    """Return the delimiter by which the lines of a text have the same number of values, more than one; else a comma."""
    best, best_share = ",", 0.0
    for delimiter in CANDIDATES:
        counts = [len(row) for row in _rows(text, delimiter) if row]
        if not counts:
            continue
        usual = max(set(counts), key=counts.count)
        share = counts.count(usual) / len(counts)
        if usual > 1 and share > best_share:
            best, best_share = delimiter, share
    return best


def has_header(rows: Sequence[Sequence[str]], *, decimal_comma: bool = False) -> bool:
    """Whether the first row names the columns: its cells differ in type from those below, or all are different words."""
    if not rows:
        return True
    first, rest = rows[0], rows[1:]
    types = [type_of([cell], decimal_comma=decimal_comma) for cell in first]
    if not rest:
        return all(kind == ColumnType.STRING for kind in types)
    says_yes = says_no = 0
    for place, kind in enumerate(types):
        below = type_of([row[place] for row in rest if len(row) > place], decimal_comma=decimal_comma)
        if below != ColumnType.STRING and first[place] not in MISSING:
            says_yes, says_no = (says_yes + 1, says_no) if kind == ColumnType.STRING else (says_yes, says_no + 1)
    if says_yes or says_no:
        return says_yes >= says_no
    return len(set(first)) == len(first) and all(cell.strip() for cell in first)


def _wide_encoding(path: str, head: bytes) -> str:
    """Return which UTF-16 it is, where NULs stand as in text of Western letters."""
    half = max(1, len(head) // 2)
    even, odd = head[::2].count(0) / half, head[1::2].count(0) / half
    if odd > 0.4 and even < 0.1:
        return "utf-16-le"
    if even > 0.4 and odd < 0.1:
        return "utf-16-be"
    raise BinaryFile(path)


def _has_decimal_commas(rows: Sequence[Sequence[str]]) -> bool:
    """Whether some column holds decimal numbers with commas, and none such with points."""
    body = rows[1:] or rows
    width = max((len(row) for row in body), default=0)
    found = False
    for place in range(width):
        cells = [row[place] for row in body if len(row) > place]
        if type_of(cells) == ColumnType.DECIMAL:
            return False
        with_comma = any("," in cell for cell in cells)
        found = found or (with_comma and type_of(cells, decimal_comma=True) == ColumnType.DECIMAL)
    return found


def _rows(text: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if row:
                rows.append(row)
            if len(rows) >= GUESSED_FROM_ROWS:
                break
    except csv.Error:
        pass  # a value that is too long, or a lone carriage return: what came before must do
    return rows
