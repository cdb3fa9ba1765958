"""Files in a folder of this machine, or of a network file system that knows rename."""

import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from threading import Thread
from typing import Final
from uuid import uuid4

from django.utils.translation import gettext as _

from apps.core.storage.base import CHUNK_BYTES, FileStore, Source, StoredEntry
from apps.core.storage.drafts import DraftGap
from apps.core.storage.errors import FileMissing, InvalidKey, StorageFull, StorageUnavailable, means_full
from apps.core.storage.keys import shown

# Unfinished writes and folders on their way out. No key starts with a dot, so nothing of it is ever listed.
WORK: Final = ".work"
DRAFTS: Final = ".drafts"
FLUSHED_BYTES: Final = 8 * 2**20
LEFTOVER_AFTER_S: Final = 24 * 3600
MOST_ATTEMPTS: Final = 100


class LocalStore(FileStore):
    """A store in the folder ``root``, which is made when it is missing.

    Django's FileSystemStorage writes into the final place, where a reader or a crash finds half a file. Here a file is
    written beside the others, forced to disk, and renamed into its place.

    Raises:
        OSError: the folder cannot be made.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._work = root / WORK
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._work.mkdir(mode=0o700, exist_ok=True)
        self._drop_leftovers()

    def drafts(self) -> "GrowingFiles":
        return GrowingFiles(self._root / DRAFTS, self._move_in)

    def path_of(self, key: str) -> Path | None:
        self.size(key)
        return self._root / key

    def _write(self, key: str, source: Source) -> None:
        draft = self._work / uuid4().hex
        with _plain_errors(key):
            try:
                with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    for chunk in source.chunks():
                        file.write(chunk)
                    file.flush()
                    os.fsync(file.fileno())
                self._move_in(draft, key)
            except BaseException:
                draft.unlink(missing_ok=True)
                raise

    def _move_in(self, draft: Path, key: str) -> None:
        target = self._root / key
        for _attempt in range(MOST_ATTEMPTS):
            try:
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                draft.rename(target)
            except (FileNotFoundError, FileExistsError):
                continue  # somebody deleted a folder's last file, and so the folder, between any two steps of this
            except (IsADirectoryError, NotADirectoryError):
                break
            with suppress(FileNotFoundError):  # deleted again already
                _sync_folder(target.parent)
            return
        raise InvalidKey(
            _("A file cannot be stored as “%(name)s”: a folder has that name, or a file that of its folder.")
            % {"name": shown(key)}
        )

    def _open(self, key: str, start: int, end: int | None) -> Iterator[bytes]:
        with _plain_errors(key):
            file = (self._root / key).open("rb", buffering=0)
        return _pieces(file, start, end)

    def _size(self, key: str) -> int:
        with _plain_errors(key):
            status = (self._root / key).stat()
        if stat.S_ISDIR(status.st_mode):
            raise FileMissing(key)
        return status.st_size

    def _delete(self, key: str) -> None:
        path = self._root / key
        with suppress(FileMissing), _plain_errors(key):
            path.unlink()
            self._drop_empty_folders(path.parent)

    def _delete_prefix(self, prefix: str) -> None:
        path, away = self._root / prefix, self._work / uuid4().hex
        with suppress(FileMissing), _plain_errors(prefix):
            if not path.is_dir():
                return
            path.rename(away)  # gone for readers at once, however long the rest takes
            shutil.rmtree(away)
            self._drop_empty_folders(path.parent)

    def _list(self, prefix: str) -> Iterator[StoredEntry]:
        return self._walk(self._root / prefix, f"{prefix}/" if prefix else "")

    def _walk(self, folder: Path, stem: str) -> Iterator[StoredEntry]:
        try:
            with os.scandir(folder) as found:
                # Whole keys are sorted, and there "a-b" comes before "a/b": a folder's name sorts with its slash.
                entries = sorted((f"{entry.name}/" if entry.is_dir() else entry.name, entry) for entry in found)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            raise StorageUnavailable from error
        for name, entry in entries:
            if name in {f"{WORK}/", f"{DRAFTS}/"} and not stem:
                continue
            if name.endswith("/"):
                yield from self._walk(folder / entry.name, stem + name)
            else:
                with suppress(FileNotFoundError):
                    status = entry.stat()
                    yield StoredEntry(stem + name, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))

    def _drop_empty_folders(self, folder: Path) -> None:
        while folder != self._root:
            try:
                folder.rmdir()
            except OSError:  # not empty
                return
            folder = folder.parent

    def _drop_leftovers(self) -> None:
        """Delete what writers left that were killed; one that still writes has touched its file since."""
        with os.scandir(self._work) as found:
            for entry in found:
                with suppress(OSError):
                    if entry.stat().st_mtime > time.time() - LEFTOVER_AFTER_S:
                        continue
                    if entry.is_dir():
                        shutil.rmtree(entry.path)
                    else:
                        os.unlink(entry.path)


class GrowingFiles:
    """Drafts as files that grow, in a folder of the store's file system, from where the last step is a rename."""

    def __init__(self, folder: Path, move_in: Callable[[Path, str], None]) -> None:
        self._folder = folder
        self._move_in = move_in
        folder.mkdir(mode=0o700, exist_ok=True)

    @contextmanager
    def part(self, draft: str, offset: int) -> Iterator[Callable[[bytes], object]]:
        try:
            with _plain_errors(draft):
                descriptor = os.open(self._folder / draft, os.O_WRONLY | (0 if offset else os.O_CREAT), 0o600)
        except FileMissing:
            raise DraftGap(draft) from None
        try:
            with _plain_errors(draft):
                if os.fstat(descriptor).st_size < offset:
                    raise DraftGap(draft)
                os.ftruncate(descriptor, offset)
                os.lseek(descriptor, offset, os.SEEK_SET)
            flusher = _Flusher(descriptor)
            try:
                yield flusher.write
                with _plain_errors(draft):
                    flusher.finish()
            except BaseException:
                flusher.wait()
                os.ftruncate(descriptor, offset)
                raise
        finally:
            os.close(descriptor)

    def read(self, draft: str, size: int) -> Iterator[bytes]:
        self._check(draft, size)
        return _pieces((self._folder / draft).open("rb", buffering=0), 0, size)

    def finish(self, draft: str, size: int, key: str) -> None:
        self._check(draft, size)
        with _plain_errors(key):
            os.truncate(self._folder / draft, size)
            self._move_in(self._folder / draft, key)

    def drop(self, draft: str) -> None:
        with _plain_errors(draft):
            (self._folder / draft).unlink(missing_ok=True)

    def _check(self, draft: str, size: int) -> None:
        with suppress(FileNotFoundError):
            if (self._folder / draft).stat().st_size >= size:
                return
        raise DraftGap(draft)


