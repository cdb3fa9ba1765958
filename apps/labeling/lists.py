"""Labeling projects as a list."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core.lists import Column, StudioList
from apps.labeling.models import LabelingProject


def _url(row: Any) -> str:
    return str(row.get_absolute_url())


class ProjectList(StudioList):
    """The projects of a workspace. The view annotates ``name_key``."""

    key = "labeling-projects"
    title = _("Labeling projects")
    columns = (
        Column("name", _("Name"), sort="name_key", link=_url, fixed=True),
        Column("task", _("Task"), value=lambda row: row.get_task_display()),
        Column("status", _("Status"), value=lambda row: row.get_status_display()),
        Column("dataset", _("Dataset"), value=lambda row: row.dataset.reference),
        Column("created_by", _("Created by"), value="created_by.display_name"),
        Column("created_at", _("Created"), sort="created_at", kind="time"),
    )
    default_sort = ("-created_at",)
    search_fields = ("name",)
    search_hint = _("Search projects")
    related = ("workspace", "created_by", "dataset__dataset")

    def label_of(self, row: LabelingProject) -> str:
        """Return what the project is called."""
        return row.name
