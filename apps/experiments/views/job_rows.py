"""The rows of the form that submits a run: its inputs, literals and data, and its outputs."""

import math
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.experiments.services.config import DATA_TYPES, INPUT_MODES, asset_name

LITERAL_TYPES: Final = [
    ("string", gettext_lazy("text")),
    ("number", gettext_lazy("number")),
    ("integer", gettext_lazy("whole number")),
    ("boolean", gettext_lazy("true or false")),
]
FILE_TYPES: Final = [
    ("uri_file", gettext_lazy("file")),
    ("uri_folder", gettext_lazy("folder")),
    ("mltable", gettext_lazy("table (MLTable)")),
]
MODEL_TYPES: Final = [
    ("custom_model", gettext_lazy("model")),
    ("mlflow_model", gettext_lazy("MLflow model")),
]
# What the types of inputs and outputs are called, in groups as a choice shows them.
INPUT_GROUPS: Final = [
    (gettext_lazy("Values"), LITERAL_TYPES),
    (gettext_lazy("Data"), [*FILE_TYPES, *MODEL_TYPES]),
]
OUTPUT_GROUPS: Final = [(gettext_lazy("Data"), FILE_TYPES), (gettext_lazy("Models"), MODEL_TYPES)]


@dataclass
class InputRow:
    """A line of the inputs: what was typed, and what is wrong with it. ``value`` is a path where the type is one of data."""

    name: str = ""
    type: str = "string"
    value: str = ""
    mode: str = INPUT_MODES[0]
    error: str = ""

    @property
    def is_data(self) -> bool:
        """Whether it is data, not a literal."""
        return self.type in DATA_TYPES

    def as_given(self) -> dict[str, Any]:
        """Return the input as a job has it."""
        if self.is_data:
            return {"type": self.type, "path": full_path(self.value), "mode": self.mode}
        return {"type": self.type, "value": typed(self.type, self.value)}


@dataclass
class OutputRow:
    """A line of the outputs. ``asset`` is the dataset or model that it shall be registered as; empty for none."""

    name: str = ""
    type: str = "uri_folder"
    asset: str = ""
    error: str = ""


def posted_inputs(data: Any) -> list[InputRow]:
    """Return the inputs that a form sent; one empty row where there are none."""
    names, types, values, modes = (data.getlist(f"input_{part}") for part in ("name", "type", "value", "mode"))
    rows = [
        InputRow(name.strip(), kind or "string", value, mode or INPUT_MODES[0])
        for name, kind, value, mode in zip_longest(names, types, values, modes, fillvalue="")
    ]
    return [row for row in rows if row.name or row.value] or [InputRow()]


def posted_outputs(data: Any) -> list[OutputRow]:
    """Return the outputs that a form sent; one empty row where there are none."""
    names, types, assets = (data.getlist(f"output_{part}") for part in ("name", "type", "asset"))
    rows = [
        OutputRow(name.strip(), kind or "uri_folder", asset.strip())
        for name, kind, asset in zip_longest(names, types, assets, fillvalue="")
    ]
    return [row for row in rows if row.name or row.asset] or [OutputRow()]


def check_names(rows: list[InputRow] | list[OutputRow]) -> bool:
    """Say at each row that has no name, or that of another, that it has. Returns whether all are sound."""
    seen: set[str] = set()
    for row in rows:
        is_filled = bool(row.value if isinstance(row, InputRow) else row.asset)
        if is_filled and not row.name:
            row.error = _("Give it a name.")
        elif row.name and row.name in seen:
            row.error = _("There is another of this name.")
        seen.add(row.name)
    return not any(row.error for row in rows)


def input_rows(inputs: dict[str, dict[str, Any]]) -> list[InputRow]:
    """Return the rows of a job's inputs."""
    return [
        InputRow(
            name,
            str(given.get("type", "string")),
            str(given.get("path") or "") if "path" in given else as_text(given.get("value")),
            str(given.get("mode") or INPUT_MODES[0]),
        )
        for name, given in inputs.items()
    ]


def output_rows(outputs: dict[str, dict[str, Any]]) -> list[OutputRow]:
    """Return the rows of a job's outputs."""
    return [
        OutputRow(name, str(given.get("type", "uri_folder")), asset_name(given.get("name") or ""))
        for name, given in outputs.items()
    ]


def full_path(text: str) -> str:
    """Return what somebody typed as a path: the name of a dataset needs nothing before it."""
    text = text.strip()
    return text if not text or "://" in text or text.startswith(("azureml:", "runs:/")) else f"azureml:{text}"


def as_text(value: Any) -> str:
    """Return a literal as it is typed into the form."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def typed(kind: str, text: str) -> Any:
    """Return a typed literal; text that does not fit stays text, which the service refuses in words."""
    try:
        if kind == "integer":
            return int(text)
        if kind == "number":
            number = int(text) if text.strip().lstrip("+-").isdecimal() else float(text)
            return number if math.isfinite(number) else text
    except (ValueError, OverflowError):
        return text
    if kind == "boolean":
        return {"true": True, "false": False}.get(text.strip().lower(), text)
    return text