class _Flusher:
    """Writes to a file and has it forced to disk on the way, so that little is left to wait for at the end."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._waiting = 0
        self._thread: Thread | None = None

    def write(self, data: bytes) -> None:
        left = memoryview(data)
        with _plain_errors("draft"):
            while left:
                left = left[os.write(self._descriptor, left) :]
        self._waiting += len(data)
        if self._waiting >= FLUSHED_BYTES and (self._thread is None or not self._thread.is_alive()):
            self._waiting = 0
            self._thread = Thread(target=self._flush_early, daemon=True)
            self._thread.start()

    def finish(self) -> None:
        """Return once all of it is on disk."""
        self.wait()
        os.fdatasync(self._descriptor)

    def wait(self) -> None:
        """Return once nothing uses the file any more."""
        if self._thread is not None:
            self._thread.join()

    def _flush_early(self) -> None:
        with suppress(OSError):  # what fails here fails again in ``finish``
            os.fdatasync(self._descriptor)


def _pieces(file: FileIO, start: int, end: int | None) -> Iterator[bytes]:
    with file:
        file.seek(start)
        left = float("inf") if end is None else end - start
        while left and (chunk := file.read(int(min(left, CHUNK_BYTES)))):
            left -= len(chunk)
            yield chunk


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _plain_errors(key: str) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise FileMissing(key) from error
    except OSError as error:
        raise (StorageFull() if means_full(error) else StorageUnavailable()) from error
