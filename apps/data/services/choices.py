"""What somebody has chosen so far for the dataset that an upload becomes."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from apps.data.models import Upload, UploadFile
from apps.data.schemas import apply_changes
from apps.data.tabular.reading import TableColumn

_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")


def choose(upload: Upload, **choices: Any) -> None:
    """Keep choices with the upload: ``kind``, ``dataset`` (the name whose next version it becomes), ``settings``, ``schema``
    (changes by the place of the column, as texts)."""
    upload.choices = {**upload.choices, **choices}
    upload.save(update_fields=["choices", "updated_at"])


def check_schema(columns: Sequence[TableColumn], changes: Mapping[str, Mapping[str, Any]]) -> None:
    """Check changes to columns.

    Raises:
        InvalidInput: a name or type cannot be used, or a name stands there twice.
    """
    apply_changes(columns, {int(place): change for place, change in changes.items()})


def suggest_name(upload: Upload) -> str:
    """Return a name for what an upload holds: that of its file, or of its folder."""
    first = UploadFile.objects.filter(upload=upload).order_by("path").values_list("path", flat=True).first() or ""
    folder, slash, _rest = first.partition("/")
    name = folder if slash else first.rpartition(".")[0] or first
    return _UNFIT.sub("-", name).strip("-._")[:255]
