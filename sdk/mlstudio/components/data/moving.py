"""Data from elsewhere into the pipeline, and out of it."""

from __future__ import annotations

import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlstudio.components.core.declaring import (
    ANY,
    DATA,
    Component,
    Port,
    Schemas,
    Values,
    choice,
    columns,
    integer,
    switch,
    text,
    when,
)
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.schema import Schema
from mlstudio.components.core.selecting import all_columns
from mlstudio.components.core.table import Table
from mlstudio.components.data.files import SEPARATORS, read_files, write_file

LONGEST_WAIT_S = 60
MOST_BYTES = 2 * 1024**3
MARKS = {"As the file's ending says": "", "Comma": ",", "Tab": "\t", "Semicolon": ";", "Pipe": "|", "Space": " "}
ENCODINGS = {"UTF-8": "utf8", "ISO-8859-1": "latin-1", "Windows-1252": "cp1252", "UTF-16": "utf-16"}


class ImportData(Component):
    """Files from a web address or a datastore."""

    name = "import_data"
    title = "Import Data"
    category = DATA
    help = "Reads files of one web address or of a datastore. Several files with the same columns become one dataset."
    inputs = (Port("files", "Files of the datastore", ANY, optional=True),)
    outputs = (Port("dataset", "Dataset"),)
    parameters = (
        choice("source", "Data source", ("Datastore", "URL via HTTP")),
        text("url", "Data source URL", None, when=when(source="URL via HTTP")),
        text("datastore", "Datastore", None, when=when(source="Datastore")),
        text(
            "path",
            "Path",
            None,
            when=when(source="Datastore"),
            help="A file, a folder, or a folder with /** behind it.",
        ),
        choice("separator", "Delimiter", tuple(MARKS)),
        choice("encoding", "Encoding", tuple(ENCODINGS)),
        switch("has_header", "The first line has the column names", True),
        integer("skip_lines", "Lines to skip", 0, 0),
        columns("columns", "Columns to keep", all_columns(), port=""),
    )
    left_out = {
        "SQL and PostgreSQL datastores": "there are none yet: datastores hold files",
        "Regenerate output": "is set at the node, as for every component",
    }

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Fetch and read; the files of a datastore have come by the port."""
        options = {
            "separator": MARKS[values["separator"]],
            "encoding": ENCODINGS[values["encoding"]],
            "header": values["has_header"],
            "skip": values["skip_lines"],
        }
        if values["source"] == "Datastore":
            if "files" not in inputs:
                raise ComponentError(
                    3, f"The files {values['path']} of {values['datastore']} did not come.", "Check the path.", "path"
                )
            table = read_files(inputs["files"], **options)
        else:
            with tempfile.TemporaryDirectory() as folder:
                table = read_files(_download(values["url"], Path(folder)), **options)
        kept = table.chosen(values["columns"], "the imported data", "columns")
        return {"dataset": table.select(kept).need_rows(1, "What was imported")}


def _download(url: str, folder: Path) -> Path:
    parts = urllib.parse.urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ComponentError(29, f"“{url}” is no web address.", "It begins with http:// or https://.", "url")
    name = Path(parts.path).name or "data.csv"
    path = folder / (name if Path(name).suffix else f"{name}.csv")
    try:
        with urllib.request.urlopen(url.strip(), timeout=LONGEST_WAIT_S) as answer, path.open("wb") as file:  # noqa: S310 - checked above
            size = 0
            while chunk := answer.read(1 << 20):
                size += len(chunk)
                if size > MOST_BYTES:
                    raise ComponentError(30, f"{url} is larger than 2 GB.", "Register it as a dataset.", "url")
                file.write(chunk)
    except (urllib.error.URLError, OSError) as error:
        hint = "Check the address, and that this machine may reach it."
        raise ComponentError(30, f"{url} could not be downloaded: {error}", hint, "url") from error
    return path


class ExportData(Component):
    """A table into a datastore."""

    name = "export_data"
    title = "Export Data"
    category = DATA
    help = "Writes the dataset as one file; the path is one of the chosen datastore."
    inputs = (Port("dataset", "Dataset"),)
    outputs = (Port("exported", "Exported file", ANY),)
    parameters = (
        text("datastore", "Datastore", None),
        text("path", "Path", None, help="Relative to the datastore, such as exports/prices.csv."),
        choice("file_format", "File format", ("csv", "tsv", "parquet", "jsonl")),
    )
    left_out = {"Regenerate output": "is set at the node, as for every component"}

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """Nothing but the path can be wrong."""
        _relative(values["path"])
        return {}

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Write the file below the output's folder, which the run puts into the datastore."""
        table: Table = inputs["dataset"]
        name, kind = _relative(values["path"]).name, values["file_format"]
        if Path(name).suffix.lower() not in (*SEPARATORS, ".parquet", ".jsonl"):
            name = f"{name}.{kind}"
        return {"exported": lambda folder: write_file(table, folder / name, kind)}


def _relative(path: str) -> Path:
    if "://" in path or path.startswith("/") or ".." in Path(path).parts or not Path(path).name:
        hint = "Write a path inside the datastore, such as exports/prices.csv."
        raise ComponentError(2, f"“{path}” is not a relative path.", hint, "path")
    return Path(path)
