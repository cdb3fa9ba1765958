"""The columns of a version: what a file has, and what people have changed of it. Neither Django models nor I/O."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.core.storage.keys import shown
from apps.data.tabular.reading import TableColumn
from apps.data.tabular.settings import ColumnType
from apps.workspaces.text import is_one_line

LONGEST_NAME: Final = 300

Changes = Mapping[int, Mapping[str, Any]]


def apply_changes(columns: Sequence[TableColumn], changes: Changes) -> list[dict[str, Any]]:
    """Return the columns of a version: ``[{"name", "source", "type", "included"}]``; ``source`` is the file's name for it.

    Args: changes: by the place of the column, from 0: ``{"name", "type", "included"}``, each of which may be missing.

    Raises:
        InvalidInput: a name is empty, too long or there twice; a type or a column does not exist.
    """
    errors: list[str] = []
    for place, change in changes.items():
        if not 0 <= place < len(columns):
            errors.append(_("There is no column %(number)d.") % {"number": place + 1})
        if change.get("type") not in (None, *ColumnType.values):
            errors.append(_("“%(type)s” is no type of a column.") % {"type": shown(str(change["type"]))})
    made = [_changed(column, changes.get(place, {})) for place, column in enumerate(columns)]
    for number, column in enumerate(made, start=1):
        name = column["name"]
        if not name or len(name) > LONGEST_NAME or not is_one_line(name):
            message = _("Column %(number)d needs a name of at most %(limit)d characters, without line breaks.")
            errors.append(message % {"number": number, "limit": LONGEST_NAME})
    counts = Counter(column["name"] for column in made if column["included"])
    errors += [
        _("“%(name)s” is the name of %(count)d columns.") % {"name": shown(name), "count": count}
        for name, count in counts.items()
        if count > 1
    ]
    if errors:
        raise InvalidInput({"schema": errors[:20]})
    return made


def _changed(column: TableColumn, change: Mapping[str, Any]) -> dict[str, Any]:
    name = change.get("name")
    return {
        "name": str(name).strip() if name is not None else column.name,
        "source": column.name,
        "type": str(change.get("type") or column.type),
        "included": bool(change.get("included", True)),
    }
