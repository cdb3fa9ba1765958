"""From an uploaded zip to the code that is kept: guarded, without what is ignored, and packed the same way each time.

Knows neither rows nor the store, so that the work is done before any transaction begins.
"""

import hashlib
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from django.utils.translation import gettext as _

from apps.core.archives import MIB, ArchiveLimits, ArchiveMember, extract
from apps.experiments.errors import SnapshotRefused
from mlstudio.ignore import IGNORE_FILES, Ignored, rules_of

MOST_BYTES: Final = 300 * MIB
MOST_FILES: Final = 2000
# What an upload may hold before the rules of its ignore file leave out most of it.
UPLOAD_LIMITS: Final = ArchiveLimits(max_members=20_000, max_total_bytes=1024 * MIB, max_file_bytes=1024 * MIB)
CHUNK_BYTES: Final = 256 * 1024
# Zips have no earlier date, and one date for all makes equal contents equal bytes.
_DATE: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class PackedCode:
    """Code ready to be kept. ``sha256`` is over paths and contents.

    ``files``: ``[{"path", "size", "sha256"}]`` by path; sizes in bytes.
    """

    sha256: str
    files: list[dict[str, object]]
    path: Path
    size: int
    zip_sha256: str


@contextmanager
def packed(upload: BinaryIO) -> Iterator[PackedCode]:
    """Give the code in an uploaded zip, as a zip in a folder that goes at the end.

    Raises:
        ArchiveRefused: the zip is damaged, hostile or far too large. SnapshotRefused: it has too much in it, or nothing.
    """
    with tempfile.TemporaryDirectory(prefix="studio-code-") as work:
        folder = Path(work) / "code"
        members = extract(upload, folder, limits=UPLOAD_LIMITS)
        is_ignored = rules_of(folder)
        kept = sorted(
            (member for member in members if _is_wanted(member, is_ignored)),
            key=lambda member: member.name,
        )
        _check(kept, is_ignored)
        target = Path(work) / "code.zip"
        sha256, hashes = _pack(folder, kept, target)
        files: list[dict[str, object]] = [
            {"path": member.name, "size": member.size, "sha256": hashes[member.name]} for member in kept
        ]
        yield PackedCode(sha256, files, target, target.stat().st_size, _sha256_of(target))


def _is_wanted(member: ArchiveMember, is_ignored: Ignored) -> bool:
    """Whether a member is kept: code that is not ignored."""
    return not member.is_folder and not is_ignored(member.name)


def _check(kept: list[ArchiveMember], is_ignored: Ignored) -> None:
    help_ = _("Leave out what is not needed with a file “.amlignore”, written as “.gitignore” is.")
    size = sum(member.size for member in kept)
    if size > MOST_BYTES:
        largest = max(kept, key=lambda member: member.size)
        said = _(
            "The total snapshot size exceeds the limit of 300.0 MB: it is %(size).1f MB, of which “%(name)s” has %(part).1f MB."
        )
        numbers = {"size": size / MIB, "name": largest.name, "part": largest.size / MIB}
        raise SnapshotRefused(f"{said % numbers} {help_}", field="code")
    if len(kept) > MOST_FILES:
        said = _("The snapshot exceeds the limit of 2000 files: it has %(count)d.")
        raise SnapshotRefused(f"{said % {'count': len(kept)}} {help_}", field="code")
    if not kept:
        said = _("There are no files in the code, or all of them are ignored by %(names)s or by default.")
        raise SnapshotRefused(said % {"names": ", ".join(IGNORE_FILES)}, field="code")


def _pack(folder: Path, kept: list[ArchiveMember], target: Path) -> tuple[str, dict[str, str]]:
    """Write the files into a zip. Returns the hash of what they are, whatever zlib makes of them, and that of each file."""
    content = hashlib.sha256()
    hashes: dict[str, str] = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for member in kept:
            mode = 0o755 if member.is_executable else 0o644
            info = zipfile.ZipInfo(member.name, _DATE)
            info.external_attr = (0o100000 | mode) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            content.update(f"{member.name}\0{mode:o}\0{member.size}\0".encode())
            with (folder / member.name).open("rb") as source, archive.open(info, "w") as packed_file:
                own = hashlib.sha256()
                while chunk := source.read(CHUNK_BYTES):
                    content.update(chunk)
                    own.update(chunk)
                    packed_file.write(chunk)
            hashes[member.name] = own.hexdigest()
    return content.hexdigest(), hashes


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
