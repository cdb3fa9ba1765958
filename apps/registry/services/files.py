"""Files of versions: one, a folder, all of them as a zip."""

from collections.abc import Iterator
from typing import Any

from apps.core.hooks import Content
from apps.core.storage import FileMissing, get_store
from apps.core.storage.zipping import zipped
from apps.experiments.services.files import folder_of, media_type_of
from apps.registry.models import ModelFile, ModelVersion
from apps.registry.services.references import check_ready


def find_file(version: ModelVersion, path: str) -> ModelFile:
    """Return a file of a version by its path.

    Raises:
        VersionNotReady: the files are not there (yet). FileMissing: it has no such file.
    """
    check_ready(version)
    file = ModelFile.objects.filter(version=version, path=path.replace("\x00", "")).first()
    if file is None:
        raise FileMissing(path)
    file.version = version
    return file


def open_file(version: ModelVersion, path: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """Read a file of a version in chunks: bytes from ``start`` up to, not including, ``end``.

    Raises:
        VersionNotReady, FileMissing: it cannot be read.
    """
    return get_store().open(version.key_of(find_file(version, path).path), start, end)


def content_of(file: ModelFile) -> Content:
    """Return how a file of a version is served."""
    name = file.path.rpartition("/")[2]
    return Content(file.version.key_of(file.path), name, media_type_of(file.path), file.sha256)


def tree_of(version: ModelVersion, prefix: str = "") -> dict[str, list[dict[str, Any]]]:
    """Return one level of the tree of files: ``folders`` with how much is in each, and ``files``.

    Args: prefix: ``""``, or a folder with a slash at its end.
    """
    rows = ModelFile.objects.filter(version=version, path__startswith=prefix).order_by("path")
    found = rows.values_list("path", "size", "sha256").iterator(chunk_size=5000)
    files = (
        (path, {"size": size, "media_type": media_type_of(path), "sha256": sha256})
        for path, size, sha256 in found
        if path.startswith(prefix)
    )
    return folder_of(files, prefix)


def zip_of(version: ModelVersion, prefix: str = "") -> Iterator[bytes]:
    """Give a zip of all files, or those of a folder, while it is packed. Not compressed: most models are already.

    Raises:
        VersionNotReady: at once.
    """
    check_ready(version)
    rows = ModelFile.objects.filter(version=version, path__startswith=prefix).order_by("path")
    return zipped([(path, version.key_of(path)) for path in rows.values_list("path", flat=True)])
