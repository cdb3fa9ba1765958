"""Files of uploads and versions, looked at as tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import Http404

from apps.data.models import DatasetFile, DatasetVersion, Upload, UploadFile
from apps.data.states import DatasetKind, UploadState
from apps.data.stores import DatastoreFiles, files_of
from apps.data.tabular import profiling, reading
from apps.data.tabular.reading import Page
from apps.data.tabular.settings import ParserSettings
from apps.data.tabular.sources import SourceFile


@dataclass(frozen=True)
class AskedPage:
    """Which part of a table is asked for; an empty ``path`` means its first file."""

    path: str = ""
    first_row: int = 0
    rows: int = 100
    first_column: int = 0
    columns: int = 100


def sources_of_upload(upload: Upload) -> list[SourceFile]:
    """Return the files of a complete upload in the order of their paths."""
    files = files_of(upload.datastore)
    rows = UploadFile.objects.filter(upload=upload).order_by("path")
    return [_source(files, upload.folder, row.path, row.size) for row in rows]


def settings_of_upload(upload: Upload, given: Mapping[str, Any]) -> ParserSettings:
    """Return how a complete upload is read: what is given, and for the rest what its first file seems to be.

    Raises:
        InvalidInput: a setting cannot be used. TableFault: the file is no table.
    """
    first = UploadFile.objects.filter(upload=upload).order_by("path").first()
    if first is None or upload.state != UploadState.COMPLETE:
        raise Http404
    if given.get("format") == "parquet":
        return ParserSettings.from_json(given)
    guessed = reading.guess(_source(files_of(upload.datastore), upload.folder, first.path, first.size))
    return ParserSettings.from_json(given, guessed)


def preview_upload(upload: Upload, given: Mapping[str, Any], asked: AskedPage) -> tuple[ParserSettings, Page]:
    """Return rows of a file of a complete upload, and the settings by which they were read.

    Raises:
        InvalidInput, TableFault: it cannot be read so.
    """
    settings = settings_of_upload(upload, given)
    rows = UploadFile.objects.filter(upload=upload).order_by("path")
    file = (rows.filter(path=asked.path) if asked.path else rows).first()
    if file is None:
        raise Http404
    return settings, _page(_source(files_of(upload.datastore), upload.folder, file.path, file.size), settings, asked)


def preview_version(version: DatasetVersion, asked: AskedPage) -> Page:
    """Return rows of a file of a version, as the files have them.

    Raises:
        TableFault: it cannot be read. Http404: it is no table, or has no such file.
    """
    file, settings = _table_of(version, asked.path)
    return _page(source_of(version, file), settings, asked)


def profile_version(version: DatasetVersion, first_column: int, columns: int) -> profiling.Profile:
    """Return numbers about some columns of a version, over the first rows of its first file.

    Raises:
        TableFault: it cannot be read. Http404: it is no table.
    """
    file, settings = _table_of(version, "")
    schema = version.columns[first_column : first_column + columns]
    source = source_of(version, file)
    return profiling.profile(source, settings, [(column["name"], column["type"]) for column in schema], first_column)


def source_of(version: DatasetVersion, file: DatasetFile) -> SourceFile:
    """Return one file of a version."""
    return _source(files_of(version.datastore), version.folder, file.path, file.size)


def _table_of(version: DatasetVersion, path: str) -> tuple[DatasetFile, ParserSettings]:
    if version.dataset.kind != DatasetKind.TABULAR:
        raise Http404
    rows = DatasetFile.objects.filter(version=version).order_by("path")
    file = (rows.filter(path=path.replace("\x00", "")) if path else rows).first()
    if file is None:
        raise Http404
    return file, ParserSettings.from_json(version.settings)


def _page(source: SourceFile, settings: ParserSettings, asked: AskedPage) -> Page:
    return reading.read_page(
        source,
        settings,
        first_row=asked.first_row,
        rows=asked.rows,
        first_column=asked.first_column,
        columns=asked.columns,
    )


def _source(files: DatastoreFiles, folder: str, path: str, size: int) -> SourceFile:
    place = f"{folder}/{path}"
    opened: Any = partial(files.open, place)
    return SourceFile(path, size, opened, files.path_of(place))


def inspect_upload(upload: Upload, settings: ParserSettings) -> reading.Inspection:
    """Check that the files of a complete upload make a table.

    Raises:
        TableFault: the first thing that is wrong, with its place.
    """
    return reading.inspect(sources_of_upload(upload), settings)
