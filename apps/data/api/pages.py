"""Pages of tables in the API."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from apps.core.errors import InvalidInput
from apps.data.services import AskedPage
from apps.data.tabular.reading import Page
from apps.data.tabular.settings import ParserSettings

MOST_ROWS = 1000
MOST_COLUMNS = 1000

PAGE_PARAMETERS = [
    OpenApiParameter("path", str, description="Which file; the first where it is left out."),
    OpenApiParameter("row", int, description="The first row, from 0."),
    OpenApiParameter("rows", int, description=f"At most {MOST_ROWS}."),
    OpenApiParameter("column", int, description="The first column, from 0."),
    OpenApiParameter("columns", int, description=f"At most {MOST_COLUMNS}."),
]


def asked_page(request: Request) -> AskedPage:
    """Return which rows and columns a request asks for.

    Raises:
        InvalidInput: a number is none.
    """
    number = _Numbers(request)
    page = AskedPage(
        path=request.query_params.get("path", ""),
        first_row=number.read("row", 0, 10**12),
        rows=number.read("rows", 100, MOST_ROWS),
        first_column=number.read("column", 0, 10**6),
        columns=number.read("columns", 100, MOST_COLUMNS),
    )
    if number.errors:
        raise InvalidInput(number.errors)
    return page


def as_answer(settings: ParserSettings, page: Page) -> dict[str, Any]:
    """Return a page as ``PreviewSerializer`` takes it."""
    shown = page.columns[page.first_column : page.first_column + (len(page.rows[0]) if page.rows else 0)]
    return {
        "settings": settings.as_json(),
        "columns": [{"name": column.name, "type": column.type} for column in shown],
        "column_count": len(page.columns),
        "first_row": page.first_row,
        "first_column": page.first_column,
        "rows": page.rows,
        "is_all": page.is_all,
    }


class _Numbers:
    def __init__(self, request: Request) -> None:
        self._query = request.query_params
        self.errors: dict[str, list[str]] = {}

    def read(self, name: str, otherwise: int, most: int) -> int:
        text = self._query.get(name, "")
        if not text:
            return otherwise
        if text.isascii() and text.isdecimal() and len(text) < 14 and int(text) <= most:
            return int(text)
        self.errors[name] = [_("This is a number from 0 to %(most)d.") % {"most": most}]
        return otherwise
