"""The file ``MLTable``, which says how the files beside it are read; made from the settings of a version of a table."""

from typing import Any, Final

import yaml

from apps.data.models import DatasetVersion
from apps.data.tabular.settings import ColumnType, Format, ParserSettings

MLTABLE: Final = "MLTable"
_ENCODINGS: Final = {
    "utf-8": "utf8", "utf-8-sig": "utf8bom", "utf-16": "utf16", "utf-16-le": "utf16", "utf-16-be": "utf16",
    "cp1252": "windows1252", "latin-1": "iso88591", "ascii": "ascii",
}  # fmt: skip
# Dates are left as text: the format has no way to say how they are written that everybody reads the same.
_TYPES: Final = {
    ColumnType.STRING: "string", ColumnType.INTEGER: "int", ColumnType.DECIMAL: "float", ColumnType.BOOLEAN: "boolean",
}  # fmt: skip


def mltable_of(version: DatasetVersion) -> bytes:
    """Return the MLTable file of a version of a table; the same bytes each time."""
    paths = [{"file": f"./{path}"} for path in version.files.order_by("path").values_list("path", flat=True)]
    settings = ParserSettings.from_json(version.settings)
    table = {"type": "mltable", "paths": paths, "transformations": [_reading(settings), *_columns(version)]}
    return yaml.safe_dump(table, sort_keys=False, allow_unicode=True, width=120).encode()


def _reading(settings: ParserSettings) -> dict[str, Any]:
    encoding = _ENCODINGS[settings.encoding]
    if settings.format == Format.PARQUET:
        return {"read_parquet": {"include_path_column": False}}
    if settings.format == Format.JSON_LINES:
        return {"read_json_lines": {"encoding": encoding}}
    header = "all_files_same_headers" if settings.has_header else "no_header"
    return {"read_delimited": {"delimiter": settings.delimiter, "encoding": encoding, "header": header}}


def _columns(version: DatasetVersion) -> list[dict[str, Any]]:
    kept = [column for column in version.columns if column["included"]]
    steps: list[dict[str, Any]] = []
    if len(kept) < len(version.columns):
        steps.append({"keep_columns": [column["source"] for column in kept]})
    typed = [
        {"columns": [column["source"] for column in kept if column["type"] == type_], "column_type": name}
        for type_, name in _TYPES.items()
    ]
    typed = [each for each in typed if each["columns"]]
    return [*steps, {"convert_column_types": typed}] if typed else steps
