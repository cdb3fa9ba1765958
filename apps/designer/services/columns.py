"""The columns that a dataset brings to a canvas, before anything runs."""

from dataclasses import asdict
from typing import Any, Final

from apps.core.errors import UserError
from apps.data.models import DatasetVersion
from apps.data.services import find_version
from apps.data.tabular.settings import ColumnType
from apps.workspaces.models import Workspace
from mlstudio.components.core.schema import BOOLEAN, DATETIME, DOUBLE, INTEGER, STRING, Column, Schema

TYPES: Final = {
    ColumnType.STRING: STRING,
    ColumnType.INTEGER: INTEGER,
    ColumnType.DECIMAL: DOUBLE,
    ColumnType.BOOLEAN: BOOLEAN,
    ColumnType.DATE: DATETIME,
    ColumnType.DATETIME: DATETIME,
}


def schema_of(version: DatasetVersion) -> Schema | None:
    """Return the columns that components read from a dataset's files; None where it is no table."""
    if not version.columns:
        return None
    return tuple(Column(column["source"], TYPES.get(column["type"], STRING)) for column in version.columns)


def schema_at(workspace: Workspace, path: str) -> Schema | None:
    """Return the columns of data that is named as in job files (``azureml:people:2``); None where nothing is known."""
    try:
        return schema_of(find_version(workspace, path))
    except UserError:
        return None


def shown_schema(schema: Schema | None) -> list[dict[str, Any]] | None:
    """Return columns for pages: name, type, whether categorical, and role; what score a column is, where it is one."""
    if schema is None:
        return None
    rows = [asdict(column) for column in schema]
    return [{key: value for key, value in row.items() if value or key not in ("score", "of")} for row in rows]
