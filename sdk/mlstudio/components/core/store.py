"""A port's value as a folder on disk, and back.

| type | files |
|---|---|
| DataFrameDirectory | `data.parquet`, `_meta.json` (facts of columns), `_folds.parquet`, `_evaluation.json` if there are any |
| UntrainedModelDirectory | `untrained.json` |
| ModelDirectory | `model.joblib`, which only a sandbox loads, and `model.json`, which anyone reads |
| TransformationDirectory | `transformation.json` |
| others | whatever the component puts there |
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mlstudio.components.core.declaring import (
    ANY,
    CLUSTERING,
    IMAGES,
    MODEL,
    TABLE,
    TRANSFORM,
    UNTRAINED,
    UNTRAINED_CLUSTERING,
    ZIP,
)
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import joblib, pl
from mlstudio.components.core.schema import Column, schema_from_json, schema_to_json
from mlstudio.components.core.table import Table, normal
from mlstudio.components.core.values import Transformation, Untrained

DATA, META, FOLDS, EVALUATION = "data.parquet", "_meta.json", "_folds.parquet", "_evaluation.json"
UNTRAINED_FILE, MODEL_FILE, SUMMARY, TRANSFORM_FILE = (
    "untrained.json",
    "model.joblib",
    "model.json",
    "transformation.json",
)


def read(kind: str, folder: Path, where: str = "An input") -> Any:
    """Return the value in a folder.

    Args: kind: the type of the port. where: the port, for messages.
    Raises: ComponentError: the folder does not hold one.
    """
    if not folder.exists():
        raise ComponentError(3, f"{where} is missing.", "Run the step before it again.")
    try:
        return READERS[kind](folder)
    except FileNotFoundError as error:
        message = f"{where} holds no {kind}: the file {Path(error.filename or '').name} is missing."
        raise ComponentError(49, message, "Connect an output of that type.") from None
    except (ValueError, KeyError, pl.exceptions.PolarsError) as error:
        raise ComponentError(49, f"{where} cannot be read: {error}", "Run the step before it again.") from None


def write(kind: str, value: Any, folder: Path) -> None:
    """Write a value into a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    WRITERS[kind](value, folder)


def read_table(folder: Path) -> Table:
    """Return the table in a folder: ours, or one of files that anybody wrote (parquet, csv, tsv, json lines)."""
    if not (folder / DATA).is_file():
        from mlstudio.components.data.files import read_files

        return read_files(folder)
    facts = read_facts(folder)
    folds = pl.read_parquet(folder / FOLDS)["fold"] if (folder / FOLDS).is_file() else None
    evaluation = json.loads((folder / EVALUATION).read_text("utf-8")) if (folder / EVALUATION).is_file() else None
    return Table(normal(pl.read_parquet(folder / DATA)), facts, folds, evaluation)


def read_facts(folder: Path) -> dict[str, Column]:
    """Return what is known of the columns of the table in a folder, by name; nothing where nobody said anything."""
    meta = folder / META
    if not meta.is_file():
        return {}
    known = schema_from_json(json.loads(meta.read_text("utf-8"))["columns"]) or ()
    return {column.name: column for column in known}


def write_table(table: Table, folder: Path) -> None:
    """Write a table and what is known of it."""
    table.frame.write_parquet(folder / DATA)
    _write_json(folder / META, {"columns": schema_to_json(table.schema), "rows": table.height})
    if table.folds is not None:
        pl.DataFrame({"fold": table.folds}).write_parquet(folder / FOLDS)
    if table.evaluation is not None:
        _write_json(folder / EVALUATION, table.evaluation)


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")


def _write_model(model: Any, folder: Path) -> None:
    joblib.dump(model, folder / MODEL_FILE, compress=3)
    _write_json(folder / SUMMARY, model.summary())


def _read_transformation(folder: Path) -> Transformation:
    known = json.loads((folder / TRANSFORM_FILE).read_text("utf-8"))
    return Transformation(known["kind"], known["facts"])


def _write_transformation(value: Transformation, folder: Path) -> None:
    _write_json(folder / TRANSFORM_FILE, {"kind": value.kind, "facts": value.facts})


def _fill(value: Callable[[Path], None], folder: Path) -> None:
    """A component gives a folder as the function that fills it."""
    value(folder)


def _read_untrained(folder: Path) -> Untrained:
    return Untrained.of_json(json.loads((folder / UNTRAINED_FILE).read_text("utf-8")))


def _write_untrained(value: Untrained, folder: Path) -> None:
    _write_json(folder / UNTRAINED_FILE, value.as_json())


def _read_model(folder: Path) -> Any:
    return joblib.load(folder / MODEL_FILE)


READERS: dict[str, Callable[[Path], Any]] = {
    TABLE: read_table,
    UNTRAINED: _read_untrained,
    UNTRAINED_CLUSTERING: _read_untrained,
    MODEL: _read_model,
    CLUSTERING: _read_model,
    TRANSFORM: _read_transformation,
    ANY: Path,
    IMAGES: Path,
    ZIP: Path,
}
WRITERS: dict[str, Callable[[Any, Path], None]] = {
    TABLE: write_table,
    UNTRAINED: _write_untrained,
    UNTRAINED_CLUSTERING: _write_untrained,
    MODEL: _write_model,
    CLUSTERING: _write_model,
    TRANSFORM: _write_transformation,
    ANY: _fill,
    IMAGES: _fill,
    ZIP: _fill,
}
