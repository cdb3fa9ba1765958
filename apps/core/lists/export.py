"""Rows of a list as CSV."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone

from apps.core.lists.columns import Column, Status

CHUNK_ROWS = 2000


def csv_response(rows: QuerySet[Any], columns: Sequence[Column], *, name: str) -> StreamingHttpResponse:
    """Return an attachment with all rows and all columns; it is sent while it is read."""
    stamp = timezone.now().strftime("%Y-%m-%d")
    return StreamingHttpResponse(
        _lines(rows, columns),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}-{stamp}.csv"'},
    )


async def _lines(rows: QuerySet[Any], columns: Sequence[Column]) -> AsyncIterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([str(column.label) for column in columns])
    written = 0
    async for row in rows.aiterator(chunk_size=CHUNK_ROWS):
        writer.writerow([_plain(column.value_of(row)) for column in columns])
        written += 1
        if written % CHUNK_ROWS == 0:
            yield _drain(buffer)
    yield _drain(buffer)


def _drain(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Status):
        return str(value.label)
    if isinstance(value, dict):
        return "; ".join(f"{key}={item}" for key, item in value.items())
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    # A spreadsheet would run such a cell as a formula.
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
