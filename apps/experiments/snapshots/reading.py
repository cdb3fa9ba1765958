"""Read single files of kept code, without reading the whole of it."""

import io
import zipfile
from typing import Final

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from apps.core.errors import NotFound, TooLarge
from apps.core.storage import get_store
from apps.core.storage.keys import shown
from apps.experiments.models import Snapshot

MOST_SHOWN_BYTES: Final = 2**20


def file_of(snapshot: Snapshot, path: str, *, most_bytes: int = MOST_SHOWN_BYTES) -> bytes:
    """Return the contents of one file.

    Raises:
        NotFound: there is none of that path. TooLarge: it has more than ``most_bytes``.
    """
    found = next((file for file in snapshot.files if file["path"] == path), None)
    if found is None:
        raise NotFound(_("There is no file “%(path)s” in this code.") % {"path": shown(path)})
    if found["size"] > most_bytes:
        limit = filesizeformat(most_bytes)
        raise TooLarge(
            _("“%(path)s” is larger than %(limit)s. Download the code to read it.")
            % {"path": shown(path), "limit": limit}
        )
    with zipfile.ZipFile(_StoredFile(snapshot.key, snapshot.size)) as archive, archive.open(path) as file:
        return file.read(most_bytes)


class _StoredFile(io.RawIOBase):
    """A stored file that can be read from anywhere in it, as zips are: from their end."""

    def __init__(self, key: str, size: int) -> None:
        super().__init__()
        self._key, self._size, self._position = key, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, origin + offset)
        return self._position

    def read(self, size: int = -1) -> bytes:
        end = self._size if size < 0 else min(self._size, self._position + size)
        if end <= self._position:
            return b""
        data = b"".join(get_store().open(self._key, self._position, end))
        self._position += len(data)
        return data
