"""The run as its own code sees it: ``Run.get_context()`` and then ``run.log("loss", 0.1)``.

What is logged goes to a file beside the run, at once and in a few microseconds; the machine's runner sends it on. So logging
needs no network, works from several processes and threads, and never makes the program wait for the studio or fail with it.
Wrong arguments raise ``TypeError`` or ``ValueError``; whatever else goes wrong is a warning.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlstudio.tracking import values
from mlstudio.tracking.events import Events, warn
from mlstudio.tracking.files import Files, checked_path

LIST_PART = 10_000
IMAGE_TYPES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".svg", ".webp")


class Run:
    """A run of the studio, from inside of it. Get it with ``Run.get_context()``.

    Attributes: id: its id. name: its short name in the workspace. display_name: the same, for a person. experiment,
        workspace: names.
    """

    _context: Run | None = None

    def __init__(self, record: Events | None) -> None:
        self.id = os.environ.get("STUDIO_RUN_ID", "")
        self.name = os.environ.get("STUDIO_RUN_NAME", "")
        self.display_name = os.environ.get("STUDIO_RUN_DISPLAY_NAME") or self.name
        self.experiment = os.environ.get("STUDIO_EXPERIMENT", "")
        self.workspace = os.environ.get("STUDIO_WORKSPACE", "")
        self._record = record
        code = os.environ.get("STUDIO_RUN_FOLDER", ".")
        self._files = Files(os.environ.get("STUDIO_RUN_FILES") if record else None, code)

    @classmethod
    def get_context(cls, allow_offline: bool = True) -> Run:
        """Return the run that this program is; outside of a run one that prints what is logged.

        Args: allow_offline: False raises an error outside of a run instead.

        Raises:
            RuntimeError: this is no run, and ``allow_offline`` is False.
        """
        if cls._context is None:
            path = os.environ.get("STUDIO_RUN_EVENTS", "")
            if path:
                try:
                    cls._context = Run(Events(path))
                except OSError as error:
                    warn(f"Nothing is logged to the studio: {error}.")
                    cls._context = _OfflineRun()
            elif not allow_offline:
                raise RuntimeError("This program was not started by the studio; get_context() has no run to give.")
            else:
                cls._context = _OfflineRun()
        return cls._context

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_error: object) -> None:
        self.flush()

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

    # --- The end -----------------------------------------------------------------------------------------------------
    def complete(self) -> None:
        """Do nothing: a run that the studio started is complete when its command ends well."""

    def fail(self, error_details: Any = None, error_code: str | None = None) -> None:
        """Note why the run fails; it fails by the exit code of its command."""
        said = {"error_details": str(error_details or "")[: values.LONGEST_TEXT], "error_code": str(error_code or "")}
        self.set_tags({key: value for key, value in said.items() if value})

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
        if self._record is not None:
            self._record.write(event, what)


class _OfflineRun(Run):
    """What a program logs to where no studio started it: everything is printed."""

    def __init__(self) -> None:
        super().__init__(None)
        self.id = self.name = self.display_name = f"OfflineRun_{os.getpid()}"

    def _say(self, event: dict[str, Any], what: str) -> None:
        for name, value, step, _at_ms in event.get("m", []):
            print(f"Metric {name}: {value}" + ("" if step is None else f" (step {step})"))
        for kind, word in (("t", "Tag"), ("p", "Parameter"), ("d", "Property")):
            for name, value in event.get(kind, {}).items():
                print(f"{word} {name}: {value}")
        if "r" in event:
            kind, value = event["r"]["kind"].replace("_", " ").capitalize(), json.dumps(event["r"]["value"])
            print(f"{kind} {event['r']['name']}: {value[:500]}")


def _now_ms() -> int:
    return int(time.time() * 1000)
