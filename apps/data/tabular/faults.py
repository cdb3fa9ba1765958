"""What can be wrong with a file that shall be read as a table: which file, where in it, and what to do."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.errors import UserError
from apps.core.storage.keys import shown

MOST_NAMED = 5


class TableFault(UserError):
    """A file cannot be read as a table with these settings. ``line`` and ``column`` count from 1; 0 where they say nothing."""

    code = "table_unreadable"
    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, message: str, path: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.path, self.line, self.column = path, line, column

    def problem(self) -> dict[str, Any]:
        place = {"file": self.path, "line": self.line or None, "column": self.column or None}
        return {**super().problem(), **place}


class EmptyFile(TableFault):
    """The file has nothing in it."""

    code = "table_empty"

    def __init__(self, path: str) -> None:
        super().__init__(_("%(file)s is empty.") % {"file": shown(path)}, path)


class NoRows(TableFault):
    """There is a header, and nothing below it."""

    code = "table_without_rows"

    def __init__(self, path: str) -> None:
        message = _("%(file)s has a header and no rows. If its first line is a row already, choose “No header”.")
        super().__init__(message % {"file": shown(path)}, path)


class BinaryFile(TableFault):
    """The file is no text."""

    code = "table_binary"

    def __init__(self, path: str, kind: str = "") -> None:
        message = (
            _("%(file)s is no table but %(kind)s. Register it as files instead.")
            if kind
            else _("%(file)s is no text: it holds bytes that no table has. Register it as files instead.")
        )
        super().__init__(message % {"file": shown(path), "kind": kind}, path)


class WrongEncoding(TableFault):
    """Bytes that do not belong to the encoding."""

    code = "table_encoding"

    def __init__(self, path: str, encoding: str, line: int, column: int, byte: int) -> None:
        message = _(
            "%(file)s is not %(encoding)s: line %(line)d, character %(column)d is the byte 0x%(byte)02X. "
            "Choose another encoding; latin-1 reads every file."
        )
        values = {"file": shown(path), "encoding": encoding, "line": line, "column": column, "byte": byte}
        super().__init__(message % values, path, line, column)


class Ragged(TableFault):
    """A row has more or fewer values than there are columns."""

    code = "table_ragged"

    def __init__(self, path: str, line: int, found: int, expected: int) -> None:
        message = ngettext(
            "%(file)s, line %(line)d: there is %(found)d value, but there are %(expected)d columns. "
            "Look at the delimiter and at quotes, or correct the line.",
            "%(file)s, line %(line)d: there are %(found)d values, but %(expected)d columns. "
            "Look at the delimiter and at quotes, or correct the line.",
            found,
        )
        values = {"file": shown(path), "line": line, "found": found, "expected": expected}
        super().__init__(message % values, path, line, min(found, expected) + 1)


class Truncated(TableFault):
    """The file ends in the middle of a value."""

    code = "table_truncated"

    def __init__(self, path: str, line: int = 0) -> None:
        message = (
            _(
                "%(file)s ends within a quoted value that begins in line %(line)d. "
                "It is cut off, or a quote is missing there."
            )
            if line
            else _("%(file)s is cut off: its end is missing. Upload it again from where it is whole.")
        )
        super().__init__(message % {"file": shown(path), "line": line}, path, line)


class DuplicateColumns(TableFault):
    """Several columns have one name."""

    code = "table_duplicate_columns"

    def __init__(self, path: str, names: Sequence[tuple[str, Sequence[int]]]) -> None:
        each = "; ".join(
            _("“%(name)s” is the name of columns %(places)s")
            % {"name": shown(name), "places": ", ".join(map(str, places[:MOST_NAMED]))}
            for name, places in names[:MOST_NAMED]
        )
        more = " …" if len(names) > MOST_NAMED else ""
        message = _("%(file)s: %(each)s. Give each column a name of its own.")
        super().__init__(message % {"file": shown(path), "each": f"{each}{more}"}, path, 1, names[0][1][1])


class OtherColumns(TableFault):
    """A file has other columns than the first one."""

    code = "table_columns_differ"

    def __init__(self, path: str, first: str, column: int, found: str, expected: str) -> None:
        message = _(
            "%(file)s has other columns than %(first)s: column %(column)d is “%(found)s” and not “%(expected)s”. "
            "The files of a table all have the same columns."
        )
        values = {"file": shown(path), "first": shown(first), "column": column}
        values |= {"found": shown(found) or "–", "expected": shown(expected) or "–"}
        super().__init__(message % values, path, 1, column)


class TooWide(TableFault):
    """More columns than can be handled."""

    code = "table_too_wide"

    def __init__(self, path: str, count: int, limit: int) -> None:
        message = _("%(file)s has %(count)d columns; a table can have %(limit)d. Is the delimiter right?")
        super().__init__(message % {"file": shown(path), "count": count, "limit": limit}, path)


class LineTooLong(TableFault):
    """A line, or a value, that goes on and on."""

    code = "table_line_too_long"

    def __init__(self, path: str, line: int, limit: int) -> None:
        message = _("%(file)s, line %(line)d is longer than %(limit)s. Is this file a table?")
        super().__init__(message % {"file": shown(path), "line": line, "limit": filesizeformat(limit)}, path, line)


class NoJson(TableFault):
    """A line of a JSON lines file is no JSON object."""

    code = "table_json"

    def __init__(self, path: str, line: int, reason: str, column: int = 0) -> None:
        message = _("%(file)s, line %(line)d is no JSON object: %(reason)s. Each line holds one, such as {“a”: 1}.")
        super().__init__(message % {"file": shown(path), "line": line, "reason": reason}, path, line, column)


class NoParquet(TableFault):
    """The file does not begin as Parquet files do, or cannot be read as one."""

    code = "table_parquet"

    def __init__(self, path: str) -> None:
        super().__init__(_("%(file)s is no Parquet file, or is damaged.") % {"file": shown(path)}, path)


class TooLargeToLook(TableFault):
    """A file in an object store that would have to be copied to be looked into."""

    code = "table_too_large_to_look"

    def __init__(self, path: str, limit: int) -> None:
        message = _(
            "%(file)s is larger than %(limit)s and lies in an object store, from where it cannot be shown in part."
        )
        super().__init__(message % {"file": shown(path), "limit": filesizeformat(limit)}, path)
