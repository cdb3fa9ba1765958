from apps.core.lists.columns import Column, Status
from apps.core.lists.definition import BulkAction, Empty, StudioList, selected_rows

__all__ = ["BulkAction", "Column", "Empty", "Status", "StudioList", "selected_rows"]
