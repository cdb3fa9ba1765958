"""What runs and their children have in common: how numbers, words and files are logged."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlstudio.tracking import values
from mlstudio.tracking.events import warn
from mlstudio.tracking.files import Files, checked_path

LIST_PART = 10_000
IMAGE_TYPES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".svg", ".webp")


class Recorder:
    """Turns what is logged into events, and says them. Each call is one line of the run's file.

    Args: files: where files are kept that are given to the studio.
    """

    def __init__(self, files: Files) -> None:
        self._files = files

    # --- Numbers, lists, tables --------------------------------------------------------------------------------------
    def log(self, name: str, value: Any, description: str = "", step: int | None = None) -> None:
        """Log a number; logged again under the same name it becomes a line chart. A text is kept as a text.

        Args: value: a number, also of NumPy or a tensor of one element. step: x axis; None: the next number of the series.
        """
        values.check_name(name)
        if values.is_text(value):
            text = value.decode(errors="replace") if isinstance(value, bytes) else value
            if len(text) > values.LONGEST_TEXT:
                warn(f"The text {name!r} is cut to {values.LONGEST_TEXT} of its {len(text)} characters.")
            self._log_record("text", name, text[: values.LONGEST_TEXT], step)
            return
        number = values.number_of(value)
        self._say({"m": [[name, number, values.step_of(step), _now_ms()]]}, f"The metric {name!r}")

    def log_list(self, name: str, value: Any, description: str = "") -> None:
        """Log a list of numbers or texts at once, shown as a line chart."""
        values.check_name(name)
        column = values.column_of(value, name)
        for start in range(0, len(column), LIST_PART):
            self._log_record("list", name, column[start : start + LIST_PART])

    def log_row(self, name: str, description: str = "", **columns: Any) -> None:
        """Log a row of a table, ``log_row("cos", x=0, y=1)``; the rows of one name make one table."""
        values.check_name(name)
        if not columns:
            raise ValueError(f"A row of {name!r} needs at least one column.")
        if len(columns) > values.MOST_COLUMNS:
            warn(
                f"A row of {name!r} has {len(columns)} columns; tables of more than {values.MOST_COLUMNS} are hard to read."
            )
        row = {values.check_name(column): [values.cell_of(value)] for column, value in columns.items()}
        self._log_record("table", name, row)

    def log_table(self, name: str, value: Mapping[str, Any], description: str = "") -> None:
        """Log a table: values by column, ``{"x": [1, 2], "y": [3, 4]}``; a single value is a column of one row."""
        values.check_name(name)
        if not isinstance(value, Mapping) or not value:
            raise TypeError("A table is a mapping of columns, such as {'x': [1, 2], 'y': [3, 4]}.")
        columns = {}
        for column, cells in value.items():
            is_one = values.is_text(cells) or not hasattr(cells, "__iter__")
            columns[values.check_name(column)] = [values.cell_of(cells)] if is_one else values.column_of(cells, column)
        self._log_record("table", name, columns)

    # --- Charts ------------------------------------------------------------------------------------------------------
    def log_confusion_matrix(self, name: str, value: Any, description: str = "") -> None:
        """Log a confusion matrix: ``schema_type`` "confusion_matrix", ``data`` with ``class_labels`` and ``matrix``."""
        self._log_chart("confusion_matrix", name, value)

    def log_accuracy_table(self, name: str, value: Any, description: str = "") -> None:
        """Log what ROC, precision-recall, calibration, lift and gain curves are drawn from."""
        self._log_chart("accuracy_table", name, value)

    def log_residuals(self, name: str, value: Any, description: str = "") -> None:
        """Log a histogram of residuals: ``data`` with ``bin_edges`` and ``bin_counts``."""
        self._log_chart("residuals", name, value)

    def log_predictions(self, name: str, value: Any, description: str = "") -> None:
        """Log predicted against true values: ``data`` with ``bin_averages``, ``bin_errors``, ``bin_counts``, ``bin_edges``."""
        self._log_chart("predictions", name, value)

    def log_image(
        self, name: str, path: str | os.PathLike[str] | None = None, plot: Any = None, description: str = ""
    ) -> None:
        """Log an image: a file, or a matplotlib plot (the module ``pyplot`` or a figure)."""
        values.check_name(name)
        if (path is None) == (plot is None):
            raise ValueError("log_image needs either path or plot.")
        stem = re.sub(r"[^\w.-]+", "_", name).strip("._") or "image"
        kept = f"logged_images/{stem}_{time.time_ns()}"
        if plot is not None:
            kept += ".png"
            target = self._files.place(kept)
            if target is None:
                return
            plot.savefig(target)
        else:
            source = Path(os.fspath(path or ""))
            if not source.is_file():
                raise ValueError(f"There is no image {os.fspath(source)!r}.")
            if source.suffix.lower() not in IMAGE_TYPES:
                raise ValueError(f"{source.name!r} is no image; these are: {', '.join(IMAGE_TYPES)}.")
            kept += source.suffix.lower()
            if not self._files.copy(source, kept):
                return
        self._say({"f": kept}, f"The image {name!r}")
        self._log_record("image", name, None, path=kept)

    # --- Words about the run -----------------------------------------------------------------------------------------
    def tag(self, key: str, value: Any = None) -> None:
        """Set a tag; tags can be changed and are found by the search."""
        values.check_name(key)
        self._say({"t": {key: "" if value is None else str(value)}}, f"The tag {key!r}")

    def set_tags(self, tags: Mapping[str, Any]) -> None:
        """Set several tags."""
        for key, value in tags.items():
            self.tag(key, value)

    def add_properties(self, properties: Mapping[str, Any]) -> None:
        """Add properties. They can never be changed: adding one again with another value is refused by the studio."""
        said = {values.check_name(key): str(value) for key, value in properties.items()}
        self._say({"d": said}, "The properties")

    set_properties = add_properties

    def log_parameter(self, name: str, value: Any) -> None:
        """Log a parameter that the run was made with, such as a learning rate."""
        self._say({"p": {values.check_name(name): str(value)}}, f"The parameter {name!r}")

    def log_parameters(self, parameters: Mapping[str, Any]) -> None:
        """Log several parameters."""
        said = {values.check_name(name): str(value) for name, value in parameters.items()}
        self._say({"p": said}, "The parameters")

    # --- Files -------------------------------------------------------------------------------------------------------
    def upload_file(self, name: str, path_or_stream: Any) -> None:
        """Keep a file with the run under ``name``, such as "outputs/model.pkl"; it is uploaded while the run goes on.

        Args: path_or_stream: a path, or something open for reading.
        """
        path = checked_path(name)
        if hasattr(path_or_stream, "read"):
            target = self._files.place(path)
            if target is None:
                return
            data = path_or_stream.read()
            target.write_bytes(data.encode() if isinstance(data, str) else data)
        else:
            source = Path(os.fspath(path_or_stream))
            if not source.is_file():
                raise ValueError(f"There is no file {os.fspath(source)!r}.")
            if not self._files.copy(source, path):
                return
        self._say({"f": path}, f"The file {name!r}")

    def upload_files(self, names: list[str], paths: list[str]) -> None:
        """Keep several files with the run."""
        if len(names) != len(paths):
            raise ValueError(f"There are {len(names)} names for {len(paths)} files.")
        for name, path in zip(names, paths):
            self.upload_file(name, path)

    def upload_folder(self, name: str, path: str | os.PathLike[str]) -> None:
        """Keep all files below a folder with the run, below ``name``."""
        folder = Path(os.fspath(path))
        if not folder.is_dir():
            raise ValueError(f"There is no folder {os.fspath(folder)!r}.")
        for source in sorted(folder.rglob("*")):
            if source.is_file():
                self.upload_file(f"{name.rstrip('/')}/{source.relative_to(folder).as_posix()}", source)

    def flush(self, timeout_seconds: float = 300) -> None:
        """Do nothing: whatever was logged is in the run's file already. Here for programs that call it."""

    # --- How it is said ----------------------------------------------------------------------------------------------
    def _log_chart(self, kind: str, name: str, value: Any) -> None:
        values.check_name(name)
        self._log_record(kind, name, values.chart_of(kind, value))

    def _log_record(self, kind: str, name: str, value: Any, step: int | None = None, path: str = "") -> None:
        record = {
            "kind": kind,
            "name": name,
            "step": values.step_of(step),
            "at_ms": _now_ms(),
            "value": value,
            "path": path,
        }
        self._say({"r": record}, f"The {kind.replace('_', ' ')} {name!r}")

    def _say(self, event: dict[str, Any], what: str) -> None:
        """Say an event; ``what`` names it where it cannot be said."""
        raise NotImplementedError


def _now_ms() -> int:
    return int(time.time() * 1000)
