"""Cursor pages, which neither repeat nor skip a row while others are added."""

from rest_framework.pagination import CursorPagination


class CursorPages(CursorPagination):
    """Newest first; ``page_size`` up to 200 rows; ``next`` and ``previous`` are addresses to follow as they are."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = ("-created_at", "-id")
