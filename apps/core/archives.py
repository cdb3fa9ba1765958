"""The one guarded unzip, for archives that anyone may have made.

What an archive says about itself is checked before a byte is unpacked, and held against what it really unpacks to, so
that nothing beyond the limits is ever written. A refused archive leaves nothing behind.
"""

import os
import shutil
import stat
import struct
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Final, cast

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from apps.core.errors import UserError
from apps.core.storage.errors import StorageFull, means_full
from apps.core.storage.keys import fault_in_path, shown

MIB: Final = 2**20
CHUNK_BYTES: Final = 256 * 1024
LOCAL_HEADER_BYTES: Final = 30
# A member's entry in the directory has 46 bytes, its name, and a little more for times and owners.
USUAL_ENTRY_BYTES: Final = 512
# zipfile inflates these in bounded steps. With bzip2 and LZMA one small read may unpack to gigabytes in memory.
METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
ENCRYPTED_FLAGS: Final = 0x1 | 0x40 | 0x2000
# Everything zipfile raises for a file that is not the zip it claims to be.
DAMAGE: Final = (zipfile.BadZipFile, EOFError, ValueError, RuntimeError, LookupError, zlib.error, struct.error)


class ArchiveRefused(UserError):
    """The archive is not unpacked; the message names the member and says what to do."""

    code = "archive_refused"


@dataclass(frozen=True)
class ArchiveLimits:
    """How much an archive may unpack to. Sizes are in bytes, unpacked.

    ``max_members`` counts files; there may be as many folders. The whole may be ``max_ratio`` times as large as it was
    packed, plus ``ratio_free_bytes``: small archives of zeros are harmless and common.
    """

    max_members: int = 10_000
    max_total_bytes: int = 1024 * MIB
    max_file_bytes: int = 1024 * MIB
    max_ratio: int = 200
    ratio_free_bytes: int = 64 * MIB
    max_name_bytes: int = 700


@dataclass(frozen=True)
class ArchiveMember:
    """One file or folder of an archive; ``name`` is its path without a slash at the end, ``size`` in bytes."""

    name: str
    size: int
    is_folder: bool
    is_executable: bool


DEFAULT_LIMITS: Final = ArchiveLimits()


def inspect(archive: BinaryIO, limits: ArchiveLimits = DEFAULT_LIMITS) -> list[ArchiveMember]:
    """Check a zip as ``extract`` does, down to the last byte and checksum, without writing anything.

    Raises:
        ArchiveRefused: the archive is damaged, hostile or too large.
    """
    with _opened(archive, limits) as contents:
        for _member, chunks in contents.unpacked():
            for _chunk in chunks:
                pass
        return contents.members


def extract(archive: BinaryIO, target: Path, *, limits: ArchiveLimits = DEFAULT_LIMITS) -> list[ArchiveMember]:
    """Unpack a zip into the new folder ``target``, which appears complete or not at all.

    Files get mode 0644, or 0755 when the archive has them executable; folders 0755. Owners and times are not kept.

    Args:
        archive: the zip, open for reading and seekable.
        target: where to; must not exist yet, or be an empty folder. Its parents are made.

    Raises:
        ArchiveRefused: the archive is damaged, hostile or too large.
        StorageFull: the disk has no space left.
        FileExistsError: ``target`` has contents already.
    """
    if target.exists() and any(target.iterdir()):
        raise FileExistsError(f"{target} is not empty")
    with _opened(archive, limits) as contents:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            work = Path(tempfile.mkdtemp(prefix=".unpack-", dir=target.parent))
            try:
                for folder in map(work.joinpath, contents.folders):
                    folder.mkdir()
                    folder.chmod(0o755)
                for member, chunks in contents.unpacked():
                    _write(work / member.name, member, chunks)
                work.chmod(0o755)
                work.rename(target)
            except BaseException:
                shutil.rmtree(work, ignore_errors=True)
                raise
        except OSError as error:
            if means_full(error):
                raise StorageFull from error
            raise
        return contents.members


