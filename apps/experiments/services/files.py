"""Files that runs leave behind."""

import mimetypes
import uuid
from collections.abc import Iterable
from typing import Any, BinaryIO, Final

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from apps.core.errors import TooLarge, UserError
from apps.core.storage import get_store
from apps.core.storage.keys import fault_in_path, shown
from apps.experiments.errors import ChecksumWrong
from apps.experiments.models import Run, RunFile

LONGEST_PATH_BYTES: Final = 1000
MOST_FILES: Final = 100_000
# What the system's own tables leave out or name differently from machine to machine.
MEDIA_TYPES: Final = {
    ".ipynb": "application/x-ipynb+json", ".jsonl": "application/x-ndjson", ".log": "text/plain", ".md": "text/markdown",
    ".yaml": "application/yaml", ".yml": "application/yaml", ".csv": "text/csv", ".tsv": "text/tab-separated-values",
    ".parquet": "application/vnd.apache.parquet", ".svg": "image/svg+xml", ".webp": "image/webp", ".py": "text/x-python",
}  # fmt: skip


def store_file(*, run: Run, path: str, contents: Iterable[bytes] | BinaryIO, sha256: str = "") -> RunFile:
    """Keep a file of a run, in place of what was there under the same path. Harmless when repeated.

    Args: path: relative, with slashes. sha256: of the contents in hex, where the sender knows it.
    Raises:
        UserError: the path cannot be one. ChecksumWrong: the contents are not those that were sent; nothing has changed.
        TooLarge: the run has too many files. StorageFull: there is no space left.
    """
    check_path(path)
    known = RunFile.objects.filter(run=run, path=path).first()
    if known is not None and sha256 and known.sha256 == sha256:
        return known
    if known is None and RunFile.objects.filter(run=run).count() >= MOST_FILES:
        raise TooLarge(_("A run keeps at most %(limit)d files. Pack many small ones into one.") % {"limit": MOST_FILES})
    # A key of its own each time: what is replaced stays whole for those who read it, and "a" may stand beside "a/b".
    key = f"{run.files_prefix}/files/{uuid.uuid4().hex}"
    stored = get_store().write(key, contents)
    if sha256 and stored.sha256 != sha256:
        get_store().delete(key)
        raise ChecksumWrong(shown(path))
    facts = {"size": stored.size, "sha256": stored.sha256, "key": key, "media_type": media_type_of(path)}
    with transaction.atomic():
        earlier = RunFile.objects.select_for_update().filter(run=run, path=path).first()
        row, _made = RunFile.objects.update_or_create(run=run, path=path, defaults={**facts, "origin": None})
        own = earlier is not None and earlier.origin_id is None
        more = stored.size - (earlier.size if earlier and own else 0)
        Run.objects.filter(pk=run.pk).update(output_bytes=F("output_bytes") + more)
        if earlier is not None and own:
            old_key = earlier.key
            transaction.on_commit(lambda: get_store().delete(old_key))
    return row


def delete_file(*, run: Run, path: str) -> None:
    """Delete a file of a run. Where there is none, nothing happens."""
    with transaction.atomic():
        row = RunFile.objects.select_for_update().filter(run=run, path=path).first()
        if row is None:
            return
        key = row.key
        row.delete()
        if row.origin_id is not None:
            return
        Run.objects.filter(pk=run.pk).update(output_bytes=F("output_bytes") - row.size)
        transaction.on_commit(lambda: get_store().delete(key))


def check_path(path: str) -> None:
    """Raise UserError where ``path`` cannot be that of a run's file."""
    fault = fault_in_path(path, max_bytes=LONGEST_PATH_BYTES)
    if fault is not None:
        said = _("“%(path)s” cannot be the path of a file: %(fault)s.")
        raise UserError(said % {"path": shown(path), "fault": fault}, field="path")


def media_type_of(path: str) -> str:
    """Return the media type that a path's ending stands for; empty where it is not known."""
    ending = f".{path.rpartition('.')[2].lower()}" if "." in path.rpartition("/")[2] else ""
    return MEDIA_TYPES.get(ending) or mimetypes.guess_type(path)[0] or ""


def folder_of(files: Iterable[tuple[str, dict[str, Any]]], prefix: str) -> dict[str, list[dict[str, Any]]]:
    """Return one level of a tree: ``folders`` with how much is in each, and ``files``.

    Args: files: all files beneath ``prefix``, as paths with what is known of each, ``size`` among it. prefix: ``""``, or a
        folder with a slash at its end.
    """
    folders: dict[str, dict[str, Any]] = {}
    here: list[dict[str, Any]] = []
    for path, facts in files:
        rest = path[len(prefix) :]
        name, slash, _below = rest.partition("/")
        if not slash:
            here.append({"path": path, **facts})
            continue
        folder = folders.setdefault(name, {"path": f"{prefix}{name}", "files": 0, "size": 0})
        folder["files"] += 1
        folder["size"] += facts["size"]
    return {"folders": [folders[name] for name in sorted(folders)], "files": here}
