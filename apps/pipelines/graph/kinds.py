"""Which types of data can be given where another is wanted."""

from typing import Final

from apps.pipelines.graph.types import LITERAL_TYPES

MODEL_TYPES: Final = ("mlflow_model", "custom_model", "triton_model", "safe_model")
DATA_TYPES: Final = ("uri_file", "uri_folder", "mltable", *MODEL_TYPES)

_ANY_FOLDER: Final = frozenset({"uri_folder", "AnyDirectory"})
_ANY_FILE: Final = frozenset({"uri_file", "AnyFile"})
# A custom model may be a single file, and is the one type that may.
_FILES: Final = _ANY_FILE | {"ZipFile", "custom_model"}
_FOLDERS_TOO: Final = frozenset({"custom_model"})


def output_fits(given: str, wanted: str) -> bool:
    """Return whether what one component leaves as ``given`` can be read by another as ``wanted``.

    A plain folder or file is as good as any; types that say more only go together where they are the same.
    """
    if given == wanted:
        return True
    if given in LITERAL_TYPES or wanted in LITERAL_TYPES:
        return False
    if wanted in _ANY_FOLDER or given in _ANY_FOLDER:
        other = given if wanted in _ANY_FOLDER else wanted
        return other not in _FILES or other in _FOLDERS_TOO
    if wanted in _ANY_FILE or given in _ANY_FILE:
        return given in _FILES and wanted in _FILES
    return given in MODEL_TYPES and wanted in MODEL_TYPES


def data_fits(given: str, wanted: str) -> bool:
    """Return whether data of the workspace can be read as ``wanted``: as from a component, a file where a folder is wanted (who
    gives it says which), and by the types that components agree on among themselves, whose readers know files of all kinds."""
    if wanted in LITERAL_TYPES:
        return False
    return output_fits(given, wanted) or wanted not in DATA_TYPES or (given == "uri_file" and wanted in _ANY_FOLDER)