def _write(path: Path, member: ArchiveMember, chunks: Iterator[bytes]) -> None:
    with path.open("xb") as file:
        os.fchmod(file.fileno(), 0o755 if member.is_executable else 0o644)
        for chunk in chunks:
            file.write(chunk)


@contextmanager
def _opened(archive: BinaryIO, limits: ArchiveLimits) -> Iterator["_Contents"]:
    try:
        file = zipfile.ZipFile(cast("IO[bytes]", _BoundedReads(archive, limits)))
        contents = _Contents(file, limits)
    except DAMAGE as error:
        raise ArchiveRefused(
            _("The file is not a zip archive, or it is damaged. Pack it again and send it again.")
        ) from error
    with file:
        yield contents


class _BoundedReads:
    """A file that zipfile cannot be made to read in huge pieces: it takes an archive's whole directory in one read."""

    def __init__(self, file: BinaryIO, limits: ArchiveLimits) -> None:
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable
        self._read = file.read
        self._limits = limits
        self._longest = MIB + 2 * limits.max_members * USUAL_ENTRY_BYTES

    def read(self, size: int = -1) -> bytes:
        data = self._read(self._longest + 1 if size < 0 else min(size, self._longest + 1))
        if len(data) > self._longest:
            raise _too_many(self._limits)
        return data


