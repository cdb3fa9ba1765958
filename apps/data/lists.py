"""Datasets, the files of a version and datastores as lists."""

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.core.lists import Column, StudioList
from apps.data.entries import content_path
from apps.data.filters import DatasetFilter
from apps.data.models import Dataset, DatasetFile


def dataset_title(dataset: Dataset) -> SafeString:
    """Return the name as a link, and what it is below."""
    link = format_html('<a class="table-title" href="{}">{}</a>', dataset.get_absolute_url(), dataset.name)
    if not dataset.description:
        return link
    first = dataset.description.splitlines()[0]
    return format_html('{}<div class="muted small truncate" title="{}">{}</div>', link, first, first)


class DatasetList(StudioList):
    """The datasets of a workspace, each in its latest version. The view annotates ``name_key``."""

    key = "datasets"
    title = _("Datasets")
    columns = (
        Column("name", _("Dataset"), sort="name_key", render=dataset_title, fixed=True),
        Column("kind", _("Type"), value=lambda row: row.get_kind_display()),
        Column("version", _("Latest version"), value="latest.number", kind="number"),
        Column("rows", _("Rows"), value="latest.row_count", kind="number"),
        Column("columns", _("Columns"), value=lambda row: _columns(row), kind="number"),
        Column("files", _("Files"), value="latest.file_count", kind="number"),
        Column("size", _("Size"), value="latest.size", kind="bytes"),
        Column("latest_at", _("Changed"), sort="latest_at", kind="time"),
        Column("created_at", _("Created"), sort="created_at", kind="time", shown=False),
        Column("created_by", _("Created by"), value="created_by.display_name"),
        Column("tags", _("Tags"), kind="tags", shown=False),
    )  # fmt: skip
    default_sort = ("-latest_at",)
    search_fields = ("name", "description")
    search_hint = _("Search datasets")
    filterset_class = DatasetFilter
    related = ("workspace", "created_by", "latest")
    refresh_on = ("datasets.changed",)


class DatastoreList(StudioList):
    """The datastores of a workspace."""

    key = "datastores"
    title = _("Datastores")
    columns = (
        Column("name", _("Datastore"), sort="name_key", link=lambda row: row.get_absolute_url(), fixed=True),
        Column("kind", _("Type"), value=lambda row: row.get_kind_display()),
        Column("is_default", _("Default"), kind="yes-no"),
        Column("created_at", _("Created"), sort="created_at", kind="time"),
    )
    default_sort = ("name",)
    search_fields = ("name",)
    search_hint = _("Search datastores")
    related = ("workspace",)


def _columns(dataset: Dataset) -> int | None:
    return (dataset.latest.column_count or None) if dataset.latest else None


def _download(file: DatasetFile) -> str:
    return f"{reverse('content:open', args=[content_path(file)])}?download"


class DatasetFileList(StudioList):
    """The files of a version."""

    key = "dataset-files"
    title = _("Files")
    columns = (
        Column("path", _("File"), sort="path", link=_download, fixed=True),
        Column("size", _("Size"), kind="bytes"),
        Column("sha256", "SHA-256", kind="code", shown=False),
    )
    default_sort = ("path",)
    search_fields = ("path",)
    search_hint = _("Search files")
