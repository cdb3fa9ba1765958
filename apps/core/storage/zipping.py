"""Stored files as a zip that is sent while it is packed."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from apps.core.storage.selection import get_store


def zipped(files: Sequence[tuple[str, str]]) -> Iterator[bytes]:
    """Give a zip of stored files, in pieces. They are not compressed: most of what runs leave behind is already.

    Args: files: path in the zip and key in the store of each.
    """
    drain = _Drain()
    with zipfile.ZipFile(drain, "w", zipfile.ZIP_STORED) as archive:
        for path, key in files:
            with archive.open(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), "w", force_zip64=True) as member:
                for chunk in get_store().open(key):
                    member.write(chunk)
                    yield drain.taken()
    yield drain.taken()


class _Drain(io.RawIOBase):
    """Takes what zipfile writes, and gives it away piece by piece. It cannot go back, which zipfile bears."""

    def __init__(self) -> None:
        super().__init__()
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._written += data
        return len(data)

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        data = bytes(self._written)
        self._written.clear()
        return data