class _Contents:
    """An open archive whose directory was found sound; ``unpacked`` then gives it out, measuring."""

    def __init__(self, file: zipfile.ZipFile, limits: ArchiveLimits) -> None:
        self._file = file
        self._limits = limits
        self._infos = file.infolist()
        self._check_sizes()
        self.members = [self._member(info) for info in self._infos]
        self.folders = self._check_names()
        self._check_layout()

    def unpacked(self) -> Iterator[tuple[ArchiveMember, Iterator[bytes]]]:
        """Give each file with its contents, which must be read to the end before the next."""
        for info, member in zip(self._infos, self.members, strict=True):
            if not member.is_folder:
                yield member, self._chunks(info)

    def _chunks(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        """Unpack one member, holding it to the size it was let in with."""
        size = 0
        try:
            with self._file.open(info) as stream:
                while size <= info.file_size and (chunk := stream.read(CHUNK_BYTES)):
                    size += len(chunk)
                    yield chunk
        except DAMAGE as error:
            raise _refused(info.filename, _("it is damaged. Pack the archive again")) from error
        if size != info.file_size:
            raise _refused(info.filename, _("its real size is not the one the archive gives. Pack the archive again"))

    def _check_sizes(self) -> None:
        limits = self._limits
        largest = max(self._infos, key=lambda info: info.file_size, default=None)
        if largest is None:
            return
        if largest.file_size > limits.max_file_bytes:
            raise ArchiveRefused(
                _("“%(name)s” in the archive is larger than %(limit)s. Leave it out, or store it in a data asset.")
                % {"name": shown(largest.filename), "limit": filesizeformat(limits.max_file_bytes)}
            )
        total = sum(info.file_size for info in self._infos)
        if total > limits.max_total_bytes:
            raise ArchiveRefused(
                _(
                    "The archive unpacks to more than %(limit)s. Leave out what is not needed; the largest file in it "
                    "is “%(name)s” with %(size)s."
                )
                % {
                    "limit": filesizeformat(limits.max_total_bytes),
                    "name": shown(largest.filename),
                    "size": filesizeformat(largest.file_size),
                }
            )
        packed = sum(info.compress_size for info in self._infos)
        if total > limits.ratio_free_bytes + limits.max_ratio * packed:
            densest = max(self._infos, key=lambda info: info.file_size / max(info.compress_size, 1))
            raise ArchiveRefused(
                _(
                    "The archive unpacks to more than %(ratio)d times its own size, most of all “%(name)s”. "
                    "Leave that file out, or store it in a data asset."
                )
                % {"ratio": limits.max_ratio, "name": shown(densest.filename)}
            )

    def _member(self, info: zipfile.ZipInfo) -> ArchiveMember:
        # zipfile ends a name at the first NUL; what stood behind it may not go unseen.
        name = info.orig_filename if "\0" in info.orig_filename else info.filename
        is_folder = name.endswith("/")
        path = name.removesuffix("/")
        if fault := fault_in_path(path, max_bytes=self._limits.max_name_bytes):
            raise _refused(name, _("%(fault)s. Rename it and pack the archive again") % {"fault": fault})
        mode = info.external_attr >> 16
        kind = stat.S_IFMT(mode)
        if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
            raise _refused(name, _("it is a link or a device. Put the file itself into the archive"))
        if kind == (stat.S_IFREG if is_folder else stat.S_IFDIR) or (is_folder and info.file_size):
            raise _refused(name, _("it claims to be a file and a folder at once. Pack the archive again"))
        if info.flag_bits & ENCRYPTED_FLAGS:
            raise _refused(name, _("it is encrypted. Pack the archive again without a password"))
        if info.compress_type not in METHODS:
            raise _refused(
                name, _("it is compressed in an unusual way. Pack the archive again with the usual one, deflate")
            )
        return ArchiveMember(path, info.file_size, is_folder, bool(mode & stat.S_IXUSR) and not is_folder)

    def _check_names(self) -> list[str]:
        """Refuse what would be the same path on some file system: to the letter, by case, by Unicode form, by kind.

        Returns: all folders, parents first.
        """
        known: dict[str, tuple[str, bool]] = {}
        count = {True: 0, False: 0}
        for member in self.members:
            path, folded, is_folder = member.name, _folded(member.name), member.is_folder
            while path:
                if folded in known:
                    self._check_same_folder(path, is_folder, *known[folded])
                    break  # its parents are known too
                known[folded] = path, is_folder
                count[is_folder] += 1
                if count[is_folder] > self._limits.max_members:
                    raise _too_many(self._limits)
                path, folded, is_folder = path.rpartition("/")[0], folded.rpartition("/")[0], True
        return sorted(path for path, is_folder in known.values() if is_folder)

    @staticmethod
    def _check_same_folder(path: str, is_folder: bool, other: str, other_is_folder: bool) -> None:
        if path != other:
            reason = _("many systems cannot tell it from “%(other)s”. Rename one of the two") % {"other": shown(other)}
        elif is_folder != other_is_folder:
            reason = _("it is a file and a folder at once. Rename one of the two")
        elif not is_folder:
            reason = _("the archive contains it twice. Pack the archive again with one of the two")
        else:
            return
        raise _refused(path, reason)

    def _check_layout(self) -> None:
        """Refuse members that share bytes, the trick of small archives that unpack to petabytes."""
        start_of_free = 0
        for info in sorted(self._infos, key=lambda info: info.header_offset):
            if info.header_offset < start_of_free:
                raise _refused(info.filename, _("it overlaps with another member. Pack the archive again"))
            stream = cast("_BoundedReads", self._file.fp)
            stream.seek(info.header_offset)
            lengths = struct.unpack_from("<HH", stream.read(LOCAL_HEADER_BYTES), 26)
            start_of_free = info.header_offset + LOCAL_HEADER_BYTES + sum(lengths) + info.compress_size
            if start_of_free > self._file.start_dir:
                raise _refused(info.filename, _("it overlaps with the archive's directory. Pack the archive again"))


def _folded(path: str) -> str:
    """Return what file systems that ignore case and Unicode form compare: Unicode's canonical caseless matching."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", path).casefold())


def _refused(name: str, reason: str) -> ArchiveRefused:
    return ArchiveRefused(
        _("The archive's member “%(name)s” cannot be unpacked: %(reason)s.") % {"name": shown(name), "reason": reason}
    )


def _too_many(limits: ArchiveLimits) -> ArchiveRefused:
    return ArchiveRefused(
        _(
            "The archive has more than %(limit)d files or folders. "
            "Leave out what is not needed, or pack many small files into one."
        )
        % {"limit": limits.max_members}
    )
