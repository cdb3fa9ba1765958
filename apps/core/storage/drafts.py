"""Files that arrive in parts: each part is kept as it comes, and nobody finds the file before it is whole.

A store that can append keeps a draft as one growing file. The others keep each part as a file of its own, and read them in
their order for the last step.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import BinaryIO, Protocol

from apps.core.storage.base import FileStore
from apps.core.storage.errors import FileMissing

FOLDER = "drafts"
HELD_IN_MEMORY = 2**20


class DraftGap(FileMissing):
    """A draft does not hold all that is said to be in it; it must be sent again from its start."""

    code = "draft_gap"


class Drafts(Protocol):
    """What ``drafts_of`` gives. ``draft`` is a name of letters, digits and hyphens that is used for one file alone.

    Of two who write the same part at once, either may win: keep them apart elsewhere. All methods block.
    """

    def part(self, draft: str, offset: int) -> AbstractContextManager[Callable[[bytes], object]]:
        """Give a function that adds bytes from ``offset`` on, which is where the parts before end.

        Left without an error, the part is kept; else it is as if it had never been.

        Raises:
            DraftGap: there are fewer bytes than ``offset``. StorageFull: there is no space for them.
        """

    def read(self, draft: str, size: int) -> Iterator[bytes]:
        """Read a draft of ``size`` bytes from its start.

        Raises:
            DraftGap: it is shorter; with the chunk where that shows.
        """

    def finish(self, draft: str, size: int, key: str) -> None:
        """Make the draft, which has ``size`` bytes, the file ``key``; the draft is gone then.

        Raises:
            DraftGap: it is shorter.
        """

    def drop(self, draft: str) -> None:
        """Forget a draft. Where there is none, nothing happens."""


def drafts_of(store: FileStore) -> Drafts:
    """Return how a store keeps drafts."""
    own = store.drafts()
    return own if own is not None else PartFiles(store)


class PartFiles:
    """Drafts as one file for each part, named by its offset."""

    def __init__(self, store: FileStore) -> None:
        self._store = store

    @contextmanager
    def part(self, draft: str, offset: int) -> Iterator[Callable[[bytes], object]]:
        with tempfile.SpooledTemporaryFile(max_size=HELD_IN_MEMORY) as file:
            yield file.write
            file.seek(0)
            contents: BinaryIO = file  # type: ignore[assignment]  # it is one, but for what typeshed calls it
            self._store.write(f"{FOLDER}/{draft}/{offset:020}", contents)

    def read(self, draft: str, size: int) -> Iterator[bytes]:
        at = 0
        for entry in self._store.list(f"{FOLDER}/{draft}"):
            if at == size:
                return  # what follows was never acknowledged
            if int(entry.key.rpartition("/")[2]) != at:
                raise DraftGap(draft)
            yield from self._store.open(entry.key)
            at += entry.size
        if at != size:
            raise DraftGap(draft)

    def finish(self, draft: str, size: int, key: str) -> None:
        self._store.write(key, self.read(draft, size))
        self.drop(draft)

    def drop(self, draft: str) -> None:
        self._store.delete_prefix(f"{FOLDER}/{draft}")
