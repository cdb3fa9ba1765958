"""Rows of a list as CSV."""

import csv
import io
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import tzinfo
from itertools import islice
from typing import Any

from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone, translation

from apps.core.lists.columns import Column, Status

CHUNK_ROWS = 2000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"[+-]?[0-9.]+(e[+-]?[0-9]+)?", re.IGNORECASE)


def csv_response(rows: QuerySet[Any], columns: Sequence[Column], *, name: str) -> StreamingHttpResponse:
    """Return an attachment with all rows and all columns; it is sent while it is read."""
    stamp = timezone.now().strftime("%Y-%m-%d")
    return StreamingHttpResponse(
        _chunks(rows, columns, translation.get_language(), timezone.get_current_timezone()),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}-{stamp}.csv"',
            # Django would compress each piece by itself, and browsers stop reading at the end of the first.
            "Content-Encoding": "identity",
        },
    )


async def _chunks(
    rows: QuerySet[Any], columns: Sequence[Column], language: str | None, zone: tzinfo
) -> AsyncIterator[bytes]:
    """Give the file in pieces, in the reader's language and time zone, which end with the request, before this begins.

    Rows are read and written in the request's database thread, as their values may need it.
    """
    unread = rows.iterator(chunk_size=CHUNK_ROWS)

    def written(lines: Iterable[Iterable[str]]) -> bytes:
        buffer = io.StringIO()
        with translation.override(language), timezone.override(zone):
            csv.writer(buffer).writerows(lines)
        return buffer.getvalue().encode()

    def next_chunk() -> bytes:
        return written([_plain(column.value_of(row)) for column in columns] for row in islice(unread, CHUNK_ROWS))

    yield await sync_to_async(written)([_plain(column.label) for column in header] for header in [columns])
    while chunk := await sync_to_async(next_chunk)():
        yield chunk


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Status):
        text = str(value.label)
    elif isinstance(value, dict):
        text = "; ".join(f"{key}={item}" for key, item in value.items())
    else:
        text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    # A spreadsheet would run such a cell as a formula.
    return f"'{text}" if text.startswith(FORMULA_STARTS) and not NUMBER.fullmatch(text) else text
