"""Rows of a table as templates show them."""

from typing import Any

from django.utils.text import Truncator

from apps.data.tabular.reading import Page
from apps.data.tabular.settings import ColumnType

LONGEST_CELL = 200


def shown(page: Page) -> dict[str, Any]:
    """Return the heads and rows of a page: ``{"head": [{"name", "type", "is_number"}], "rows": [{"number", "cells"}]}``."""
    types = dict(ColumnType.choices)
    width = len(page.rows[0]) if page.rows else 0
    head = [
        {
            "name": column.name,
            "type": types.get(column.type, column.type),
            "is_number": column.type in {ColumnType.INTEGER, ColumnType.DECIMAL},
        }
        for column in page.columns[page.first_column : page.first_column + width]
    ]
    rows = [
        {
            "number": number,
            "cells": [
                {"text": text and Truncator(text).chars(LONGEST_CELL), "is_number": column["is_number"]}
                for text, column in zip(row, head, strict=True)
            ],
        }
        for number, row in enumerate(page.rows, start=page.first_row + 1)
    ]
    return {"head": head, "rows": rows}
