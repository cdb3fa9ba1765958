"""Types of data as components have them, and as runs do."""

from typing import Final

from apps.experiments.services.config import DATA_TYPES
from apps.pipelines.graph.kinds import MODEL_TYPES
from apps.pipelines.graph.types import Binding, FromData, InputPort, Value

_FILES: Final = frozenset({"uri_file", "AnyFile", "ZipFile"})


def as_data(port: InputPort, binding: Binding) -> Binding:
    """Return what an input is given; the default of data is a path, which is written as a text."""
    if isinstance(binding, Value) and not port.is_literal:
        return FromData(str(binding.value), port.type, port.mode)
    return binding


def plain_type(kind: str) -> str:
    """Return the type of data as runs know it; what components agree on among themselves is a folder or a file."""
    return kind if kind in DATA_TYPES else "uri_file" if kind in _FILES else "uri_folder"


def type_read(left: str, wanted: str) -> str:
    """Return as what a step reads an output. Models may be a file or a folder, so what is one of these stays it."""
    if wanted in MODEL_TYPES or left in MODEL_TYPES:
        return wanted if wanted in MODEL_TYPES else left
    return "uri_file" if left in _FILES else "mltable" if wanted == "mltable" else "uri_folder"
