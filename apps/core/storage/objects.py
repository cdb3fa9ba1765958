"""What the clouds' stores have in common: a flat space of names, in which a finished upload appears at once.

django-storages finds the credentials and makes the connection. Reading, writing and listing go to each cloud's own
client, because there django-storages' backends differ: some rename instead of overwriting, drop dots at the end of names,
mark ``.gz`` files as compressed in transit, or load a whole file for a range of it.
"""

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import ClassVar

from apps.core.storage.base import FileStore, Source, StoredEntry
from apps.core.storage.errors import FileMissing, StorageFull, StorageUnavailable

DELETED_AT_ONCE = 250  # names in one request; Azure takes 256, S3 1000


class ObjectStore(FileStore):
    """A store in a bucket, beneath ``prefix``. Subclasses speak to one kind of cloud, in full names."""

    failures: ClassVar[tuple[type[Exception], ...]]

    def __init__(self, prefix: str) -> None:
        self._stem = f"{prefix}/" if prefix else ""

    def _write(self, key: str, source: Source) -> None:
        with self._plain_errors():
            self._upload(self._stem + key, source)

    def _open(self, key: str, start: int, end: int | None) -> Iterator[bytes]:
        if start == end:
            self._size(key)
            return iter(())
        try:
            with self._plain_errors(key):
                chunks = self._download(self._stem + key, start, end)
        except _PastTheEnd:
            return iter(())
        return self._relayed(chunks)

    def _relayed(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        with self._plain_errors():
            yield from chunks

    def _size(self, key: str) -> int:
        with self._plain_errors(key):
            return self._measure(self._stem + key)

    def _delete(self, key: str) -> None:
        with self._plain_errors():
            self._remove([self._stem + key])

    def _delete_prefix(self, prefix: str) -> None:
        entries = self._list(prefix)
        while names := [self._stem + entry.key for entry in islice(entries, DELETED_AT_ONCE)]:
            with self._plain_errors():
                self._remove(names)

    def _list(self, prefix: str) -> Iterator[StoredEntry]:
        with self._plain_errors():
            for found in self._find(f"{self._stem}{prefix}/" if prefix else self._stem):
                if not found.key.endswith("/"):  # an empty object by which consoles show a folder
                    yield StoredEntry(found.key.removeprefix(self._stem), found.size, found.modified)

    @contextmanager
    def _plain_errors(self, key: str | None = None) -> Iterator[None]:
        """Turn the client's errors into ours; with a ``key`` that is being read, "not found" means that file."""
        try:
            yield
        except self.failures as error:
            match self._status_of(error):
                case 404 if key is not None:
                    raise FileMissing(key) from error
                case 416:
                    raise _PastTheEnd from error
                case 507:
                    raise StorageFull from error
            raise StorageUnavailable from error

    @abstractmethod
    def _status_of(self, error: Exception) -> int | None:
        """Return the HTTP status a failure of the client stands for; None where there was no answer."""

    @abstractmethod
    def _upload(self, name: str, source: Source) -> None: ...

    @abstractmethod
    def _download(self, name: str, start: int, end: int | None) -> Iterator[bytes]:
        """Ask for the bytes from ``start`` up to, not including, ``end``, at once; give them as they come."""

    @abstractmethod
    def _measure(self, name: str) -> int: ...

    @abstractmethod
    def _remove(self, names: list[str]) -> None:
        """Delete up to ``DELETED_AT_ONCE`` names; it is no error when there is none."""

    @abstractmethod
    def _find(self, stem: str) -> Iterator[StoredEntry]:
        """Give everything whose name starts with ``stem``, sorted by name, with full names as keys."""


class _PastTheEnd(Exception):
    """The range starts behind the last byte."""
