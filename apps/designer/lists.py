"""Drafts as a list."""

from django.utils.translation import gettext_lazy as _

from apps.core.lists import Column, StudioList
from apps.designer.filters import DraftFilter
from apps.designer.models import Draft
from apps.pipelines.lists.assets import last_run_cell, title_cell


class DraftList(StudioList):
    """The drafts of a workspace. The view annotates ``name_key``."""

    key = "drafts"
    title = _("Pipeline drafts")
    columns = (
        Column("name", _("Draft"), sort="name_key", fixed=True, render=lambda row: title_cell(row, row.name, row.description)),
        Column("last_run", _("Last submitted"), render=last_run_cell,
               value=lambda row: row.last_run.get_status_display() if row.last_run else ""),
        Column("modified_by", _("Edited by"), value="modified_by.display_name"),
        Column("updated_at", _("Edited"), sort="updated_at", kind="time"),
        Column("revision", _("Revisions"), kind="number", shown=False),
        Column("created_by", _("Created by"), value="created_by.display_name"),
        Column("created_at", _("Created"), kind="time", shown=False),
    )  # fmt: skip
    default_sort = ("-updated_at",)
    search_fields = ("name",)
    search_hint = _("Search drafts")
    filterset_class = DraftFilter
    related = ("workspace", "created_by", "modified_by", "last_run__workspace")
    refresh_on = ("drafts.changed",)

    def label_of(self, row: Draft) -> str:
        """Return what the draft is called."""
        return row.name
