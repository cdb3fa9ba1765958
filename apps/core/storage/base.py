"""What every store promises, whatever it is made of. One contract test holds all of them to it."""

import hashlib
import io
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from apps.core.storage.errors import FileMissing
from apps.core.storage.keys import check_key

if TYPE_CHECKING:
    from apps.core.storage.drafts import Drafts

CHUNK_BYTES: Final = 256 * 1024


@dataclass(frozen=True)
class StoredFile:
    """What was written: its size in bytes and the SHA-256 of its contents in hex."""

    size: int
    sha256: str


@dataclass(frozen=True)
class StoredEntry:
    """One file of a listing: its full key, size in bytes, and when it was last written (UTC)."""

    key: str
    size: int
    modified: datetime


@dataclass(frozen=True)
class Usage:
    """How much there is beneath a prefix."""

    files: int
    size: int


class FileStore(ABC):
    """Files under keys: relative POSIX paths such as ``runs/0196…/outputs/model.pkl`` (the rule: ``check_key``).

    A prefix means a folder: ``runs/1`` covers ``runs/1/log.txt``, but neither ``runs/10/log.txt`` nor a file ``runs/1``.
    A key that has files beneath it must not be used for a file, since a file system could not hold both.

    All methods raise ``InvalidKey`` for a key no store could hold, and ``StorageUnavailable`` while the store cannot be
    reached. Safe to use from several threads.
    """

    def write(self, key: str, contents: Iterable[bytes] | BinaryIO) -> StoredFile:
        """Store a file, replacing what was there. A reader sees the old file or the new one, never half of it.

        Args:
            contents: chunks, or a file open for reading in binary; read once, from where it stands. What it raises
                comes out of here, and nothing is stored.

        Raises:
            StorageFull: there is no space left; nothing is stored and an older file is still there.
        """
        source = Source(contents)
        try:
            self._write(check_key(key), source)
        except BaseException:
            if source.failure is not None:
                raise source.failure from None  # as it was, not as the store's client wrapped it
            raise
        return StoredFile(source.size, source.sha256.hexdigest())

    def open(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Read a file in chunks: bytes from ``start`` up to, not including, ``end``; None is the file's end.

        Bytes past the end of the file are left out, as in a slice. A file replaced meanwhile is read on as it
        was, or ends with ``StorageUnavailable``; it never turns into a mix of both.

        Raises:
            FileMissing: at once, not with the first chunk.
        """
        if start < 0 or (end is not None and end < start):
            raise ValueError(f"{start}–{end} is not a range of bytes")
        return self._open(check_key(key), start, end)

    def size(self, key: str) -> int:
        """Return a file's size in bytes.

        Raises:
            FileMissing: there is no such file.
        """
        return self._size(check_key(key))

    def exists(self, key: str) -> bool:
        """Whether there is such a file; a folder is none."""
        try:
            self.size(key)
        except FileMissing:
            return False
        return True

    def delete(self, key: str) -> None:
        """Delete a file. Where there is none, nothing happens."""
        self._delete(check_key(key))

    def delete_prefix(self, prefix: str) -> None:
        """Delete everything beneath a folder. The whole store cannot be deleted."""
        self._delete_prefix(check_key(prefix))

    def list(self, prefix: str = "") -> Iterator[StoredEntry]:
        """Give all files beneath a folder, however deep, sorted by key; without a folder, all files there are."""
        return self._list(prefix and check_key(prefix))

    def usage(self, prefix: str = "") -> Usage:
        """Count files and bytes beneath a folder."""
        files = size = 0
        for entry in self.list(prefix):
            files, size = files + 1, size + entry.size
        return Usage(files, size)

    def drafts(self) -> "Drafts | None":
        """Return the store's own way to let files grow, if it has one; ask ``drafts_of``."""
        return None

    def path_of(self, key: str) -> Path | None:
        """Return where a file lies on this machine, for libraries that read only parts of it; None where it lies elsewhere.

        Raises:
            FileMissing: there is no such file.
        """
        return None

    @abstractmethod
    def _write(self, key: str, source: "Source") -> None: ...

    @abstractmethod
    def _open(self, key: str, start: int, end: int | None) -> Iterator[bytes]: ...

    @abstractmethod
    def _size(self, key: str) -> int: ...

    @abstractmethod
    def _delete(self, key: str) -> None: ...

    @abstractmethod
    def _delete_prefix(self, prefix: str) -> None: ...

    @abstractmethod
    def _list(self, prefix: str) -> Iterator[StoredEntry]: ...


class Source(io.RawIOBase):
    """What is being written, as the one-way file that object stores' clients read from; counts and hashes on the way."""

    def __init__(self, contents: Iterable[bytes] | BinaryIO) -> None:
        super().__init__()
        self.size = 0
        self.sha256 = hashlib.sha256()
        self.failure: BaseException | None = None
        self._chunks = _chunks_of(contents)
        self._ahead = bytearray()

    def chunks(self) -> Iterator[bytes]:
        """Give what is left in pieces as they come."""
        while True:
            try:
                chunk = next(self._chunks, None)
            except BaseException as error:
                self.failure = error
                raise
            if chunk is None:
                return
            self.size += len(chunk)
            self.sha256.update(chunk)
            yield chunk

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        """Return exactly ``size`` bytes, fewer only at the end: clients take a short read for the end of the file."""
        data = self.peek(sys.maxsize if size is None or size < 0 else size)
        del self._ahead[: len(data)]
        return data

    def peek(self, size: int) -> bytes:
        """Return what ``read`` will return next."""
        if len(self._ahead) < size:
            for chunk in self.chunks():
                self._ahead += chunk
                if len(self._ahead) >= size:
                    break
        return bytes(self._ahead[:size])

    def tell(self) -> int:
        return self.size - len(self._ahead)


def _chunks_of(contents: Iterable[bytes] | BinaryIO) -> Iterator[bytes]:
    if isinstance(contents, Iterable) and not hasattr(contents, "read"):
        return iter(contents)
    return iter(partial(contents.read, CHUNK_BYTES), b"")
